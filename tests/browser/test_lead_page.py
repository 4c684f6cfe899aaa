"""One lead in a real browser: why on any day, the curve's days, more of the timeline, on a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from mikomi.hub.people import queries as people
from tests.browser.test_lists import Open, enter
from tests.hub.site.world import ON

__all__ = ["enter"]


@pytest.fixture
def lead(enter: Open) -> int:
    return people.numbers_of(["L1"])["L1"]


def shown(page: Page) -> tuple[list[Decimal], Decimal]:
    """The lines of the why table and the total in the header."""
    texts = page.locator(".mk-why tbody tr:not(.mk-why-group) .mk-points").all_inner_texts()
    return [Decimal(text.replace("−", "-")) for text in texts], Decimal(page.locator("#total").inner_text())


def test_why_adds_up_today_and_on_a_past_day(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    lines, today = shown(page)
    assert sum(lines) == today
    past = ON - timedelta(days=20)
    page.get_by_label("見る日").fill(past.isoformat())
    expect(page).to_have_url(re.compile(f"on={past.isoformat()}"))
    expect(page.get_by_role("status").filter(has_text="時点で見ています")).to_be_visible()
    lines, then = shown(page)
    assert sum(lines) == then < today
    page.get_by_role("link", name="今日に戻る").click()
    expect(page.locator("#total")).to_have_text(str(today))


def test_a_day_of_the_curve_opens_that_day(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    box = page.locator(".mk-plot .hit").nth(100).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 40)
    expect(page).to_have_url(re.compile(r"on=2026-\d\d-\d\d"))


def test_the_day_before_and_after_are_one_press_away(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    page.get_by_role("link", name="前の日").click()
    expect(page).to_have_url(re.compile(f"on={ON - timedelta(days=1)}"))
    page.get_by_role("link", name="次の日").click()
    expect(page.get_by_text("時点で見ています")).to_have_count(0)


def test_earlier_parts_of_the_timeline_come_when_asked_for(enter: Open, lead: int, monkeypatch) -> None:
    monkeypatch.setattr("mikomi.hub.site.views.lead.TIMELINE_SIZE", 2)
    page = enter(f"/leads/{lead}/")
    timeline = page.locator("#timeline")
    expect(timeline).not_to_contain_text("失注")
    while timeline.get_by_role("link", name="もっと前を見る").count():
        rows = timeline.locator("li").count()
        timeline.get_by_role("link", name="もっと前を見る").click()
        expect(timeline.locator("li")).not_to_have_count(rows)
    expect(timeline).to_contain_text("失注")


def test_colleagues_are_a_press_away(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    page.get_by_role("region", name="同じ会社の人").get_by_role("link", name="島田 結衣").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("島田 結衣")


def test_a_phone_shows_all_of_it_in_its_width(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/", width=390)
    expect(page.locator("#why")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
