"""状況の一覧: who came how far with sales, counted by temperature."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from mikomi.hub.deeds import services as deeds
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.site import pipeline, statuses
from mikomi.hub.site.lists.pages import list_page
from mikomi.hub.site.standing import standing
from mikomi.hub.site.types import Filters, ListQuery
from tests.hub.site.world import ON, make_world, put_events, put_outcome

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def listed(*status: str) -> set[str]:
    query = ListQuery(filters=Filters(status=statuses.codes(status)))
    return {row.key for row in list_page(query, standing()).rows}


def totals(matrix: statuses.Matrix) -> list[int]:
    return [line.total.n for line in matrix.lines]


def test_the_last_outcome_and_any_talk_say_how_far_a_lead_came(monkeypatch) -> None:
    make_world()
    put_events([("L2", 4, "call", "")])
    put_outcome("L4", 9, "lost")
    put_outcome("L5", 9, "lost")
    put_outcome("L5", 3, "meeting")
    put_outcome("L6", 30, "won")
    pipeline.score_all(ON)
    first = statuses.matrix(ON)
    assert totals(first) == [4, 1, 1, 1, 1]
    assert first.total.total.n == 8
    assert first.since is None
    assert first.lines[0].total.change is None
    assert listed("meeting") == {"L5"}
    # A mail makes a lead contacted, a try that reached nobody does not; both can be taken back.
    known = numbers_of(["L3", "L7"])
    mail = deeds.record("mail", known["L3"], None, timezone.now(), "m")
    deeds.record("call_try", known["L7"], None, timezone.now(), "t")
    pipeline.score_touched(ON, known.values())
    assert totals(statuses.matrix(ON)) == [3, 2, 1, 1, 1]
    deeds.take_back(mail)
    pipeline.score_touched(ON, known.values())
    assert totals(statuses.matrix(ON)) == [4, 1, 1, 1, 1]
    assert listed("lost", "customer") == {"L4", "L6"}

    # What changes is counted as it comes, and each day's first counts stay to compare with.
    put_events([("L1", 0, "call", "")])
    pipeline.score_touched(ON)
    assert totals(statuses.matrix(ON)) == [3, 2, 1, 1, 1]
    week = ON + timedelta(days=7)
    pipeline.score_all(week)
    after = statuses.matrix(week)
    assert after.since == ON
    assert [line.total.change for line in after.lines] == [-1, 1, 0, 0, 0]
    for line in (*after.lines, after.total):
        assert sum(cell.n for cell in line.cells) == line.total.n


def test_a_matrix_adds_up_in_both_directions() -> None:
    now, before = {(0, 0): 5, (0, 4): 2, (4, 1): 1}, {(0, 0): 9, (3, 3): 1}
    told = statuses.arranged(now, before, date(2026, 11, 13))
    assert [cell.n for cell in told.total.cells] == [5, 1, 0, 0, 2]
    assert [cell.change for cell in told.total.cells] == [-4, 1, 0, -1, 2]
    assert (told.total.total.n, told.total.total.change) == (8, -2)
    assert told.lines[3].total.change == -1
