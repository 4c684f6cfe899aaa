"""A list in CP932 on its whole way through a real browser: from the file to its being taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from mikomi.hub.accounts.models import User
from mikomi.hub.consent.queries import standing_of
from mikomi.hub.people.models import Change, Field, Import, Lead, Tag

FAULTS: list[str] = []
"""What the browser complained of."""
SLOW = 60_000
"""The first file of a process may have its reader compiled."""

CARDS = (
    "リードID,氏名,勤めている所,メールアドレス,見学した機械,登録日\r\n"
    "1,山田 花,北浜精機,hana@kitahama.example,切削機,2026/1/2\r\n"
    "2,髙橋 一,星和商店,hajime@seiwa.example,研磨機,2026/13/45\r\n"
)


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
    page.on("console", lambda said: FAULTS.append(said.text) if said.type == "error" else None)
    FAULTS.clear()
    page.goto(live_server.url + "/import/")
    expect(page.locator("html")).to_have_attribute("data-mk-ready", "")
    return page


def give(page: Page, *files: tuple[str, str]) -> None:
    """Chooses files and sends them."""
    payloads = [
        FilePayload(name=name, mimeType="text/csv", buffer=text.encode("cp932")) for name, text in files
    ]
    page.locator("#import-new input[type=file]").set_input_files(payloads)
    page.get_by_role("button", name="中身を確かめる").click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible(timeout=SLOW)


def test_from_the_file_to_the_undo(opened: Page) -> None:
    page = opened
    give(page, ("名刺.csv", CARDS))
    heading(page, "取り込む前の確認")
    expect(page.get_by_text("文字コードは CP932")).to_be_visible()
    assert Lead.objects.count() == 0

    # The mapping: by keyboard, and the focus stays.
    company = page.get_by_label("「勤めている所」の列の項目")
    company.focus()
    company.select_option("company")
    row = page.get_by_role("row").filter(has_text="勤めている所")
    expect(row.get_by_text("ここで決めました")).to_be_visible()
    expect(company).to_be_focused()
    first = page.locator("#import-preview table").first
    expect(first.get_by_role("columnheader", name="会社")).to_be_visible()

    # A field is made on the way.
    name = page.get_by_label("新しい項目の名前").first
    expect(name).to_have_value("見学した機械")
    name.fill("見た機械")
    name.press("Tab")
    expect(first.get_by_role("columnheader", name="見た機械")).to_be_visible()
    assert not Field.objects.filter(label_ja="見た機械").exists()

    # Mail needs a ground, or the word that there is none.
    page.get_by_role("button", name="1行を取り込む").click()
    expect(page.get_by_role("alert")).to_contain_text("どれか1つを選んでください")
    page.get_by_label("名刺などの書面で受け取った").check()
    # Since when, a column says: the ground of each row stands in the preview.
    page.locator("#basis-card-how").fill("展示会のブース")
    page.locator("#basis-card-column").select_option("登録日")
    expect(page.locator("#basis-card-since")).to_be_hidden()
    expect(first.get_by_text("書面・名刺 2026-01-02")).to_be_visible()
    page.get_by_label("タグ").fill("展示会2026、名刺")
    page.get_by_role("button", name="1行を取り込む").click()
    heading(page, "取り込みました")
    assert Lead.objects.get().key == "1"
    assert Field.objects.get(label_ja="見た機械").custom
    assert set(Tag.objects.values_list("name", flat=True)) == {"展示会2026", "名刺"}
    ground = standing_of(["hana@kitahama.example"])["hana@kitahama.example"].grounds[0]
    assert (ground.kind, ground.how, ground.since.isoformat()) == ("card", "展示会のブース", "2026-01-02")

    # The rejected row is mended and loaded, with the same choices.
    with page.expect_download() as waited:
        page.get_by_role("link", name="直す行を受け取る").click()
    rows = Path(waited.value.path()).read_text("utf-8-sig")
    assert "2026/13/45" in rows
    mended = rows.replace("2026/13/45", "2026/1/3").encode()
    page.locator("#import-mended").set_input_files(
        FilePayload(name="直した行.csv", mimeType="text/csv", buffer=mended)
    )
    page.get_by_role("button", name="直した行を取り込む").click()
    heading(page, "取り込む前の確認")
    expect(page.get_by_label("名刺などの書面で受け取った")).to_be_checked()
    expect(page.get_by_label("タグ")).to_have_value("展示会2026、名刺")
    expect(page.get_by_label("「勤めている所」の列の項目")).to_have_value("company")
    page.get_by_role("button", name="1行を取り込む").click()
    heading(page, "取り込みました")
    assert set(Lead.objects.values_list("key", flat=True)) == {"1", "2"}

    # The next list of the same form finds all of it chosen.
    page.get_by_role("link", name="続けて取り込む").click()
    give(page, ("次の名刺.csv", CARDS.replace("1,山田 花", "3,林 真")))
    heading(page, "取り込む前の確認")
    expect(page.get_by_text("前に同じ形式のファイルで決めたとおりです").first).to_be_visible()
    expect(page.get_by_label("「勤めている所」の列の項目")).to_have_value("company")
    page.get_by_role("button", name="取り込まずにやめる").click()
    heading(page, "取り込み")

    # The first import is taken back, and only that.
    page.get_by_role("link", name="名刺.csv", exact=True).click()
    page.get_by_role("link", name="取り消すと何が戻るかを見る").click()
    heading(page, "取り込みを取り消す")
    expect(page.get_by_text("1人と")).to_be_visible()
    assert Lead.objects.count() == 2
    page.get_by_role("button", name="この取り込みを取り消す").click()
    heading(page, "取り消しました")
    expect(page.get_by_text("リード 1 人を消しました")).to_be_visible()
    assert [lead.key for lead in Lead.objects.all()] == ["2"]
    page.get_by_role("link", name="取り込みの一覧へ").click()
    gone = page.get_by_role("row").filter(has_text="名刺.csv")
    expect(gone.get_by_text("取り消し済み")).to_be_visible()
    # The refused load answers 422, which the browser notes; nothing else is wrong.
    assert [fault for fault in FAULTS if "422" not in fault] == []


def test_a_value_that_somebody_changed_later_is_named_after_the_undo(opened: Page) -> None:
    page = opened
    give(page, ("名簿.csv", "リードID,役職\r\n1,部長\r\n"))
    page.get_by_role("button", name="1行を取り込む").click()
    heading(page, "取り込みました")
    first = Import.objects.get()
    page.get_by_role("link", name="続けて取り込む").click()
    give(page, ("次.csv", "リードID,役職\r\n1,課長\r\n"))
    page.get_by_role("button", name="1行を取り込む").click()
    heading(page, "取り込みました")
    page.goto(re.sub(r"/import/.*", f"/import/{first.pk}/undo/", page.url))
    page.get_by_role("button", name="この取り込みを取り消す").click()
    heading(page, "取り消しました")
    expect(page.locator("#import-undone")).to_contain_text("残し")
    assert Change.objects.filter(import_id=first.pk + 1).exists()
    assert Lead.objects.get().attributes["title"] == "課長"


def test_files_that_are_dropped_together_are_listed_together(opened: Page) -> None:
    page = opened
    give(
        page,
        ("一.csv", "リードID,氏名\r\n1,山田 花\r\n"),
        ("二.csv", "リードID,氏名\r\n2,髙橋 一\r\n"),
        ("三.csv", "色,形\r\n赤,丸\r\n"),
    )
    together = page.locator("#import-together")
    expect(together.get_by_role("listitem")).to_have_count(3, timeout=SLOW)
    expect(together.get_by_text("できませんでした")).to_be_visible()
    together.get_by_role("link", name="一.csv").click()
    heading(page, "取り込む前の確認")
    expect(page.get_by_role("navigation", name="いっしょに置いたファイル")).to_contain_text("二.csv")


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_of_imports_is_wider_than_the_screen(opened: Page, width: int) -> None:
    page = opened
    page.set_viewport_size({"width": width, "height": 844})
    wide = ",".join(f"とても長い見出しの列{n}" for n in range(12))
    give(page, ("名刺.csv", f"リードID,氏名,{wide}\r\n1,山田 花,{','.join(['長い値' * 12] * 12)}\r\n"))
    heading_or_bar = page.locator("#import-columns")
    expect(heading_or_bar).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#import-load .btn-primary").click()
    expect(page.locator("#import-result")).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="取り消すと何が戻るかを見る").click()
    expect(page.locator("#import-undo-preview")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
