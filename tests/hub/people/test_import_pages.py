from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import imports, jobs, uploads
from mikomi.hub.people.models import Import, Lead

pytestmark = pytest.mark.django_db

LEADS = """\
リードID,氏名,会社名,業種,登録日,ひみつ
1,山田,㈱髙橋,製造業,2026/1/2,x
2,鈴木,㈱髙橋,,令和8年2月30日,y
3,佐藤,,,,z
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def client(db: None) -> Client:
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(User.objects.create_user("aya@example.jp", "a long password", name="石田 彩"))
    return browser


def upload(client: Client, data: bytes, name: str = "名刺.csv", kind: str = "leads", **more: str):
    file = SimpleUploadedFile(name, data)
    return client.post("/import/", {"kind": kind, "file": file, **more}, follow=True)


def test_it_works(client: Client) -> None:
    page = upload(client, LEADS.encode("cp932"))
    text = page.content.decode()
    assert "取り込む前の確認" in text
    assert "CP932" in text
    assert "「ひみつ」という項目として取り込みます" in text
    assert "2行を取り込む" in text
    assert "登録日が日時として読めません" in text
    assert Lead.objects.count() == 0
    record = Import.objects.get()
    assert record.by is not None
    done = client.post(f"/import/{record.pk}/load/", follow=True).content.decode()
    assert "取り込みました" in done
    assert set(Lead.objects.values_list("key", flat=True)) == {"1", "3"}
    record.refresh_from_db()
    assert (record.status, record.new, record.rejected) == ("done", 2, 1)
    assert not uploads.path_of(record).exists()


def test_the_rejected_rows_can_be_downloaded_in_the_readers_language(client: Client) -> None:
    upload(client, LEADS.encode())
    address = f"/import/{Import.objects.get().pk}/rejected.csv"
    assert "登録日が日時として読めません" in client.get(address).content.decode("utf-8-sig")
    english = client.get(address, headers={"accept-language": "en"}).content.decode("utf-8-sig")
    assert "created_at cannot be read" in english
    assert "令和8年2月30日" in english


def test_nothing_is_loaded_twice_by_an_impatient_click(client: Client) -> None:
    upload(client, LEADS.encode())
    address = f"/import/{Import.objects.get().pk}/load/"
    client.post(address)
    assert client.post(address).status_code == 302
    assert Lead.objects.count() == 2
    assert Import.objects.get().new == 2


def test_a_small_file_whose_reader_was_killed_is_taken_up_by_a_worker(client: Client, monkeypatch) -> None:
    upload(client, LEADS.encode())
    number = Import.objects.get().pk
    monkeypatch.setattr(uploads, "store", lambda number: None)
    client.post(f"/import/{number}/load/")
    monkeypatch.undo()
    assert Import.objects.get().status == "waiting"
    assert DBTaskResult.objects.filter(run_after__lt=timezone.now() + timedelta(hours=1)).count() == 2
    jobs.load_import(number)
    assert Import.objects.get().status == "done"
    jobs.load_import(number)
    jobs.check_import(number)
    assert (Import.objects.get().status, Lead.objects.count()) == ("done", 2)


def test_an_import_that_another_program_stores_is_not_called_a_failure(client: Client, monkeypatch) -> None:
    upload(client, LEADS.encode())
    number = Import.objects.get().pk

    def overtaken(*_: object) -> None:
        Import.objects.update(cursor=999)

    monkeypatch.setattr(imports, "store_companies", overtaken)
    client.post(f"/import/{number}/load/")
    assert Import.objects.get().status == "running"


def test_a_large_file_is_read_by_a_worker_and_its_page_tells_how_far_it_is(
    client: Client, monkeypatch
) -> None:
    monkeypatch.setattr(uploads, "READ_AT_ONCE", 0)
    page = upload(client, LEADS.encode()).content.decode()
    record = Import.objects.get()
    poll = f"/import/{record.pk}/progress/"
    assert poll in page
    assert "hx-trigger" in client.get(poll).content.decode()
    run_pending(1)
    assert client.get(poll).headers["HX-Redirect"] == f"/import/{record.pk}/"
    assert "2行を取り込む" in client.get(f"/import/{record.pk}/").content.decode()
    client.post(f"/import/{record.pk}/load/")
    assert Lead.objects.count() == 0
    assert "取り込んでいます" in client.get(f"/import/{record.pk}/").content.decode()
    run_pending(1)
    assert Lead.objects.count() == 2


def test_the_list_shows_every_import_and_what_became_of_it(client: Client) -> None:
    assert "まだ何も取り込んでいません" in client.get("/import/").content.decode()
    upload(client, LEADS.encode(), name="一.csv")
    upload(client, b"", name="空.csv")
    page = client.get("/import/").content.decode()
    assert "一.csv" in page
    assert "空.csv" in page
    assert "確認待ち" in page
    assert "できませんでした" in page


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("broken.xlsx", b"PK\x03\x04 not a workbook"),
        ("broken.parquet", b"PAR1....PAR1"),
        ("picture.png", b"\x89PNG\r\n\x1a\n"),
        ("no_ending", b"lead\n1\n"),
        ("../../etc/passwd.csv", b"\0\0\0\0"),
        ("no_key.csv", "色,形\n赤,丸\n".encode()),
        ("binary.csv", bytes(range(256)) * 50),
    ],
)
def test_a_hostile_file_gives_words_and_stores_nothing(client: Client, name: str, data: bytes) -> None:
    page = upload(client, data, name=name)
    assert page.status_code == 200
    record = Import.objects.get()
    if record.status == "failed":
        assert record.error_ja
        assert record.error_en
        assert str(uploads.path_of(record)) not in record.error_ja
        assert "別のファイルを選ぶ" in page.content.decode()
    else:
        assert record.rows == record.rejected
    assert Lead.objects.count() == 0


def test_a_zip_bomb_is_refused_in_words(client: Client) -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(160):
            sheet.write(bytes(1 << 20))
    upload(client, out.getvalue(), name="bomb.xlsx")
    record = Import.objects.get()
    assert record.status == "failed"
    assert "bomb.xlsx" in record.error_ja


def test_a_file_beyond_the_limit_is_refused_in_words(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 1 << 20)
    page = upload(client, b"x" * ((1 << 20) + 1))
    assert page.status_code == 422
    assert "1 MB までです" in page.content.decode()
    assert Import.objects.count() == 0


def test_no_file_is_said_under_the_field(client: Client) -> None:
    page = client.post("/import/", {"kind": "leads"})
    assert page.status_code == 422
    assert "ファイルを選んでください" in page.content.decode()


def test_a_garbled_file_is_read_again_in_another_encoding(client: Client) -> None:
    upload(client, LEADS.encode("euc_jp", errors="ignore"))
    record = Import.objects.get()
    client.post(f"/import/{record.pk}/read/", {"encoding": "euc_jp"})
    record.refresh_from_db()
    assert record.status == "checked"
    assert "業種" in [column["header"] for column in record.report["columns"]]


def test_an_upload_can_be_thrown_away(client: Client) -> None:
    upload(client, LEADS.encode())
    record = Import.objects.get()
    client.post(f"/import/{record.pk}/discard/")
    assert Import.objects.count() == 0
    jobs.check_import(record.pk)
    jobs.load_import(record.pk)
    assert not uploads.path_of(record).exists()


def test_what_was_loaded_cannot_be_thrown_away(client: Client) -> None:
    upload(client, LEADS.encode())
    record = Import.objects.get()
    client.post(f"/import/{record.pk}/load/")
    client.post(f"/import/{record.pk}/discard/")
    assert Import.objects.count() == 1


def test_the_pages_want_a_login() -> None:
    for address in ("/import/", "/import/1/", "/import/1/rejected.csv"):
        assert Client().get(address).status_code == 302
    assert Client().post("/import/1/load/").status_code == 302


def test_an_import_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/import/999/").status_code == 404
    upload(client, b"lead\n1\n")
    assert client.get(f"/import/{Import.objects.get().pk}/rejected.csv").status_code in (200, 404)


@pytest.mark.parametrize("kind", ["events", "outcomes"])
def test_events_and_outcomes_of_unknown_leads_are_kept_and_said(client: Client, kind: str) -> None:
    data = {
        "events": "lead,at,kind,content\n9,2026-01-02,page_view,/\n",
        "outcomes": "リードID,結果日,結果,失注理由,金額\n9,2026-01-02,失注,予算,100\n",
    }[kind]
    upload(client, data.encode(), kind=kind)
    page = client.post(f"/import/{Import.objects.get().pk}/load/", follow=True).content.decode()
    assert "まだ知らないリード" in page
    assert Import.objects.get().waiting == 1
