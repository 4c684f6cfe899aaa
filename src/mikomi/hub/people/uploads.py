"""Files that come through a page: kept in the data folder, checked, then imported, each step once.

Small files are read at once; larger ones by a worker, so that the page can be left.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from mikomi.core.tabular.formats import ENDINGS
from mikomi.core.tabular.rejects import write_rejected
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.importing.options import Options, dump
from mikomi.hub.people.imports import OvertakenError, Report, check_file, run_import, sha256_of
from mikomi.hub.people.models import Import

LARGEST = 300 * 1024 * 1024
READ_AT_ONCE = 1024 * 1024
RESCUE = timedelta(minutes=10)
"""A file read at once has a job, too, that far ahead: were this process killed on the way, it goes on
then; otherwise it finds nothing to do."""
SHOWN_REJECTS = 50
SHOWN_ROWS = 5
SHOWN_COLUMNS = 200

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


def keep(upload: UploadedFile, kind: str, known_from: date | None, by_id: int | None) -> Import:
    """Keeps an uploaded file and has it checked. Raises `MikomiError` when it is too large."""
    name, size = str(upload.name or ""), upload.size or 0
    if size > LARGEST:
        raise too_large(size)
    record = Import.objects.create(
        kind=kind,
        file_name=name,
        known_from=known_from,
        status=Status.UPLOADED,
        by_id=by_id,
        started_at=timezone.now(),
        report={"size": size},
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
    try:
        report = check_file(
            path_of(record), record.kind, known_from=record.known_from, encoding=record.encoding or None
        )
    except MikomiError as error:
        _fail(record, error)
        return
    record.report = record.report | _shown(report)
    record.rows, record.rejected = report.rows, report.rejected
    report.sheet.rejected.write_parquet(_rejects_path(record))
    record.status = Status.CHECKED
    record.save()


def ask_load(record: Import) -> bool:
    """Starts the import of a checked file; false when it was started already."""
    if not Import.objects.filter(pk=record.pk, status=Status.CHECKED).update(status=Status.WAITING):
        return False
    small = record.report.get("size", 0) <= READ_AT_ONCE
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
        )
    except OvertakenError:
        # Another program stores this very import; the outcome is its to tell.
        return
    except MikomiError as error:
        record.refresh_from_db()
        _fail(record, error)
        return
    # What was in it is stored now; the copy would only be one more place where it lies.
    path.unlink(missing_ok=True)


def discard(record: Import) -> None:
    """Deletes an upload that was not imported, file and record."""
    waiting = (Status.UPLOADED, Status.CHECKED, Status.FAILED)
    if Import.objects.filter(pk=record.pk, status__in=waiting, cursor=0).delete()[0]:
        path_of(record).unlink(missing_ok=True)
        _rejects_path(record).unlink(missing_ok=True)


def rejected_csv(record: Import, language: str) -> bytes | None:
    """The rejected rows of an upload as a file for spreadsheets, with line and reason; None without."""
    path = _rejects_path(record)
    if not path.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        frame = pl.read_parquet(path, glob=False).with_columns(pl.lit(record.file_name).alias("file"))
        written = write_rejected(Path(folder) / "rows", frame, language)
        return None if written is None else written.read_bytes()


def path_of(record: Import) -> Path:
    """Where the uploaded file lies."""
    return settings.DATA_FOLDER / "imports" / (record.stored_as or f"{record.pk}.unknown")


def _rejects_path(record: Import) -> Path:
    return settings.DATA_FOLDER / "imports" / f"{record.pk}.rejects"


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


def _shown(report: Report) -> dict[str, Any]:
    """What the check page shows, as JSON."""
    sheet = replace(report.sheet, columns=report.sheet.columns[:SHOWN_COLUMNS])
    shown = sheet.frame.head(SHOWN_ROWS)
    names = [c.field for c in sheet.columns if c.field in shown.columns]
    first = shown.select(_clock(n) if isinstance(shown.schema[n], pl.Datetime) else pl.col(n) for n in names)
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "conflicts": report.conflicts,
        "steps": report.steps,
        "format": sheet.format,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "has_header": sheet.has_header,
        "columns": [asdict(column) for column in sheet.columns],
        "rejects": sheet.rejected.head(SHOWN_REJECTS).drop("file").to_dicts(),
        "names": names,
        "first": [[str(v)[:80] if v is not None else "" for v in row] for row in first.iter_rows()],
    }


def _clock(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(settings.TIME_ZONE).dt.strftime("%Y-%m-%d %H:%M")
