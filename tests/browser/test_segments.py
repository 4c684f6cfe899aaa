"""Building a segment by picking in a real browser: counted while it is edited, then open as a list."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.site import pipeline
from tests.hub.site.world import make_world


def test_a_segment_is_built_by_picking(
    page: Page, context: BrowserContext, live_server, transactional_db, tmp_path, settings
) -> None:
    settings.DATA_FOLDER = tmp_path
    make_world()
    pipeline.score_all(timezone.localdate())
    client = Client()
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])
    page.goto(live_server.url + "/segments/")
    page.get_by_role("link", name="新しく作る").first.click()
    page.get_by_label("名前", exact=True).fill("料金を見た工場")
    page.get_by_label("何を").select_option(label="料金")
    expect(page.locator(".mk-cond-sentence")).to_contain_text("料金ページを30日以内に見た")
    page.get_by_label("日数（空ならこれまでずっと）").fill("")
    page.get_by_label("日数（空ならこれまでずっと）").press("Tab")
    # The form comes anew with every change: what is pressed next must be of the new one.
    expect(page.locator(".mk-cond-sentence")).to_have_text("料金ページを見た")
    expect(page.locator("#segment-count")).to_have_text("3")
    # What is opened while an answer is on its way stays open when the form comes anew.
    answers: list[Route] = []
    page.route("**/segments/form/", lambda route: answers.append(route))
    page.get_by_label("何を").select_option(label="書き方を入れる（/product/* など）")
    page.get_by_role("button", name="条件を加える").click()
    expect(page.get_by_role("button", name=re.compile("^属性"))).to_be_visible()
    answers.pop().continue_()
    page.unroute("**/segments/form/")
    expect(page.get_by_label("ページや資料の書き方")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^属性"))).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("ページや資料の書き方").fill("/pricing*")
    page.get_by_label("ページや資料の書き方").press("Tab")
    expect(page.locator("#segment-count")).to_have_text("3")
    page.get_by_role("button", name="条件を加える").click()
    page.get_by_role("button", name=re.compile("^属性")).click()
    page.get_by_label("値を足す").fill("製造業")
    page.get_by_label("値を足す").press("Tab")
    expect(page.locator(".mk-cond-sentence")).to_contain_text("業種が製造業")
    page.get_by_role("button", name="条件を加える").click()
    page.get_by_role("button", name="ホットかどうか").click()
    page.get_by_role("combobox", name="ホットかどうか").select_option(label="ホットではない")
    expect(page.locator(".mk-cond-sentence")).to_contain_text("ホットではない")
    page.get_by_role("button", name="この条件を外す").last.click()
    expect(page.locator(".mk-cond-sentence")).not_to_contain_text("ホット")
    expect(page.locator("#segment-count")).to_have_text("3")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("料金を見た工場")
    pipeline.score_all(timezone.localdate())
    page.reload()
    page.get_by_role("link", name="なぜ入るか").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("に入っています")
    page.goto(page.url.replace("why/", "").split("?")[0])
    page.get_by_role("link", name="一覧で開く").click()
    expect(page.locator("tbody tr[data-key-row]")).to_have_count(3)
    expect(page.locator(".mk-chip").first).to_contain_text("料金を見た工場")
