"""Files into the database: in chunks that are stored for good, so that nothing is lost or doubled.

Each chunk and the cursor that counts it are one transaction. A program that is killed leaves a
cursor; the same file is taken up from there. All chunks are also idempotent by themselves: a file
that is read twice changes nothing the second time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mikomi.core.tabular.rejects import join_rejects
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.small_cache import small_cache
from mikomi.hub.people.dated import Origin, origin
from mikomi.hub.people.fields import shared_among
from mikomi.hub.people.importing import mending
from mikomi.hub.people.importing.deal_files import read_deal_file
from mikomi.hub.people.importing.fact_files import read_fact_file
from mikomi.hub.people.importing.lead_files import read_lead_file
from mikomi.hub.people.importing.made_fields import undefined_fields
from mikomi.hub.people.importing.options import NOTHING, Options, dump
from mikomi.hub.people.importing.sheets import Sheet
from mikomi.hub.people.importing.storing import (
    CONFLICTS,
    Chunk,
    check_facts,
    check_leads,
    company_values,
    make_new_fields,
    store_companies,
    store_facts,
    store_leads,
)
from mikomi.hub.people.labels import make_label
from mikomi.hub.people.models import FileForm, Import, LeadList, Tag

ROWS_A_CHUNK = 10_000

type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file, or (dry run) what would: counts of rows.

    `new`: leads, events, outcomes or refusals that were not there. `changed`: leads that were.
    `waiting`: of the new events and outcomes, those whose lead is unknown so far (`waiting_keys` leads);
    they are kept and join the lead when it appears. `conflicts`: company values that differ within the
    file. `steps`: what the cursor of the import counts to: companies and rows.
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
    """Another program is storing the same import, or it is being taken back."""


def read_file(
    path: Path,
    kind: str,
    options: Options = NOTHING,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Sheet:
    """Reads a file of `kind` as chosen. Raises `MikomiError` in words for one that cannot be read so."""
    if kind == Import.Kind.LEADS:
        return read_lead_file(path, options, encoding=encoding, folder=mending.folder(), progress=progress)
    if kind == Import.Kind.DEALS:
        return read_deal_file(path, options, encoding=encoding)
    return read_fact_file(path, kind, options, encoding=encoding, progress=progress)


@small_cache()
def check_file(
    path: Path,
    kind: str,
    *,
    known_from: date | None = None,
    encoding: str | None = None,
    options: Options = NOTHING,
    progress: Progress | None = None,
) -> Report:
    """What `run_import` would do; writes nothing. Raises `MikomiError` for a file that cannot be read."""
    sheet = read_file(path, kind, options, encoding=encoding)
    told = origin(path.name, known_from=known_from)
    shared, companies = _companies(sheet, options)
    conflicts = 0 if companies is None else int(companies[CONFLICTS].sum())
    steps = sheet.data.height + (0 if companies is None else companies.height)
    del companies  # no small part of what is held
    total, done = sheet.data.height, Chunk()
    turned_away = []
    for at in range(0, total, ROWS_A_CHUNK):
        rows = sheet.data.slice(at, ROWS_A_CHUNK)
        if kind == Import.Kind.LEADS:
            chunk = check_leads(rows, sheet, shared, told, options)
        else:
            chunk = check_facts(rows, sheet)
        done = Chunk(done.new + chunk.new, done.changed + chunk.changed, done.unchanged + chunk.unchanged)
        if chunk.rejected is not None and chunk.rejected.height:
            turned_away.append(chunk.rejected)
        if progress:
            progress(at + rows.height, total)
    sheet = replace(sheet, rejected=join_rejects([sheet.rejected, *turned_away]))
    return Report(
        kind=kind,
        rows=total + _rows_in(sheet.rejected) - sum(part.height for part in turned_away),
        new=done.new,
        changed=done.changed,
        unchanged=done.unchanged,
        rejected=sheet.rejected.height,
        waiting=0,
        waiting_keys=0,
        conflicts=conflicts,
        steps=steps,
        resumed=False,
        sheet=sheet,
        import_id=None,
    )


@small_cache()
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
    options: Options = NOTHING,
    progress: Progress | None = None,
) -> Report:
    """Reads a file of `kind` (`leads`, `events`, `outcomes`, `optouts`) and stores its sound rows.

    An import of the same bytes that was interrupted goes on where it stopped. `record` is an
    uploaded import's number, without it one is made. `strict`: a rejected row stops the import before
    anything is stored. `progress(done, total)` counts rows. Raises `MikomiError` for a file that
    cannot be read; nothing is stored then.
    """
    if dry_run:
        return check_file(
            path, kind, known_from=known_from, encoding=encoding, options=options, progress=progress
        )
    sheet = read_file(path, kind, options, encoding=encoding)
    if strict and sheet.rejected.height:
        raise not_strict(path, sheet)
    taken = _take(path, kind, known_from, file_name or path.name, record, by_id, options)
    resumed = taken.cursor > 0
    told = origin(taken.file_name, known_from=known_from, import_id=taken.pk, by_id=by_id)
    shared, companies = _companies(sheet, options)
    labels = _prepare(taken, sheet, options, by_id)
    head = 0 if companies is None else companies.height
    total = head + sheet.data.height
    while taken.cursor < total:
        at = taken.cursor
        with transaction.atomic():
            if companies is not None and at < head:
                part = companies.slice(at, ROWS_A_CHUNK)
                store_companies(part, told, options)
                height, counts = part.height, {"conflicts": int(part[CONFLICTS].sum())}
            else:
                companies = None  # stored by now, and no small part of what is held
                rows = sheet.data.slice(at - head, ROWS_A_CHUNK)
                chunk = _store(rows, sheet, shared, told, options, labels)
                mending.keep_chunk_rejects(taken.pk, at, chunk.rejected)
                height, counts = rows.height, chunk.counts()
            _advance(taken, at, height, counts)
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


def _rows_in(rejected: pl.DataFrame) -> int:
    return rejected.filter(pl.col("line").is_not_null()).height


def _companies(sheet: Sheet, options: Options) -> tuple[list[str], pl.DataFrame | None]:
    """The company fields of a leads file, and its companies; None where it names none."""
    if sheet.kind != Import.Kind.LEADS:
        return [], None
    fields = [column.field for column in sheet.columns if column.field not in ("", "lead", "created_at")]
    fields = list(dict.fromkeys(fields))
    if "company" not in fields:
        return [], None
    new = [told.key for told in options.fields if told.scope == "company" and told.key in fields]
    shared = list(dict.fromkeys([*shared_among(fields), *new]))
    return shared, company_values(sheet.data, shared)


def _store(
    rows: pl.DataFrame,
    sheet: Sheet,
    shared: Sequence[str],
    told: Origin,
    options: Options,
    labels: Sequence[tuple[str, int]],
) -> Chunk:
    if sheet.kind == Import.Kind.LEADS:
        return store_leads(rows, sheet, shared, told, options, labels)
    return store_facts(rows, sheet, told)


def _take(
    path: Path,
    kind: str,
    known_from: date | None,
    file_name: str,
    record: int | None,
    by_id: int | None,
    options: Options,
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
            options=dump(options),
            started_at=timezone.now(),
        )
    taken.status = Import.Status.RUNNING
    with audit.deed() as parts:
        taken.save()
        parts["number"] = taken.pk
    return taken


def _prepare(taken: Import, sheet: Sheet, options: Options, by_id: int | None) -> list[tuple[str, int]]:
    """Makes the fields, tags and lists that were asked for, and remembers the mapping for the next file
    of this form. Gives the labels as (kind, number)."""
    with transaction.atomic():
        labels = []
        made = dict(taken.report.get("made") or {})
        made["field"] = sorted({*made.get("field", ()), *undefined_fields(sheet, options)})
        make_new_fields(options)
        for kind, model, names in (("tag", Tag, options.tags), ("list", LeadList, options.lists)):
            there = set(model.objects.values_list("pk", flat=True))
            # The literals of the pairs above are read as text.
            numbers = [make_label(kind, name, by_id) for name in names]  # pyright: ignore[reportArgumentType]
            labels += [(kind, number) for number in numbers]
            made[kind] = sorted({*made.get(kind, ()), *(n for n in numbers if n not in there)})
        if any(made.values()):
            taken.report = taken.report | {"made": made}
            taken.save(update_fields=["report"])
        if (sheet.kind == Import.Kind.LEADS and sheet.has_header) or options.columns:
            mapped = {column.header: column.field for column in sheet.columns}
            form = sheet.mapping.form
            FileForm.objects.update_or_create(
                fingerprint=sheet.mapping.print,
                kind=sheet.kind,
                defaults={
                    "name": form.key if form else "",
                    "options": dump(replace(options.remembered, columns=mapped)),
                    "used_at": timezone.now(),
                    "by_id": by_id,
                },
            )
    return labels


def _advance(taken: Import, at: int, height: int, counts: dict[str, int]) -> None:
    """Moves the cursor on, in the transaction of the chunk. Whoever finds it moved meanwhile loses
    its chunk: two programs never store the same rows for one import."""
    ours = Import.objects.filter(pk=taken.pk, cursor=at, status=Import.Status.RUNNING)
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
    rows = sheet.rows
    sheet = replace(sheet, rejected=join_rejects([sheet.rejected, mending.chunk_rejects(taken.pk)]))
    taken.refresh_from_db()
    taken.rows = rows
    taken.rejected = sheet.rejected.height
    taken.status = Import.Status.DONE
    taken.finished_at = timezone.now()
    if resumed:
        taken.report = taken.report | {"resumed": True}
    mending.keep_rejects(taken.pk, sheet)
    with transaction.atomic():
        done = Import.objects.filter(pk=taken.pk, status=Import.Status.RUNNING)
        if done.select_for_update().first() is not None:
            taken.save()
        enqueue("site.score_changed", once=True)
        enqueue("people.find_duplicates", once=True)
        if taken.kind == Import.Kind.LEADS:
            enqueue("people.place_deals", once=True)
        if taken.options.get("seminar") and taken.kind == Import.Kind.LEADS:
            enqueue("capture.take_list", number=taken.pk)
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
