"""The tag on a small site under a strict CSP, with the real collector, in a real browser."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import polars as pl
from playwright.sync_api import Page

from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.pump import pump
from mikomi.hub.capture.visitors import confirm_linking
from mikomi.hub.people import queries as people
from tests.browser.tag_world import WITHIN, World, kinds, source


def loaded(page: Page) -> None:
    """Waits for the tag; Playwright's own waiting wants `eval`, which the site's CSP forbids."""
    end = time.monotonic() + WITHIN
    while not page.evaluate("!!window.mikomi") and time.monotonic() < end:
        page.wait_for_timeout(50)


def test_visits_downloads_and_a_form_make_a_lead_with_its_past(world: World, page: Page) -> None:
    source(world)
    confirm_linking("佐々木", "https://www.example.co.jp/privacy", datetime.now(UTC))
    page.goto(f"{world.site}/pricing?utm_source=mail&name=secret")
    [view] = world.wait("page")
    assert view.properties["url"] == f"{world.site}/pricing?utm_source=mail"
    assert view.properties["title"] == "/pricing の題"
    page.evaluate("history.pushState({}, '', '/cases'); history.replaceState({}, '', '/cases?sort=1')")
    page.wait_for_timeout(1200)
    page.evaluate("document.addEventListener('click', event => event.preventDefault())")
    page.click("#file")
    world.wait("download")
    page.goto(f"{world.site}/contact")
    read = [one for one in world.wait("page_read") if one.event == "page_read"][-1]
    assert read.properties["content"] == "/cases"
    assert read.properties["seconds"] >= 1
    page.fill("[name=your-name]", "田中 恵")
    page.fill("[name=your-email]", "tanaka@example.co.jp")
    page.fill("[name=secret]", "hunter2")
    page.get_by_role("button").click()
    page.wait_for_url("**/thanks*")
    found = world.wait("form_submit")
    page.goto("about:blank")
    said = kinds(found)
    for wanted in (("page", "/pricing"), ("page", "/cases"), ("download", "/files/catalogue.pdf")):
        assert said.count(wanted) == 1
    [form] = [one for one in found if one.event == "form_submit"]
    assert form.context["traits"] == {"email": "tanaka@example.co.jp", "name": "田中 恵"}
    assert len({one.anonymous_id for one in found}) == 1
    assert page.context.cookies(world.base)[0].get("httpOnly")
    pump(world.folder)
    [lead] = people.leads_by_email(pl.Series(["tanaka@example.co.jp"]))["number"]
    moments = activity.timeline(lead).moments
    seen = {(moment.kind, content) for moment in moments for content, _n in moment.contents}
    assert {("page_view", "/pricing"), ("download", "/files/catalogue.pdf")} <= seen


def test_nothing_is_sent_or_kept_before_consent(world: World, page: Page) -> None:
    source(world, consent="wait", cookie="script")
    page.goto(f"{world.site}/pricing")
    loaded(page)
    page.wait_for_timeout(300)
    assert world.stored() == []
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    page.evaluate("mikomi.consent(true)")
    world.wait("page")
    assert "mikomi_tag=" in page.evaluate("document.cookie")
    page.evaluate("mikomi.consent(false)")
    page.evaluate("mikomi.track('later')")
    page.wait_for_timeout(300)
    assert kinds(world.stored()) == [("page", "/pricing")]
    assert page.evaluate("document.cookie") == ""


def test_a_browser_that_says_no_is_heard(world: World, page: Page) -> None:
    source(world)
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.goto(f"{world.site}/pricing")
    loaded(page)
    page.evaluate("mikomi.consent(true); mikomi.track('signup')")
    page.wait_for_timeout(300)
    assert world.stored() == []


def test_what_failed_is_sent_again_and_stored_once(world: World, context) -> None:
    source(world)
    world.out = 1
    page = context.new_page()
    page.goto(f"{world.site}/pricing")
    [view] = world.wait("page")
    assert view.message_id
    page.wait_for_timeout(300)
    assert kinds(world.stored()) == [("page", "/pricing")]
