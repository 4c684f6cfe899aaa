"""Duplicates in a real browser: proposed, compared, merged, taken back; told apart; merged in bulk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from mikomi.hub.people.duplicates import finding
from mikomi.hub.site import pipeline
from tests.browser.test_lists import Open, enter
from tests.hub.people.duplicates_world import put
from tests.hub.site.world import ON

__all__ = ["enter"]


@pytest.fixture
def numbers(enter: Open) -> dict[str, int]:
    found = put()
    pipeline.score_all(ON)
    finding.find_all()
    return found


def names(page: Page) -> list[str]:
    return page.locator("#proposals .mk-cell-head .mk-who-company").all_inner_texts()


def test_two_are_compared_made_one_and_two_again(enter: Open, numbers: dict[str, int]) -> None:
    page = enter("/duplicates/")
    expect(page.get_by_role("heading", level=1)).to_have_text("重複")
    row = page.locator("#proposals tbody tr").first
    expect(row).to_contain_text("確実")
    expect(row).to_contain_text("メールアドレスが同じ")
    row.get_by_role("link", name="くらべる").click()
    title = page.get_by_role("row").filter(has_text="氏名").first
    title.get_by_role("radio").nth(1).check()
    expect(title).to_contain_text("統合される人から")
    page.get_by_role("button", name="統合する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("青葉太郎")
    expect(page.get_by_role("status").filter(has_text="統合しました")).to_be_visible()
    one, two = numbers["A1"], numbers["A2"]
    assert people.numbers_of(["A2"]) == {"A2": one}
    enter(f"/leads/{two}/")
    expect(page).to_have_url(re.compile(rf"/leads/{one}/$"))
    panel = page.get_by_role("region", name="重複")
    panel.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_role("status").filter(has_text="2人に戻しました")).to_be_visible()
    assert people.numbers_of(["A2"]) == {"A2": two}


def test_told_apart_is_remembered_and_can_be_taken_back(enter: Open, numbers: dict[str, int]) -> None:
    page = enter("/duplicates/")
    before = len(names(page))
    page.locator("#proposals tbody tr").first.get_by_role("button", name="同じ人ではない").click()
    expect(page.get_by_role("status").filter(has_text="もう提案しません")).to_be_visible()
    assert len(names(page)) == before - 1
    finding.find_all()
    page.goto(page.url + "?show=not_same")
    page.get_by_role("button", name="提案に戻す").click()
    page.get_by_role("link", name=re.compile("^すべて")).click()
    expect(page.locator("#proposals tbody tr")).to_have_count(before)


def test_the_sure_ones_are_merged_at_once_and_taken_back(enter: Open, numbers: dict[str, int]) -> None:
    page = enter("/duplicates/")
    page.get_by_role("link", name="確実な組をまとめる").click()
    expect(page.get_by_role("row").filter(has_text="減るリード")).to_contain_text("2")
    page.get_by_role("button", name=re.compile("組を統合する")).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_pending()
    expect(page.get_by_role("heading", name="まとめて統合しました")).to_be_visible(timeout=10_000)
    assert people.numbers_of(["A2", "B2"]) == {"A2": numbers["A1"], "B2": numbers["B1"]}
    page.get_by_role("button", name="すべて元に戻す").click()
    run_pending()
    expect(page.get_by_role("heading", name="元に戻しました")).to_be_visible(timeout=10_000)
    assert people.numbers_of(["A2", "B2"]) == {"A2": numbers["A2"], "B2": numbers["B2"]}


def test_a_new_job_is_recorded_and_taken_back(enter: Open, numbers: dict[str, int]) -> None:
    page = enter(f"/leads/{numbers['A1']}/")
    page.get_by_role("link", name="転職・異動").click()
    page.get_by_label("新しい会社").fill("北浜")
    expect(page.locator("#companies option")).not_to_have_count(0)
    page.get_by_label("新しい会社").fill("株式会社あたらしい工業")
    page.get_by_label("役職").fill("部長")
    page.get_by_role("button", name="記録する").click()
    expect(page.locator(".mk-leadhead")).to_contain_text("株式会社あたらしい工業")
    expect(page.locator(".mk-leadhead")).to_contain_text("部長")
    page.get_by_role("button", name="元に戻す").click()
    expect(page.locator(".mk-leadhead")).to_contain_text("株式会社みどり機械")
    expect(page.locator(".mk-leadhead")).to_contain_text("課長")


def test_without_proposals_the_page_says_so(enter: Open) -> None:
    page = enter("/duplicates/")
    expect(page.get_by_text("まだ重複をさがしていません")).to_be_visible()
    page.get_by_role("button", name="もう一度さがす").click()
    run_pending()
    page.goto(page.url)
    expect(page.get_by_text("重複は見つかっていません")).to_be_visible()
