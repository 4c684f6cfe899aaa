"""The lists in a real browser: hot leads, search, filters, orders, paging, on a phone and in English."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.site import pipeline
from tests.hub.site.population import fill
from tests.hub.site.world import ON, make_world, put_outcome

type Open = Callable[..., Page]


@pytest.fixture
def enter(page: Page, context: BrowserContext, live_server, transactional_db, tmp_path, monkeypatch) -> Open:
    """Opens a page of the small company as a person who is logged in."""
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    put_outcome("L1", 150, "lost")
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


def test_the_hot_list_says_why(enter: Open) -> None:
    page = enter("/hot/")
    row = page.get_by_role("row").filter(has_text="三宅 浩司")
    expect(row).to_contain_text("再検討")
    expect(row).to_contain_text("失注から148日後、")
    expect(row.locator("svg.mk-spark")).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("三宅 浩司")


def test_a_search_from_the_menu_finds_a_person_by_kana(enter: Open) -> None:
    page = enter("/hot/")
    page.keyboard.press("/")
    page.keyboard.type("たかせ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/leads/\?q="))
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("高瀬 誠一")


def test_heads_sort_and_turn_round(enter: Open) -> None:
    page = enter("/leads/")
    page.get_by_role("columnheader", name="スコア").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="スコア")).to_have_attribute("aria-sort", "descending")
    down = names(page)
    page.get_by_role("columnheader", name="スコア").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="スコア")).to_have_attribute("aria-sort", "ascending")
    assert names(page) == down[::-1]


def test_a_filter_is_added_changed_and_taken_away(enter: Open) -> None:
    page = enter("/leads/")
    expect(page.locator("tbody tr")).to_have_count(8)
    page.get_by_role("button", name="条件を足す").click()
    page.locator("#mk-chip-add").get_by_role("link", name="食品").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="業種が 食品").click()
    page.locator("#mk-chip-industry").get_by_role("link", name="製造業").click()
    expect(page.locator("tbody tr")).to_have_count(6)
    page.get_by_role("link", name="業種が 製造業 を外す").click()
    expect(page.locator("tbody tr")).to_have_count(8)


def test_pages_go_on_and_back(enter: Open) -> None:
    fill(170)
    page = enter("/leads/?sort=company")
    first = names(page)
    expect(page.get_by_text("1〜50人目")).to_be_visible()
    page.get_by_role("link", name="次へ").click()
    expect(page.get_by_text("51〜100人目")).to_be_visible()
    assert not set(first) & set(names(page)) or names(page) != first
    page.get_by_role("link", name="前へ").click()
    expect(page.get_by_text("1〜50人目")).to_be_visible()
    assert names(page) == first


def test_a_list_is_saved_as_a_file(enter: Open) -> None:
    page = enter("/leads/?q=北浜")
    page.get_by_role("link", name="書き出す").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSVで書き出す").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.count("北浜精機") == 3


@pytest.mark.parametrize("path", ["/hot/", "/leads/"])
def test_nothing_runs_out_of_a_phone(enter: Open, path: str) -> None:
    page = enter(path, width=390)
    expect(page.locator("tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_a_phone_a_grade_stands_beside_its_points(enter: Open) -> None:
    page = enter("/leads/", width=390)
    gap = """cell => {
        const words = document.createRange();
        words.selectNode([...cell.childNodes].find((node) => node.nodeType === 3 && node.data.trim()));
        const tag = cell.querySelector(".mk-tag").getBoundingClientRect();
        return tag.left - words.getBoundingClientRect().right;
    }"""
    assert page.locator("td[data-label='属性']").first.evaluate(gap) < 30


class TestInEnglish:
    @pytest.fixture
    def context(self, browser):
        profile = browser.new_context(locale="en-US", timezone_id="Asia/Tokyo")
        yield profile
        profile.close()

    def test_the_hot_list_reads_as_english(self, enter: Open) -> None:
        page = enter("/hot/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Hot")
        row = page.get_by_role("row").filter(has_text="三宅 浩司")
        expect(row).to_contain_text("Reconsidering")
        expect(row).to_contain_text("148 days after the deal was lost")
        expect(row).not_to_contain_text("様")
