"""The browser itself: the one of the machine and the one that comes as a package."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests import chromium


def test_a_page_opens_in_a_real_browser(page: Page):
    page.goto("data:text/html;charset=utf-8,<h1>見込み</h1>")
    expect(page.get_by_role("heading")).to_have_text("見込み")


def test_a_machine_without_a_browser_gets_the_packaged_one(monkeypatch):
    monkeypatch.setattr(chromium, "NAMES", ())
    monkeypatch.delenv("MIKOMI_TEST_CHROMIUM", raising=False)
    found = chromium.find()
    assert found.program.is_relative_to(chromium.ROOT / ".mikomi")
