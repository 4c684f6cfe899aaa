"""Documents are given out by links that end, in parts where a reader asks so, and count once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.activity.models import Activity, Touch
from mikomi.hub.capture.documents import giving, keeping
from mikomi.hub.capture.models import Document, DocumentLink, Download
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from tests.hub.capture.forms_world import AYA, give_document, publish_form, send
from tests.hub.site.world import LEADS, put_leads

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"
DATA = b"%PDF-1.7 " + bytes(range(100))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


@pytest.fixture
def staff() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return logged_in


def open_it(link: DocumentLink, agent: str = PERSON, **headers: str):
    return Client(headers={"accept-language": "ja"}).get(
        f"/d/{keeping.token_of(link)}/", headers={"user-agent": agent, **headers}
    )


def counted() -> int:
    touches = Touch.objects.filter(kind="download").values_list("pk", flat=True)
    return Activity.objects.filter(touch__in=list(touches)).aggregate(n=Sum("n"))["n"] or 0


def test_it_works(staff: Client) -> None:
    put_leads(LEADS)
    staff.post("/documents/", {"file": SimpleUploadedFile("../製品\u202eカタログ.pdf", DATA)})
    document = Document.objects.get()
    assert (document.title, document.name) == ("製品カタログ", "製品カタログ.pdf")
    staff.post(f"/documents/{document.pk}/links/", {"email": "L1@works.example", "days": "14"})
    link = DocumentLink.objects.get()
    assert link.lead == people.numbers_of(["L1"])["L1"]
    answer = open_it(link)
    assert answer.getvalue() == DATA
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''%E8%A3%BD")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert counted() == 1
    page = staff.get(f"/documents/{document.pk}/").content.decode()
    assert "三宅 浩司" in page
    assert f"/d/{keeping.token_of(link)}/" in page
    assert staff.get("/documents/", headers={"accept-language": "en"}).status_code == 200


def test_files_that_a_crash_left_over_are_swept_and_no_others() -> None:
    kept = give_document()
    folder = keeping.folder()
    left = [folder / ("a" * 32), folder / ("." + "b" * 32)]
    strange = folder / "note.txt"
    for file in (*left, strange):
        file.write_bytes(b"x")
    assert keeping.sweep_files(timezone.now()) == 0
    assert keeping.sweep_files(timezone.now() + timedelta(days=2)) == 2
    assert sorted(file.name for file in folder.iterdir()) == sorted([kept.stored_as, strange.name])


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-4", 206, (0, 4)),
        ("bytes=100-", 206, (100, 108)),
        ("bytes=-5", 206, (104, 108)),
        ("bytes=-9999", 200, (0, 108)),
        ("bytes=5-99999", 206, (5, 108)),
        ("bytes=0-1,4-5", 200, (0, 108)),
        ("bytes=9-3", 200, (0, 108)),
        ("lines=1-2", 200, (0, 108)),
        ("bytes=-", 200, (0, 108)),
        ("bytes=109-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_a_part_is_given_where_it_is_asked_for(asked: str, status: int, span: tuple[int, int] | None) -> None:
    answer = open_it(keeping.make_link(give_document().pk), range=asked)
    assert answer.status_code == status
    if span is None:
        assert answer["Content-Range"] == "bytes */109"
        return
    assert answer.getvalue() == DATA[span[0] : span[1] + 1]
    assert answer["Content-Length"] == str(span[1] - span[0] + 1)
    assert (answer.get("Content-Range") or "") == (f"bytes {span[0]}-{span[1]}/109" if status == 206 else "")


def test_a_part_of_another_file_is_not_mixed_in() -> None:
    link = keeping.make_link(give_document().pk)
    tag = open_it(link)["ETag"]
    assert open_it(link, range="bytes=0-4", **{"if-range": tag}).status_code == 206
    other = SimpleUploadedFile("b.zip", b"PK another")
    keeping.change_document(link.document_id, "新版", other, None)
    answer = open_it(link, range="bytes=0-4", **{"if-range": tag})
    assert (answer.status_code, answer.getvalue()) == (200, b"PK another")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="b.zip"'
    assert len(list(keeping.folder().iterdir())) == 1, "the former file is gone"


def test_a_reader_that_asks_for_parts_counts_once_and_machines_never() -> None:
    put_leads(LEADS)
    link = keeping.make_link(give_document().pk, email="l1@works.example")
    for asked in ("bytes=0-9", "bytes=10-19", "bytes=0-"):
        open_it(link, range=asked)
    assert (Download.objects.count(), counted()) == (1, 1)
    open_it(link, agent="Mozilla/5.0 (compatible; bingbot/2.0)")
    open_it(link, agent=PERSON + " Edge", **{"sec-purpose": "prefetch"})
    open_it(link, agent="")
    Client().head(f"/d/{keeping.token_of(link)}/")
    assert (Download.objects.filter(automated=True).count(), counted()) == (3, 1)
    later = timezone.now() + giving.SAME_VISIT + timedelta(seconds=1)
    giving.note_download(link, {"User-Agent": PERSON}, "127.0.0.1", later)
    assert counted() == 2


def test_links_end_and_cannot_be_guessed(staff: Client) -> None:
    document = give_document()
    link = keeping.make_link(document.pk, days=1)
    token = keeping.token_of(link)
    assert keeping.open_link(token, timezone.now() + timedelta(hours=23)) is not None
    assert keeping.open_link(token, timezone.now() + timedelta(hours=25)) is None
    for forged in (
        token[:-1] + "x",
        f"{link.pk:x}",
        "1",
        "..",
        "%00",
        "../secret_key",
        token + ".x",
        "zz.zz",
    ):
        assert keeping.open_link(forged, timezone.now()) is None
        assert Client().get(f"/d/{forged}/").status_code in (404, 410)
    staff.post(f"/documents/{document.pk}/ended/", {"ended": "yes"})
    ended = open_it(link)
    assert ended.status_code == 410
    assert "この資料は開けません" in ended.content.decode()
    staff.post(f"/documents/{document.pk}/ended/", {"ended": "no"})
    assert open_it(link).status_code == 200
    staff.post(f"/documents/{document.pk}/links/{link.pk}/end/")
    assert open_it(link).status_code == 410
    assert Client().get("/documents/").status_code == 302


def test_what_cannot_be_is_said(staff: Client) -> None:
    assert "ファイルを選んでください" in staff.post("/documents/", {}).content.decode()
    empty = staff.post("/documents/", {"file": SimpleUploadedFile("a.pdf", b"")})
    assert empty.status_code == 422
    document = give_document()
    for told in ({"email": "nobody@x.example"}, {"days": "0"}, {"days": "x"}, {"days": "99999"}):
        assert staff.post(f"/documents/{document.pk}/links/", told).status_code == 422
    with pytest.raises(MikomiError):
        keeping.change_document(document.pk, " ", None, None)
    assert not DocumentLink.objects.exists()
    assert staff.get("/documents/999/").status_code == 404


def test_whoever_sends_a_form_gets_its_document_and_is_known_by_the_link() -> None:
    document = give_document()
    form = publish_form(document=document.pk)
    answer = send(form, AYA)
    shown = Client().get(answer["Location"]).content.decode()
    link = DocumentLink.objects.get()
    address = f"/d/{keeping.token_of(link)}/"
    assert f'href="{address}"' in shown
    run_pending()
    assert f"http://testserver{address}" in mail.outbox[0].body
    open_it(link)
    (number,) = people.find_by_email("aya@setouchi.example")
    assert Download.objects.get().lead == number
    assert counted() == 1
    assert send(form, AYA | {"website_confirm": "x", "q-phone": "1"})["Location"].endswith("?lang=ja")
    assert DocumentLink.objects.count() == 1, "what looks like a machine gets none"
