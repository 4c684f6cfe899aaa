"""Where leads stand, read part by part, and how they came there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
from django.db import transaction

from mikomi.core.conditions.who import NOWHERE
from mikomi.core.journey.map import MapStage
from mikomi.hub.journey.models import PART, ByHand, StageMove, StandingPart
from mikomi.hub.journey.queries import current_map
from mikomi.hub.journey.types import KeptMap, Step
from mikomi.hub.kit.setwise import on_postgres

type Numbers = npt.NDArray[np.int64]

_EPOCH = date(1970, 1, 1)


def stages_of(leads: Sequence[int]) -> dict[int, MapStage]:
    """The stage that each of these leads (numbers) stands in; who stands nowhere is left out."""
    kept = current_map() if leads else None
    if kept is None:
        return {}
    stages = {stage.key: stage for stage in kept.map.stages}
    return {lead: stages[key] for lead, key in _keys_of(kept, leads).items() if key in stages}


def stage_of(leads: Sequence[int]) -> dict[int, str]:
    """The key of the stage that each of these leads (numbers) stands in; who stands nowhere is left out."""
    kept = current_map() if leads else None
    return _keys_of(kept, leads) if kept else {}


def _keys_of(kept: KeptMap, leads: Sequence[int]) -> dict[int, str]:
    keys, found = kept.map.keys(), {}
    asked = np.unique(np.asarray(leads, dtype=np.int64))
    for part, stages in _parts(kept.number, np.unique(asked // PART).tolist()):
        own = asked[asked // PART == part]
        places = stages[own % PART]
        standing = (places > 0) & (places <= len(keys))
        found |= {int(n): keys[p - 1] for n, p in zip(own[standing], places[standing].tolist(), strict=True)}
    return found


def members(stage: str) -> Numbers:
    """The numbers of the leads that stand in the stage of this key, in order; empty for an unknown one."""
    kept = current_map()
    keys = kept.map.keys() if kept else ()
    if kept is None or stage not in keys:
        return np.empty(0, dtype=np.int64)
    place = keys.index(stage) + 1
    found = [np.flatnonzero(stages == place) + part * PART for part, stages in _parts(kept.number)]
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


def codes(leads: Numbers) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """Where each of these leads stands: 0 nowhere, else 1 + the place among the keys, which come second."""
    kept, found = current_map(), np.zeros(len(leads), np.uint8)
    if kept is None:
        return found, ()
    for part, stages in _parts(kept.number):
        own = leads // PART == part
        found[own] = stages[leads[own] % PART]
    return found, kept.map.keys()


def is_counted() -> bool:
    """Whether leads were placed by the map in force."""
    kept = current_map()
    return kept is not None and StandingPart.objects.filter(revision=kept.number).exists()


def stage_names() -> dict[str, str]:
    """The stages of the map in force in their order, by key."""
    kept = current_map()
    return {stage.key: stage.name for stage in kept.map.stages} if kept else {}


def names_of_stages(leads: Sequence[int]) -> dict[int, str]:
    """The name of the stage that each of these leads stands in; who stands nowhere is left out."""
    names = stage_names()
    return {lead: names[key] for lead, key in stage_of(leads).items()}


def in_any(stages: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Who stands in any of these stages (keys; `NOWHERE`: in none), by lead number; leads beyond its end do
    not, nor those who were not placed by the map in force yet."""
    revision, wanted = _codes_of(stages)
    table = np.zeros(256, dtype=np.bool_)
    table[list(wanted)] = True
    found = {part: table[codes] for part, codes in _parts(revision)} if wanted else {}
    nobody = np.zeros(PART, dtype=np.bool_)
    whole = [found.get(part, nobody) for part in range(max(found, default=-1) + 1)]
    return np.concatenate([np.empty(0, np.bool_), *whole])


def stands_in(stages: Iterable[str]) -> tuple[Callable[[str], str], tuple[int | str, ...]]:
    """SQL that says of the leads of a table who is among `in_any`, and its parameters.

    Asked row by row, as `people.labels.has_label`.
    """
    revision, wanted = _codes_of(stages)
    shown = [code if on_postgres() else f"{code:02X}" for code in wanted]
    # In no list of nothing is anybody, and SQL has no empty list.
    return partial(_stands, count=max(len(shown), 1)), (revision, *(shown or [-1 if on_postgres() else ""]))


def _stands(leads: str, count: int) -> str:
    lead = f"{leads}.lead_id"
    place = f"{lead} %% {PART}"
    if on_postgres():
        code = f"get_byte(p.stages, cast({place} as integer))"
    else:
        code = f"hex(substr(p.stages, {place} + 1, 1))"
    places = ", ".join(["%s"] * count)
    return (
        f"(select 1 from journey_standingpart p where p.revision = %s"
        f" and p.part = {lead} / {PART} and {code} in ({places}) limit 1) = 1"
    )


def _codes_of(stages: Iterable[str]) -> tuple[int, tuple[int, ...]]:
    """The revision in force (0: none) and the codes of these stages in it; what it has not is left out."""
    kept = current_map()
    if kept is None:
        return 0, ()
    keys = (NOWHERE, *kept.map.keys())
    return kept.number, tuple(keys.index(key) for key in dict.fromkeys(stages) if key in keys)


def history_of(lead: int) -> list[Step]:
    """The way of one lead, oldest first."""
    rows = StageMove.objects.filter(lead=lead).order_by("on", "pk")
    return [Step(row.was, row.now, row.on, row.by_hand) for row in rows]


def entered_on(on: date, stages: Collection[str]) -> list[tuple[int, str]]:
    """Who stepped into one of `stages` on the local day: (lead, stage)."""
    rows = StageMove.objects.filter(on=(on - _EPOCH).days, now__in=stages)
    return list(rows.order_by("pk").values_list("lead", "now"))


def forget(leads: Sequence[int]) -> None:
    """Deletes where these leads (numbers) stand and stood. In a transaction of the caller's."""
    StageMove.objects.filter(lead__in=leads).delete()
    ByHand.objects.filter(lead__in=leads).delete()
    asked = np.unique(np.asarray(leads, dtype=np.int64))
    with transaction.atomic():
        for row in StandingPart.objects.select_for_update().filter(
            part__in=np.unique(asked // PART).tolist()
        ):
            stages = np.frombuffer(bytes(row.stages), dtype=np.uint8).copy()
            stages[asked[asked // PART == row.part] % PART] = 0
            row.stages = stages.tobytes()
            row.save(update_fields=["stages"])


def _parts(revision: int, parts: Iterable[int] | None = None) -> Iterable[tuple[int, npt.NDArray[np.uint8]]]:
    """The parts that were written by a revision, or some of them: of another one codes mean other stages."""
    rows = StandingPart.objects.filter(revision=revision).order_by("part")
    if parts is not None:
        rows = rows.filter(part__in=list(parts))
    for row in rows.iterator(chunk_size=4):
        yield row.part, np.frombuffer(bytes(row.stages), dtype=np.uint8)
