from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.conf import settings

from mikomi.core.engine.local import score_days
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity import queries as activity
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as people_services
from mikomi.hub.scores import services as scores
from mikomi.hub.site import pipeline
from mikomi.hub.site.lists.pages import list_page, matching_cells
from mikomi.hub.site.models import LeadCell, LeadRow, LeadScore, ScoreLog
from mikomi.hub.site.rows import cells, log, store
from mikomi.hub.site.standing import standing
from mikomi.hub.site.types import Filters, ListQuery
from tests.hub.site.world import LEADS, MODEL, ON, make_world, put_events, put_leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


@pytest.fixture
def world() -> None:
    make_world()


def totals() -> dict[str, float]:
    return dict(LeadScore.objects.values_list("key", "total"))


def everything() -> list[list[tuple]]:
    rows = LeadRow.objects.order_by("lead_id").values_list()
    scored = LeadScore.objects.order_by("lead_id").values_list()
    counted = LeadCell.objects.filter(n__gt=0).values_list(*cells.DIMENSIONS, "n")
    return [list(rows), list(scored), sorted(counted)]


def found(text: str) -> set[str]:
    return {row.key for row in list_page(ListQuery(text=text), standing()).rows}


def test_rows_carry_the_scores_of_the_engine(world) -> None:
    done = pipeline.score_all(ON)
    leads = people.attribute_frame(ON)
    day = score_days(parse_model(MODEL), leads, activity.activity_source(), [ON])[0]
    rows = {row.lead_id: row for row in LeadScore.objects.all()}
    held = {cell.id: cell for cell in LeadCell.objects.all()}
    assert done.leads == len(LEADS)
    assert done.hot == int(day.hot.sum()) > 0
    for at, number in enumerate(leads["number"].to_list()):
        row = rows[number]
        cell = held[row.cell]
        scored = (row.fit, row.engagement, row.total, cell.fit_grade, cell.engagement_grade, cell.heat == 4)
        assert scored == (
            day.fit[at],
            day.engagement[at],
            day.total[at],
            day.fit_grade[at],
            day.engagement_grade[at],
            day.hot[at],
        )
    assert rows[people.numbers_of(["L1"])["L1"]].last_day == (ON - timedelta(days=2) - cells.EPOCH).days


def test_lists_know_their_day_and_version(world) -> None:
    pipeline.score_all(ON)
    now = standing()
    assert now is not None
    assert (now.on, now.version, now.model) == (ON, 1, parse_model(MODEL))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_scoring_the_touched_comes_to_the_same_as_scoring_all(world, monkeypatch, share: float) -> None:
    monkeypatch.setattr(pipeline, "ALL_SHARE", share)
    pipeline.score_all(ON)
    put_events(
        [("L3", 1, "page_view", "/pricing"), ("L8", 4, "download", "doc/x"), ("L4", 4, "page_view", "/")]
    )
    put_leads([("L6", "村上 千尋", "ムラカミ チヒロ", "瀬戸内フーズ", "部長", "製造業")])
    done = pipeline.score_touched(ON)
    assert done.changed > 0
    touched = everything()
    pipeline.score_all(ON)
    assert everything() == touched


def test_a_colleague_of_somebody_touched_is_scored_too(world, monkeypatch) -> None:
    monkeypatch.setattr(pipeline, "ALL_SHARE", 1.0)
    pipeline.score_all(ON)
    before = totals()
    put_events([("L8", 1, "page_view", "/"), ("L4", 1, "page_view", "/about")])
    pipeline.score_touched(ON)
    after = totals()
    assert after["L8"] == before["L8"] + 10
    assert after["L4"] == before["L4"] + 10
    put_leads([("L8", "及川 隆", "オイカワ タカシ", "タカセ金型", "", "製造業")])
    done = pipeline.score_touched(ON)
    moved = totals()
    assert done.leads < len(LEADS)
    assert moved["L4"] == before["L4"], "the company that was left has one person active"
    assert moved["L5"] == before["L5"] + 10, "the company that was joined has two"


def test_only_scores_that_changed_are_written(world) -> None:
    assert pipeline.score_all(ON).changed > 0
    assert pipeline.score_all(ON).changed == 0
    assert pipeline.score_touched(ON).changed == 0


def test_a_new_day_or_version_scores_everybody(world, monkeypatch) -> None:
    monkeypatch.setattr(pipeline, "ALL_SHARE", 1.0)
    pipeline.score_all(ON)
    before = totals()
    assert pipeline.score_touched(ON + timedelta(days=1)).leads == len(LEADS)
    assert totals()["L1"] < before["L1"], "a day older, points have faded"
    scores.publish_model(parse_model(MODEL.replace("points: 10}", "points: 11}")))
    assert pipeline.score_touched(ON + timedelta(days=1)).version == 2


def test_without_a_model_leads_are_listed_without_scores() -> None:
    put_leads(LEADS)
    done = pipeline.score_all(ON)
    assert done.version is None
    assert standing() is None
    page = list_page(ListQuery(sort="kana"), None)
    assert page.total == len(LEADS)
    assert found("三宅") == {"L1"}


def test_a_lead_that_is_gone_leaves_lists_counts_and_search(world) -> None:
    pipeline.score_all(ON)
    number = people.numbers_of(["L1"])["L1"]
    people_services.erase([number])
    pipeline.score_touched(ON)
    assert "L1" not in totals()
    assert store.row_count() == len(LEADS) - 1
    assert found("三宅") == set()


def test_a_new_name_is_found_and_the_old_one_is_not(world) -> None:
    pipeline.score_all(ON)
    put_leads([("L2", "森 結衣", "モリ ユイ", "北浜精機", "", "製造業")])
    pipeline.score_touched(ON)
    assert found("森") == {"L2"}
    assert found("もり") == {"L2"}
    assert found("島田") == set()
    assert found("北浜") == {"L1", "L2", "L3"}


def test_counts_are_those_of_the_rows(world) -> None:
    pipeline.score_all(ON)
    put_events([("L6", 1, "download", "doc/y")])
    pipeline.score_touched(ON)
    for heat in range(5):
        kept = int(matching_cells(Filters(heat=(heat,)))["n"].sum())
        assert kept == LeadScore.objects.filter(cell__in=LeadCell.objects.filter(heat=heat)).count()


def test_what_was_shown_is_kept(world) -> None:
    pipeline.score_all(ON)
    shown = totals()
    number = people.numbers_of(["L2"])["L2"]
    put_events([("L2", 1, "download", "doc/z")])
    pipeline.score_touched(ON)
    first, second = ScoreLog.objects.order_by("id")
    every = pl.read_parquet(log.folder() / first.file)
    assert every.height == len(LEADS)
    assert every.filter(pl.col("lead_id") == number)["total"].item() == shown["L2"]
    assert second.leads < len(LEADS)
    assert log.shown(number, ON) == totals()["L2"]
    log.erase(np.array([number]))
    assert log.shown(number, ON) is None


def test_the_change_of_hot_leads_over_a_week_is_known(world) -> None:
    pipeline.score_all(ON - timedelta(days=7))
    before = cells.heat_counts()[4]
    pipeline.score_all(ON)
    assert log.hot_before(ON, 7) == before
    assert log.hot_before(ON, 30) is None
