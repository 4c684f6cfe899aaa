"""Membership: many questions in one pass, and the reasons that a person is told."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.conditions.who import Who
from mikomi.core.conditions.who_names import Names
from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.core.membership.answers import answer
from mikomi.core.membership.asks import Asks
from mikomi.core.membership.facts import Facts
from mikomi.core.membership.stages import stage_days
from mikomi.core.membership.why import Reason, why_who
from mikomi.core.scoring.model_file import parse_model
from mikomi.core.scoring.score import day_scores

TODAY = date(2026, 10, 31)
NUMBER = (TODAY - date(1970, 1, 1)).days
TOUCHES = Touches(
    pl.DataFrame({"kind": ["page_view", "page_view", "download"], "content": ["/pricing", "/", "guide"]})
)


def source(rows: list[tuple[int, int, int, int]], parts: int = 2) -> LoadedActivity:
    """Rows of (lead, days ago, touch, n)."""
    table = np.array(
        sorted((lead, NUMBER - ago, touch, n) for lead, ago, touch, n in rows), dtype=np.int32
    ).reshape(-1, 4)
    return LoadedActivity.of(TOUCHES, Activity(*(table[:, i].copy() for i in range(4))), parts)


def test_more_questions_than_a_word_has_bits_are_each_answered() -> None:
    ago = [0, 3, 63, 64, 65, 128, 149, 500]
    leads = pl.DataFrame({"lead": [str(n) for n in range(len(ago) + 2)]})
    seen = source([(lead, days, 0, 1) for lead, days in enumerate(ago)])
    windows = [read_who({"did": {"kind": "page_view"}, "within_days": n}) for n in range(1, 151)]
    asks = Asks.of([*windows, *(read_who({"not": {"did": {}, "within_days": n}}) for n in range(1, 151))])
    assert len(asks.questions) > 128
    answers = answer(asks, Facts(leads), seen, TODAY)
    for n in range(1, 151):
        inside = [days < n for days in ago] + [False, False]
        assert answers.holds(n - 1).tolist() == inside
        assert answers.holds(149 + n).tolist() == [not one for one in inside]


def test_equal_questions_are_asked_once() -> None:
    twice = {"did": {"kind": "download"}, "within_days": 30}
    asks = Asks.of([read_who({"all": [twice, {"did": {}}]}), read_who({"any": [twice, {"hot": True}]})])
    assert len(asks.questions) == 2


def test_a_group_that_is_gone_matches_nothing_and_one_of_the_model_is_not_mistaken_for_it() -> None:
    here = read_who({"did": {"group": "料金"}})
    facts = Facts(pl.DataFrame({"lead": ["a"]}))
    seen = source([(0, 1, 0, 1)])
    assert answer(Asks.of([here], {"料金": ("/pricing*",)}), facts, seen, TODAY).holds(0).tolist() == [True]
    assert answer(Asks.of([here], {}), facts, seen, TODAY).holds(0).tolist() == [False]


def test_who_did_nothing_or_has_no_score_is_answered_all_the_same() -> None:
    facts = Facts(pl.DataFrame({"lead": ["a"]}))
    for data, holds in (
        ({"did": {}, "at_most": 0}, True),
        ({"did": {}, "at_most": 3}, True),
        ({"did": {}}, False),
        ({"last": {}, "days_ago": {"at_least": 0}}, False),
        ({"not": {"first": {}, "days_ago": {"at_least": 0}}}, True),
        ({"score": "total", "gte": -100}, False),
        ({"hot": False}, True),
        ({"stage": ["none"]}, True),
        ({"tag": [9]}, False),
        ({"consent": "unknown"}, True),
        ({"outcome": ["won"]}, False),
    ):
        asks = Asks.of([read_who(data)])
        assert answer(asks, facts, source([(5, 1, 0, 1)]), TODAY).holds(0).tolist() == [holds], data


def test_stages_of_many_days_are_the_same_in_many_runs_of_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(1)
    rows = {
        (int(a), int(b), int(c)) for a, b, c in zip(*draw.integers(0, (60, 90, 3), (400, 3)).T, strict=True)
    }
    seen = source([(lead, ago, touch, 1) for lead, ago, touch in rows])
    leads = pl.DataFrame({"lead": [str(n) for n in range(60)], "industry": ["製造業", None] * 30})
    stages: list[Who | None] = [
        read_who({"did": {}}, purpose="stage"),
        None,
        read_who(
            {"all": [{"did": {"kind": "download"}, "within_days": 30}, {"field": "industry", "known": True}]}
        ),
    ]
    days = [TODAY - timedelta(days=n) for n in range(80, -1, -4)]
    whole = stage_days(stages, {}, leads, seen, days)
    assert set(np.unique(whole)) == {0, 1, 3}
    monkeypatch.setattr("mikomi.core.engine.folding.CELLS_AT_ONCE", 7 * len(days))
    assert np.array_equal(stage_days(stages, {}, leads, seen, days, threads=1), whole)
    assert np.array_equal(stage_days([None], {}, leads, seen, days), np.zeros((len(days), 60)))


MODEL = parse_model("name: m\nfit:\n  - {id: f, label: f, when: {field: industry, is: 製造業}, points: 30}\n")


def test_a_reason_says_what_was_seen() -> None:
    leads = pl.DataFrame({"number": [7], "lead": ["a"], "industry": ["製造業"], "title": [" "]})
    outcomes = pl.DataFrame(
        {"lead": [7, 7, 8], "day": [NUMBER - 5, NUMBER + 1, NUMBER], "result": ["meeting", "won", "lost"]}
    )
    facts = Facts(
        leads,
        outcomes,
        day_scores(MODEL, TODAY, np.array([30.0]), np.array([12.5])),
        np.array([1], np.uint8),
        ("compare",),
    )
    seen = source([(7, 3, 0, 2), (7, 40, 0, 1), (7, 3, 1, 1), (8, 0, 2, 1)])
    names = Names(stages={"compare": "比較検討"}, segments={4: "見込み"})
    prices = {"kind": "page_view", "content": "/pricing"}
    cases = [
        ({"did": prices, "within_days": 30}, True, "2回（最後は2026-10-28）", "twice (last on 2026-10-28)"),
        (
            {"did": {}, "count": "days", "at_most": 1},
            False,
            "2日（最後は2026-10-28）",
            "2 days (last on 2026-10-28)",
        ),
        ({"not": {"did": {"kind": "download"}}}, True, "0回", "0 times"),
        (
            {"first": {}, "days_ago": {"at_least": 9}},
            True,
            "40日前（2026-09-21）",
            "40 days ago (2026-09-21)",
        ),
        ({"last": {"kind": "call"}, "days_ago": {"at_most": 3}}, False, "ありません", "never"),
        ({"field": "industry", "is": "製造業"}, True, "製造業", "製造業"),
        ({"field": "title", "known": True}, False, "不明", "unknown"),
        ({"outcome": ["won"]}, False, "商談（2026-10-26）", "meeting (2026-10-26)"),
        ({"score": "engagement", "gte": 12.5}, True, "12.5点", "12.5"),
        ({"grade": "fit", "in": ["A"]}, False, "D", "D"),
        ({"hot": True}, False, "ホットではない", "not hot"),
        ({"stage": ["compare"]}, True, "比較検討", "比較検討"),
        ({"consent": "granted"}, False, "わからない", "unknown"),
    ]
    every = read_who({"all": [data for data, *_ in cases]})
    for language, place in (("ja", 2), ("en", 3)):
        told = why_who(every, facts, seen, TODAY, language, names=names)
        assert [(part.holds, part.seen) for part in told.parts] == [(c[1], c[place]) for c in cases]
        assert not told.holds


def test_a_segment_that_is_referred_to_is_told_inside_and_need_not_be_known() -> None:
    facts = Facts(pl.DataFrame({"lead": ["a"], "industry": ["製造業"]}))
    refer = read_who({"any": [{"segment": [1]}, {"not": {"all": [{"hot": True}]}}]})
    segments = {1: read_who({"segment": [2, 3]}), 2: read_who({"field": "industry", "is": "小売業"})}
    told = why_who(refer, facts, source([]), TODAY, "ja", segments=segments)

    def shape(reason: Reason) -> list:
        return [reason.holds, *map(shape, reason.parts)]

    assert shape(told) == [True, [False, [False, [False]]], [True, [False, [False]]]]
    with pytest.raises(ValueError, match="exactly one lead"):
        why_who(refer, Facts(pl.DataFrame({"lead": ["a", "b"]})), source([]), TODAY, "ja")
