"""Files into the database: in chunks that are stored for good, so that nothing is lost or doubled.

Each chunk and the cursor that counts it are one transaction. A program that is killed leaves a
cursor; the same file is taken up from there. All chunks are also idempotent by themselves: a file
that is read twice changes nothing the second time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity import services as facts
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.dated import Origin, origin
from mikomi.hub.people.fields import shared_among
from mikomi.hub.people.models import Import
from mikomi.hub.people.reading import Sheet, read_sheet, split_companies
from mikomi.hub.people.services import count_news, upsert_companies, upsert_leads

ROWS_A_CHUNK = 20_000

type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file, or (dry run) what would: counts of rows.

    `new`: leads, events or outcomes that were not there. `changed`: leads that were. `waiting`: of
    the new events and outcomes, those whose lead is unknown so far (`waiting_keys` leads); they are
    kept and join the lead when it appears. `conflicts`: company values that differ within the file.
    `steps`: what the cursor of the import counts to: companies and rows.
    `import_id`: the record of the import, None for a dry run.
    """

    kind: str
    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    waiting: int
    waiting_keys: int
    conflicts: int
    steps: int
    resumed: bool
    sheet: Sheet
    import_id: int | None


class OvertakenError(MikomiError):
    """Another program is storing the same import."""


def check_file(
    path: Path,
    kind: str,
    *,
    known_from: date | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """What `run_import` would do; writes nothing. Raises `MikomiError` for a file that cannot be read."""
    sheet = read_sheet(path, kind, settings.TIME_ZONE, encoding=encoding)
    new = changed = conflicts = 0
    told = origin(path.name, known_from=known_from)
    companies, frame = _parts(sheet)
    if companies is not None:
        conflicts = int(companies["#conflicts"].sum())
    for at in range(0, frame.height, ROWS_A_CHUNK):
        chunk = frame.slice(at, ROWS_A_CHUNK)
        if kind == Import.Kind.LEADS:
            counts = count_news(chunk, told)
            new, changed = new + counts[0], changed + counts[1]
        elif kind == Import.Kind.EVENTS:
            new += facts.count_new_events(chunk)
        else:
            new += facts.count_new_outcomes(chunk)
        if progress:
            progress(at + chunk.height, frame.height)
    return Report(
        kind=kind,
        rows=sheet.rows,
        new=new,
        changed=changed,
        unchanged=frame.height - new - changed,
        rejected=sheet.rejected.height,
        waiting=0,
        waiting_keys=0,
        conflicts=conflicts,
        steps=frame.height + (0 if companies is None else companies.height),
        resumed=False,
        sheet=sheet,
        import_id=None,
    )


def run_import(
    path: Path,
    kind: str,
    *,
    dry_run: bool = False,
    known_from: date | None = None,
    encoding: str | None = None,
    file_name: str = "",
    record: int | None = None,
    by_id: int | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Reads a file of `kind` (`leads`, `events`, `outcomes`) and stores its sound rows.

    An import of the same bytes that was interrupted goes on where it stopped. `record` is an
    uploaded import's number, without it one is made. `strict`: a rejected row stops the import before
    anything is stored. `progress(done, total)` counts rows. Raises `MikomiError` for a file that
    cannot be read; nothing is stored then.
    """
    if dry_run:
        return check_file(path, kind, known_from=known_from, encoding=encoding, progress=progress)
    sheet = read_sheet(path, kind, settings.TIME_ZONE, encoding=encoding)
    if strict and sheet.rejected.height:
        raise not_strict(path, sheet)
    taken = _take(path, kind, known_from, file_name or path.name, record, by_id)
    resumed = taken.cursor > 0
    told = origin(taken.file_name, known_from=known_from, import_id=taken.pk, by_id=by_id)
    companies, frame = _parts(sheet)
    head = 0 if companies is None else companies.height
    total = head + frame.height
    while taken.cursor < total:
        at = taken.cursor
        with transaction.atomic():
            if companies is not None and at < head:
                chunk = companies.slice(at, ROWS_A_CHUNK)
                upsert_companies(chunk.drop("#conflicts"), told)
                counts = {"conflicts": int(chunk["#conflicts"].sum())}
            else:
                chunk = frame.slice(at - head, ROWS_A_CHUNK)
                counts = _store(chunk, kind, told)
            _advance(taken, at, chunk.height, counts)
        if progress:
            progress(taken.cursor, total)
    return _finish(taken, sheet, resumed)


def not_strict(path: Path, sheet: Sheet) -> MikomiError:
    """The error for rows that cannot be taken where every row must be."""
    first = sheet.rejected.row(0, named=True)
    count = sheet.rejected.height
    return MikomiError(
        Words(
            f"{path.name}: 取り込めない行が{count}行あります（{first['line']}行目: {first['reason_ja']}）。"
            "直すか、--strict を外してください",
            f"{path.name}: {count} rows cannot be taken (line {first['line']}: {first['reason_en']});"
            " mend them, or leave out --strict",
        )
    )


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hexadecimal. Raises `MikomiError` where it is no readable file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        raise MikomiError(
            Words(f"{path.name}: 読めませんでした（{reason}）", f"{path.name}: cannot be read ({reason})")
        ) from error


def _parts(sheet: Sheet) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    if sheet.kind != Import.Kind.LEADS or "company" not in sheet.frame.columns:
        return None, sheet.frame
    return split_companies(sheet.frame, shared_among(sheet.frame.columns))


def _take(
    path: Path, kind: str, known_from: date | None, file_name: str, record: int | None, by_id: int | None
) -> Import:
    """The import's row: the uploaded one, one that was interrupted, or a new one."""
    if record is not None:
        taken = Import.objects.get(pk=record)
    else:
        sha256 = sha256_of(path)
        open_ones = Import.objects.filter(
            kind=kind, sha256=sha256, known_from=known_from, status=Import.Status.RUNNING
        )
        taken = open_ones.order_by("-pk").first() or Import(
            kind=kind,
            file_name=file_name,
            sha256=sha256,
            known_from=known_from,
            by_id=by_id,
            started_at=timezone.now(),
        )
    taken.status = Import.Status.RUNNING
    taken.save()
    return taken


def _store(chunk: pl.DataFrame, kind: str, told: Origin) -> dict[str, int]:
    if kind == Import.Kind.LEADS:
        stored = upsert_leads(chunk, told)
        return {"new": stored.new, "changed": stored.changed, "unchanged": stored.unchanged}
    if kind == Import.Kind.EVENTS:
        recorded = facts.record_events(chunk, import_id=told.import_id)
    else:
        recorded = facts.record_outcomes(chunk, import_id=told.import_id)
    return {
        "new": recorded.new,
        "unchanged": recorded.known,
        "waiting": recorded.waiting,
        "waiting_keys": recorded.waiting_keys,
    }


def _advance(taken: Import, at: int, height: int, counts: dict[str, int]) -> None:
    """Moves the cursor on, in the transaction of the chunk. Whoever finds it moved meanwhile loses
    its chunk: two programs never store the same rows for one import."""
    ours = Import.objects.filter(pk=taken.pk, cursor=at)
    if not ours.update(cursor=at + height, **{name: F(name) + count for name, count in counts.items()}):
        raise OvertakenError(
            Words(
                f"{taken.file_name}: 同じファイルの取り込みが別のところで進んでいます。"
                "終わるのを待ってください",
                f"{taken.file_name}: the same file is being imported elsewhere; wait until that is done",
            )
        )
    taken.cursor = at + height


def _finish(taken: Import, sheet: Sheet, resumed: bool) -> Report:
    taken.refresh_from_db()
    taken.rows = sheet.rows
    taken.rejected = sheet.rejected.height
    taken.status = Import.Status.DONE
    taken.finished_at = timezone.now()
    with transaction.atomic():
        taken.save()
        enqueue("site.score_changed", once=True)
    return Report(
        kind=taken.kind,
        rows=taken.rows,
        new=taken.new,
        changed=taken.changed,
        unchanged=taken.unchanged,
        rejected=taken.rejected,
        waiting=taken.waiting,
        waiting_keys=taken.waiting_keys,
        conflicts=taken.conflicts,
        steps=taken.cursor,
        resumed=resumed,
        sheet=sheet,
        import_id=taken.pk,
    )
