"""会社, notes and files in a real browser: found, written, dropped, brought back, on a phone and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mikomi.hub.people import attachments
from mikomi.hub.people import notes as written
from mikomi.hub.people import queries as people
from tests.browser.test_lists import Open, enter

__all__ = ["enter"]

DROP = """([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, {type: "text/html"}));
  const field = document.querySelector("#files [data-drop]");
  for (const kind of ["dragover", "drop"])
    field.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def lead(enter: Open) -> int:
    return people.numbers_of(["L1"])["L1"]


@pytest.fixture
def company(lead: int) -> int:
    found = people.person(lead)
    assert found is not None
    assert found.company_number is not None
    return found.company_number


def notes_card(page: Page):
    return page.get_by_role("region", name="メモ", exact=True)


def texts(page: Page):
    return notes_card(page).locator(".mk-note-text")


def files_card(page: Page):
    return page.get_by_role("region", name="添付ファイル")


def test_a_company_is_found_in_the_menu_and_opens(enter: Open) -> None:
    page = enter("/hot/")
    page.get_by_role("navigation", name="メニュー").get_by_role("link", name="会社").click()
    page.get_by_label("会社を名前か法人番号で探す").fill("じゅし")
    page.keyboard.press("Enter")
    expect(page.get_by_text("あてはまる会社がありません")).to_be_visible()
    page.get_by_label("会社を名前か法人番号で探す").fill("樹脂")
    page.keyboard.press("Enter")
    expect(page.locator("#companies tbody tr")).to_have_count(1)
    page.locator("#companies").get_by_role("link", name="東亜樹脂工業").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("東亜樹脂工業")
    expect(page.locator("#people tbody tr")).to_have_count(2)


def test_companies_are_sorted_by_their_heads(enter: Open) -> None:
    page = enter("/companies/")
    page.get_by_role("columnheader", name="人数").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="人数")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("#companies tbody tr").first).to_contain_text("北浜精機")


def test_a_leads_page_leads_to_its_company_and_back(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    page.get_by_role("region", name="この人").get_by_role("link", name="北浜精機").click()
    expect(page).to_have_url(re.compile(r"/companies/\d+/$"))
    page.locator("#people").get_by_role("link", name="三宅 浩司").click()
    expect(page).to_have_url(re.compile(rf"/leads/{lead}/$"))


def test_one_persons_part_of_the_timeline_is_chosen(enter: Open, company: int) -> None:
    page = enter(f"/companies/{company}/")
    timeline = page.locator("#timeline")
    expect(timeline.locator(".mk-tl-who", has_text="島田 結衣")).not_to_have_count(0)
    page.get_by_label("だれの動きを見るか").select_option(label="三宅 浩司")
    expect(page).to_have_url(re.compile("person="))
    expect(timeline.locator(".mk-tl-who", has_text="島田 結衣")).to_have_count(0)
    expect(timeline.locator(".mk-tl-who", has_text="三宅 浩司")).not_to_have_count(0)


def test_a_note_is_written_changed_deleted_and_brought_back(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    notes_card(page).get_by_label("新しいメモ").fill("工場長も同席\n次は12月")
    notes_card(page).get_by_role("button", name="メモを残す").click()
    expect(texts(page)).to_have_text("工場長も同席\n次は12月")
    expect(notes_card(page)).to_contain_text("森 健太郎")
    expect(page.locator("#timeline li").first).to_contain_text("メモ：工場長も同席 次は12月")
    notes_card(page).get_by_text("直す", exact=True).click()
    notes_card(page).get_by_label("メモ", exact=True).fill("工場長と購買も同席")
    notes_card(page).get_by_role("button", name="保存する").click()
    expect(texts(page)).to_have_text("工場長と購買も同席")
    expect(notes_card(page)).to_contain_text("直した")
    notes_card(page).get_by_role("button", name="このメモを消す").click()
    expect(texts(page)).to_have_count(0)
    page.get_by_role("status").get_by_role("button", name="元に戻す").click()
    expect(texts(page)).to_have_text("工場長と購買も同席")


def test_a_dropped_file_is_kept_and_saved_again_never_shown(
    enter: Open, company: int, tmp_path: Path
) -> None:
    page = enter(f"/companies/{company}/")
    page.wait_for_selector("html[data-mk-ready]")
    page.evaluate(DROP, ["見積.html", "<script>document.title = 'x'</script>"])
    link = files_card(page).get_by_role("link", name="見積.html")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "見積.html"
    assert "document.title" in download.value.path().read_text("utf-8")
    files_card(page).get_by_role("button", name="見積.html を消す").click()
    expect(link).to_have_count(0)
    page.get_by_role("status").get_by_role("button", name="元に戻す").click()
    expect(link).to_be_visible()


def test_an_empty_file_is_refused_in_words_with_a_way_back(enter: Open, lead: int) -> None:
    page = enter(f"/leads/{lead}/")
    files_card(page).locator("input[type=file]").set_input_files(
        {"name": "空.pdf", "mimeType": "application/pdf", "buffer": b""}
    )
    expect(page.get_by_role("alert")).to_contain_text("「空.pdf」は空のファイルです")
    page.get_by_role("link", name="元のページに戻る").click()
    expect(page).to_have_url(re.compile(rf"/leads/{lead}/$"))
    assert attachments.files_of("lead", lead) == []


@pytest.mark.parametrize("path", ["/companies/", "/companies/{}/"])
def test_nothing_runs_out_of_a_phone(enter: Open, company: int, path: str) -> None:
    written.write_note("company", company, "https://kitahama.example/" + "a" * 200, None)
    page = enter(path.format(company), width=390)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("path", ["/companies/{company}/", "/leads/{lead}/"])
def test_on_paper_stands_what_is_read_and_nothing_that_is_pressed(
    enter: Open, lead: int, company: int, path: str
) -> None:
    scope, subject = ("company", company) if "company" in path else ("lead", lead)
    written.write_note(scope, subject, "決算は3月", None)
    page = enter(path.format(company=company, lead=lead))
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(texts(page)).to_be_visible()
    for pressed in ("button", "input", "textarea", "select", ".mk-menu", "summary"):
        assert page.locator(f"{pressed}:visible").count() == 0, pressed
    assert len(page.pdf(format="A4")) > 1_000
