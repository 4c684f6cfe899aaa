"""Who gets a hand-off. Pure: what is known goes in, a person and the reason come out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mikomi.core.words import Words
from mikomi.hub.handoff.types import SeatView

LONG_AGO = datetime.min

NOBODY = Words(
    "引き渡せる人がいないので、全員に見えるままにしました",
    "nobody is there to take it, so it stays open for everybody",
)


_ENDING = re.compile(r"(?<=..)[都府県]$")
"""People write 大阪 as well as 大阪府."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom (a user's number, None: nobody) and why. `turn`: by turns, so that the next turn is another's."""

    user: int | None
    why: Words
    turn: bool = False


def choose(
    seats: Sequence[SeatView],
    *,
    owner: int | None = None,
    owner_name: str = "",
    owner_away: bool = False,
    prefecture: str = "",
    product: str = "",
    open_counts: Mapping[int, int] | None = None,
    turns: Mapping[int, datetime | None] | None = None,
) -> Chosen:
    """Chooses among `seats` (active people alone).

    The owner of the company comes first, also without a seat, unless away. Then those who are there, of
    them those for the territory, of them those for the product; then whoever has the least open for what
    they can do a day (`open_counts`), and of several the one whose last turn is longest ago (`turns`).
    """
    if owner is not None and not owner_away:
        return Chosen(owner, Words("会社の担当なので", "they look after the company"))
    why = []
    if owner is not None:
        why.append(Words(f"担当の{owner_name}さんが不在なので", f"{owner_name}, who looks after it, is away"))
    there = [seat for seat in seats if not seat.away and seat.capacity > 0]
    if not there:
        return Chosen(None, NOBODY)
    for asked, names, ja, en in (
        (prefecture, "territories", "地域", "territory"),
        (product, "products", "製品", "product"),
    ):
        # Whoever has none named takes any, after those who have it named.
        fit = [seat for seat in there if asked and _named(asked) in map(_named, getattr(seat, names))]
        any_of = [seat for seat in there if not getattr(seat, names)]
        if fit:
            why.append(Words(f"{ja}（{asked}）で", f"by {en} ({asked})"))
        there = fit or any_of or there
    held, last = open_counts or {}, turns or {}

    def place(seat: SeatView) -> tuple[float, bool, datetime, int]:
        at = last.get(seat.user)
        naive = at.replace(tzinfo=None) if at else LONG_AGO
        return (held.get(seat.user, 0) / seat.capacity, at is not None, naive, seat.user)

    best = min(there, key=place)
    if len(there) > 1:
        why.append(Words("順番で", "by turns"))
    if not why:
        why.append(Words("ほかに受けられる人がいないので", "nobody else can take it"))
    return Chosen(
        best.user,
        Words("、".join(one.ja for one in why), ", ".join(one.en for one in why)),
        turn=True,
    )


def _named(name: str) -> str:
    return _ENDING.sub("", name)
