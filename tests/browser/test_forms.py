"""A form built from nothing, filled in on its page, and what became of it; in a real browser."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import expect

from mikomi.hub.consent.queries import standing_of
from tests.browser.test_lists import Open, enter
from tests.hub.capture.forms_world import publish_form
from tests.hub.capture.messages import CHROME

__all__ = ["enter"]


def test_a_form_is_built_filled_in_and_becomes_a_lead_with_evidence(
    enter: Open, browser, live_server
) -> None:
    page = enter("/forms/")
    page.get_by_role("link", name="フォームを作る").click()
    page.get_by_role("button", name="お問い合わせから始める").click()
    preview = page.locator("#preview")
    page.get_by_label("見出し", exact=True).fill("ご相談フォーム")
    expect(preview.get_by_role("heading")).to_have_text("ご相談フォーム")
    page.get_by_label("送り主の名前").fill("北浜精機株式会社")
    expect(preview.get_by_text("北浜精機株式会社から、")).to_be_visible()
    page.get_by_label("足す質問").select_option("title")
    page.get_by_role("button", name="質問を足す").click()
    up = page.get_by_role("button", name="役職を上へ")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="役職を上へ")).to_be_focused()
    expect(page.locator(".mk-question-head b").nth(4)).to_have_text("役職")
    page.get_by_role("button", name="公開する").click()
    expect(page.get_by_role("status")).to_contain_text("第1版を公開しました")
    address = page.locator(".mk-code").first.inner_text()

    visitor = browser.new_context(
        locale="ja-JP",
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
        user_agent=CHROME,
    )
    form = visitor.new_page()
    form.goto(f"{address}?utm_source=newsletter")
    assert form.title() == "ご相談フォーム"
    form.get_by_role("textbox", name="会社").fill("瀬戸内フーズ")
    form.get_by_role("textbox", name="氏名").fill("小林 彩")
    form.get_by_role("textbox", name="メール").fill("aya@")
    form.get_by_label("お問い合わせ内容").fill("価格を教えてください")
    form.get_by_label(re.compile("北浜精機株式会社から")).check()
    form.wait_for_timeout(1000)
    form.get_by_role("button", name="送信する").click()
    expect(form.get_by_text("メールアドレスの形になっていません")).to_be_visible()
    expect(form.get_by_label("お問い合わせ内容")).to_have_value("価格を教えてください")
    form.get_by_role("textbox", name="メール").fill("aya@setouchi.example")
    form.get_by_role("button", name="送信する").click()
    expect(form.get_by_role("heading")).to_have_text("送信しました")
    assert visitor.cookies() == []
    visitor.close()

    page.goto(live_server.url + "/forms/")
    page.get_by_role("link", name="1件").click()
    page.get_by_role("link", name="瀬戸内フーズ").click()
    expect(page.locator("#consent")).to_contain_text("北浜精機株式会社から、製品やセミナーのご案内を")
    expect(page.get_by_text("newsletter")).to_be_visible()
    page.get_by_role("link", name="このリードを見る").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("小林 彩")
    (ground,) = standing_of(["aya@setouchi.example"])["aya@setouchi.example"].grounds
    assert ground.wording.startswith("北浜精機株式会社から、")


class OtherSite(BaseHTTPRequestHandler):
    """A page of somebody else with the form's one line in it."""

    script = ""

    def do_GET(self) -> None:
        body = f"<!doctype html><title>x</title><h1>会社案内</h1>{self.script}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_form_stands_in_another_site_at_its_own_height(enter: Open, page, live_server) -> None:
    form = publish_form()
    handler = type(
        "", (OtherSite,), {"script": f'<script src="{live_server.url}/f/{form.slug}.js"></script>'}
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{other.server_port}/lp"
        page.goto(f"{address}?utm_source=yahoo")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading")).to_have_text("資料請求")
        assert frame.locator("[name=utm_source]").get_attribute("value") == "yahoo"
        assert str(frame.locator("[name=mk_page]").get_attribute("value")).startswith(address)
        inside = frame.locator("main").evaluate("main => Math.ceil(main.getBoundingClientRect().height)")
        expect(page.locator("iframe")).to_have_css("height", f"{inside + 2}px")
        page.goto("about:blank")
        other.shutdown()
