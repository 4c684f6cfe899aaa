"""Descriptions: every operator, kind and pattern, in both languages, against golden files.

`MIKOMI_TEST_WRITE_GOLDEN=1 pytest tests/core/test_describe.py` writes the golden files anew; read the
difference before keeping it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mikomi.core.conditions.attributes import Test as FieldTest
from mikomi.core.conditions.attributes import tests_of as field_tests_of
from mikomi.core.conditions.parse import OPERATORS
from mikomi.core.conditions.sentence import FieldLabel, Labels, day_span, number_text, signed_points
from mikomi.core.events import KINDS
from mikomi.core.scoring.describe import (
    describe_fact,
    describe_grades,
    describe_hot,
    describe_model,
    describe_rule,
)
from mikomi.core.scoring.model import (
    PATTERNS,
    FitRule,
    Hot,
    Model,
)
from mikomi.core.scoring.model_file import load_model, parse_model
from mikomi.core.words import Language, Words

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES: tuple[Language, Language] = ("ja", "en")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(GOLDEN / "every_rule.yaml")


def assert_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("MIKOMI_TEST_WRITE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_model_reads_as_the_golden_file(model: Model, language: Language) -> None:
    assert_golden(f"model.{language}.txt", describe_model(model, language).text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_read_as_the_golden_file(model: Model, language: Language) -> None:
    lines = [f"{rule.id}: {describe_fact(rule, language).text}\n" for rule in model.rules]
    assert_golden(f"facts.{language}.txt", "".join(lines))


def test_the_golden_model_holds_every_operator_kind_and_pattern(model: Model) -> None:
    tests = [test for rule in model.fit for test in field_tests_of(rule.when)]
    assert {test.op for test in tests} == set(OPERATORS)
    assert {kind for rule in model.engagement for kind in rule.when.kinds} >= set(KINDS)
    assert {type(signal) for signal in model.signals} == set(PATTERNS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_rule_has_a_changeable_place_for_its_points_and_what_it_asks(
    model: Model, language: Language
) -> None:
    for rule in model.rules:
        sentence = describe_rule(rule, language)
        paths = [part.path for part in (*sentence.parts, *sentence.options) if part.path]
        assert len(paths) == len(set(paths)), rule.id
        assert all(path[1] == rule.id for path in paths)
        assert paths[-1 - len(sentence.options)][2:] == ("points",)
        assert len(paths) >= 2


def test_places_inside_a_nested_condition_name_the_way_to_them(model: Model) -> None:
    rule = next(rule for rule in model.fit if rule.id == "nested")
    paths = {part.text: part.path for part in describe_rule(rule, "ja").parts if part.path}
    assert paths["卸売業"] == ("fit", "nested", "when", "all", 0, "any", 1, "is")
    assert paths["不明"] == ("fit", "nested", "when", "all", 1, "not", "all", 1, "known")


def test_what_a_rule_could_carry_but_does_not_is_offered(model: Model) -> None:
    rule = next(rule for rule in model.engagement if rule.id == "page_view")
    assert describe_rule(rule, "ja").missing == (
        ("engagement", "page_view", "half_life_days"),
        ("engagement", "page_view", "cap"),
    )


def test_labels_given_by_the_caller_name_fields_and_contents() -> None:
    labels = Labels(
        fields={"plan": FieldLabel(Words("契約プラン", "plan"), Words("件", " seats"))},
        contents={"/pricing": "料金表"},
    )
    rule = FitRule("p", "p", FieldTest("plan", "gte", 3000), 1)
    assert describe_rule(rule, "ja", labels).text == "契約プランが3,000件以上なら +1点"
    assert describe_rule(rule, "en", labels).text == "Plan 3,000 seats or more: +1 point"
    text = "engagement: [{id: x, when: {kind: page_view, content: /pricing}, points: 5}]"
    page = parse_model(text).engagement[0]
    assert describe_rule(page, "ja", labels).text == "ページ「料金表」を見たら +5点、1日1回まで"


def test_the_sentence_of_the_contract_reads_as_the_contract_says() -> None:
    text = (
        "groups: {料金: ['/pricing*']}\n"
        "engagement: [{id: p, when: {kind: page_view, group: 料金}, points: 5,\n"
        "  half_life_days: 14, cap: 30}]\n"
    )
    rule = parse_model(text).engagement[0]
    said = "料金ページを見たら +5点、1日1回まで、2週間で半分、合わせて30点まで"
    assert describe_rule(rule, "ja").text == said


@pytest.mark.parametrize(
    ("days", "ja", "en"),
    [
        (7, "1週間", "a week"),
        (14, "2週間", "2 weeks"),
        (30, "30日", "30 days"),
        (1, "1日", "1 day"),
        (10.5, "10.5日", "10.5 days"),
        (365, "365日", "365 days"),
    ],
)
def test_half_lives_read_in_weeks_or_days(days: float, ja: str, en: str) -> None:
    assert day_span(days, "ja") == ja
    assert day_span(days, "en") == en


def test_numbers_read_as_people_write_them() -> None:
    assert number_text(1248) == "1,248"
    assert number_text(1999, grouped=False) == "1999"
    assert number_text(-2.5) == "−2.5"
    assert signed_points(-20, "ja") == "−20点"
    assert signed_points(1, "en") == "+1 point"
    assert signed_points(0, "ja") == "+0点"


def test_a_model_without_hot_condition_says_that_nobody_is_hot() -> None:
    assert describe_hot(Hot(), "ja").text == "だれもホットになりません（条件がありません）"
    assert describe_hot(Hot(total=60), "en").text == "Leads with total 60 or more"


def test_a_model_without_grades_says_which_grade_all_get(model: Model) -> None:
    bare = replace(model, fit_grades=(), engagement_grades=())
    assert describe_grades(bare, "fit", "ja").text == "属性の等級は、すべてD"
    assert describe_grades(bare, "engagement", "en").text == "Engagement grade: always 4"
