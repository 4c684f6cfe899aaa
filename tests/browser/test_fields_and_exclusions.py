"""Fields, values edited where they stand, and exclusions, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mikomi.hub.people import queries as people
from mikomi.hub.site import pipeline
from tests.browser.test_lists import Open, enter
from tests.hub.site.world import ON

__all__ = ["enter"]


@pytest.fixture
def lead(enter: Open) -> int:
    return people.numbers_of(["L1"])["L1"]


def held(number: int, field: str) -> str | None:
    person = people.person(number)
    assert person is not None
    return person.attributes.get(field)


def row_of(page: Page, label: str):
    return page.locator("#values dt", has_text=re.compile(f"^{label}$")).locator(
        "xpath=following-sibling::dd[1]"
    )


def test_a_field_is_made_and_filled_in(enter: Open, lead: int) -> None:
    page = enter("/settings/fields/")
    page.get_by_role("link", name="項目を作る").click()
    page.get_by_label("名前", exact=True).fill("関心")
    page.get_by_label("種類").select_option("choices")
    page.get_by_label(re.compile("選択肢")).fill("価格\n納期\n品質")
    page.get_by_role("button", name="作る").click()
    expect(page.get_by_role("status")).to_contain_text("項目「関心」を作りました")
    expect(page.get_by_role("row").filter(has_text="関心")).to_contain_text("いくつか選ぶ")
    page = enter(f"/leads/{lead}/")
    page.get_by_text("ほかの項目に値を入れる").click()
    page.get_by_role("link", name="関心", exact=True).click()
    page.get_by_label("納期").check()
    page.get_by_role("button", name="保存する").click()
    expect(row_of(page, "関心")).to_contain_text("納期")
    assert held(lead, "関心") == "納期"


def test_a_value_is_edited_where_it_stands_and_taken_back(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    before = held(lead, "title")
    row_of(page, "役職").get_by_role("link").click()
    field = page.get_by_label("役職", exact=True)
    expect(field).to_have_value(before or "")
    field.fill("本部長")
    page.get_by_role("button", name="保存する").click()
    expect(row_of(page, "役職")).to_contain_text("本部長")
    expect(row_of(page, "役職")).to_contain_text("手入力")
    expect(page.get_by_role("status").filter(has_text="役職を書き換えました")).to_be_visible()
    page.get_by_role("button", name="元に戻す").click()
    expect(row_of(page, "役職")).not_to_contain_text("本部長")
    assert held(lead, "title") == before


def test_a_value_that_does_not_fit_is_said_beside_it(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    page.get_by_text("ほかの項目に値を入れる").click()
    page.get_by_role("link", name="従業員数", exact=True).click()
    page.get_by_label("従業員数", exact=True).fill("たくさん")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("数として読めません")).to_be_visible()
    expect(page.get_by_label("従業員数", exact=True)).to_have_value("たくさん")
    page.get_by_label("従業員数", exact=True).fill("300〜999名")
    page.get_by_role("button", name="保存する").click()
    expect(row_of(page, "従業員数")).to_contain_text("300〜999")


def test_a_field_moves_up_and_says_where_it_is_used_before_it_goes(enter: Open) -> None:
    page = enter("/settings/fields/")
    names = page.locator("section", has=page.get_by_role("heading", name="会社", exact=True)).locator(
        "tbody .mk-cell-head a"
    )
    order = names.all_inner_texts()
    page.get_by_role("button", name=f"{order[1]}を上へ").click()
    expect(names.first).to_have_text(order[1])
    page.get_by_role("link", name="業種をしまう").click()
    expect(page.get_by_text("スコアの決まり「製造業」")).to_be_visible()
    page.get_by_role("button", name="しまう").click()
    expect(page.get_by_role("heading", name="しまった項目")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name=re.compile("元に戻す")).click()
    expect(page.get_by_role("heading", name="しまった項目")).to_have_count(0)


def test_a_company_is_kept_out_of_the_hot_list_and_let_back_in(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    page.get_by_role("link", name="除外する").click()
    page.get_by_label(re.compile("会社の全員")).check()
    page.get_by_label(re.compile("^競合")).check()
    page.get_by_role("button", name="除外する").click()
    expect(page.get_by_text("点数はホットに届いています")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("三宅 浩司")
    pipeline.score_touched(ON)
    page = enter("/hot/")
    expect(page.get_by_text("除外しているので")).to_be_visible()
    expect(page.get_by_text("三宅 浩司")).to_have_count(0)
    page.get_by_role("link", name="見る", exact=True).click()
    expect(page.locator("#hot")).to_contain_text("三宅 浩司")
    page.get_by_role("button", name=re.compile("の除外をやめる")).click()
    pipeline.score_touched(ON)
    page = enter("/hot/")
    expect(page.get_by_text("三宅 浩司")).to_be_visible()


@pytest.mark.parametrize("path", ["/settings/fields/", "/settings/fields/new/", "/settings/exclusions/"])
def test_a_phone_shows_all_of_it_in_its_width(enter: Open, path: str) -> None:
    page = enter(path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
