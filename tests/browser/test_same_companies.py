"""Companies in a real browser: proposed, compared, merged, seen as one, taken back; excluded and let in."""

from __future__ import annotations

import re

import polars as pl
from playwright.sync_api import expect

from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates import finding
from mikomi.hub.people.models import Company
from mikomi.hub.people.same_companies.finding import find_same_companies
from mikomi.hub.site import pipeline
from tests.browser.test_lists import Open, enter
from tests.hub.people.duplicates_world import put
from tests.hub.site.world import ON

__all__ = ["enter"]


def test_two_companies_are_made_one_and_two_again_and_one_is_excluded(enter: Open) -> None:
    put()
    rows = {"lead": ["F1"], "name": ["青木 実"], "company": ["みどり機械株式会社"], "employees": ["120"]}
    services.upsert_leads(pl.DataFrame(rows), origin("名簿.csv"))
    one, two = (Company.objects.get(name=name).pk for name in ("株式会社みどり機械", "みどり機械株式会社"))
    pipeline.score_all(ON)
    finding.find_all()
    find_same_companies()
    page = enter("/companies/")
    page.get_by_role("link", name="会社の重複 1組").click()
    row = page.locator("#proposals tbody tr").first
    expect(row).to_contain_text("おそらく同じ会社")
    expect(row).to_contain_text("前株・後株だけが違う")
    row.get_by_role("link", name="くらべる").click()
    expect(page.get_by_role("row").filter(has_text="従業員数")).to_contain_text("統合される会社から")
    page.get_by_role("button", name="統合する").click()
    expect(page).to_have_url(re.compile(rf"/companies/{one}/$"))
    expect(page.locator("#people")).to_contain_text("青木 実")
    enter(f"/companies/{two}/")
    expect(page).to_have_url(re.compile(rf"/companies/{one}/$"))
    page.get_by_role("region", name="会社の重複").get_by_role("button", name="元に戻す").click()
    expect(page.get_by_role("status").filter(has_text="2社に戻しました")).to_be_visible()
    run_pending()
    enter(f"/companies/{two}/")
    expect(page.locator("#people")).to_contain_text("青木 実")
    page.get_by_role("link", name="除外する").click()
    page.get_by_label("競合").check()
    page.get_by_role("button", name="除外する").click()
    banner = page.get_by_role("status").filter(has_text="外しています")
    expect(banner).to_contain_text("みどり機械株式会社")
    banner.get_by_role("button", name="除外をやめる").click()
    expect(banner).to_have_count(0)
