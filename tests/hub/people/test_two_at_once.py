"""Two people import at once: by the pages' own way, in two workers, files that name the same people."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from mikomi.hub.consent.models import Basis
from mikomi.hub.kit import worker
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import imports, queries, uploads
from mikomi.hub.people.importing.options import parse
from mikomi.hub.people.models import Change, Company, Import, Lead, LeadTag
from tests.hub.people.undo_world import state

CHOSEN = {
    "tags": ["展示会"],
    "lists": ["秋の招待先"],
    "basis": {"kind": "card", "since": "2026-04-01", "how": "展示会"},
}


@pytest.fixture(autouse=True)
def folder(tmp_path, settings, monkeypatch) -> None:
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 4)
    # Everything goes to workers, as large files do.
    monkeypatch.setattr(uploads, "READ_AT_ONCE", 0)
    monkeypatch.setattr(uploads, "UNDO_AT_ONCE", 0)


def file_of(people: range, title: str, form: str) -> Import:
    """An upload that is checked: people by their addresses, at five companies, with a field of its own."""
    lines = [
        f"山田 {n},p{n}@one.example,{form.format(f'北浜精機{n % 5}')},{title},{n * 10},席{n}" for n in people
    ]
    text = "\n".join(["氏名,E-mail,会社名,役職,従業員数,座席", *lines])
    record = uploads.keep(SimpleUploadedFile(f"{title}.csv", text.encode("cp932")), "leads", None, None)
    run_pending()
    record.refresh_from_db()
    uploads.set_options(record, parse(CHOSEN))
    run_pending()
    record.refresh_from_db()
    assert record.status == "checked", record.error_ja
    return record


def two_workers() -> None:
    """Two workers do all that waits, each on a thread and a connection of its own."""
    errors: list[BaseException] = []

    def work(name: str) -> None:
        try:
            while (claimed := worker.claim_next(name)) is not None:
                worker.run_claimed(*claimed)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=work, args=(f"worker {n}",)) for n in (1, 2)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    assert errors == []
    assert not any(thread.is_alive() for thread in crew)


def together(monkeypatch) -> None:
    """Whoever stores a file begins only when the other one does."""
    read, gate = imports.read_file, threading.Barrier(2, timeout=30)

    def read_together(*args, **more):
        sheet = read(*args, **more)
        gate.wait()
        return sheet

    monkeypatch.setattr(imports, "read_file", read_together)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["first back first", "last back first", "both at once"])
def test_two_files_of_the_same_people_at_once_are_each_there_once_and_go_in_any_order(
    way: str, monkeypatch
) -> None:
    before = state()
    first, second = file_of(range(20), "部長", "株式会社{}"), file_of(range(10, 30), "課長", "㈱{}")
    with monkeypatch.context() as patch:
        together(patch)
        for record in (first, second):
            assert uploads.ask_load(record)
        two_workers()
    for record in (first, second):
        record.refresh_from_db()
        assert (record.status, record.cursor - record.report["steps"]) == ("done", 0)
    assert Lead.objects.count() == Lead.objects.values("key").distinct().count() == 30
    assert first.new + second.new == 30
    assert Company.objects.count() == Company.objects.values("key").distinct().count()
    assert LeadTag.objects.count() == 30
    assert Basis.objects.values("address").distinct().count() == 30
    told = set(queries.attribute_frame()["title"])
    assert told == {"部長", "課長"}
    order = [second, first] if way == "last back first" else [first, second]
    for at, record in enumerate(order):
        assert uploads.ask_undo(record, None)
        if way == "both at once":
            continue
        two_workers()
        if at == 0:
            left = queries.attribute_frame()
            other = order[1]
            title = "課長" if other == second else "部長"
            assert (left.height, set(left["title"])) == (20, {title})
            assert set(Change.objects.exclude(import_id=None).values_list("import_id", flat=True)) == {
                other.pk
            }
    two_workers()
    assert {record.status for record in Import.objects.all()} == {"undone"}
    assert state() == before
