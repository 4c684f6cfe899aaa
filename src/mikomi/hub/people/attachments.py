"""Files of leads and companies: kept in the data folder under names that say nothing, given out whole.

A file is there before its row is, and goes after it: a row always has its file, and what a crash leaves
over belongs to nobody and is swept away.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.keeping import keep, remove, shown_name
from mikomi.hub.people.models import Attachment, Scope
from mikomi.hub.people.notes import KEPT, whose

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""

FOLDER = "files"
ORPHANED = 24 * 60 * 60
"""Seconds after which a file without a row belongs to no upload that is under way."""
NAMES_A_JOB = 1_000


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as pages show it; `size` in bytes, `by` the person's name."""

    number: int
    name: str
    size: int
    at: datetime
    by: str


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.DATA_FOLDER) / FOLDER


def files_of(scope: Scope | str, subject: int) -> list[FileView]:
    """The files of a lead or a company, newest first."""
    rows = Attachment.objects.filter(scope=scope, subject=subject, deleted_at=None)
    return [_shown(row) for row in rows.select_related("by").order_by("-at", "-pk")]


def subject_of(number: int) -> tuple[str, int] | None:
    """Of what a file is, also one that was taken away: `lead` or `company` and its number."""
    return Attachment.objects.filter(pk=number).values_list("scope", "subject").first()


def keep_file(scope: Scope | str, subject: int, upload: UploadedFile, by: int | None) -> int:
    """Keeps an uploaded file; its number. All of it is on the disk before anything names it.

    Raises `MikomiError` for one that is empty or too large, where the disk does not take it, and
    where the lead or company is gone.
    """
    name = shown_name(str(upload.name or ""))
    stored_as, size = keep(folder(), upload, LARGEST)
    try:
        with transaction.atomic():
            stays = whose(scope, subject)
            made = Attachment.objects.create(
                scope=scope,
                subject=stays,
                written_of=subject,
                name=name,
                stored_as=stored_as,
                size=size,
                at=timezone.now(),
                by_id=by,
            )
    except BaseException:
        remove(folder(), stored_as)
        raise
    return made.pk


def open_file(number: int) -> tuple[FileView, BinaryIO] | None:
    """A file and its bytes; None where there is none."""
    row = Attachment.objects.filter(pk=number, deleted_at=None).select_related("by").first()
    if row is None:
        return None
    try:
        return _shown(row), (folder() / row.stored_as).open("rb")
    except OSError:
        return None


def delete_file(number: int) -> bool:
    """Takes a file off its page; `restore_file` brings it back within a day."""
    there = Attachment.objects.filter(pk=number, deleted_at=None)
    return bool(there.update(deleted_at=timezone.now()))


def restore_file(number: int) -> bool:
    """Brings a deleted file back."""
    return bool(Attachment.objects.filter(pk=number, deleted_at__isnull=False).update(deleted_at=None))


def remove_after_commit(stored: Iterable[str]) -> None:
    """Removes files from the disk once the caller's transaction, which took their rows, has committed.

    A job in that transaction does the same: where this process is killed in between, a worker ends it.
    """
    names = list(stored)
    if not names:
        return
    for at in range(0, len(names), NAMES_A_JOB):
        enqueue("people.remove_files", names=names[at : at + NAMES_A_JOB])
    transaction.on_commit(lambda: remove_files(names))


def remove_files(names: Iterable[str]) -> None:
    """Removes stored files from the disk; those that are gone already are no error."""
    for name in names:
        remove(folder(), name)


def sweep_files(now: datetime) -> None:
    """Forgets files that were deleted long enough ago, and removes what an interrupted upload left."""
    old = Attachment.objects.filter(deleted_at__lt=now - KEPT)
    with transaction.atomic():
        names = list(old.values_list("stored_as", flat=True))
        Attachment.objects.filter(stored_as__in=names).delete()
        remove_after_commit(names)
    if not folder().is_dir():
        return
    known = set(Attachment.objects.values_list("stored_as", flat=True))
    for entry in list(os.scandir(folder())):
        if entry.name not in known and time.time() - entry.stat().st_mtime > ORPHANED:
            remove(folder(), entry.name)


def _shown(row: Attachment) -> FileView:
    return FileView(row.pk, row.name, row.size, row.at, row.by.name if row.by else "")
