"""What each person wants to be told, and where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.models import Channel, Wish
from mikomi.hub.alerts.types import APP, DEFAULT, KINDS, MAIL, Wishes

MOST_A_DAY = 200


def wishes_of(user: int) -> Wishes:
    """What the user (a number) wants; the defaults where nothing was said."""
    row = Wish.objects.filter(pk=user).first()
    return DEFAULT if row is None else _read(row)


def wishes_of_all(users: Iterable[int]) -> dict[int, Wishes]:
    """The same for many."""
    asked = list(users)
    rows = {row.pk: _read(row) for row in Wish.objects.filter(pk__in=asked)}
    return {user: rows.get(user, DEFAULT) for user in asked}


def set_wishes(user: int, wishes: Wishes) -> None:
    """Keeps what the user wants. Raises `MikomiError` where it cannot be."""
    if not 1 <= wishes.most_a_day <= MOST_A_DAY:
        raise MikomiError(
            Words(
                f"1日の件数は 1 から {MOST_A_DAY} までで決めてください",
                f"choose from 1 to {MOST_A_DAY} alerts a day",
            )
        )
    if (wishes.quiet_from is None) != (wishes.quiet_until is None):
        raise MikomiError(
            Words(
                "静かにする時間は、始まりと終わりの両方を入れるか、両方を空にしてください",
                "give both the beginning and the end of the quiet time, or neither",
            )
        )
    there = {APP, MAIL, *(str(number) for number in Channel.objects.values_list("pk", flat=True))}
    Wish.objects.update_or_create(
        pk=user,
        defaults={
            "channels": {kind: sorted(wishes.channels.get(kind, frozenset()) & there) for kind in KINDS},
            "most_a_day": wishes.most_a_day,
            "quiet_from": wishes.quiet_from,
            "quiet_until": wishes.quiet_until,
            "digest": wishes.digest,
            "digest_at": wishes.digest_at,
        },
    )


def read_time(text: str) -> time | None:
    """A local time as a page's field gives it ("08:30"); None for an empty one. Raises `MikomiError`."""
    if not text.strip():
        return None
    try:
        return time.fromisoformat(text.strip())
    except ValueError as error:
        raise MikomiError(
            Words(
                f"「{text[:20]}」は時刻として読めません。08:30 のように入れてください",
                f"{text[:20]} is no time; write 08:30",
            )
        ) from error


def _read(row: Wish) -> Wishes:
    kept: dict[str, Any] = row.channels
    return Wishes(
        {kind: frozenset(kept.get(kind, DEFAULT.channels[kind])) for kind in KINDS},
        row.most_a_day,
        row.quiet_from,
        row.quiet_until,
        row.digest,
        row.digest_at,
    )
