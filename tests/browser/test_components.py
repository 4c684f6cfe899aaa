"""The components in a real browser: what can be pressed, typed, seen on a phone, in the dark, in English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.hub.accounts.models import User

type Open = Callable[..., Page]


@pytest.fixture
def enter(page: Page, context: BrowserContext, live_server, transactional_db, settings) -> Open:
    """Opens a page as a person who is logged in."""
    settings.SAMPLES = True
    user = User.objects.create_user("misaki@example.jp", name="小川 美咲")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])

    def open_page(path: str = "/_kit/", width: int = 1280) -> Page:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(live_server.url + path)
        expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
        return page

    return open_page


def points(page: Page):
    return page.locator("#rule-pricing-points")


def test_a_word_is_changed_in_place_and_the_focus_comes_back(enter: Open):
    page = enter()
    points(page).click()
    editor = page.get_by_role("dialog", name="点数")
    expect(editor).to_be_visible()
    expect(points(page)).to_have_attribute("aria-expanded", "true")
    expect(editor.get_by_role("spinbutton")).to_be_focused()
    expect(editor.locator(".mk-editor-effect")).to_contain_text("312人")
    editor.get_by_role("button", name="増やす").click()
    expect(editor.locator(".mk-editor-effect")).to_contain_text("44人")
    editor.get_by_role("button", name="決める").click()
    expect(points(page)).to_have_text("+6点")
    expect(page.locator("#rule-pricing")).to_contain_text("変更")
    expect(page.locator("#rule-pricing del")).to_contain_text("+5点")
    expect(points(page)).to_be_focused()


def test_a_word_is_changed_by_keys_alone(enter: Open):
    page = enter()
    points(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("spinbutton", name="点数").first).to_be_focused()
    page.keyboard.type("-10")
    page.keyboard.press("Enter")
    expect(points(page)).to_have_text("−10点")


def test_escape_closes_the_editor_and_forgets_what_was_typed(enter: Open):
    page = enter()
    points(page).click()
    page.get_by_role("spinbutton", name="点数").first.fill("40")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="点数")).to_have_count(0)
    expect(points(page)).to_be_focused()
    points(page).click()
    expect(page.get_by_role("spinbutton", name="点数").first).to_have_value("5")


def test_a_value_that_cannot_be_is_said_under_its_field(enter: Open):
    page = enter()
    points(page).click()
    page.get_by_role("spinbutton", name="点数").first.fill("1000")
    with page.expect_response("**/_kit/rule") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 422
    editor = page.get_by_role("dialog", name="点数")
    expect(editor).to_be_visible()
    expect(editor).to_contain_text("数字で入れてください")
    expect(editor.get_by_role("spinbutton")).to_have_attribute("aria-invalid", "true")


def test_long_choices_are_filtered_and_chosen_ones_stay(enter: Open):
    page = enter()
    page.locator("#rule-pricing-pages").click()
    editor = page.get_by_role("dialog", name="どのページを")
    editor.get_by_role("searchbox").fill("ｾﾐﾅｰ")
    expect(editor.locator(".mk-choice:visible")).to_have_text(["料金ページ", "セミナー"])


def test_a_list_opens_beside_its_chip_within_the_window(enter: Open):
    page = enter(width=390)
    chip = page.get_by_test_id("chips").get_by_role("button").first
    chip.click()
    box = page.locator("#mk-chip-seen").bounding_box()
    at = chip.bounding_box()
    assert box is not None
    assert at is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    assert box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"]


def test_every_day_of_the_plot_can_be_chosen(enter: Open):
    page = enter()
    mark = page.get_by_test_id("plot").get_by_role("link", name="失注").first
    address = mark.get_attribute("href")
    assert address is not None
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/_kit/{address}")
    expect(page.locator(".mk-plot .cursor-name")).not_to_have_text("今日")


def test_a_bar_says_how_many_rows_are_chosen(enter: Open):
    page = enter()
    bar = page.locator("[data-bulk-for=sample-table]")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="すべて選ぶ").check()
    expect(bar).to_contain_text("3人を選択中")
    page.locator("#sample-table tbody input").first.uncheck()
    expect(bar).to_contain_text("2人を選択中")


def test_the_theme_is_kept_and_set_before_the_page_is_drawn(enter: Open):
    page = enter()
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="小川 美咲").click()
    page.get_by_role("button", name="暗い").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 25)"


def test_the_language_is_switched_from_the_menu(enter: Open):
    page = enter()
    page.get_by_role("button", name="小川 美咲").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1, name="Component samples")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_slash_key_finds_the_search_but_not_inside_fields(enter: Open):
    page = enter()
    page.keyboard.press("/")
    expect(page.locator("#mk-search-input")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("#mk-search-input")).to_have_value("a/b")


def test_single_keys_can_be_switched_off(enter: Open):
    page = enter()
    page.get_by_role("button", name="小川 美咲").click()
    page.get_by_role("button", name="のキーを使う").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mk-keys", "off")
    page.keyboard.press("/")
    expect(page.locator("#mk-search-input")).not_to_be_focused()


def test_a_toast_goes_after_ten_seconds_but_not_while_it_is_touched(enter: Open):
    page = enter()
    page.clock.install()
    page.get_by_role("button", name="時期尚早にする").click()
    said = page.locator("#mk-toasts .mk-toast")
    expect(said).to_contain_text("「時期尚早」にしました")
    expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
    undo = said.get_by_role("button", name="元に戻す")
    undo.focus()
    page.clock.fast_forward(30_000)
    expect(said).to_be_visible()
    page.locator("#main").focus()
    page.clock.fast_forward(9_000)
    expect(said).to_be_visible()
    page.clock.fast_forward(2_000)
    expect(said).to_be_hidden()


def test_the_z_key_undoes_what_the_toast_says(enter: Open):
    page = enter()
    page.get_by_role("button", name="時期尚早にする").click()
    expect(page.locator("#mk-toasts")).to_contain_text("「時期尚早」にしました")
    expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
    page.keyboard.press("z")
    expect(page.locator("#mk-toasts")).to_contain_text("元に戻しました")


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_no_width_makes_the_page_scroll_sideways(enter: Open, width: int):
    page = enter(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_rows_are_cards_and_targets_are_large(enter: Open):
    page = enter(width=390)
    cell = page.locator("#sample-table td[data-label='スコア']").first
    assert (
        page.evaluate("cell => getComputedStyle(cell, '::before').content", cell.element_handle())
        == '"スコア"'
    )
    small = page.evaluate(
        """() => [...document.querySelectorAll("main .btn, .mk-rule-more, .mk-chip-x, nav a, nav button")]
            .filter((item) => item.checkVisibility() && item.getBoundingClientRect().height < 43.5)
            .map((item) => item.textContent.trim())"""
    )
    assert small == []


def test_the_bar_of_the_phone_names_the_page(enter: Open):
    page = enter(width=390)
    bar, heading = page.locator(".mk-phonebar-title"), page.locator("#main > .mk-head h1")
    expect(bar).to_have_text("部品の見本")
    expect(heading).to_have_text("部品の見本")
    assert page.evaluate("h => h.getBoundingClientRect().width", heading.element_handle()) <= 1
    page.emulate_media(media="print")
    assert page.evaluate("h => h.getBoundingClientRect().width", heading.element_handle()) > 100
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(bar).to_be_hidden()
    assert page.evaluate("h => h.getBoundingClientRect().width", heading.element_handle()) > 100


def test_the_menu_of_the_phone_opens_and_closes(enter: Open):
    page = enter(width=390)
    side = page.locator("#mk-side")
    expect(side).to_be_hidden()
    toggle = page.get_by_role("button", name="メニュー")
    toggle.click()
    expect(side).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    expect(toggle).to_be_focused()


def test_the_first_tab_stop_leads_past_the_menu(enter: Open):
    page = enter()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_paper_shows_no_menu_and_no_buttons(enter: Open):
    page = enter()
    page.emulate_media(media="print")
    expect(page.locator("#mk-side")).to_be_hidden()
    expect(page.get_by_role("button", name="引き渡す").first).to_be_hidden()
