"""Writing where leads stand: as the conditions say, or as somebody said by hand, and every step there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.hub.journey.models import PART, ByHand, StandingPart
from mikomi.hub.journey.types import KeptMap
from mikomi.hub.kit.setwise import run, staged

type Numbers = npt.NDArray[np.int64]
type Codes = npt.NDArray[np.uint8]

_EPOCH = date(1970, 1, 1).toordinal()


def write_standing(
    kept: KeptMap, numbers: Numbers, codes: Codes, gone: Numbers, on: date, *, every: bool
) -> None:
    """Writes where leads stand on the local day `on`.

    `numbers`: ascending; `codes`: 0 nowhere, else 1 + the place of the stage in `kept`, as computed; `gone`:
    leads that are none any more; `every`: `numbers` are all leads. A step is written where the place before
    was of the same revision. Belongs into the transaction of the run that found them.
    """
    keys = kept.map.keys()
    by_hand = _open(None if every else numbers)
    shown, hands, ended = _overruled(numbers, codes, keys, by_hand)
    ByHand.objects.filter(pk__in=ended).update(ended_on=on.toordinal() - _EPOCH)
    touched = np.union1d(numbers, gone)
    parts = np.unique(touched // PART)
    rows = {row.part: row for row in StandingPart.objects.select_for_update().filter(part__in=parts.tolist())}
    begun = StandingPart.objects.filter(revision=kept.number).exists()
    steps, puts = [], []
    edges = np.searchsorted(touched // PART, parts)
    whole = np.zeros(len(touched), np.uint8)
    whole[np.searchsorted(touched, numbers)] = shown
    for part, own, after_own in zip(
        parts.tolist(), np.split(touched, edges)[1:], np.split(whole, edges)[1:], strict=True
    ):
        row = rows.get(part)
        before = np.zeros(PART, np.uint8)
        if row is not None:
            before = np.frombuffer(bytes(row.stages), dtype=np.uint8)
        after = np.zeros(PART, np.uint8) if every else before.copy()
        after[own % PART] = after_own
        # The first leads of a new part stood nowhere before.
        same = begun if row is None else row.revision == kept.number
        if same and row is not None and np.array_equal(before, after):
            continue
        # Of another revision the codes mean other stages: until a run over everybody they stay unread.
        if same or every:
            puts.append(StandingPart(part=part, revision=kept.number, stages=after.tobytes()))
        if same:
            moved = own[before[own % PART] != after[own % PART]]
            steps.append((moved, before[moved % PART], after[moved % PART]))
    StandingPart.objects.bulk_create(
        puts,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["part"],
        update_fields=["revision", "stages"],
    )
    if every:
        StandingPart.objects.exclude(part__in=parts.tolist()).delete()
    _put_steps(steps, keys, hands, on)


def with_hands(kept: KeptMap, numbers: Numbers, codes: Codes) -> Codes:
    """Computed codes with what was said by hand and holds."""
    return _overruled(numbers, codes, kept.map.keys(), _open(numbers))[0]


def _overruled(
    numbers: Numbers, codes: Codes, keys: tuple[str, ...], by_hand: Mapping[int, ByHand]
) -> tuple[Codes, Numbers, list[int]]:
    """The codes with what was said by hand, the leads of whom that holds, and the rows from which the
    conditions moved on."""
    shown, over, ended = codes.copy(), [], []
    held = np.array(sorted(by_hand), dtype=np.int64)
    at = np.searchsorted(numbers, held)
    there = at < len(numbers)
    there[there] = numbers[at[there]] == held[there]
    for lead, place in zip(held[there].tolist(), at[there].tolist(), strict=True):
        row = by_hand[lead]
        computed = keys[codes[place] - 1] if codes[place] else ""
        if row.stage in keys and computed == row.computed:
            shown[place] = keys.index(row.stage) + 1
            over.append(lead)
        else:
            ended.append(row.pk)
    return shown, np.array(over, dtype=np.int64), ended


def _open(numbers: Numbers | None) -> dict[int, ByHand]:
    """What was said by hand and holds, by lead."""
    held = {row.lead: row for row in ByHand.objects.filter(ended_on=None)}
    if numbers is None:
        return held
    asked = set(numbers.tolist())
    return {lead: row for lead, row in held.items() if lead in asked}


def _put_steps(
    steps: list[tuple[Numbers, Codes, Codes]], keys: tuple[str, ...], hands: Numbers, on: date
) -> None:
    leads = np.concatenate([np.empty(0, np.int64), *(moved for moved, _was, _now in steps)])
    if not len(leads):
        return
    named = np.array(["", *keys])
    frame = pl.DataFrame(
        {
            "lead": leads,
            "was": named[np.concatenate([was for _moved, was, _now in steps])],
            "now": named[np.concatenate([now for _moved, _was, now in steps])],
            "by_hand": np.isin(leads, hands),
        }
    )
    day = on.toordinal() - _EPOCH
    with staged(frame, "stepped"):
        run(
            'insert into journey_stagemove (lead, was, now, "on", by_hand)'
            " select lead, was, now, %s, by_hand from stepped order by lead",
            [day],
        )
