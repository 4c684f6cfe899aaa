"""A sales person's morning: by the keyboard at the desk, by thumb on the way."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.handoff import queries, services, worklist
from mikomi.hub.handoff.types import Cause, Kind, State
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.site import handed, pipeline
from tests.hub.handoff.team import seat
from tests.hub.site.world import make_world


@pytest.fixture
def morning(
    page: Page, context: BrowserContext, live_server, transactional_db, settings, tmp_path, assets
) -> Page:
    """The page of somebody who was given three companies, one of which asked for a quote."""
    settings.DATA_FOLDER = tmp_path
    ito = seat("伊藤", capacity=8)
    make_world()
    on = timezone.localdate()
    pipeline.score_all(on)
    for one in queries.today(on):
        services.give_back(one.number, None, "この試験のため")
    numbers = numbers_of(["L1", "L4", "L5", "L6"])
    known = handed.Known.of(numbers.values(), on)
    for key, cause in (
        ("L1", Cause.MANUAL),
        ("L4", Cause.MANUAL),
        ("L5", Cause.URGENT),
        ("L6", Cause.MANUAL),
    ):
        services.hand_over(known.handing(numbers[key], cause, key, {}), on, to=ito.pk)
    client = Client()
    client.force_login(ito, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(live_server.url)
    expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
    return page


def test_a_morning_at_the_desk_and_on_the_way(morning: Page) -> None:
    page = morning
    cards, done = page.locator("[data-call]"), page.locator(".mk-done")
    current = page.locator("[data-call][data-current]")
    # Whoever asked comes first; then the hottest.
    expect(cards).to_have_count(4)
    expect(cards.nth(0)).to_contain_text("即時対応")
    expect(current).to_contain_text("タカセ金型")
    expect(page.locator("#today-progress")).to_contain_text("0 / 4件")

    # By the keyboard: nobody answers, the card folds, the next one is current, and Z brings it back.
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(done).to_have_count(1)
    expect(done).to_contain_text("不在")
    expect(current).to_contain_text("北浜精機")
    expect(current.locator(":focus")).to_have_count(1)
    expect(page.locator("#today-progress")).to_contain_text("1 / 4件")
    page.evaluate("document.body.dataset.kept = 'yes'")
    page.keyboard.press("z")
    expect(cards).to_have_count(4)
    expect(page.locator("#mk-toasts")).to_contain_text("元に戻しました")
    # The card alone came back, in its place, and one goes on with it.
    expect(done).to_have_count(0)
    expect(page.locator("body")).to_have_attribute("data-kept", "yes")
    expect(cards.nth(0)).to_have_attribute("data-current", "")
    expect(cards.nth(0).locator(":focus")).to_have_count(1)

    # The questions of the call unfold in the card.
    current.get_by_text("ヒアリング").click()
    heard = current.get_by_role("button", name="上申する")
    heard.click()
    expect(heard).to_have_attribute("aria-pressed", "true")
    expect(current.locator("[id^=hearing_authority]")).to_be_focused()

    # Too early asks for the date; a mail is recorded by writing it.
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.get_by_role("dialog", name="いつ、もう一度見るか").filter(visible=True).get_by_role(
        "button", name="3か月後"
    ).click()
    expect(done).to_contain_text("時期尚早")
    expect(cards).to_have_count(3)
    mail = cards.filter(has_text="東亜樹脂工業").get_by_role("link", name="メールする")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:l4@works\.example\?subject="))
    mail.evaluate("link => link.addEventListener('click', (event) => event.preventDefault())")
    mail.click()
    expect(done.filter(has_text="メールした")).to_have_count(1)

    # On the phone everything fits, and the call is one tap.
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".mk-tabs-phone a").first).to_contain_text("今日")
    for box in (one.bounding_box() for one in cards.first.locator(".mk-call-buttons .btn, [data-tel]").all()):
        assert box is not None
        assert box["height"] >= 44
    cards.first.get_by_role("button", name="商談化").click()
    expect(cards).to_have_count(1)
    cards.first.get_by_role("button", name="対象外").click()
    page.get_by_role("dialog", name="対象外の理由").filter(visible=True).get_by_role(
        "button", name="規模が合わない"
    ).click()
    expect(page.get_by_role("heading", name="今日の分は、すべて終わりました")).to_be_visible()
    said = {one.kind for one in worklist.said_on(timezone.localdate())}
    assert said == {Kind.TOO_EARLY, Kind.MAILED, Kind.MEETING, Kind.REJECTED}
    assert all(one.state != State.OPEN or one.next_on for one in queries.of_company(1))


def test_an_alert_arrives_by_itself_and_its_link_asks_before_it_records(
    morning: Page, context: BrowserContext, live_server, mailoutbox
) -> None:
    page, on = morning, timezone.localdate()
    run_pending()
    page.goto(f"{live_server.url}/alerts/")
    page.get_by_role("button", name="すべて読んだことにする").click()
    expect(page.locator(".mk-head-lead")).to_have_text("すべて読みました")
    page.evaluate("window.stayed = true")
    mailoutbox.clear()
    known = handed.Known.of(numbers_of(["L7"]).values(), on)
    (lead,) = numbers_of(["L7"]).values()
    ito = User.objects.get(name="伊藤")
    made = services.hand_over(known.handing(lead, Cause.MANUAL, "L7", {}), on, to=ito.pk)
    run_pending()
    first = page.locator("#alerts li").first
    expect(first).to_contain_text("l7@works.example", timeout=20_000)
    expect(first).to_contain_text("未読")
    expect(page.locator(".mk-head-lead")).to_have_text("まだ読んでいないもの 1件")
    assert page.evaluate("window.stayed"), "the page was not loaded anew"
    first.get_by_role("link").click()
    expect(page).to_have_url(f"{live_server.url}/leads/{lead}/")

    # The link in the mail, on a phone where nobody is logged in: it asks, and only the button records.
    (sent,) = mailoutbox
    link = re.search(r"^会話できた\nhttp://[^/]+(/\S+)$", sent.body, re.MULTILINE)
    assert link
    assert context.browser
    phone = context.browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    tap = phone.new_page()
    tap.goto(live_server.url + link[1])
    expect(tap.get_by_role("heading", name="「会話できた」と記録しますか")).to_be_visible()
    assert tap.evaluate("document.documentElement.scrollWidth") <= 390
    assert queries.results_of(made.handoff) == []
    tap.get_by_label("メモ").fill("来週もう一度")
    tap.get_by_role("button", name="「会話できた」と記録する").click()
    expect(tap.get_by_role("heading", name="記録しました")).to_be_visible()
    (said,) = queries.results_of(made.handoff)
    assert (said.kind, said.note) == (Kind.TALKED, "来週もう一度")
    tap.goto(live_server.url + link[1])
    expect(tap.get_by_text("もう記録されています")).to_be_visible()
    phone.close()
