"""Working with lists in a real browser: views, columns, bulk edit and its undo, trash, export; on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import labels
from mikomi.hub.site import pipeline
from tests.hub.site.world import ON, make_world

type Open = Callable[..., Page]


@pytest.fixture
def enter(page: Page, context: BrowserContext, live_server, transactional_db, tmp_path, monkeypatch) -> Open:
    """Opens a page of the small company as a person who is logged in."""
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    pipeline.score_all(ON)
    client = Client()
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])

    def open_page(path: str, width: int = 1280) -> Page:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(live_server.url + path)
        return page

    return open_page


def names(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("tbody .mk-who-company").all_inner_texts()]


def heads(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#leads thead th").all_inner_texts()][1:]


def test_a_view_keeps_filters_order_and_columns(enter: Open) -> None:
    page = enter("/leads/?industry=製造業&sort=-kana")
    before = names(page)
    page.get_by_role("button", name="表示する列").click()
    chooser = page.locator("#columns")
    chooser.get_by_label("属性", exact=True).uncheck()
    chooser.get_by_label("役職", exact=True).check()
    for _ in range(8):
        chooser.get_by_role("button", name="役職を前へ").click()
    chooser.get_by_role("button", name="この列にする").click()
    expect(page.locator("#leads thead")).to_contain_text("役職")
    assert heads(page)[:2] == ["名前", "役職"]
    assert "属性" not in heads(page)
    page.get_by_role("button", name="ビューを保存").click()
    page.get_by_label("新しいビューの名前").fill("製造業の人")
    page.get_by_label("いつもこのビューから始める").check()
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("link", name="製造業の人")).to_have_attribute("aria-current", "page")
    # The menu opens it by itself from now on.
    page.get_by_role("link", name="リード", exact=True).first.click()
    expect(page.get_by_role("link", name="製造業の人")).to_have_attribute("aria-current", "page")
    assert names(page) == before
    assert heads(page)[:2] == ["名前", "役職"]
    # Changed: it says so, and can be kept again.
    page.get_by_role("link", name="業種が 製造業 を外す").click()
    expect(page.locator("tbody tr")).to_have_count(8)
    expect(page.locator(".mk-tabs")).to_contain_text("変更あり")
    page.get_by_role("button", name="ビューを保存").click()
    page.get_by_role("button", name="「製造業の人」に上書き").click()
    expect(page.locator(".mk-tabs")).not_to_contain_text("変更あり")
    expect(page.locator("tbody tr")).to_have_count(8)
    page.get_by_role("link", name="このビューの設定").click()
    page.locator("#view-name").fill("みんな")
    page.get_by_role("button", name="保存する").click()
    page.get_by_role("link", name="このビューの設定").click()
    page.get_by_role("button", name="ビューを消す").click()
    expect(page.locator(".mk-tabs")).not_to_contain_text("みんな")
    expect(page.locator("tbody tr")).to_have_count(8)


def tag_two(page: Page) -> None:
    page.get_by_role("checkbox", name="三宅 浩司を選ぶ").check()
    page.get_by_role("checkbox", name="及川 隆を選ぶ").check()
    expect(page.locator(".mk-bulk")).to_contain_text("2人を選択中")
    page.get_by_role("button", name="書き換える", exact=True).click()
    page.get_by_label("タグの名前").fill("展示会")
    page.get_by_role("button", name="つける").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("タグ「展示会」をつける")
    expect(page.locator("#look")).to_contain_text("三宅 浩司")
    page.get_by_role("button", name="2人に行う").click()
    expect(page).to_have_url(re.compile(r"/leads/\?sort=kana"))
    expect(page.locator(".mk-toast")).to_contain_text("2人")


def test_chosen_people_are_edited_and_the_edit_taken_back_at_once_and_from_the_history(enter: Open) -> None:
    page = enter("/leads/?sort=kana")
    tag_two(page)
    page.locator(".mk-toast").get_by_role("button", name="元に戻す").click()
    expect(page.locator(".mk-toast")).to_contain_text("元に戻しました")
    expect(page).to_have_url(re.compile(r"/leads/\?sort=kana"))
    assert labels.lead_counts("tag") == {}
    tag_two(page)
    tag = labels.labels("tag")[0].number
    assert labels.lead_counts("tag") == {tag: 2}
    page.get_by_role("button", name="条件を足す").click()
    page.locator("#mk-chip-add").get_by_role("link", name="展示会").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.go_back()
    page.goto(page.url.split("/leads/")[0] + "/acts/")
    page.get_by_role("button", name="元に戻す：タグ「展示会」をつける").click()
    expect(page.locator("#acts tbody tr").first).to_contain_text("元に戻しました")
    assert labels.lead_counts("tag") == {}


def test_all_who_match_are_edited_and_z_takes_it_back(enter: Open) -> None:
    page = enter("/leads/?industry=製造業")
    page.locator("input[data-choose-all]").check()
    page.get_by_role("button", name="書き換える", exact=True).click()
    page.get_by_label("担当の名前").fill("小川")
    page.locator("#edit-owner + form").get_by_role("button").click()
    page.get_by_role("button", name="6人に行う").click()
    run_pending()
    page.keyboard.press("z")
    expect(page.locator(".mk-toast")).to_contain_text("元に戻しました")


def test_the_trash_takes_people_in_and_gives_them_back(enter: Open) -> None:
    page = enter("/leads/")
    page.get_by_role("checkbox", name="村上 千尋を選ぶ").check()
    page.get_by_role("button", name="ごみ箱に入れる").click()
    page.get_by_role("button", name="1人に行う").click()
    expect(page.locator("tbody tr")).to_have_count(7)
    page.get_by_role("button", name="ほか", exact=True).click()
    page.get_by_role("link", name="ごみ箱").click()
    expect(page.locator("#trash")).to_contain_text("村上 千尋")
    expect(page.get_by_text("30日のあいだ、そのまま戻せます")).to_be_visible()
    page.get_by_role("button", name="村上 千尋を一覧に戻す").click()
    expect(page.get_by_role("heading", name="ごみ箱は空です")).to_be_visible()
    run_pending()
    page.goto(page.url.split("/trash/")[0] + "/leads/")
    expect(page.locator("tbody tr")).to_have_count(8)


def test_a_list_is_exported_with_what_cp932_cannot_hold_named_first(enter: Open) -> None:
    page = enter("/leads/?industry=製造業")
    page.get_by_role("link", name="書き出す").click()
    expect(page.get_by_text("6人を、今の並び順で書き出します")).to_be_visible()
    with page.expect_download() as loading:
        page.get_by_role("link", name="CSVで書き出す").click()
    data = loading.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert len(data.decode("utf-8-sig").splitlines()) == 7
    page.get_by_role("link", name="入らない文字を調べる").click()
    expect(page.get_by_text("すべての文字を書けます")).to_be_visible()
    with page.expect_download() as loading:
        page.get_by_role("link", name="書き出す", exact=True).last.click()
    assert "三宅" in loading.value.path().read_bytes().decode("cp932")


def test_people_are_found_by_what_a_field_says(enter: Open) -> None:
    page = enter("/leads/")
    page.get_by_role("button", name="項目で絞る").click()
    page.locator("#mk-chip-fields summary", has_text="役職").first.click()
    page.get_by_label("役職に含まれることば").fill("部長")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".mk-chip")).to_contain_text("「部長」を含む")


def test_a_phone_sorts_chooses_and_never_scrolls_sideways(enter: Open) -> None:
    page = enter("/leads/", width=390)
    page.get_by_label("並べ替え").select_option("kana")
    expect(page).to_have_url(re.compile(r"sort=kana"))
    assert names(page)[1:] == sorted(names(page)[1:], key=names(page).index)
    expect(page.get_by_label("並べ替え")).to_have_value("kana")
    page.locator("input[data-choose]").first.check()
    expect(page.locator(".mk-bulk")).to_be_visible()
    for path in ("/leads/", "/labels/", "/trash/", "/acts/", "/leads/export/"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
