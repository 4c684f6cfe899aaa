"""A seminar from its plan to the reception, in a real browser."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from mikomi.hub.capture.models import Seminar
from tests.browser.test_lists import Open, enter
from tests.hub.capture.seminars_world import apply, counted, hold

__all__ = ["enter"]


def test_a_seminar_is_planned_applied_to_and_its_people_are_marked_at_the_reception(
    enter: Open, live_server
) -> None:
    page = enter("/seminars/")
    page.get_by_role("link", name="セミナーを作る").click()
    page.get_by_label("セミナーの名前").fill("段取り改善セミナー")
    page.get_by_label("開催日").fill(f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}")
    page.get_by_label("始まる時刻").fill("14:00")
    page.get_by_label("終わる時刻").fill("15:30")
    page.get_by_role("button", name="作る").click()
    page.get_by_label("主催者の名前").fill("北浜精機株式会社")
    page.get_by_role("button", name="受付を始める").click()
    expect(page.locator(".mk-code")).to_contain_text("/f/seminar-")
    seminar = Seminar.objects.get()
    apply(seminar, "小林 彩")
    apply(seminar, "西 健")
    hold(seminar, hours_ago=0.1)

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/seminars/{seminar.pk}/reception/")
    guest = page.locator("#reception li").filter(has_text="小林 彩")
    guest.get_by_role("button", name="来ました").click()
    expect(guest.get_by_text("参加", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="来た人 1人")).to_be_visible()
    expect(guest.get_by_role("button", name="取り消す")).to_be_focused()
    assert counted("seminar_attend", seminar.key) == 1
    page.get_by_role("searchbox", name="名前か会社で探す").fill("西")
    page.keyboard.press("Enter")
    expect(page.locator("#reception li")).to_have_count(1)
