"""The tag where people really put it: a tag manager, a WordPress theme, a landing page on another domain."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from playwright.sync_api import Page

from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.pump import pump
from mikomi.hub.capture.visitors import confirm_linking
from mikomi.hub.people import queries as people
from tests.browser.tag_world import World, kinds, source

HEAD = '<!doctype html><html lang="ja"><meta charset="utf-8"><link rel="icon" href="data:,"><title>題</title>'

TAG_MANAGER = """<h1>タグマネージャー</h1><script>
// As tag managers do: the text of a "Custom HTML" tag is parsed, and its scripts are made anew at run time.
const told = document.createElement("div");
told.innerHTML = '<script async src="{base}/mikomi.js?k={key}"><\\/script>';
window.addEventListener("load", () => {{
  for (const old of told.querySelectorAll("script")) {{
    const made = document.createElement("script");
    for (const one of old.attributes) made.setAttribute(one.name, one.value);
    document.body.append(made);
  }}
}});
</script>"""

WORDPRESS = """<script defer id="mikomi-js" src="{base}/mikomi.js?k={key}&#038;ver=6.8.3"></script>
<h1>WordPress</h1><form class="wpcf7-form" action="/contact/#wpcf7-f1-o1"><input name="your-name">
<input type="email" name="your-email"><button>送信</button></form><script>
// As Contact Form 7 does: the page stays, a script sends.
document.forms[0].addEventListener("submit", (event) => event.preventDefault());
</script>"""

LANDING = """<script async src="{base}/mikomi.js?k={key}"></script><h1>展示会の特設ページ</h1>
<a href="/lp/form">申し込む</a><form class="wpcf7-form" action="/lp/thanks"><input name="your-name">
<input name="your-email"><button>送る</button></form>"""

FORM = {
    "selector": "form.wpcf7-form",
    "name": "お問い合わせ",
    "fields": {"your-email": "email", "your-name": "name"},
}
COLLECT = {"page": True, "forms": [FORM]}


def test_a_tag_manager_puts_it_in_at_run_time(world: World, page: Page) -> None:
    source(world, collect=COLLECT)
    world.pages["/gtm"] = HEAD + TAG_MANAGER
    page.goto(f"{world.site}/gtm")
    [view] = world.wait("page")
    assert view.properties["path"] == "/gtm"


def test_a_wordpress_theme_adds_its_version_and_its_form_stays_on_the_page(world: World, page: Page) -> None:
    source(world, collect=COLLECT)
    world.pages["/contact/"] = HEAD + WORDPRESS
    page.goto(f"{world.site}/contact/")
    world.wait("page")
    page.fill("[name=your-email]", "tanaka@example.co.jp")
    page.get_by_role("button").click()
    found = world.wait("form_submit")
    assert sorted(kinds(found)) == [("form_submit", None), ("page", "/contact/")]
    [form] = [one for one in found if one.event == "form_submit"]
    assert form.context["traits"] == {"email": "tanaka@example.co.jp"}


def test_a_landing_page_on_another_domain_is_another_visitor_until_a_form_says_who(
    world: World, page: Page
) -> None:
    elsewhere = world.site.replace("localhost", "127.0.0.1")
    source(world, collect=COLLECT, origins=[world.site, elsewhere])
    confirm_linking("佐々木", "https://www.example.co.jp/privacy", datetime.now(UTC))
    world.pages |= dict.fromkeys(("/", "/lp", "/lp/form", "/lp/thanks"), HEAD + LANDING)
    for address in (f"{world.site}/", f"{elsewhere}/lp"):
        page.goto(address)
        world.wait("page")
        page.wait_for_function("document.readyState === 'complete'")
        page.wait_for_timeout(300)
    page.get_by_role("link").click()
    page.fill("[name=your-email]", "tanaka@example.co.jp")
    page.get_by_role("button").click()
    page.wait_for_url("**/lp/thanks*")
    page.goto(f"{world.site}/")
    page.wait_for_timeout(300)
    page.fill("[name=your-email]", "tanaka@example.co.jp")
    page.get_by_role("button").click()
    page.wait_for_url("**/lp/thanks*")
    page.wait_for_timeout(300)
    page.goto("about:blank")
    found = world.wait("form_submit")
    ids = {one.properties["path"]: one.anonymous_id for one in found if one.type == "page"}
    assert ids["/lp"] == ids["/lp/form"] != ids["/"]
    pump(world.folder)
    [lead] = people.leads_by_email(pl.Series(["tanaka@example.co.jp"]))["number"]
    seen = {content for moment in activity.timeline(lead).moments for content, _n in moment.contents}
    assert {"/", "/lp", "/lp/form"} <= seen
