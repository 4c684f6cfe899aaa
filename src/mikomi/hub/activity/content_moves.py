"""Contents that moved to another address: recorded, never written into facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.conditions.activity import glob_pattern
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.contents import normal_content
from mikomi.hub.activity.models import ContentMove
from mikomi.hub.activity.queries import titles
from mikomi.hub.activity.types import Moved

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

LONGEST = 2_000


def moves() -> list[Moved]:
    """The moves that stand, oldest first."""
    rows = ContentMove.objects.filter(undone_at=None).select_related("by").order_by("pk")
    return [Moved(row.pk, row.old, row.new, row.at, str(row.by or "")) for row in rows]


def now_at() -> dict[str, str]:
    """Where each content that moved is now, by its old address; of one that moved twice, the last."""
    steps = {move.old: move.new for move in moves()}
    return {old: _end(old, steps) for old in steps}


def names(moved: Mapping[str, str] | None = None) -> dict[str, str]:
    """What contents are called now, all that have a title or moved: one that moved as the one it is now. A
    title of the old address stands where the new one has none. `moved`: `now_at()`, where it was read."""
    known = titles()
    moved = now_at() if moved is None else moved
    for old, new in moved.items():
        if new not in known and old in known:
            known[new] = known[old]
    return known | {old: known.get(new, new) for old, new in moved.items()}


def behind(globs: Collection[str], move: Moved) -> bool:
    """Whether these patterns of contents name the old address of a move and not the new one."""

    def named(content: str) -> bool:
        return any(re.match(glob_pattern(glob), content) for glob in globs)

    return named(move.old) and not named(move.new)


def record_move(old: str, new: str, by: User | None) -> Moved:
    """Keeps that the content `old` is found under `new` from now on.

    Raises `MikomiError` for an address that is empty or too long, for a content that moved already, and
    where it would come back to itself.
    """
    address = str(pl.select(normal_content(pl.lit(new.strip()))).item() or "")
    if not address or len(address) > LONGEST:
        raise MikomiError(
            Words(
                f"移転先のアドレスを{LONGEST}字までで入れてください（例：/pricing）",
                f"type the new address in up to {LONGEST} characters, such as /pricing",
            )
        )
    with transaction.atomic():
        steps = {move.old: move.new for move in moves()}
        if old in steps:
            raise MikomiError(
                Words(
                    f"「{old}」は「{steps[old]}」に移転しています。先にその移転を取り消してください",
                    f"{old} moved to {steps[old]} already; take that move back first",
                )
            )
        if _end(address, steps) == old:
            raise MikomiError(
                Words(
                    f"「{old}」の移転先が自分自身になります。ほかのアドレスを選んでください",
                    f"{old} would move to itself; choose another address",
                )
            )
        row = ContentMove.objects.create(old=old, new=address, at=timezone.now(), by=by)
    return Moved(row.pk, row.old, row.new, row.at, str(by or ""))


def keep_added(number: int, added: dict[str, Any]) -> None:
    """Keeps what was added to conditions for a move."""
    ContentMove.objects.filter(pk=number).update(added=added)


def take_back_move(number: int) -> dict[str, Any] | None:
    """Takes a move back and gives what was added for it; None where it does not stand."""
    with transaction.atomic():
        row = ContentMove.objects.select_for_update().filter(pk=number, undone_at=None).first()
        if row is None:
            return None
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
    return row.added


def _end(content: str, steps: dict[str, str]) -> str:
    # No address leads back to itself: `record_move` refuses that, and undoing only takes steps out.
    while content in steps:
        content = steps[content]
    return content
