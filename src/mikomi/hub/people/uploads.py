"""Files that come through a page: kept in the data folder, checked, then imported, each step once.

Small files are read at once; larger ones by a worker, so that the page can be left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mikomi.core.tabular.formats import ENDINGS
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.kit import leases
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.importing import mending
from mikomi.hub.people.importing.file_kind import kind_of_file
from mikomi.hub.people.importing.options import NOTHING, Options, dump, parse
from mikomi.hub.people.importing.showing import same_file, shown
from mikomi.hub.people.importing.undoing import undo_import
from mikomi.hub.people.imports import OvertakenError, check_file, run_import, sha256_of
from mikomi.hub.people.models import Import

LARGEST = 300 * 1024 * 1024
READ_AT_ONCE = 1024 * 1024
RESCUE = timedelta(minutes=10)
"""A file read at once has a job, too, that far ahead: were this process killed on the way, it goes on
then; otherwise it finds nothing to do."""
UNDO_AT_ONCE = 2_000
"""Rows of an import that is taken back while the page waits."""

UNDO_WAIT = 120.0
"""Seconds that a worker waits for another import to be taken back, before it tries again later."""

FIND_KIND = "find_kind"
"""In the report of an upload: nobody said what the file holds."""

Status = Import.Status


def too_large(size: int) -> MikomiError:
    """The error for a file beyond what the page takes."""
    limit, mine = LARGEST >> 20, -(-size >> 20)
    return MikomiError(
        Words(
            f"ファイルが大きすぎます（{mine:,} MB。画面から取り込めるのは {limit} MB までです）。"
            "分けるか、コマンド mikomi import で取り込んでください",
            f"the file is too large ({mine:,} MB; the page takes up to {limit} MB);"
            " cut it into parts, or use the command mikomi import",
        )
    )


def keep(
    upload: UploadedFile, kind: str, known_from: date | None, by_id: int | None, options: Options = NOTHING
) -> Import:
    """Keeps an uploaded file and has it checked, with `options` to begin with. `kind` "" is found by whoever
    checks it: for a large file a worker, not this process. Raises `MikomiError` when it is too large."""
    name, size = str(upload.name or ""), upload.size or 0
    if size > LARGEST:
        raise too_large(size)
    record = Import.objects.create(
        kind=kind or Import.Kind.LEADS,
        file_name=name,
        known_from=known_from,
        status=Status.UPLOADED,
        by_id=by_id,
        started_at=timezone.now(),
        options={} if options == NOTHING else dump(options),
        report={"size": size} | ({} if kind else {FIND_KIND: True}),
    )
    suffix = Path(name).suffix.lower()
    # Only endings that readers know go into a path of ours; the others are refused by the reader.
    record.stored_as = f"{record.pk}{suffix if suffix in ENDINGS else '.unknown'}"
    path = path_of(record)
    path.parent.mkdir(parents=True, exist_ok=True)
    _copy(upload.chunks(), path)
    record.sha256 = sha256_of(path)
    record.save()
    ask_check(record)
    return record


def ask_check(record: Import) -> None:
    """Checks the file now, or has a worker do so where it is large."""
    small = record.report.get("size", 0) <= READ_AT_ONCE
    enqueue("people.check_import", after=RESCUE if small else None, number=record.pk)
    if small:
        check(record.pk)


def read_again(record: Import, encoding: str) -> None:
    """Checks the file once more, read in another encoding ("" finds it)."""
    asked = Import.objects.filter(pk=record.pk, status__in=(Status.CHECKED, Status.FAILED), cursor=0)
    if asked.update(status=Status.UPLOADED, encoding=encoding, error_ja="", error_en=""):
        ask_check(record)


def set_options(record: Import, options: Options) -> bool:
    """Keeps what the person chose and checks the file again; false when it is being stored already."""
    asked = Import.objects.filter(
        pk=record.pk, status__in=(Status.UPLOADED, Status.CHECKED, Status.FAILED), cursor=0
    )
    told = dump(options)
    if not asked.update(status=Status.UPLOADED, options=told, error_ja="", error_en=""):
        return False
    record.refresh_from_db()
    ask_check(record)
    return True


def check(number: int) -> None:
    """Reads the file and writes down what importing it would do; an unreadable one fails in words."""
    record = Import.objects.filter(pk=number, status=Status.UPLOADED).first()
    if record is None:
        return
    if record.report.get(FIND_KIND):
        record.kind = kind_of_file(path_of(record))
        record.report = {name: told for name, told in record.report.items() if name != FIND_KIND}
        # Who said meanwhile what it is knows better.
        ours = Import.objects.filter(pk=number, status=Status.UPLOADED, report__has_key=FIND_KIND)
        if not ours.update(kind=record.kind, report=record.report):
            return
    options = parse(record.options)
    try:
        report = check_file(
            path_of(record),
            record.kind,
            known_from=record.known_from,
            encoding=record.encoding or None,
            options=options,
        )
    except MikomiError as error:
        _fail(record, error)
        return
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged", "conflicts", "steps")}
    record.report = (
        {"size": record.report.get("size", 0)}
        | counts
        | shown(report.sheet, options.basis)
        | {"same_file": same_file(record)}
    )
    record.rows, record.rejected = report.rows, report.rejected
    mending.keep_rejects(record.pk, report.sheet)
    record.status = Status.CHECKED
    # Who chose something else meanwhile has a check of their own.
    asked = Import.objects.filter(pk=number, status=Status.UPLOADED, options=record.options)
    with transaction.atomic():
        if asked.select_for_update().first() is not None:
            record.save()


def ask_load(record: Import) -> bool:
    """Starts the import of a checked file; false when it was started already."""
    small = record.report.get("size", 0) <= READ_AT_ONCE
    with transaction.atomic():
        if not Import.objects.filter(pk=record.pk, status=Status.CHECKED).update(status=Status.WAITING):
            return False
        with audit.deed(number=record.pk):
            enqueue("people.load_import", after=RESCUE if small else None, number=record.pk)
    if small:
        store(record.pk)
    return True


def store(number: int) -> None:
    """Imports a checked file. Run again after a crash, it goes on where it stopped."""
    unfinished = Import.objects.filter(pk=number, status__in=(Status.WAITING, Status.RUNNING))
    record = unfinished.select_related("by").first()
    if record is None:
        return
    path = path_of(record)
    try:
        run_import(
            path,
            record.kind,
            known_from=record.known_from,
            encoding=record.encoding or None,
            record=number,
            by_id=record.by.pk if record.by else None,
            options=parse(record.options),
        )
    except OvertakenError:
        # Another program stores this very import, or it is being taken back: the outcome is its to tell.
        return
    except MikomiError as error:
        record.refresh_from_db()
        _fail(record, error)
        return
    # What was in it is stored now; the copy would only be one more place where it lies.
    path.unlink(missing_ok=True)


def can_undo(record: Import) -> bool:
    """Whether the import has stored something that can be taken back."""
    stored = record.status in (Status.DONE, Status.RUNNING)
    return stored or (record.status == Status.FAILED and record.cursor > 0)


def ask_undo(record: Import, by_id: int | None) -> bool:
    """Has the import taken back, by a worker where it is large; false where there is nothing to undo
    or it was asked for already. One that is still being stored stops with the rows in hand."""
    asked = Import.objects.filter(pk=record.pk).filter(
        Q(status__in=(Status.DONE, Status.RUNNING)) | Q(status=Status.FAILED, cursor__gt=0)
    )
    small = record.cursor <= UNDO_AT_ONCE
    with transaction.atomic():
        if not asked.update(status=Status.UNDOING, undone_by=by_id, error_ja="", error_en=""):
            return False
        with audit.deed(number=record.pk):
            enqueue("people.undo_import", after=RESCUE if small else None, number=record.pk)
    if small:
        try:
            undo(record.pk, wait=0)
        except MikomiError:
            # Another import is being taken back just now: a worker waits for it, not this page.
            enqueue("people.undo_import", number=record.pk)
    return True


def undo(number: int, wait: float = UNDO_WAIT) -> None:
    """Takes an import back for which that was asked. Run again after a crash, it goes on.

    One after the other: what two imports have both named goes with the last of them. Raises `MikomiError`
    where another one is still being taken back after `wait` seconds.
    """
    with leases.hold("people.undo", wait=wait):
        if Import.objects.filter(pk=number, status=Status.UNDOING).exists():
            undo_import(number)


def discard(record: Import) -> None:
    """Deletes an upload that was not imported, file and record."""
    waiting = (Status.UPLOADED, Status.CHECKED, Status.FAILED)
    if Import.objects.filter(pk=record.pk, status__in=waiting, cursor=0).delete()[0]:
        path_of(record).unlink(missing_ok=True)
        mending.forget(record.pk)


def rejected_file(record: Import, language: str) -> bytes | None:
    """The rows that were not taken, or not with all of their cells, as CSV under their own headers with
    the reason before them; None where there are none. Mended, the file can be loaded again as it is."""
    return mending.mended_file(record.pk, language)


rejected_csv = rejected_file


def path_of(record: Import) -> Path:
    """Where the uploaded file lies."""
    return mending.folder() / (record.stored_as or f"{record.pk}.unknown")


def _copy(chunks: Iterable[bytes], path: Path) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(chunks)
    except OSError as error:
        path.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise MikomiError(
            Words(
                f"ファイルをデータフォルダに置けません（{reason}）。空きと権限を確かめてください",
                f"the file cannot be kept in the data folder ({reason}); check its room and rights",
            )
        ) from error


def _fail(record: Import, error: MikomiError) -> None:
    """Writes down why, naming the file as the person knows it."""
    kept, known = str(path_of(record)), record.file_name
    names = ((kept, known), (path_of(record).name, known))
    ja, en = error.words.ja, error.words.en
    for ours, theirs in names:
        ja, en = ja.replace(ours, theirs), en.replace(ours, theirs)
    record.status, record.error_ja, record.error_en = Status.FAILED, ja, en
    record.save()
