"""The log of who did what, which nobody can edit: written here, read by the admins' page.

An entry and what it tells of stand or fall together. `record` is called in the transaction of the deed
and refuses to be called outside of one. Where the deed takes a transaction of its own somewhere below
(it waits for a lease first, or reads for long, and must not keep others from writing meanwhile), whoever
asks for it names the entry with `owing`, and the deed commits inside `deed`, which writes it.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.accounts.models import AuditEntry


@dataclass(slots=True)
class Owed:
    """An entry that the next deed writes; `parts` fill in the braces of `target` and `words`."""

    by: Any
    action: str
    target: str
    words: Words
    parts: dict[str, Any] = field(default_factory=dict)
    written: bool = False


_owed: contextvars.ContextVar[Owed | None] = contextvars.ContextVar("owed", default=None)


def record(by: Any, action: str, target: str, words: Words, detail: dict[str, Any] | None = None) -> None:
    """Writes one entry, in the transaction of what is done; raises `TransactionManagementError` without one.

    `by` is the user, or None for the program itself and for strangers; `action` is `area.deed`, as
    `score.published`; `target` what it was done to, as `model:3`. No names or addresses of leads go in:
    the log outlives the erasure of a person.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{action} is recorded in the transaction of the deed")
    known = by is not None and by.is_authenticated
    AuditEntry.objects.create(
        at=timezone.now(),
        by_number=getattr(by, "pk", None) if known else None,
        by_name=str(by)[:100] if known else "",
        action=action[:40],
        target=target[:100],
        words_ja=words.ja,
        words_en=words.en,
        detail=detail or {},
    )


@contextmanager
def owing(entry: Owed) -> Iterator[None]:
    """Has the first `deed` inside write the entry; without one nothing was done and nothing is written."""
    mark = _owed.set(entry)
    try:
        yield
    finally:
        _owed.reset(mark)


@contextmanager
def deed(**parts: Any) -> Iterator[dict[str, Any]]:
    """A transaction that does what an entry may be owed for, and writes it as its last act.

    What becomes known on the way (a number) is put into the mapping it gives.
    """
    entry = _owed.get()
    if entry is None or entry.written:
        with transaction.atomic():
            yield parts
        return
    # Deeds of which this one is made owe nothing themselves.
    entry.written = True
    try:
        with transaction.atomic():
            yield parts
            told = entry.parts | parts
            words = Words(entry.words.ja.format(**told), entry.words.en.format(**told))
            record(entry.by, entry.action, entry.target.format(**told), words)
    except BaseException:
        entry.written = False
        raise
