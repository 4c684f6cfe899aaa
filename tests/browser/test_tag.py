"""The tag on a small site under a strict CSP, with the real collector, in a real browser."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import polars as pl
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.pump import pump
from mikomi.hub.capture.visitors import confirm_linking
from mikomi.hub.people import queries as people
from mikomi.hub.scores import services as scores
from mikomi.hub.site import pipeline
from mikomi.hub.site.live import LiveLoop
from tests.browser.tag_world import WITHIN, World, kinds, source
from tests.browser.test_lists import Open, enter
from tests.hub.capture.forms_world import publish_form
from tests.hub.capture.messages import CHROME

__all__ = ["enter"]


IN_A_FRAME = """url => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.onload = () => done(null);
  frame.src = url;
  document.body.append(frame);
})"""
ASKING = """() => new Promise(done => {
  addEventListener("message", event => done(event.data));
  parent.postMessage("mikomi?", "*");
})"""
FOLLOWED = """urls => {
  addEventListener("click", event => event.preventDefault());
  return urls.map(url => {
    const link = Object.assign(document.createElement("a"), { href: url });
    document.body.append(link);
    link.click();
    return link.href;
  });
}"""


def until(page: Page, said: str) -> None:
    """Waits until it is so; Playwright's own waiting wants `eval`, which the site's CSP forbids."""
    end = time.monotonic() + WITHIN
    while not page.evaluate(said):
        assert time.monotonic() < end, said
        page.wait_for_timeout(50)


def loaded(page: Page) -> None:
    """Waits for the tag."""
    until(page, "!!window.mikomi")


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
    # Said once, it holds on the next page; and pages of the collector learn whose browser it is.
    page.goto(f"{world.site}/cases")
    page.evaluate("document.documentElement.dataset.ready = 1; mikomi.track('ready')")
    [visitor] = {one.anonymous_id for one in world.wait("ready")}
    told = {"mikomiVisitor": visitor, "mikomiSource": world.key}
    assert page.evaluate(IN_A_FRAME, f"{world.base}/f/form") is None
    frame = page.frame(url=f"{world.base}/f/form")
    assert frame is not None
    assert frame.evaluate(ASKING) == told
    assert page.evaluate(FOLLOWED, [f"{world.base}/f/form?a=1", f"{world.base}/hot/"]) == [
        f"{world.base}/f/form?a=1&mk_visitor={visitor}&mk_source={world.key}",
        f"{world.base}/hot/",
    ]
    page.evaluate("mikomi.consent(false)")
    page.evaluate("mikomi.track('later')")
    page.wait_for_timeout(300)
    page.goto(f"{world.site}/later")
    loaded(page)
    page.wait_for_timeout(300)
    assert ("page", "/later") not in kinds(world.stored())
    assert "later" not in {one.event for one in world.stored()}
    assert page.evaluate("document.cookie + localStorage.length") == "0"

    source(world, "another", consent="wait")
    page.goto(f"{world.site}/agreed")
    loaded(page)
    page.evaluate("mikomi.consent(true); mikomi.identify('u1')")
    until(page, "document.cookie.includes('mikomi_agreed_') && !localStorage.length")
    page.goto(f"{world.site}/of-the-same")
    world.wait_for_path("/of-the-same")
    page.evaluate("mikomi.identify('u2')")
    until(page, "!document.cookie && !localStorage.length")
    page.goto(f"{world.site}/of-another")
    loaded(page)
    page.wait_for_timeout(300)
    assert ("page", "/of-another") not in kinds(world.stored())


def test_from_a_page_view_over_a_form_to_the_hot_list_without_reload(
    world: World, enter: Open, browser: Browser, live_server
) -> None:
    model = """
name: m
timezone: Asia/Tokyo
groups: {料金: ["/pricing*"]}
engagement:
  - {id: pricing, label: 料金, when: {kind: page_view, group: 料金}, points: 10, per_day: null}
  - {id: form, label: フォーム, when: {kind: form_submit}, points: 20}
hot: {engagement: 40}
"""
    hot = enter("/leads/")
    source(world)
    confirm_linking("佐々木", "https://www.example.co.jp/privacy", datetime.now(UTC))
    scores.publish_model(parse_model(model))
    form, loop = publish_form(), LiveLoop(world.folder)
    pipeline.score_all(timezone.localdate())
    hot.goto(live_server.url + "/hot/")
    expect(hot.get_by_role("heading", name="今、ホットな人はいません")).to_be_visible()
    hot.evaluate("window.sameDocument = true")

    visiting = browser.new_context(locale="ja-JP", user_agent=CHROME)
    visitor = visiting.new_page()
    for path in ("/pricing", "/pricing/plans"):
        visitor.goto(world.site + path)
        world.wait_for_path(path)
    visitor.goto(f"{live_server.url}/f/{form.slug}")
    visitor.get_by_role("textbox", name="会社").fill("瀬戸内フーズ")
    visitor.get_by_role("textbox", name="氏名").fill("小林 彩")
    visitor.get_by_role("textbox", name="メール").fill("aya@setouchi.example")
    loop.round()
    visitor.wait_for_timeout(1000)
    visitor.get_by_role("button").click()
    expect(visitor.get_by_role("heading")).to_have_text("送信しました")
    loop.round()
    pipeline.score_touched(timezone.localdate())
    row = hot.get_by_role("row").filter(has_text="小林 彩")
    expect(row).to_contain_text("瀬戸内フーズ")
    expect(row).to_contain_text("40")
    expect(hot.get_by_role("status").filter(has_text="一覧を新しくしました")).to_be_attached()
    assert hot.evaluate("window.sameDocument")
    visiting.close()
    hot.goto("about:blank")


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
