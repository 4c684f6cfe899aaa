"""A file through the import pages in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import uploads
from mikomi.hub.people.models import Lead

SLOW = 60_000
"""The first file of a process may have its reader compiled."""

LEADS = "リードID,氏名,会社名,登録日\n1,山田,㈱北浜,2026/1/2\n2,鈴木,㈱北浜,2026年11月31日\n"


@pytest.fixture
def opened(
    page: Page, context: BrowserContext, live_server, transactional_db, settings, tmp_path: Path
) -> Page:
    settings.DATA_FOLDER = tmp_path
    user = User.objects.create_user("ishida@example.jp", name="石田 彩")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies["mikomi_session"].value
    context.add_cookies([{"name": "mikomi_session", "value": session, "url": live_server.url}])
    page.goto(live_server.url + "/import/")
    expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
    return page


def drop(page: Page, name: str, data: str) -> None:
    """Drops a file on the dashed field, as from a folder."""
    dropped = page.evaluate_handle(
        """([name, data]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([data], name));
            return transfer;
        }""",
        [name, data],
    )
    page.dispatch_event("[data-drop] label", "drop", {"dataTransfer": dropped})


def test_a_dropped_file_is_checked_loaded_and_listed(opened: Page) -> None:
    drop(opened, "名刺.csv", LEADS)
    opened.get_by_role("button", name="中身を確かめる").click()
    expect(opened.get_by_role("heading", name="取り込む前の確認")).to_be_visible(timeout=SLOW)
    expect(opened.get_by_text("登録日が日時として読めません")).to_be_visible()
    assert Lead.objects.count() == 0
    with opened.expect_download() as waited:
        opened.get_by_role("link", name="取り込まない行をCSVで受け取る").click()
    assert "2026年11月31日" in Path(waited.value.path()).read_text("utf-8-sig")
    opened.get_by_role("button", name="1行を取り込む").click()
    expect(opened.get_by_role("heading", name="取り込みました")).to_be_visible(timeout=SLOW)
    assert Lead.objects.get().key == "1"
    opened.get_by_role("link", name="続けて取り込む").click()
    expect(opened.get_by_role("link", name="名刺.csv")).to_be_visible()


def test_the_page_of_a_large_file_turns_by_itself_when_the_worker_is_through(
    opened: Page, monkeypatch
) -> None:
    monkeypatch.setattr(uploads, "READ_AT_ONCE", 0)
    drop(opened, "名刺.csv", LEADS)
    opened.get_by_role("button", name="中身を確かめる").click()
    expect(opened.get_by_role("progressbar")).to_be_visible()
    run_pending(1)
    expect(opened.get_by_role("heading", name="取り込む前の確認")).to_be_visible(timeout=SLOW)
