"""Notes and files of leads and companies: kept whole, changed by one at a time, gone when they must be."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import attachments, notes
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as leads
from mikomi.hub.people.duplicates import merging, parting
from mikomi.hub.people.models import Attachment, Note
from tests.hub.site.world import LEADS, put_leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    put_leads(LEADS)


@pytest.fixture
def mori() -> User:
    return User.objects.create_user("mori@works.example", name="森 健太郎")


@pytest.fixture
def client(mori: User) -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(mori)
    return logged_in


def number(key: str = "L1") -> int:
    return people.numbers_of([key])[key]


def company() -> int:
    found = people.person(number())
    assert found is not None
    assert found.company_number is not None
    return found.company_number


def upload(name: str = "見積.pdf", data: bytes = b"%PDF-1.7 ...") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def on_disk() -> list[str]:
    return (
        sorted(entry.name for entry in attachments.folder().iterdir())
        if attachments.folder().exists()
        else []
    )


def test_it_works(client: Client, mori: User) -> None:
    told = {"scope": "lead", "subject": number(), "next": f"/leads/{number()}/?who=people"}
    answer = client.post("/notes/", told | {"text": " 来週また電話する \r\n15時以降 "})
    assert answer["Location"] == f"/leads/{number()}/?who=people#notes"
    note = notes.notes_of("lead", number())[0]
    assert (note.text, note.by, note.edited_at) == ("来週また電話する \n15時以降", "森 健太郎", None)
    client.post(f"/notes/{note.number}/", {"text": "再来週", "version": note.version, "next": "/leads/"})
    note = notes.notes_of("lead", number())[0]
    assert (note.text, note.edited_by) == ("再来週", "森 健太郎")
    client.post(f"/notes/{note.number}/delete/", {"next": "/leads/"})
    assert notes.notes_of("lead", number()) == []
    client.post(f"/notes/{note.number}/restore/", {"next": "/leads/"})
    assert [n.text for n in notes.notes_of("lead", number())] == ["再来週"]


def test_companies_have_notes_of_their_own(client: Client) -> None:
    client.post("/notes/", {"scope": "company", "subject": company(), "text": "秋に工場を移す", "next": "/"})
    assert [n.text for n in notes.notes_of("company", company())] == ["秋に工場を移す"]
    assert notes.notes_of("lead", company()) == []


@pytest.mark.parametrize("text", ["", "  \n ", "あ" * 10_001])
def test_a_note_that_cannot_be_kept_stays_on_the_screen(client: Client, text: str) -> None:
    answer = client.post("/notes/", {"scope": "lead", "subject": number(), "text": text, "next": "/leads/"})
    assert answer.status_code == 422
    assert Note.objects.count() == 0
    if text.strip():
        assert text in answer.content.decode()


def test_whoever_edits_an_overtaken_note_loses_nothing(client: Client) -> None:
    made = notes.write_note("lead", number(), "はじめ", None)
    version = notes.notes_of("lead", number())[0].version
    notes.edit_note(made, "ほかの人の文", version, None)
    answer = client.post(f"/notes/{made}/", {"text": "自分の文", "version": version, "next": "/leads/"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "ほかの人の文" in page
    assert "自分の文" in page
    assert notes.notes_of("lead", number())[0].text == "ほかの人の文"


@pytest.mark.parametrize(
    "told", [{"scope": "lead", "subject": "99999"}, {"scope": "company", "subject": "99999"}]
)
def test_nobody_gets_notes_or_files_who_is_not_there(client: Client, told: dict[str, str]) -> None:
    assert client.post("/notes/", told | {"text": "あ", "next": "/"}).status_code == 422
    assert client.post("/files/", told | {"file": upload(), "next": "/"}).status_code == 422
    assert (Note.objects.count(), Attachment.objects.count(), on_disk()) == (0, 0, [])


@pytest.mark.parametrize(
    "told", [{"scope": "x", "subject": "1"}, {"scope": "lead", "subject": "1' or"}, {"scope": "lead"}]
)
def test_what_no_form_sends_is_not_found(client: Client, told: dict[str, str]) -> None:
    assert client.post("/notes/", told | {"text": "あ"}).status_code == 404


def test_the_way_back_never_leaves_the_site(client: Client) -> None:
    told = {"scope": "lead", "subject": number(), "text": "あ", "next": "https://evil.example/"}
    assert client.post("/notes/", told)["Location"] == "/#notes"


def test_files_come_back_as_they_were_and_never_as_a_page(client: Client) -> None:
    data = b"<script>alert(1)</script>"
    told = {"scope": "lead", "subject": number(), "next": "/leads/"}
    client.post("/files/", told | {"file": [upload("罠.html", data), upload()]})
    files = {file.name: file for file in attachments.files_of("lead", number())}
    assert set(files) == {"罠.html", "見積.pdf"}
    answer = client.get(f"/files/{files['罠.html'].number}/")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert all(not name.endswith((".html", ".pdf")) and len(name) == 32 for name in on_disk())


def test_files_are_for_people_who_are_logged_in(client: Client) -> None:
    made = attachments.keep_file("lead", number(), upload(), None)
    assert Client().get(f"/files/{made}/").status_code == 302


def test_a_deleted_file_comes_back_within_a_day_and_goes_for_good_after(client: Client) -> None:
    made = attachments.keep_file("lead", number(), upload(), None)
    client.post(f"/files/{made}/delete/", {"next": "/leads/"})
    assert client.get(f"/files/{made}/").status_code == 404
    attachments.sweep_files(timezone.now())
    client.post(f"/files/{made}/restore/", {"next": "/leads/"})
    assert client.get(f"/files/{made}/").status_code == 200
    attachments.delete_file(made)
    attachments.sweep_files(timezone.now() + timedelta(days=1, minutes=1))
    assert (Attachment.objects.count(), on_disk()) == (0, [])


@pytest.mark.parametrize("data", [b"", b"x" * (1024 + 1)])
def test_empty_and_large_files_are_refused_by_name_and_the_others_kept(
    client: Client, monkeypatch, data
) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 1024)
    told = {"scope": "lead", "subject": number(), "next": "/leads/"}
    answer = client.post("/files/", told | {"file": [upload("だめ.bin", data), upload()]})
    assert answer.status_code == 422
    assert "だめ.bin" in answer.content.decode()
    assert [file.name for file in attachments.files_of("lead", number())] == ["見積.pdf"]
    assert len(on_disk()) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "空きがありません"), (errno.EACCES, "権限がありません"), (errno.EROFS, "読み取り専用")],
)
def test_a_disk_that_takes_nothing_is_said_and_nothing_is_half_stored(
    client: Client, monkeypatch, code: int, words: str
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("mikomi.hub.people.attachments.os.fsync", full)
    answer = client.post("/files/", {"scope": "lead", "subject": number(), "file": upload(), "next": "/"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (Attachment.objects.count(), on_disk()) == (0, [])


def test_a_folder_that_cannot_be_made_is_said(client: Client) -> None:
    (Path(settings.DATA_FOLDER) / "files").write_text("in the way")
    answer = client.post("/files/", {"scope": "lead", "subject": number(), "file": upload(), "next": "/"})
    assert answer.status_code == 422
    assert Attachment.objects.count() == 0


def test_what_an_interrupted_upload_left_is_swept_and_one_under_way_is_not() -> None:
    attachments.keep_file("lead", number(), upload(), None)
    old, new = attachments.folder() / ("a" * 32), attachments.folder() / (".b" * 16)
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    yesterday = timezone.now().timestamp() - attachments.ORPHANED - 60
    os.utime(old, (yesterday, yesterday))
    attachments.sweep_files(timezone.now())
    assert old.name not in on_disk()
    assert new.name in on_disk()
    assert len(on_disk()) == 2


def test_erasing_a_lead_takes_its_notes_and_files_from_the_disk() -> None:
    attachments.keep_file("lead", number("L1"), upload(), None)
    stays = attachments.keep_file("lead", number("L2"), upload(), None)
    notes.write_note("lead", number("L1"), "あ", None)
    leads.erase([number("L1")])
    assert Note.objects.count() == 0
    row = Attachment.objects.get()
    assert (row.pk, on_disk()) == (stays, [row.stored_as])


def test_an_erasure_killed_before_the_files_went_is_ended_by_a_worker(monkeypatch) -> None:
    attachments.keep_file("lead", number("L1"), upload(), None)
    with monkeypatch.context() as killed:
        killed.setattr(attachments, "remove_files", lambda _names: None)
        leads.erase([number("L1")])
    assert len(on_disk()) == 1
    run_pending()
    assert on_disk() == []


def test_an_erasure_that_did_not_commit_leaves_the_files(monkeypatch) -> None:
    made = attachments.keep_file("lead", number("L1"), upload(), None)

    def fails(_leads: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("mikomi.hub.people.services.erase_facts", fails)
    with pytest.raises(RuntimeError):
        leads.erase([number("L1")])
    run_pending()
    assert attachments.open_file(made) is not None


def test_a_merge_takes_notes_and_files_along_and_its_undo_gives_them_back() -> None:
    notes.write_note("lead", number("L2"), "島田さんのこと", None)
    made = attachments.keep_file("lead", number("L2"), upload(), None)
    merge = merging.merge(number("L1"), number("L2"))
    note = notes.notes_of("lead", number("L1"))[0]
    assert (note.text, note.former) == ("島田さんのこと", "島田 結衣")
    assert [file.number for file in attachments.files_of("lead", number("L1"))] == [made]
    # Who still has the page of the lead that went writes to the one that stayed.
    notes.write_note("lead", number("L2"), "あとから", None)
    assert len(notes.notes_of("lead", number("L1"))) == 2
    parting.part(merge)
    assert "島田さんのこと" in [n.text for n in notes.notes_of("lead", number("L2"))]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\森\\見積.xlsx", "見積.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("請求書\u202efdp.exe", "請求書fdp.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("あ" * 300 + ".pdf", "あ" * 146 + ".pdf"),
        ("", "file"),
    ],
)
def test_names_are_shown_without_what_could_mislead(name: str, shown: str) -> None:
    assert attachments.shown_name(name) == shown


def test_an_unknown_note_is_said_to_be_gone() -> None:
    with pytest.raises(MikomiError):
        notes.edit_note(99, "あ", "", None)


def test_notes_from_elsewhere_find_their_lead_or_company_and_others_are_left_out(mori: User) -> None:
    at = timezone.now()
    frame = pl.DataFrame(
        {
            "scope": ["lead", "company", "lead"],
            "key": ["L1", "北浜精機", "L99"],
            "text": ["人のこと", "会社のこと", "だれか"],
            "at": [at] * 3,
        }
    )
    assert notes.record_notes(frame, mori.pk) == 2
    note = notes.notes_of("lead", number())[0]
    assert (note.text, note.by, note.at) == ("人のこと", "森 健太郎", at)
    assert [n.text for n in notes.notes_of("company", company())] == ["会社のこと"]
