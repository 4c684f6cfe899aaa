"""Looking for pairs: among all leads at night, for leads that changed, and for one at once.

All ways give the same pairs (`tests/hub/people/test_duplicates.py`); they differ in how many leads they
read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.matching.coding import COLLEAGUES, CROWD
from mikomi.core.matching.pairs import BLOCK, PAIRS_SCHEMA, find_pairs, match_lead
from mikomi.hub.activity import queries as activity
from mikomi.hub.kit import leases
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.duplicates.keys import COLUMNS, SCHEMA, compared, keys_of_leads, store_keys
from mikomi.hub.people.duplicates.leads import LEADS
from mikomi.hub.people.models.same import DuplicateRun
from mikomi.hub.people.same.deciding import store

LEASE = "duplicates"
FEW = 8
"""So many leads are looked up one by one."""

ALL_SHARE = 0.2
"""Where more of the leads than this changed, looking at all is quicker."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a run did: leads looked at, pairs that are open now among them."""

    leads: int
    pairs: int


def find_all() -> Found:
    """Looks at all leads and brings the stored pairs to what is found."""
    with leases.hold(LEASE, wait=600.0) as lease:
        change = activity.last_change()
        keys = keys_of_leads()
        store_keys(keys)
        pairs = find_pairs(compared(keys)) if keys.height else pl.DataFrame(schema=PAIRS_SCHEMA)
        with transaction.atomic():
            lease.check()
            open_pairs = store(LEADS, pairs)
            _note(change, keys.height)
    return Found(keys.height, open_pairs)


def find_touched() -> Found:
    """Looks at the leads that changed since the last run; at all where that was never or many changed."""
    last = DuplicateRun.objects.filter(pk=1).first()
    if last is None:
        return find_all()
    with leases.hold(LEASE, wait=600.0) as lease:
        change = activity.last_change()
        touched = activity.changed_since(last.change)["lead"].to_list()
        if len(touched) <= max(ALL_SHARE * last.leads, FEW):
            # Most changes are activity, by which nobody is compared.
            changed = store_keys(keys_of_leads(touched), touched).to_list()
            return _find_for(changed, lease, change)
    return find_all()


def find_for(lead_ids: Sequence[int], wait: float = 600.0) -> Found:
    """Looks at these leads alone, as they are now. Raises `MikomiError` where another look takes longer
    than `wait` seconds."""
    with leases.hold(LEASE, wait=wait) as lease:
        store_keys(keys_of_leads(lead_ids), lead_ids)
        return _find_for(lead_ids, lease, None)


def match_one(lead: int) -> pl.DataFrame:
    """The pairs (`core.matching.pairs.PAIRS_SCHEMA`) of one lead whose keys are stored; by index alone."""
    mine = fetch(f"select lead, {', '.join(COLUMNS)} from people_matchkey where lead = %s", SCHEMA, [lead])
    if mine.is_empty():
        return pl.DataFrame(schema=PAIRS_SCHEMA)
    told = mine.row(0, named=True)
    others = _like(told)
    frame = compared(pl.concat([mine, others.filter(pl.col("lead") != lead)]))
    return match_lead(frame.head(1), frame.slice(1))


def _like(told: dict[str, str]) -> pl.DataFrame:
    """The leads that may be compared with one: carriers of what it has, few of each."""
    parts: list[str] = []
    params: list[object] = []

    def ask(where: str, most: int, *values: object) -> None:
        parts.append(f"select lead from (select m.lead from people_matchkey m {where} limit {most}) f")
        params.extend(values)

    like = [(column, told[column]) for column in ("alike", "sound") if told[column]]
    shared = [("m.email = %s", told["email"])] if told["email"] else []
    places = [("m.domain = %s", told["domain"])] if told["domain"] else []
    for name in ("core", "number"):
        if told[name]:
            ask(f"where m.{name} = %s", 2 * COLLEAGUES + 2, told[name])
            places.append((f"m.{name} = %s", told[name]))
    for where, value in shared:
        ask(f"where {where}", 2 * CROWD + 2, value)
    for phone in told["phones"].split():
        joined = "join people_matchphone p on p.lead = m.lead where p.phone = %s"
        ask(joined, 2 * CROWD + 2, phone)
        for column, value in like:
            ask(f"{joined} and m.{column} = %s", BLOCK, phone, value)
    for where, value in shared + places:
        for column, name in like:
            ask(f"where m.{column} = %s and {where}", BLOCK, name, value)
    if not parts:
        return pl.DataFrame(schema=SCHEMA)
    return fetch(
        f"select lead, {', '.join(COLUMNS)} from people_matchkey where lead in ({' union '.join(parts)})",
        SCHEMA,
        params,
    )


def _find_for(lead_ids: Sequence[int], lease: leases.Hold, change: int | None) -> Found:
    if len(lead_ids) <= FEW:
        pairs = pl.concat([match_one(lead) for lead in lead_ids] or [pl.DataFrame(schema=PAIRS_SCHEMA)])
        pairs = pairs.unique(["first", "second"])
    else:
        keys = _neighbours(lead_ids)
        found = find_pairs(compared(keys))
        ours = pl.Series(lead_ids).cast(pl.Int64).implode()
        pairs = found.filter(pl.col("first").is_in(ours) | pl.col("second").is_in(ours))
    with transaction.atomic():
        lease.check()
        open_pairs = store(LEADS, pairs, lead_ids)
        if change is not None:
            _note(change, None)
    return Found(len(lead_ids), open_pairs)


def _neighbours(lead_ids: Sequence[int]) -> pl.DataFrame:
    """The keys of these leads and of all that share something with one of them."""
    asked = pl.DataFrame({"lead": list(lead_ids)}, schema={"lead": pl.Int32}).unique()
    mine = "select {0} from asked a join people_matchkey m on m.lead = a.lead where {0} <> ''"
    shared = [
        f"select o.lead from people_matchkey o where o.{name} in ({mine.format(f'm.{name}')})"
        for name in ("email", "core", "number")
    ]
    like = [
        f"select o.lead from asked a join people_matchkey m on m.lead = a.lead"
        f" join people_matchkey o on o.{name} = m.{name} and o.domain = m.domain"
        f" where m.{name} <> '' and m.domain <> ''"
        for name in ("alike", "sound")
    ]
    phones = (
        "select o.lead from asked a join people_matchphone p on p.lead = a.lead"
        " join people_matchphone o on o.phone = p.phone"
    )
    every = " union ".join(["select lead from asked", *shared, *like, phones])
    with transaction.atomic(), staged(asked, "asked"):
        return fetch(
            f"select lead, {', '.join(COLUMNS)} from people_matchkey where lead in ({every})", SCHEMA
        )


def _note(change: int, leads: int | None) -> None:
    at: datetime = timezone.now()
    told: dict[str, object] = {"change": change, "at": at}
    DuplicateRun.objects.update_or_create(pk=1, defaults=told if leads is None else told | {"leads": leads})
