"""Documents and their links: made, replaced, ended."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import polars as pl
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.services import put_titles
from mikomi.hub.capture.models import Document, DocumentLink, Submission
from mikomi.hub.kit import keeping
from mikomi.hub.people import queries as people

LARGEST = 100 * 1024 * 1024
"""Bytes of one document."""
LONGEST_TITLE = 100
CONTENT = "doc/"
"""What the content of a document's events begins with."""
AFTER_A_FORM = timedelta(days=30)
"""So long whoever sent a form can open its document."""
LONGEST_DAYS = 3650
LEFT_OVER = timedelta(days=1)
_KEPT_NAME = re.compile(r"\.?[0-9a-f]{32}")
_SALT = "mikomi.document"


def folder() -> Path:
    """Where documents lie."""
    return Path(settings.DATA_FOLDER) / "documents"


def add_document(title: str, upload: UploadedFile, by: int | None) -> Document:
    """Keeps a new document. Raises `MikomiError` for a title or a file that cannot be."""
    name = keeping.shown_name(str(upload.name or ""))
    shown = checked_title(title or name.rpartition(".")[0] or name)
    stored_as, size = keeping.keep(folder(), upload, LARGEST)
    try:
        with transaction.atomic():
            made = Document.objects.create(
                slug=_free_slug(shown),
                title=shown,
                name=name,
                stored_as=stored_as,
                size=size,
                at=timezone.now(),
                by_id=by,
            )
            put_titles(pl.DataFrame({"content": [CONTENT + made.slug], "title": [shown]}))
    except BaseException:
        keeping.remove(folder(), stored_as)
        raise
    return made


def change_document(number: int, title: str, upload: UploadedFile | None, by: int | None) -> None:
    """Gives a document another title, or another file under the same links. Raises `MikomiError` as
    `add_document` does, LookupError where there is none."""
    shown = checked_title(title)
    stored = keeping.keep(folder(), upload, LARGEST) if upload else None
    try:
        with transaction.atomic():
            held = Document.objects.select_for_update().filter(pk=number).first()
            if held is None:
                raise LookupError(number)
            before, held.title = held.stored_as, shown
            if stored and upload:
                held.name = keeping.shown_name(str(upload.name or ""))
                held.stored_as, held.size = stored
                held.at = timezone.now()
                transaction.on_commit(lambda: keeping.remove(folder(), before))
            held.save()
            Document.objects.filter(pk=number).update(by=by)
            put_titles(pl.DataFrame({"content": [CONTENT + held.slug], "title": [shown]}))
    except BaseException:
        if stored:
            keeping.remove(folder(), stored[0])
        raise


def set_ended(number: int, *, ended: bool) -> bool:
    """Stops giving a document out, or gives it out again; whether anything changed."""
    rows = Document.objects.filter(pk=number, ended_at__isnull=ended)
    return bool(rows.update(ended_at=timezone.now() if ended else None))


def make_link(
    document: int, *, email: str = "", days: int | None = None, by: int | None = None
) -> DocumentLink:
    """A link to a document: for the lead with a mail address, or for anybody; it ends after `days`.

    Raises `MikomiError` for an address that no lead has, and for days that make no sense.
    """
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise MikomiError(
            Words(
                f"日数は1〜{LONGEST_DAYS}で入れてください",
                f"give it 1 to {LONGEST_DAYS} days, or none for ever",
            )
        )
    lead = None
    if email.strip():
        found = people.find_by_email(email)
        if not found:
            raise MikomiError(
                Words(
                    f"{email.strip()[:100]} のリードがいません。アドレスを確かめるか、空にしてください",
                    f"no lead has the address {email.strip()[:100]}; check it, or leave it empty",
                )
            )
        lead = found[0]
    now = timezone.now()
    return DocumentLink.objects.create(
        document_id=document,
        lead=lead,
        made_at=now,
        by_id=by,
        expires_at=now + timedelta(days=days) if days else None,
    )


def link_for(document: int, submission: Submission) -> DocumentLink | None:
    """The link that whoever sent a form gets, made once; None where the document is not given out."""
    if not Document.objects.filter(pk=document, ended_at=None).exists():
        return None
    made, _new = DocumentLink.objects.get_or_create(
        document_id=document,
        submission=submission,
        defaults={"made_at": submission.at, "expires_at": submission.at + AFTER_A_FORM},
    )
    return made


def end_link(number: int, document: int) -> bool:
    """Ends a link; whether it was open."""
    rows = DocumentLink.objects.filter(pk=number, document=document, ended_at=None)
    return bool(rows.update(ended_at=timezone.now()))


def token_of(link: DocumentLink) -> str:
    """What stands in the address of a link."""
    return signing.Signer(salt=_SALT, sep=".").sign(f"{link.pk:x}")


def open_link(token: str, now: datetime) -> DocumentLink | None:
    """The link of a token; None for one that is forged or has ended, and where its document has."""
    try:
        number = int(signing.Signer(salt=_SALT, sep=".").unsign(token), 16)
    except (signing.BadSignature, ValueError):
        return None
    link = DocumentLink.objects.select_related("document", "submission").filter(pk=number).first()
    if link is None or link.ended_at or link.document.ended_at:
        return None
    return None if link.expires_at and link.expires_at <= now else link


def open_file(document: Document) -> BinaryIO | None:
    """A document's bytes; None where the disk has lost it."""
    try:
        return (folder() / document.stored_as).open("rb")
    except OSError:
        return None


def sweep_files(now: datetime) -> int:
    """Deletes files that no document names, as a crash leaves them; those younger than `LEFT_OVER` may still
    be on their way. How many went."""
    if not folder().is_dir():
        return 0
    named = set(Document.objects.values_list("stored_as", flat=True))
    gone = 0
    for file in folder().iterdir():
        try:
            old = now.timestamp() - file.stat().st_mtime > LEFT_OVER.total_seconds()
        except OSError:  # it went by itself meanwhile
            continue
        if old and _KEPT_NAME.fullmatch(file.name) and file.name not in named:
            keeping.remove(folder(), file.name)
            gone += 1
    return gone


def checked_title(title: str) -> str:
    """A title in one line. Raises `MikomiError` for one that is empty or too long."""
    shown = " ".join(title.replace("\0", "").split())
    if not shown or len(shown) > LONGEST_TITLE:
        raise MikomiError(
            Words(
                f"資料の名前を{LONGEST_TITLE}文字までで入れてください",
                f"give the document a title of {LONGEST_TITLE} characters at most",
            )
        )
    return shown


def _free_slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "document"
    while Document.objects.filter(slug=(slug := f"{stem}-{secrets.token_hex(3)}")).exists():
        pass
    return slug
