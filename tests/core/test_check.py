"""What is said of a model on given data: rules without effect, doubled ones, values left out."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.core.review.check import Finding, check_model, check_on_data
from mikomi.core.review.reach import reach_of
from mikomi.core.scoring.model_file import parse_model

DAY = date(2026, 11, 1)
D = (DAY - date(1970, 1, 1)).days
LEADS = pl.DataFrame(
    {
        "lead": ["a", "b", "c", "d"],
        "company": ["北浜", "北浜", "丹後", ""],
        "業種": ["製造業", "卸売業", "製造業", None],
        "employees": ["300", "約500名", "1,200", "不明"],
    }
)
TOUCHES = Touches(
    pl.DataFrame(
        {
            "kind": ["page_view", "page_view", "download"],
            "content": ["/pricing", "/case/1", "catalog.pdf"],
        }
    )
)


def activity(*rows: tuple[int, int, int, int]) -> LoadedActivity:
    """Rows of (lead, days before DAY, touch, n)."""
    table = np.array(sorted((lead, D - ago, touch, n) for lead, ago, touch, n in rows), dtype=np.int32)
    return LoadedActivity.of(TOUCHES, Activity(*table.T.copy()), 1)


SOME = activity((0, 0, 0, 3), (0, 2, 1, 1), (1, 100, 0, 1), (2, 1, 0, 1))


def findings(text: str, source: LoadedActivity | None = SOME) -> list[Finding]:
    return check_on_data(parse_model(text), LEADS, source, DAY)


def kinds(found: list[Finding]) -> set[tuple[str, str | None]]:
    return {(finding.kind, finding.rule) for finding in found}


def test_it_works() -> None:
    text = (
        "groups: {料金: ['/pricing*']}\n"
        "fit: [{id: m, when: {field: industry, is: 製造業}, points: 5}]\n"
        "engagement: [{id: d, when: {kind: page_view, content: '/case/*'}, points: 5}]\n"
        "signals: [{id: s, pattern: surge, within_days: 3, at_least: 3, when: {group: 料金}, points: 5}]\n"
    )
    assert findings(text) == []


def test_a_rule_that_nobody_meets_is_named() -> None:
    text = (
        "fit: [{id: f, when: {field: industry, is: 銀行}, points: 5}]\n"
        "engagement: [{id: e, when: {kind: form_submit}, points: 5}]\n"
        "signals: [{id: s, pattern: surge, within_days: 3, at_least: 90, points: 5}]\n"
    )
    assert kinds(findings(text)) == {("never", "f"), ("never", "e"), ("never", "s")}


def test_a_signal_that_fired_weeks_ago_is_not_called_dead() -> None:
    text = "signals: [{id: s, pattern: surge, within_days: 7, at_least: 3, points: 5}]\n"
    model = parse_model(text)
    old = activity((0, 70, 0, 3), (1, 0, 0, 1))
    assert check_on_data(model, LEADS, old, DAY) == []
    assert reach_of(model, LEADS, old, DAY).touched(model) == {"s": 0}


def test_a_rule_that_all_meet_is_named() -> None:
    text = (
        "fit: [{id: f, when: {field: lead, known: true}, points: 5}]\n"
        "engagement: [{id: e, when: {content: '/*'}, points: 5}]\n"
    )
    assert kinds(findings(text)) == {("always", "f"), ("always", "e")}


def test_rules_that_count_the_same_leads_or_touches_are_named() -> None:
    text = (
        "groups: {料金: ['/pricing*']}\n"
        "fit:\n"
        "  - {id: a, when: {field: employees, gte: 300}, points: 5}\n"
        "  - {id: b, when: {field: employees, gte: 1000}, points: 5}\n"
        "engagement:\n"
        "  - {id: c, when: {kind: page_view, group: 料金}, points: 5}\n"
        "  - {id: d, when: {kind: page_view}, points: 1}\n"
        "signals:\n"
        "  - {id: s, pattern: surge, within_days: 3, at_least: 3, points: 5}\n"
        "  - {id: t, pattern: surge, within_days: 2, at_least: 3, points: 5}\n"
    )
    found = [f for f in findings(text) if f.kind == "overlap"]
    assert [f.rule for f in found] == ["a", "c", "s"]
    assert found[0].words.ja == (
        "「a」と「b」は同じ項目を見ていて、1人が両方に当てはまります。点数は両方足されます"
    )
    assert "such as /pricing" in found[1].words.en


def test_rules_on_other_fields_that_share_some_leads_do_not_overlap() -> None:
    text = (
        "fit:\n"
        "  - {id: a, when: {field: industry, is: 製造業}, points: 5}\n"
        "  - {id: b, when: {field: employees, gte: 1000}, points: 5}\n"
    )
    assert [f for f in findings(text) if f.kind == "overlap"] == []


def test_a_field_without_a_column_is_named_and_a_synonym_counts_as_one() -> None:
    text = (
        "fit:\n"
        "  - {id: a, when: {field: capital, gte: 1}, points: 5}\n"
        "  - {id: b, when: {field: industry, is: 製造業}, points: 5}\n"
    )
    found = [f for f in findings(text, None) if f.kind == "no_column"]
    assert [f.rule for f in found] == ["a"]
    assert "資本金（capital）" in found[0].words.ja


def test_values_that_are_no_numbers_are_counted_with_examples() -> None:
    text = "fit: [{id: a, when: {field: employees, gte: 300}, points: 5}]\n"
    found = [f for f in findings(text, None) if f.kind == "not_number"]
    assert [f.words.ja for f in found] == [
        "従業員数の2件は数字として読めず、当てはまりません（例：「不明」、「約500名」）"
    ]


def test_text_rules_do_not_ask_for_numbers() -> None:
    text = "fit: [{id: a, when: {field: employees, contains: 名}, points: 5}]\n"
    assert [f for f in findings(text, None) if f.kind == "not_number"] == []


def test_a_group_that_matches_nothing_is_named() -> None:
    text = (
        "groups: {料金: ['/price/*']}\n"
        "engagement: [{id: e, when: {kind: page_view, group: 料金}, points: 5}]\n"
    )
    assert ("empty_group", None) in kinds(findings(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fit: [{id: a, when: {field: x, known: true}, points: 5}]\nhot: {fit: 6}\n", "だれもホットに"),
        (
            "engagement: [{id: a, points: 9, half_life_days: 1, when: {}}]\nhot: {engagement: 19}\n",
            "だれもホットに",
        ),
        ("grades: {fit: {A: 5, B: 10}}\nhot: {}\n", "届く人はいません"),
        ("groups: {料金: [/pricing]}\n", "使うルールがありません"),
    ],
)
def test_what_can_never_be_is_found_without_data(text: str, said: str) -> None:
    assert any(said in finding.words.ja for finding in check_model(parse_model(text)))


@pytest.mark.parametrize(
    "text",
    [
        "fit: [{id: a, when: {field: x, known: true}, points: 5}]\nhot: {fit: 5}\n",
        "engagement: [{id: a, points: 9, half_life_days: 1, when: {}}]\nhot: {engagement: 17}\n",
        "engagement: [{id: a, points: 9, when: {}}]\nhot: {engagement: 1000}\n",
    ],
)
def test_what_can_be_reached_is_left_alone(text: str) -> None:
    assert check_model(parse_model(text)) == []


def test_reach_counts_the_leads_of_each_rule_in_the_window() -> None:
    text = (
        "fit: [{id: f, when: {field: 業種, is: 製造業}, points: 0}]\n"
        "engagement: [{id: e, when: {content: /pricing}, points: 0}]\n"
        "signals:\n"
        "  - {id: c, pattern: colleagues, within_days: 200, at_least: 2, points: 0}\n"
        "  - {id: q, pattern: silence, quiet_days: 90, points: 0}\n"
    )
    model = parse_model(text)
    reach = reach_of(model, LEADS, SOME, DAY, window_days=30)
    assert reach.touched(model) == {"f": 2, "e": 2, "c": 2, "q": 1}
    assert reach.active.tolist() == [True, True, True, False]
