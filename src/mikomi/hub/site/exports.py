"""Long lists as workbooks: written by a worker, kept some days for the person who asked, then removed.

    export = ask(user.pk, "sort=-total&col=company", rows=480_000)     # a worker writes it
    export = export_of(user.pk, export.pk)                              # how far it is, or its file

A file is there whole before its row names it. Who asks for a list that is being written already gets that
one. When a person is erased, all workbooks go: they may stand in any of them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation

from mikomi.core.tabular.write import ROW_LIMIT, write_xlsx
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.kit.jobs import enqueue, running
from mikomi.hub.kit.keeping import remove
from mikomi.hub.site.lists import address, columns
from mikomi.hub.site.lists import export as lists
from mikomi.hub.site.models import Export
from mikomi.hub.site.standing import standing

FOLDER = "exports"
MOST_ROWS = ROW_LIMIT - 1
"""Leads of a workbook: the rows of a sheet without its head."""
KEPT = timedelta(days=7)
REMEMBERED = timedelta(days=30)
"""So long it is still said what became of a file."""
MOST_KEPT = 5
"""Workbooks of one person; the oldest go."""
ATTEMPTS = 3
LEFT_OVER = 24 * 60 * 60
"""Seconds after which a file without a row belongs to no work that is under way."""

State = Export.State
BUSY = (State.WAITING, State.RUNNING)

EXPIRED = Words(
    f"{KEPT.days}日たったので、ファイルを消しました。もう一度書き出せます。",
    f"the file was removed after {KEPT.days} days; you can export the list again.",
)
REPLACED = Words(
    f"ファイルは1人{MOST_KEPT}つまでなので、新しいものを書いたときに消しました。もう一度書き出せます。",
    f"{MOST_KEPT} files are kept for each person, so it made way for a newer one;"
    " you can export the list again.",
)
ERASED = Words(
    "個人情報を消す求めがあり、その人がふくまれるかもしれないため、ファイルを消しました。もう一度書き出せます。",
    "a person was erased who may have been in it, so the file was removed; you can export the list again.",
)
BROKEN = Words(
    "書いている途中でくり返し止まりました。もう一度試すか、条件で絞るか、CSVで書き出してください。",
    "writing it stopped again and again; try once more, narrow the list, or choose CSV.",
)


class _StoppedError(Exception):
    """Nobody wants the file any more."""


def folder() -> Path:
    """Where the workbooks lie."""
    return Path(settings.DATA_FOLDER) / FOLDER


def ask(by: int | None, query: str, rows: int, language: str) -> Export:
    """Has a worker write the list in `query`, with `rows` leads when it was asked for."""
    with audit.deed():
        there = Export.objects.filter(by_id=by, query=query, language=language, state__in=BUSY).first()
        if there is not None:
            return there
        made = Export.objects.create(
            by_id=by, query=query, language=language, rows=rows, asked_at=timezone.now()
        )
        old = Export.objects.filter(by_id=by, state=State.DONE).order_by("-pk")[MOST_KEPT - 1 :]
        _remove([export.pk for export in old], REPLACED)
        enqueue("site.write_export", number=made.pk)
    return made


def exports_of(by: int | None) -> list[Export]:
    """The person's workbooks, the latest first: being written, to be loaded, and what became of others."""
    return list(Export.objects.filter(by_id=by).order_by("-pk")[: 2 * MOST_KEPT])


def export_of(by: int | None, number: int) -> Export | None:
    """One of the person's workbooks; None where there is none, or it is another's."""
    return Export.objects.filter(by_id=by, pk=number).first()


def open_file(export: Export) -> BinaryIO | None:
    """Its file; None where there is none any more."""
    if export.state != State.DONE:
        return None
    try:
        return (folder() / export.stored_as).open("rb")
    except OSError:
        return None


def until(export: Export) -> datetime | None:
    """Until when the file is kept."""
    return export.ended_at + KEPT if export.ended_at else None


def discard(export: Export) -> None:
    """Stops writing the workbook, or removes it."""
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).delete()
        transaction.on_commit(lambda: _unlink([export.stored_as]))


def write(number: int) -> None:
    """Writes a workbook that was asked for; what was written before it was cut off is written anew."""
    export = Export.objects.filter(pk=number, state__in=BUSY).first()
    if export is None:
        return
    # The name is this attempt's: one that was given to another worker meanwhile finds another name there.
    stored_as = secrets.token_hex(16)
    Export.objects.filter(pk=number, state__in=BUSY).update(state=State.RUNNING, done=0, stored_as=stored_as)
    try:
        _write(export, stored_as)
    except _StoppedError:
        remove(folder(), stored_as)
    except MikomiError as error:
        remove(folder(), stored_as)
        _end(number, stored_as, error.words)
    except Exception:
        remove(folder(), stored_as)
        claim = running()
        if claim is not None and claim.attempt >= ATTEMPTS:
            _end(number, stored_as, BROKEN)
        raise


def _write(export: Export, stored_as: str) -> None:
    mine = Export.objects.filter(pk=export.pk, state=State.RUNNING, stored_as=stored_as)

    def progress(rows: int) -> None:
        if not mine.update(done=rows):
            raise _StoppedError

    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    given = QueryDict(export.query)
    with translation.override(export.language):
        query = address.read(given, size=1)
        frames = lists.frames(query, columns.chosen_columns(given), standing())
        report = write_xlsx(frames, place / stored_as, progress=progress, scratch=place)
    notes = [{"ja": said.ja, "en": said.en} for said in report.words]
    size = (place / stored_as).stat().st_size
    ended = {"rows": report.rows, "size": size, "notes": notes, "ended_at": timezone.now()}
    if not mine.update(state=State.DONE, done=report.rows, **ended):
        raise _StoppedError


def _end(number: int, stored_as: str, why: Words) -> None:
    Export.objects.filter(pk=number, state__in=BUSY, stored_as=stored_as).update(
        state=State.FAILED, stored_as="", error_ja=why.ja, error_en=why.en, ended_at=timezone.now()
    )


def remove_all() -> None:
    """Removes all workbooks, and stops those that are being written: somebody in them was erased."""
    _remove(list(Export.objects.filter(state__in=(*BUSY, State.DONE)).values_list("pk", flat=True)), ERASED)


def _remove(numbers: list[int], why: Words) -> None:
    there = Export.objects.filter(pk__in=numbers)
    names = [name for name in there.values_list("stored_as", flat=True) if name]
    there.update(
        state=State.GONE, stored_as="", size=0, error_ja=why.ja, error_en=why.en, ended_at=timezone.now()
    )
    transaction.on_commit(lambda: _unlink(names))


def _unlink(names: list[str]) -> None:
    for name in names:
        if name:
            remove(folder(), name)


def sweep(now: datetime) -> None:
    """Removes workbooks that were kept long enough, forgets old ones, and removes what no row names."""
    with transaction.atomic():
        old = Export.objects.filter(state=State.DONE, ended_at__lt=now - KEPT)
        _remove(list(old.values_list("pk", flat=True)), EXPIRED)
        Export.objects.filter(state__in=(State.FAILED, State.GONE), ended_at__lt=now - REMEMBERED).delete()
    if not folder().is_dir():
        return
    known = set(Export.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    for entry in list(os.scandir(folder())):
        if entry.name in known or time.time() - entry.stat().st_mtime < LEFT_OVER:
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            remove(folder(), entry.name)
