"""How numbers, dates and names are written, and that shown lines add up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from mikomi.hub.kit import formats
from mikomi.hub.kit.rounding import add_up, add_up_groups, shown
from mikomi.hub.kit.temperature import LEVELS, bounds, level, threshold_of

TODAY = date(2026, 11, 24)
worths = st.integers(-60_000_000, 60_000_000).map(lambda millionths: millionths / 1e6)


@given(st.lists(worths, min_size=1, max_size=40), st.integers(0, 2))
def test_shown_lines_add_up_to_the_shown_total(values, places):
    total = shown(float(np.sum(np.asarray(values))), places)
    lines = add_up(values, total, places)
    assert sum(lines) == total
    unit = Decimal(1).scaleb(-places)
    for value, line in zip(values, lines, strict=True):
        assert abs(Decimal(repr(value)) - line) <= unit


@given(st.lists(st.lists(worths, max_size=12), min_size=1, max_size=4))
def test_lines_add_up_to_subtotals_and_subtotals_to_the_total(groups):
    flat = [value for group in groups for value in group]
    total = shown(float(np.sum(np.asarray(flat)))) if flat else Decimal("0.0")
    placed = add_up_groups(groups, total)
    assert sum(subtotal for subtotal, _ in placed) == total
    for group, (subtotal, lines) in zip(groups, placed, strict=True):
        assert len(lines) == len(group)
        assert sum(lines) == subtotal


def test_the_lead_of_the_design_adds_up():
    groups = [[15, 10, 10], [8.04, 5.46, 2.97, 0.31, 0.22], [24.6, 10]]
    placed = add_up_groups(groups, Decimal("86.6"))
    assert [subtotal for subtotal, _ in placed] == [Decimal("35.0"), Decimal("17.0"), Decimal("34.6")]
    assert placed[1][1] == tuple(Decimal(text) for text in ("8.0", "5.5", "3.0", "0.3", "0.2"))


def test_whole_points_are_left_as_they_are():
    assert add_up([10, 15, -20], shown(5)) == (Decimal("10.0"), Decimal("15.0"), Decimal("-20.0"))
    assert add_up([], Decimal("0.0")) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [(86.65, "86.6"), (86.649999, "86.6"), (0.1 + 0.2, "0.3"), (-0.04, "0.0"), (2.5, "2.5")],
)
def test_a_shown_number_is_rounded_once_and_never_minus_zero(value, text):
    assert str(shown(value)) == text


def test_a_day_names_its_year_only_if_it_is_another_one():
    assert formats.day(TODAY, "ja", TODAY) == "11月24日（火）"
    assert formats.day(TODAY, "en", TODAY) == "Tue, Nov 24"
    assert formats.day(date(2025, 11, 20), "ja", TODAY) == "2025年11月20日（木）"
    assert formats.day(date(2025, 11, 20), "en", TODAY, weekday=False) == "Nov 20, 2025"


def test_a_moment_is_today_or_yesterday_or_a_day():
    assert formats.moment(datetime(2026, 11, 24, 8, 12), "ja", TODAY) == "今日 8:12"
    assert formats.moment(datetime(2026, 11, 23, 17, 5), "en", TODAY) == "Yesterday 17:05"
    assert formats.moment(datetime(2026, 11, 20, 10, 44), "ja", TODAY) == "11月20日 10:44"
    assert formats.last(datetime(2026, 11, 20, 10, 44), "en", TODAY) == "Nov 20"
    assert formats.last(datetime(2026, 11, 24, 7, 48), "ja", TODAY) == "今日 7:48"


def test_numbers_are_written_as_people_read_them():
    assert formats.count(1248, "ja", "人") == "1,248人"
    assert formats.count(1248, "en", "人") == "1,248"
    assert formats.points(5, "ja") == "+5点"
    assert formats.points(-10, "ja") == "−10点"
    assert formats.points(0, "ja") == "0点"
    assert formats.points(5, "en") == "+5"
    assert formats.points(2.5, "ja") == "+2.5点"
    assert formats.points(Decimal("15.0"), "en", 1) == "+15.0"
    assert formats.signed(0) == "±0"
    assert formats.number(-0.001, 1) == "0.0"
    assert formats.percent(0.118) == "12%"


@pytest.mark.parametrize(("language", "text"), [("ja", "<b>三宅 浩司</b> 様"), ("en", "<b>三宅 浩司</b>")])
def test_sama_follows_a_name_in_japanese_only(language, text):
    with translation.override(language):
        assert Template('{% load kit %}{% person "三宅 浩司" %}').render(Context()) == text


@pytest.mark.parametrize(
    ("score", "expected"),
    [(-5, 0), (14.9, 0), (15, 1), (29.9, 1), (30, 2), (45, 3), (59.9, 3), (60, 4), (120, 4)],
)
def test_levels_lie_at_quarters_of_the_threshold(score, expected):
    assert level(score, 60) == expected
    assert bounds(60) == (15, 30, 45, 60)


def test_the_models_verdict_decides_about_the_hottest_level():
    assert level(20, 60, hot=True) == 4
    assert level(90, 60, hot=False) == 3
    assert level(90, None) == 0
    assert level(90, None, hot=True) == 4
    assert len(LEVELS) == 5


def test_the_threshold_is_the_total_or_the_sum_of_the_parts():
    assert threshold_of({"fit": 10, "total": 60}) == 60
    assert threshold_of({"fit": 10, "engagement": 30}) == 40
    assert threshold_of({}) is None
