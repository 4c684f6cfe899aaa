"""What tests of the page of an import do over and over: put a file down, choose, load."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from mikomi.hub.accounts.models import User
from mikomi.hub.people.models import Import

HTMX = {"HX-Request": "true"}
CARDS = (
    "リードID,氏名,呼び名,E-mail,希望機種\n"
    "1,山田 花,やま,hana@kitahama.example,切削機\n"
    "2,髙橋 一,はじめ,hajime@seiwa.example,研磨機\n"
)


def signed_in() -> Client:
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(User.objects.create_user("aya@example.jp", "a long password", name="石田 彩"))
    return browser


def upload(client: Client, *texts: str, kind: str = "", names: tuple[str, ...] = ()) -> HttpResponse:
    files = [
        SimpleUploadedFile((names or ("一.csv", "二.csv", "三.csv"))[at], text.encode("cp932"))
        for at, text in enumerate(texts)
    ]
    return client.post("/import/", {"kind": kind, "file": files})


def the_import() -> Import:
    return Import.objects.latest("pk")


def choose(client: Client, part: str = "columns", **posted: str) -> str:
    """One change by htmx; the answer."""
    return client.post(
        f"/import/{the_import().pk}/options/", {"part": part, **posted}, headers=HTMX
    ).content.decode()


def load(client: Client, **posted: str) -> HttpResponse:
    return client.post(f"/import/{the_import().pk}/load/", {"tags": "", **posted})


def fields() -> dict[str, str]:
    return {column["header"]: column["field"] for column in the_import().report["columns"]}
