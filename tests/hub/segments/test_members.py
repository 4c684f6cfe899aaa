from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from django.db import connection
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.words import MikomiError
from mikomi.hub.kit.setwise import staged
from mikomi.hub.segments import queries, services
from mikomi.hub.segments.bits import PART
from mikomi.hub.segments.models import Definition, Move
from mikomi.hub.segments.types import Priority

pytestmark = pytest.mark.django_db

ON, NEXT = date(2026, 11, 20), date(2026, 11, 21)
MAKERS = read_who({"field": "industry", "is": "製造業"})
ALL = np.array([1, 7, 8, PART - 1, PART, 2 * PART + 5], dtype=np.int64)


def write(number: int, members: list[int], on: date = ON, asked=ALL, gone=(), *, every: bool = True) -> int:
    flags = np.isin(asked, members)
    return services.write_members(
        {number: flags}, np.asarray(asked, np.int64), np.array(gone, np.int64), on, every=every
    )


@pytest.fixture
def makers() -> int:
    return services.make_segment("製造業", MAKERS, None)


def test_who_is_in_by_the_definition_did_not_move(makers) -> None:
    assert queries.segment(makers).counted_on is None
    assert write(makers, [1, PART]) == 0
    assert queries.members(makers).tolist() == [1, PART]
    assert queries.segment(makers).members == 2
    assert queries.segment(makers).counted_on == ON


def test_entering_and_leaving_is_dated(makers) -> None:
    write(makers, [1, PART])
    assert write(makers, [PART, 2 * PART + 5], NEXT) == 2
    assert [(m.lead, m.on, m.entered) for m in queries.moves_of(1)] == [(1, NEXT, False)]
    assert queries.moves_in(makers, NEXT, NEXT) == (1, 1)
    assert [m.lead for m in queries.latest_moves(makers, entered=True, limit=9)] == [2 * PART + 5]
    (held,) = queries.segments_of(2 * PART + 5)
    assert (held.segment.number, held.since, held.at_latest) == (makers, NEXT, False)
    (first,) = queries.segments_of(PART)
    assert (first.since, first.at_latest) == (ON, True), "who was in at the first count may have been before"
    services.define(makers, read_who({"field": "industry", "known": True}), None)
    write(makers, [PART, 2 * PART + 5], NEXT + timedelta(1))
    told = [queries.segments_of(lead)[0] for lead in (PART, 2 * PART + 5)]
    assert [(one.since, one.at_latest) for one in told] == [(NEXT + timedelta(1), True)] * 2


def test_past_days_know_the_definition_of_then(makers) -> None:
    known = read_who({"field": "industry", "known": True})
    now = timezone.now()
    services.define(makers, known, None)
    Definition.objects.filter(number=1).update(at=now - timedelta(30))
    Definition.objects.filter(number=2).update(at=now - timedelta(10))
    today = timezone.localdate(now)
    told = {days: queries.defined_then(today - timedelta(days))[makers] for days in (0, 10, 11, 30, 60)}
    assert {days: one.number for days, one in told.items()} == {0: 2, 10: 2, 11: 1, 30: 1, 60: 1}
    assert (told[11].who, told[10].who) == (MAKERS, known)
    services.delete_segment(makers)
    assert makers in queries.defined_then(today - timedelta(1))
    assert makers not in queries.defined_then(today)


def test_touched_leads_change_nobody_else(makers) -> None:
    write(makers, [1, 7, PART])
    assert write(makers, [8], NEXT, asked=np.array([7, 8]), every=False) == 2
    assert queries.members(makers).tolist() == [1, 8, PART]
    assert queries.segment(makers).members == 3


def test_a_lead_that_is_none_any_more_leaves(makers) -> None:
    write(makers, [1, PART])
    assert write(makers, [], NEXT, asked=[], gone=[PART], every=False) == 1
    assert queries.members(makers).tolist() == [1]


def test_erasing_leaves_no_trace(makers) -> None:
    write(makers, [1, PART])
    write(makers, [PART], NEXT)
    services.forget([1, PART])
    assert queries.members(makers).tolist() == []
    assert not Move.objects.exists()


def test_a_changed_definition_moves_nobody(makers) -> None:
    write(makers, [1])
    services.define(makers, read_who({"field": "industry", "is": "小売業"}), None, definition=1)
    assert queries.segment(makers).counted_on is None
    assert write(makers, [8], NEXT) == 0
    assert [one.number for one in queries.definitions_of(makers)] == [2, 1]
    with pytest.raises(services.StaleSegmentError):
        services.define(makers, MAKERS, None, definition=1)


def test_sql_knows_the_members(makers) -> None:
    other = services.make_segment("ほか", MAKERS, None)
    write(makers, [1, 7, PART - 1])
    write(other, [8, 2 * PART + 5])
    with staged(pl.DataFrame({"lead_id": ALL}), "asked"), connection.cursor() as cursor:
        cursor.execute(
            f"select lead_id from asked a where {queries.belongs('a', 2)} order by lead_id", [makers, other]
        )
        assert [row[0] for row in cursor.fetchall()] == [1, 7, 8, PART - 1, 2 * PART + 5]
    assert np.flatnonzero(queries.in_any([makers, other])).tolist() == [1, 7, 8, PART - 1, 2 * PART + 5]
    assert queries.segments_of_leads([1, 2, 8]) == {1: [makers], 2: [], 8: [other]}


def test_circles_and_what_others_ask_for_are_refused(makers) -> None:
    inner = services.make_segment("内", read_who({"segment": [makers]}), None)
    with pytest.raises(MikomiError, match="製造業"):
        services.define(makers, read_who({"any": [{"segment": [inner]}, {"hot": True}]}), None)
    with pytest.raises(MikomiError, match="内"):
        services.delete_segment(makers)
    services.delete_segment(inner)
    services.delete_segment(makers)
    assert queries.segments() == []
    with pytest.raises(MikomiError):
        services.restore_segment(inner)
    assert services.restore_segment(makers)
    assert not services.restore_segment(makers)
    with pytest.raises(MikomiError):
        services.make_segment("無い", read_who({"segment": [inner]}), None)


def test_names_are_given_once(makers) -> None:
    with pytest.raises(MikomiError, match="already"):
        services.make_segment(" 製造業 ", MAKERS, None)
    services.rename(makers, "ﾒｰｶｰ", "工場のある会社")
    assert queries.names() == {makers: "ﾒｰｶｰ"}
    services.make_segment("製造業", MAKERS, None)


def test_to_be_left_alone_goes_before_all_else() -> None:
    high = services.make_segment("高", MAKERS, None, priority=Priority.HIGH)
    away = services.make_segment("対応しない", MAKERS, None, priority=Priority.NOT)
    write(high, [1, 7])
    write(away, [7, 8])
    assert queries.priority_of([1, 7, 8, PART]) == {1: Priority.HIGH, 7: Priority.NOT, 8: Priority.NOT}
    assert [one.number for one in queries.segments()] == [high, away]
