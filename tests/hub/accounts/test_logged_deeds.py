"""What a button does and its entry of the audit log stand or fall together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.client import FakePayload
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mikomi.cli.main import main
from mikomi.core.scoring.model_file import parse_model
from mikomi.core.words import Words
from mikomi.hub.accounts import audit, audited, services
from mikomi.hub.accounts.logging_deeds import OWN
from mikomi.hub.accounts.models import AuditEntry
from mikomi.hub.people import queries as people
from mikomi.hub.people.models import Import
from mikomi.hub.people.same.queries import past_merges
from mikomi.hub.scores import services as scores
from mikomi.hub.site import pipeline
from mikomi.hub.site.same import FIRMS, PEOPLE, Shown
from tests.hub.accounts.unlogged import UNLOGGED
from tests.hub.site.test_segments import sent
from tests.hub.site.world import MODEL, ON, make_world

AROUND = {"django_session", "accounts_device", "accounts_user", "kit_lease", "kit_cache"}
"""Tables that any click may write: who is here, and who holds a lease."""
BEFORE = {"consent_refusal", "site_privacy_request", "people_import"}
"""An erasure refuses the address first, so that nobody writes to it should the rest fail; a file's page
keeps what was chosen, and then loads it."""


class CrashedError(Exception):
    """What stands for the power that fails."""


@pytest.fixture
def client(db, tmp_path, monkeypatch) -> Client:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    pipeline.score_all(ON)
    client = Client()
    client.force_login(services.create_user("hana@works.example", "見込 花子", language="ja"))
    client.get("/leads/")
    return client


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def everything() -> dict[str, list[str]]:
    """All rows of the small database, as text."""
    with connection.cursor() as cursor:
        held = {}
        for table in set(connection.introspection.table_names(cursor)) - AROUND - BEFORE:
            cursor.execute(f'select * from "{table}"')
            held[table] = sorted(map(repr, cursor.fetchall()))
    return held | {"imports": list(Import.objects.values_list("status", flat=True))}


type Press = Callable[[Client], object]


def merge(kept: str, gone: str) -> Press:
    return lambda client: client.post(reverse("site:compare", args=[number(kept), number(gone)]))


def companies(client: Client) -> object:
    firms = people.company_numbers([number("L1"), number("L4")])["company_id"].sort().to_list()
    return client.post(reverse("site:compare_companies", args=firms))


def upload(client: Client) -> object:
    file = SimpleUploadedFile("名刺.csv", "メールアドレス,氏名\nnew@works.example,新 人\n".encode())
    return client.post("/import/", {"kind": "leads", "file": file})


def of_import(name: str) -> Press:
    return lambda client: client.post(reverse(f"people:import_{name}", args=[Import.objects.latest("pk").pk]))


def part(shown: Shown) -> Press:
    """Takes the latest merge back."""
    return lambda client: client.post(reverse(shown.part_url, args=[past_merges(shown.kind, 0, 1)[0].number]))


def to_lead(address: str, key: str, **told: str) -> Press:
    return lambda client: client.post(reverse(address, args=[number(key)]), told)


def to(name: str, told: dict) -> Press:
    return lambda client: client.post(reverse(name), told)


def edit(client: Client) -> object:
    told = {"lead": number("L5"), "do": "set", "field": "title", "value": "部長", "sure": "1"}
    return client.post(reverse("site:edit"), told)


def result(client: Client) -> object:
    told = {"lead": number("L4"), "result": "won", "on": "2026-11-20"}
    return client.post(reverse("site:record_result"), told)


def rename(client: Client) -> object:
    told = {"label_ja": "肩書", "label_en": "Title", "kind": "text", "scope": "lead"}
    return client.post(reverse("site:edit_field") + "?key=title", told)


SEGMENT = sent({"all": [{"field": "industry", "in": ["製造業"]}]}, name="工場")
DEEDS: list[tuple[str, Press]] = [
    ("leads.edited", edit),
    ("settings.fields", rename),
    ("settings.rest", to("site:set_rest", {"days": "30"})),
    ("outcome.recorded", result),
    ("settings.privacy", to("capture:privacy_retention", {"details": "400", "unknown": "400"})),
    ("segment.changed", to("site:segment_new", SEGMENT)),
    ("settings.priorities", to("site:priorities", {"field": "industry", "value.0": "1"})),
    ("leads.exported", to("site:write_file", {"list": "sort=name"})),
    ("leads.merged", merge("L1", "L2")),
    ("companies.merged", companies),
    ("leads.parted", part(PEOPLE)),
    ("companies.parted", part(FIRMS)),
    ("leads.trashed", to_lead("site:put_away", "L6")),
    ("import.loaded", of_import("load")),
    ("import.undone", of_import("undo")),
    ("privacy.stopped", to_lead("site:stop_use", "L8")),
    ("privacy.erased", to_lead("site:erase", "L3", name="今井 徹")),
    ("score.published", to("scores:publish", {})),
]  # fmt: skip


def test_a_crash_before_the_entry_is_written_takes_the_deed_with_it(client: Client, monkeypatch) -> None:
    upload(client)
    scores.save_draft(replace(parse_model(MODEL), name="次のスコア"), None)
    for action, press in DEEDS:
        before = everything()
        with monkeypatch.context() as patched:
            patched.setattr(AuditEntry.objects, "create", crash)
            with pytest.raises(CrashedError):
                press(client)
        after = everything()
        assert [table for table in before if before[table] != after[table]] == [], action
        press(client)
        known = len(before["accounts_auditentry"])
        entries = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[known:]
        assert entries == [action]


def crash(**_: object) -> None:
    raise CrashedError


def test_nothing_is_recorded_outside_the_transaction_of_a_deed(transactional_db) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        audit.record(None, "score.published", "", Words("公開した", "Published"))


def test_what_was_not_done_leaves_no_entry_and_nothing_owes_one_afterwards(client: Client) -> None:
    upload(client)
    of_import("undo")(client)  # nothing was loaded
    to("scores:publish", {"revision": "99"})(client)  # there is no draft
    with audit.deed():
        pass
    assert not AuditEntry.objects.exists()


def test_commands_of_the_terminal_leave_entries(db, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("mikomi.cli.import_.boot", lambda folder: tmp_path)
    monkeypatch.setattr("mikomi.cli.undo.boot", lambda folder: tmp_path)
    monkeypatch.setattr("mikomi.cli.source.boot", lambda folder: tmp_path)
    for command in ("import_", "undo", "source"):
        monkeypatch.setattr(f"mikomi.cli.{command}.migrate", lambda folder: False)
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    file = tmp_path / "leads.csv"
    file.write_text("メールアドレス,氏名\nnew@works.example,新 人\n", "utf-8")
    assert main(["import", "leads", str(file), "--dry-run"]) == 0
    assert main(["import", "leads", str(file)]) == 0
    held = Import.objects.get().pk
    assert main(["undo", str(held)]) == 0
    assert main(["source", "add", "shop"]) == 0
    capsys.readouterr()
    entries = list(AuditEntry.objects.order_by("pk").values_list("action", "target", "words_ja"))
    assert entries[:2] == [
        ("import.loaded", f"import:{held}", f"端末からファイルを取り込んだ（{held}番）"),
        ("import.undone", f"import:{held}", f"端末から取り込みを元に戻した（{held}番）"),
    ]
    assert entries[2][0] == "source.made"


def test_every_button_leaves_an_entry_or_is_known_not_to() -> None:
    logged = {*audited.PRESSED, *audited.POSTED, *audited.LOADED}
    known = [name for names in UNLOGGED.values() for name in names]
    assert len(known) == len(set(known))
    assert set(audited.PRESSED) >= OWN
    assert {name for name, takes in buttons(get_resolver()) if takes} - logged == set(known)


def buttons(resolver: URLResolver, names: str = "") -> Iterator[tuple[str, bool]]:
    """Every address, and whether it takes what a button sends."""
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield f"{names}{one.name}", methods(one.callback)
        else:
            yield from buttons(one, f"{names}{one.namespace}:" if one.namespace else names)


def methods(view: Any) -> bool:
    """Whether a view takes POST: what `require_http_methods` and its kin were given says so."""
    while view is not None:
        named = dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True))
        if "request_method_list" in named:
            return "POST" in named["request_method_list"].cell_contents
        view = getattr(view, "__wrapped__", None)
    return True


def test_what_is_sent_has_arrived_before_others_have_to_wait(client, monkeypatch):
    """A slow line would keep everybody from writing, were it read inside the transaction."""
    read, depth, inside = FakePayload.read, len(connection.savepoint_ids), []

    def watched(self: FakePayload, size: int = -1) -> bytes:
        # The test itself stands in a transaction: one around the view is a savepoint more.
        inside.append(len(connection.savepoint_ids) > depth)
        return read(self, size)

    monkeypatch.setattr(FakePayload, "read", watched)
    assert client.post(reverse("site:set_rest"), {"days": "30"}).status_code == 302
    assert set(inside) == {False}
