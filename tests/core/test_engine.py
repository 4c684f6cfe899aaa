"""The local engine beyond the contract: attributes that change, other measures, long waits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.engine.folding import fold_measures
from mikomi.core.engine.local import score_days
from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.core.scoring.fold import NEVER
from mikomi.core.scoring.measures import Kind, Measure
from mikomi.core.scoring.model_file import parse_model

START = date(2026, 3, 1)
FIRST = (START - date(1970, 1, 1)).days


def on(day: int) -> date:
    return START + timedelta(days=day)


def source(rows: list[tuple[int, int, str, int]]) -> LoadedActivity:
    """(lead, day from START, kind, n)"""
    kinds = sorted({row[2] for row in rows})
    table = np.array(
        sorted((lead, FIRST + day, kinds.index(kind), n) for lead, day, kind, n in rows), dtype=np.int32
    )
    touches = Touches(pl.DataFrame({"kind": kinds, "content": [""] * len(kinds)}))
    return LoadedActivity.of(touches, Activity(*(table[:, i].copy() for i in range(4))))


def test_a_past_day_is_scored_with_what_was_known_on_it() -> None:
    model = parse_model(
        """
        fit: [{id: big, points: 10, when: {field: employees, gte: 300}}]
        signals:
          - id: surge
            pattern: surge
            within_days: 30
            at_least: 1
            points: 5
            lead: {field: employees, gte: 300}
          - {id: us, pattern: colleagues, within_days: 30, at_least: 2, points: 7}
        """
    )
    before = pl.DataFrame({"lead": ["a", "b"], "employees": ["50", "50"], "company": ["x", "y"]})
    after = pl.DataFrame({"lead": ["a", "b"], "employees": ["400", "50"], "company": ["x", "x"]})
    days = [on(0), on(1), on(2)]
    scores = score_days(model, before, source([(0, 0, "k", 1), (1, 0, "k", 1)]), days, later=[(on(1), after)])
    assert [s.fit.tolist() for s in scores] == [[0, 0], [10, 0], [10, 0]]
    assert [s.engagement.tolist() for s in scores] == [[0, 0], [12, 7], [12, 7]]


def test_comebacks_that_wait_long_are_not_lost_when_many_others_come_between() -> None:
    # Active every second day; only the last days have events that count.
    rows = [(0, day, "quiet", 1) for day in range(0, 200, 2)] + [(0, 199, "hit", 3)]
    model = parse_model(
        "signals: [{id: r, pattern: return, quiet_days: 2, within_days: 50, at_least: 3, points: 8, "
        "when: {kind: hit}, quiet_when: {kind: quiet}}]"
    )
    leads = pl.DataFrame({"lead": ["a"]})
    days = [on(150), on(199), on(210)]
    assert [s.total[0] for s in score_days(model, leads, source(rows), days)] == [0, 8, 8]


def test_counts_days_and_last_days_are_folded_in_the_same_pass_as_scores() -> None:
    rows = [(0, 0, "a", 2), (0, 0, "b", 1), (0, 3, "a", 4), (0, 9, "a", 1), (2, 5, "b", 6)]
    when = ActivityCondition(kinds=("a",))
    measures = [
        Measure(Kind.COUNT, when, within_days=4),
        Measure(Kind.DAYS, within_days=10),
        Measure(Kind.LAST, when),
        Measure(Kind.COUNT, within_days=100, points=2),
    ]
    folded = fold_measures(measures, {}, source(rows), np.arange(3), [on(3), on(4), on(9)], explain=True)
    assert folded.values[0].tolist() == [[6, 2, FIRST + 3, 14], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert folded.values[1].tolist() == [[4, 2, FIRST + 3, 14], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert folded.values[2].tolist() == [[1, 3, FIRST + 9, 16], [0, 0, 0, 0], [0, 1, 0, 12]]
    assert folded.lasts[2, :, 0].tolist() == [FIRST + 9, NEVER, NEVER]


def test_days_must_ascend() -> None:
    model = parse_model("engagement: [{id: a, points: 1}]")
    with pytest.raises(ValueError, match="ascend"):
        score_days(model, pl.DataFrame({"lead": ["a"]}), source([(0, 0, "a", 1)]), [on(1), on(1)])


def test_activity_of_leads_that_are_no_rows_is_left_out() -> None:
    model = parse_model("engagement: [{id: a, points: 1, per_day: null}]")
    rows = [(number, 0, "a", number + 1) for number in range(8)]
    leads = pl.DataFrame({"lead": ["x", "y"], "number": [5, 2]})
    (scores,) = score_days(model, leads, source(rows), [on(0)])
    assert scores.total.tolist() == [6, 3]


def test_very_old_activity_still_halves_as_it_should() -> None:
    model = parse_model("engagement: [{id: a, points: 1000000, half_life_days: 400}]")
    leads = pl.DataFrame({"lead": ["x"]})
    (scores,) = score_days(model, leads, source([(0, 0, "a", 1)]), [on(6000)])
    assert scores.total[0] == pytest.approx(1e6 * 2 ** (-6000 / 400), abs=1e-6)


def test_without_leads_rules_or_activity_there_is_nothing_to_trip_over() -> None:
    empty = LoadedActivity(Touches.empty(), ())
    nobody = pl.DataFrame(schema={"lead": pl.String})
    model = parse_model("name: leer")
    (scores,) = score_days(model, nobody, empty, [on(0)])
    assert scores.total.tolist() == []
    (scores,) = score_days(model, pl.DataFrame({"lead": ["a"]}), empty, [on(0)])
    assert (scores.total.tolist(), scores.hot.tolist(), scores.fit_grades().to_list()) == (
        [0],
        [False],
        ["D"],
    )
    assert score_days(model, pl.DataFrame({"lead": ["a"]}), empty, []) == []
