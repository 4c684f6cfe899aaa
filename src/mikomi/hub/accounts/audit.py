"""The log of who did what, which nobody can edit: written here, read by the admins' page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.accounts.models import AuditEntry


def record(by: Any, action: str, target: str, words: Words, detail: dict[str, Any] | None = None) -> None:
    """Writes one entry, in the transaction of what is done.

    `by` is the user, or None for the program itself and for strangers; `action` is `area.deed`, as
    `score.published`; `target` what it was done to, as `model:3`. No names or addresses of leads go in:
    the log outlives the erasure of a person.
    """
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
