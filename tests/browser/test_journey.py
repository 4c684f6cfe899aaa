"""The journey map in a real browser: drawn from nothing, cell by cell, and kept."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.journey import queries
from tests.hub.scores.conftest import fill


@pytest.fixture
def map_page(page: Page, context: BrowserContext, live_server, transactional_db) -> Page:
    """The map's page of the small company, for a person who is logged in."""
    fill()
    user = User.objects.create_user("ishida@example.jp", name="石田 彩")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(live_server.url + "/journey/")
    expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
    return page


def test_a_map_is_drawn_from_nothing_and_kept(map_page: Page) -> None:
    page = map_page
    expect(page.get_by_role("heading", name="まだ地図がありません")).to_be_visible()
    page.get_by_role("button", name="空の地図で始める").click()

    # Cells, by the keyboard: what is left is kept, Esc brings back what stood there.
    page.get_by_label("認知 お客様の問い").fill("うちだけだろうか")
    page.keyboard.press("Tab")
    expect(page.locator("#mk-toasts")).to_contain_text("マスを直しました")
    expect(page.get_by_label("情報収集 お客様の問い")).to_be_focused()
    page.keyboard.type("やめる")
    page.keyboard.press("Escape")
    expect(page.get_by_label("情報収集 お客様の問い")).to_have_value("")
    page.get_by_label("比較検討 次へ進む見込み（%）").fill("140")
    page.keyboard.press("Enter")
    expect(page.locator("#error-compare-expected")).to_contain_text("0から100まで")
    page.get_by_label("比較検討 次へ進む見込み（%）").fill("40")
    page.keyboard.press("Enter")
    expect(page.locator("#error-compare-expected")).to_be_empty()

    # What was really seen is picked, and the last change is taken back.
    page.locator("#open-compare-contents").click()
    picker = page.get_by_role("dialog", name="コンテンツを選ぶ").filter(visible=True)
    picker.get_by_role("searchbox").fill("pricing")
    picker.get_by_role("checkbox", name="/pricing").check()
    picker.get_by_role("button", name="決める").click()
    expect(page.locator("#cell-compare-contents")).to_contain_text("/pricing")
    expect(page.locator("#open-compare-contents")).to_be_focused()
    page.locator("#mk-toasts").get_by_role("button", name="元に戻す").click()
    expect(page.locator("#cell-compare-contents")).not_to_contain_text("/pricing")

    # A stage more, who stands in it, and the map is kept.
    page.get_by_role("button", name="段階を足す", exact=True).click()
    expect(page.locator("#journey-notes")).to_contain_text("「新しい段階」には条件がない")
    page.get_by_role("link", name="条件を決める").click()
    page.get_by_role("button", name="条件を加える").click()
    page.get_by_role("button", name="商談・受注などの結果").click()
    page.locator("[name='value.0']:not([type='checkbox'])").select_option(label="受注")
    expect(page.locator(".mk-cond-sentence")).to_contain_text("受注")
    page.get_by_role("button", name="この条件にする").click()
    expect(page.locator("#cell-s1-condition")).to_contain_text("受注")
    page.get_by_role("link", name="版として残す").click()
    page.get_by_label("どうしてこの仮説か（任意）").fill("3部門で話した")
    page.get_by_role("button", name="第1版として残す").click()
    expect(page.get_by_role("columnheader", name="新しい段階")).to_be_visible()
    expect(page.locator("#journey-board")).to_contain_text("うちだけだろうか")
    kept = queries.current_map()
    assert kept is not None
    assert (kept.reason, kept.map.stages[2].expected_share, len(kept.map.stages)) == ("3部門で話した", 40, 7)
