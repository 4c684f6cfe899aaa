"""The scoring editor in a real browser: words changed by mouse and keys, publishing, the first sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.scores import queries, services
from tests.hub.scores.conftest import MODEL, fill

type Open = Callable[..., Page]

SLOW = 60_000
"""The first fold of a process may have to be compiled."""


@pytest.fixture
def enter(page: Page, context: BrowserContext, live_server, transactional_db) -> Open:
    """Opens a page of the small company as a person who is logged in."""
    fill()
    user = User.objects.create_user("ishida@example.jp", name="石田 彩")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])

    def open_page(path: str = "/score/", width: int = 1280) -> Page:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(live_server.url + path)
        expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
        return page

    return open_page


@pytest.fixture
def published(transactional_db) -> None:
    services.publish_model(parse_model(MODEL))


def hot(page: Page):
    return page.locator("#score-hot")


def editor(page: Page, title: str):
    return page.get_by_role("dialog", name=title).filter(visible=True)


def test_a_word_is_changed_and_the_numbers_follow(enter: Open, published: None) -> None:
    page = enter()
    expect(hot(page)).to_have_text("1", timeout=SLOW)
    expect(page.locator("#rule-r-maker .mk-rule-count")).to_contain_text("3人")
    page.locator("#rule-r-pricing-points").click()
    box = editor(page, "点数")
    box.get_by_role("spinbutton").fill("40")
    expect(box.locator(".mk-editor-effect")).to_contain_text("1人から 2人", timeout=SLOW)
    box.get_by_role("button", name="決める").click()
    expect(page.locator("#rule-r-pricing-points")).to_have_text("+40点")
    expect(page.locator("#rule-r-pricing del")).to_contain_text("+5点")
    expect(page.locator("#score-draft")).to_contain_text("1か所を変えました")
    expect(hot(page)).to_have_text("2", timeout=SLOW)
    expect(page.locator("#score-movers")).to_contain_text("島田 結衣")
    expect(page.locator("#rule-r-pricing-points")).to_be_focused()


def test_a_value_that_cannot_be_is_refused_beside_it(enter: Open, published: None) -> None:
    page = enter()
    page.locator("#rule-r-pricing-half_life_days").click()
    box = editor(page, "効果が半分になるまで")
    box.get_by_role("spinbutton").fill("0")
    box.get_by_role("button", name="決める").click()
    expect(editor(page, "効果が半分になるまで")).to_contain_text("0より大きい数")
    expect(page.locator("#score-draft")).to_contain_text("変えたところはありません")


def test_everything_is_done_by_keys_alone(enter: Open, published: None) -> None:
    page = enter()
    page.locator("#rule-r-surge-at_least").focus()
    page.keyboard.press("Enter")
    expect(editor(page, "何回以上").get_by_role("spinbutton")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#rule-r-surge-at_least")).to_have_text("2回以上")
    expect(page.locator("#rule-r-surge-at_least")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#rule-r-surge-at_least-pop")).to_be_hidden()


def test_contents_are_picked_from_what_was_seen(enter: Open, published: None) -> None:
    page = enter()
    page.locator("#rule-r-pricing-when").click()
    box = editor(page, "何をしたか")
    box.get_by_label("料金").uncheck()
    box.get_by_label("/case/metal").check()
    box.get_by_role("button", name="決める").click()
    expect(page.locator("#rule-r-pricing-when")).to_have_text("ページ「/case/metal」")
    expect(page.locator("#rule-r-pricing .mk-rule-count")).to_contain_text("1人", timeout=SLOW)


def test_warnings_follow_the_draft(enter: Open, published: None) -> None:
    page = enter()
    warnings = page.locator("#score-warnings")
    expect(warnings).not_to_contain_text("調べています", timeout=SLOW)
    expect(warnings).not_to_contain_text("当てはまる人がいません")
    page.locator("#rule-r-maker-when-is").click()
    box = editor(page, "条件")
    box.get_by_label("製造業").uncheck()
    box.get_by_label("ほかの値").fill("宇宙開発")
    box.get_by_role("button", name="決める").click()
    expect(warnings).to_contain_text("業種が宇宙開発：当てはまる人がいません", timeout=SLOW)


def test_a_rule_is_added_deleted_and_brought_back(enter: Open, published: None) -> None:
    page = enter()
    page.get_by_role("button", name="行動のルールを足す").click()
    page.get_by_role("button", name="メールのリンクを押す").click()
    added = page.locator("#rule-r-mail_click")
    expect(added).to_contain_text("メールのリンク")
    expect(editor(page, "点数")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#rule-r-maker").get_by_role("button", name="このルールの操作").click()
    page.get_by_role("button", name="このルールを消す").filter(visible=True).click()
    expect(page.locator("#rule-r-maker")).to_contain_text("消しました")
    page.locator("#rule-r-maker").get_by_role("button", name="このルールの操作").click()
    page.locator("#rule-r-maker-menu").get_by_role("button", name="元に戻す").click()
    expect(page.locator("#rule-r-maker-points")).to_have_text("+10点")


def test_publishing_makes_a_version_and_the_hot_list_follows(enter: Open, published: None) -> None:
    run_pending()
    page = enter("/hot/")
    expect(page.locator("#main")).to_contain_text("三宅 浩司")
    expect(page.locator("#main")).not_to_contain_text("島田 結衣")
    page = enter()
    page.locator("#rule-r-pricing-points").click()
    editor(page, "点数").get_by_role("spinbutton").fill("40")
    page.keyboard.press("Enter")
    expect(page.locator("#score-draft")).to_contain_text("1か所を変えました")
    page.get_by_role("link", name="公開する").click()
    expect(page.locator("#main")).to_contain_text("1人から 2人になります", timeout=SLOW)
    expect(page.locator("#main")).to_contain_text("島田 結衣")
    page.get_by_label("変えた理由").fill("料金を見た人を早く知りたい")
    page.get_by_role("button", name="第2版として公開する").click()
    expect(page.locator("#mk-toasts")).to_contain_text("第2版を公開しました")
    run_pending()
    page = enter("/hot/")
    expect(page.locator("#main")).to_contain_text("島田 結衣")
    page = enter("/score/versions/")
    expect(page.locator("#version-2")).to_contain_text("料金を見た人を早く知りたい")


def test_an_old_version_is_restored(enter: Open, published: None) -> None:
    services.save_draft(parse_model(MODEL.replace("points: 5", "points: 9")), None)
    services.publish(None)
    page = enter("/score/versions/")
    page.locator("#version-1").get_by_role("button", name="下書きに戻す").click()
    expect(page.locator("#rule-r-pricing-points")).to_have_text("+5点")
    expect(page.locator("#score-draft")).to_contain_text("1か所を変えました")


def test_a_new_installation_starts_with_one_sentence(enter: Open) -> None:
    page = enter()
    expect(page.get_by_role("heading", name="かんたん設定")).to_be_visible()
    expect(hot(page)).to_have_text("1", timeout=SLOW)
    page.locator("#rule-r-pricing-at_least").click()
    editor(page, "何回以上").get_by_role("spinbutton").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator("#rule-r-pricing-at_least")).to_have_text("1回以上")
    expect(hot(page)).to_have_text("2", timeout=SLOW)
    page.get_by_role("button", name="これで始める").click()
    expect(page.locator("#main")).to_contain_text("第1版として動いています")
    found = queries.published()
    assert found is not None
    assert found.number == 1
    page.get_by_role("button", name="詳しく設定").click()
    expect(page.get_by_role("heading", name="ホットになる条件")).to_be_visible()
    expect(page.locator("#rule-r-pricing-points")).to_have_text("+60点")


def test_the_editor_works_on_a_phone(enter: Open, published: None) -> None:
    page = enter(width=390)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#rule-r-pricing-points").click()
    box = editor(page, "点数")
    place = box.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390
    box.get_by_role("button", name="増やす").click()
    box.get_by_role("button", name="決める").click()
    expect(page.locator("#rule-r-pricing-points")).to_have_text("+6点")
