"""What can be chosen on the page of an import, and what it answers."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mikomi.hub.consent.queries import standing_of
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import uploads
from mikomi.hub.people.models import Field, Import, Lead, LeadList, Tag
from tests.hub.people.choosing import CARDS, HTMX, choose, fields, load, signed_in, the_import, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def client(db: None) -> Client:
    return signed_in()


def test_a_column_becomes_the_field_that_was_chosen(client: Client) -> None:
    upload(client, CARDS)
    answer = choose(client, **{"c-2": "name_kana"})
    assert fields()["呼び名"] == "name_kana"
    assert "ここで決めました" in answer
    assert 'hx-target="#import-preview"' in answer
    assert 'hx-target="#import-effect"' in answer


def test_a_field_is_taken_from_one_column_only_and_the_other_is_named(client: Client) -> None:
    upload(client, CARDS)
    answer = choose(client, **{"c-1": "name", "c-2": "name"})
    assert fields()["呼び名"] == "name"
    assert fields()["氏名"] == ""
    assert "「氏名」の列は、使わないことにしました" in answer


def test_a_column_can_be_left_out_and_taken_again(client: Client) -> None:
    upload(client, CARDS)
    choose(client, **{"c-4": ""})
    assert fields()["希望機種"] == ""
    choose(client, **{"c-4": "+new", "n-4": "", "k-4": "text"})
    assert fields()["希望機種"] == "希望機種"


def test_a_new_field_gets_its_name_its_kind_and_its_choices_with_the_load(client: Client) -> None:
    upload(client, CARDS)
    choose(client, **{"c-4": "+new", "n-4": "ほしい機械", "k-4": "choice", "o-4": "切削機、研磨機"})
    assert not Field.objects.filter(label_ja="ほしい機械").exists()
    load(client, basis="none")
    made = Field.objects.get(label_ja="ほしい機械")
    assert made.kind == "choice"
    assert [choice["ja"] for choice in made.choices] == ["切削機", "研磨機"]


def test_a_new_field_called_as_one_that_is_there_is_that_one(client: Client) -> None:
    upload(client, CARDS)
    choose(client, **{"c-4": "+new", "n-4": "メモ", "k-4": "text"})
    assert fields()["希望機種"] == "note"
    assert the_import().options.get("fields") is None


def test_a_mapping_without_anybody_to_tell_apart_is_refused_in_words_and_the_one_before_holds(
    client: Client,
) -> None:
    upload(client, CARDS)
    before = fields()
    answer = choose(client, **{"c-0": "", "c-3": ""})
    assert "この対応では読めません" in answer
    assert the_import().status == "checked"
    assert fields() == before


def test_a_forged_field_changes_nothing(client: Client) -> None:
    upload(client, CARDS)
    before = fields()
    choose(client, **{"c-1": "password"})
    assert fields() == before


def test_the_next_file_of_the_form_finds_it_chosen_and_is_told_so(client: Client) -> None:
    upload(client, CARDS)
    choose(client, **{"c-2": "name_kana"})
    load(client, basis="none")
    upload(client, CARDS.replace("1,山田", "3,林"))
    assert fields()["呼び名"] == "name_kana"
    page = client.get(f"/import/{the_import().pk}/").content.decode()
    assert "前に同じ形式のファイルで決めたとおりです" in page


@pytest.mark.parametrize(
    ("rule", "counts"), [("overwrite", (0, 1, 0)), ("keep", (0, 0, 1)), ("fill", (0, 0, 1))]
)
def test_the_rule_for_conflicts_shows_in_the_counts_at_once(
    client: Client, rule: str, counts: tuple[int, int, int]
) -> None:
    upload(client, "リードID,役職\n1,部長\n")
    load(client)
    upload(client, "リードID,役職\n1,課長\n")
    answer = choose(client, part="rule", conflict=rule)
    report = the_import().report
    assert (report["new"], report["changed"], report["unchanged"]) == counts
    assert f'value="{rule}" checked' in answer


def test_tags_lists_source_and_owner_go_to_all(client: Client) -> None:
    upload(client, "リードID,氏名\n1,山田 花\n2,髙橋 一\n")
    assert (
        client.post(
            f"/import/{the_import().pk}/options/",
            {
                "part": "rest",
                "tags": "展示会、名刺",
                "lists": "招待先",
                "source": "展示会",
                "owner": "石田 彩",
            },
            headers=HTMX,
        ).status_code
        == 204
    )
    page = client.get(f"/import/{the_import().pk}/").content.decode()
    assert "展示会、名刺" in page
    load(client, tags="展示会、名刺", lists="招待先", source="展示会", owner="石田 彩")
    assert set(Tag.objects.values_list("name", flat=True)) == {"展示会", "名刺"}
    assert LeadList.objects.get().name == "招待先"
    assert {lead.attributes["source"] for lead in Lead.objects.all()} == {"展示会"}


def test_what_was_changed_without_scripts_is_read_again_before_it_is_loaded(client: Client) -> None:
    upload(client, CARDS)
    answer = load(client, basis="none", **{"c-2": "name_kana"})
    assert answer.status_code == 302
    assert Lead.objects.count() == 0
    assert fields()["呼び名"] == "name_kana"
    load(client, basis="none", **{"c-2": "name_kana"})
    assert Lead.objects.count() == 2


def test_files_that_come_together_are_imports_of_one_upload(client: Client) -> None:
    answer = upload(client, "リードID\n1\n", "リードID\n2\n")
    first, second = Import.objects.order_by("pk")
    assert first.upload == second.upload != ""
    assert answer["Location"] == f"/import/?upload={first.upload}"
    page = client.get(answer["Location"]).content.decode()
    assert "2個のファイルを受け取りました" in page
    assert "いっしょに置いた2個のファイル" in client.get(f"/import/{first.pk}/").content.decode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("メールアドレス,配信停止日\na@kitahama.example,2026/1/2\n", "optouts"),
        ("lead,at,kind,content\n9,2026-01-02,page_view,/\n", "events"),
        ("リードID,結果日,結果\n9,2026-01-02,失注\n", "outcomes"),
        (CARDS, "leads"),
        ("色,形\n赤,丸\n", "leads"),
    ],
)
def test_what_a_file_holds_is_found_unless_it_is_said(client: Client, text: str, kind: str) -> None:
    upload(client, text)
    assert the_import().kind == kind


def test_what_a_large_file_holds_is_found_by_the_worker_alone(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "READ_AT_ONCE", 0)
    opened = []
    find = uploads.kind_of_file
    monkeypatch.setattr(uploads, "kind_of_file", lambda path: opened.append(path) or find(path))
    monkeypatch.setattr(uploads, "check_file", lambda *_, **__: pytest.fail("read in the page's process"))
    upload(client, "メールアドレス,配信停止日\na@kitahama.example,2026/1/2\n")
    assert (the_import().status, opened) == ("uploaded", [])
    monkeypatch.undo()
    run_pending(1)
    assert (the_import().status, the_import().kind) == ("checked", "optouts")


def test_a_list_of_opt_outs_that_was_taken_for_leads_is_said_and_read_anew(client: Client) -> None:
    upload(client, "メールアドレス,配信停止日\na@kitahama.example,2026/1/2\n", kind="leads")
    number = the_import().pk
    page = client.get(f"/import/{number}/").content.decode()
    assert "配信停止の一覧は、ふつう「配信停止・エラーアドレス」として取り込みます" in page
    client.post(f"/import/{number}/read/", {"kind": "optouts"})
    assert the_import().kind == "optouts"
    load(client)
    assert standing_of(["a@kitahama.example"])["a@kitahama.example"].refused


def test_the_opt_outs_of_the_former_tool_are_asked_for_until_they_come(client: Client) -> None:
    asked = "前の配信ツールの配信停止リストが、まだありません"
    assert asked in client.get("/import/").content.decode()
    upload(client, "メールアドレス,配信停止日\na@kitahama.example,2026/1/2\n")
    assert asked in client.get("/import/").content.decode()
    load(client)
    assert asked not in client.get("/import/").content.decode()


def test_who_had_no_former_tool_says_so_once(client: Client) -> None:
    client.post("/import/no-former-tool/")
    assert "配信停止リストが、まだありません" not in client.get("/import/").content.decode()


def test_the_header_row_can_be_said(client: Client) -> None:
    upload(client, "秋の展示会,,\nリードID,氏名,役職\n1,山田 花,部長\n")
    number = the_import().pk
    client.post(f"/import/{number}/read/", {"kind": "leads", "header": "なし"})
    assert the_import().report["has_header"] is False or the_import().status == "failed"
    client.post(f"/import/{number}/read/", {"kind": "leads", "header": "２"})
    assert set(fields()) == {"リードID", "氏名", "役職"}
    assert "見出しは2行目" in client.get(f"/import/{number}/").content.decode()
    wrong = client.post(f"/import/{number}/read/", {"kind": "leads", "header": "うえ"})
    assert wrong.status_code == 422
    assert "行の番号で書いてください" in wrong.content.decode()


def test_the_same_file_is_said_with_its_day(client: Client) -> None:
    upload(client, CARDS)
    load(client, basis="none")
    upload(client, CARDS)
    page = client.get(f"/import/{the_import().pk}/").content.decode()
    assert "同じファイルを 今日" in page
    assert "に取り込んでいます" in page


def test_what_does_not_fit_is_marked_in_its_cell(client: Client) -> None:
    page = client.get(upload(client, "リードID,従業員数\n1,たくさん\n2,50名\n")["Location"]).content.decode()
    assert "<s>たくさん</s>" in page
    assert "mk-import-left_out" in page
    assert "値だけ除く" in page


def test_a_large_file_is_changed_at_once_and_read_by_the_worker(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "READ_AT_ONCE", 0)
    upload(client, CARDS)
    number = the_import().pk
    run_pending(9)
    page = client.get(f"/import/{number}/").content.decode()
    assert "変えおわったら読みなおしてください" in page
    assert 'id="import-columns" hx-post' not in page
    client.post(f"/import/{number}/options/", {"part": "columns", "tags": "名刺", "c-2": "name_kana"})
    assert the_import().status == "uploaded"
    run_pending(9)
    assert fields()["呼び名"] == "name_kana"
    assert the_import().options["tags"] == ["名刺"]


def test_the_undo_is_shown_first_and_then_done_and_said(client: Client) -> None:
    upload(client, CARDS)
    load(client, basis="none")
    number = the_import().pk
    page = client.get(f"/import/{number}/undo/").content.decode()
    assert "2人と0社を消します" in page
    assert Lead.objects.count() == 2
    after = client.post(f"/import/{number}/undo/", follow=True).content.decode()
    assert "取り消しました" in after
    assert "リード 2 人を消しました" in after
    assert Lead.objects.count() == 0
    assert "取り消し済み" in client.get("/import/").content.decode()
    assert client.get(f"/import/{number}/undo/").status_code == 302


def test_mended_rows_come_in_with_the_same_choices(client: Client) -> None:
    upload(client, "リードID,呼び名,登録日\n1,はな,2026/13/45\n2,はじめ,2026/1/2\n")
    choose(client, **{"c-1": "name_kana"})
    load(client, tags="名刺")
    first = the_import()
    rows = client.get(f"/import/{first.pk}/rejected.csv").content.decode("utf-8-sig")
    mended = SimpleUploadedFile("直した.csv", rows.replace("2026/13/45", "2026/1/3").encode())
    answer = client.post(f"/import/{first.pk}/mended/", {"file": mended})
    again = the_import()
    assert answer["Location"] == f"/import/{again.pk}/"
    assert again.options["tags"] == ["名刺"]
    assert fields()["呼び名"] == "name_kana"
    load(client, tags="名刺")
    assert set(Lead.objects.values_list("key", flat=True)) == {"1", "2"}


def test_the_pages_read_well_in_english(client: Client) -> None:
    upload(client, CARDS)
    page = client.get(f"/import/{the_import().pk}/", headers={"accept-language": "en"}).content.decode()
    assert "Ground for mail" in page
    assert "Where a known person's value differs" in page


def test_another_sheet_of_a_workbook_can_be_chosen(client: Client) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in (
            ("名簿", [["リードID", "氏名"], ["1", "山田 花"], ["2", "林 真"]]),
            ("秋", [["リードID", "役職"], ["3", "部長"]]),
        ):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    client.post("/import/", {"kind": "", "file": SimpleUploadedFile("名簿.xlsx", out.getvalue())})
    number = the_import().pk
    page = client.get(f"/import/{number}/").content.decode()
    assert "シート「名簿」" in page
    assert '<option value="秋"' in page
    client.post(f"/import/{number}/read/", {"kind": "leads", "sheet": "秋", "header": ""})
    assert set(fields()) == {"リードID", "役職"}
    assert "シート「秋」" in client.get(f"/import/{number}/").content.decode()


def test_a_list_of_a_seminar_is_read_as_what_people_did_and_gets_its_name(client: Client) -> None:
    upload(
        client,
        "First Name,Last Name,Email,Registration Time,Approval Status\n"
        "花,山田,hana@kitahama.example,11/18/2026 10:00:00 AM,approved\n",
    )
    number = the_import().pk
    assert the_import().kind == "leads"
    page = client.get(f"/import/{number}/").content.decode()
    assert "申込と参加も「行動」として取り込めます" in page
    client.post(f"/import/{number}/read/", {"kind": "events"})
    assert "セミナーの名前" in client.get(f"/import/{number}/").content.decode()
    choose(client, part="rule", seminar="段取り改善", held_at="2026-11-20T14:00")
    assert the_import().options["seminar"] == "段取り改善"
    assert "段取り改善" in client.get(f"/import/{number}/").content.decode()


def test_an_import_on_its_way_can_be_stopped_and_taken_back(client: Client, monkeypatch) -> None:
    upload(client, "リードID,氏名\n1,山田 花\n")
    record = the_import()
    Import.objects.filter(pk=record.pk).update(status="running")
    page = client.get(f"/import/{record.pk}/").content.decode()
    assert "中止して元に戻す" in page
    client.post(f"/import/{record.pk}/undo/")
    assert the_import().status == "undone"


def test_of_several_files_the_sound_ones_are_kept_and_the_others_named(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 50)
    answer = upload(client, "リードID\n1\n", "リードID\n" + "2\n" * 50)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "「二.csv」は受け取れませんでした" in page
    assert "1個のファイルを受け取りました" in page
    assert Import.objects.count() == 1


@pytest.mark.parametrize("button", ["load", "options", "read", "mended"])
def test_whoever_opens_the_address_of_a_button_comes_to_the_import(client, button: str) -> None:
    made = Import.objects.create(kind="leads", status="done", started_at=timezone.now())
    answer = client.get(f"/import/{made.pk}/{button}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/import/{made.pk}/")


def test_a_page_shown_under_a_buttons_address_is_loaded_anew_under_its_own(client) -> None:
    made = Import.objects.create(kind="leads", status="done", started_at=timezone.now())
    answer = client.get(f"/import/{made.pk}/progress/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/import/{made.pk}/"
