"""What was measured: how many events came, how many of them count, and which ones do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from mikomi.hub.activity.tallies import KEY, SCHEMA
from mikomi.hub.kit.days import instant
from mikomi.hub.kit.setwise import fetch, on_postgres

LOOKED_THROUGH = 20_000
"""So many of the latest events are looked through for an agent or an address, which no index knows."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An event as it was measured. `at` is aware UTC; `lead` is None while nobody knows whose it is.
    `agent` and `address` are empty where they are not kept (any more)."""

    subject: int
    lead: int | None
    at: datetime
    kind: str
    content: str
    source: str
    automated: bool
    reason: str
    certainty: int
    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for: of the days `first` to `last` (days since 1970); `automated` or not, or
    None for both; with a `reason`, from a `source`, by an `agent`, from an `address`, of a `subject`."""

    first: int
    last: int
    automated: bool | None = None
    reason: str = ""
    source: str = ""
    agent: str = ""
    address: str = ""
    subject: int | None = None


def tallies(first: int, last: int) -> pl.DataFrame:
    """How many events came on the days `first` to `last` (days since 1970): `day`, `source`, `kind`,
    `reason` ("" for people), `n`."""
    return fetch(
        "select day, source, kind, reason, n from activity_eventcount where day between %s and %s",
        {name: SCHEMA[name] for name in (*KEY, "n")},
        [first, last],
    )


def measured(wanted: Wanted, limit: int) -> list[Measured]:
    """The latest events that are asked for; those of people only as far as their details are kept, those of
    an agent or an address among the `LOOKED_THROUGH` latest."""
    return _events(_rows(wanted, limit, "0"))


@dataclass(frozen=True, slots=True)
class Found:
    """The latest `events` that are asked for, and how many there are: `count`, as far as was looked. `whole`:
    whether that was far enough, or the `LOOKED_THROUGH` latest were looked through."""

    events: list[Measured]
    count: int
    whole: bool


def measured_and_counted(wanted: Wanted, limit: int) -> Found:
    """`measured`, and how many they are, in one look: for what somebody did, not for all that came."""
    rows = _rows(wanted, limit, "count(*) over ()")
    if rows.height:
        [[count, looked]] = rows.select(pl.col("n", "looked").first()).rows()
    else:
        count, looked = 0, _looked(wanted)
    return Found(_events(rows), count, looked < LOOKED_THROUGH)


def _looked(wanted: Wanted) -> int:
    """How many events have to be looked at."""
    if not (wanted.agent or wanted.address):
        return 0
    days, params = _days(wanted)
    latest = f"select 1 from activity_event e where {days} limit {LOOKED_THROUGH}"
    return fetch(f"select count(*) from ({latest}) e", {"n": pl.Int64}, params).item()


def detail(name: str) -> str:
    """SQL for a text among the details of event `e`."""
    return f"e.payload->>'{name}'" if on_postgres() else f"json_extract(e.payload, '$.{name}')"


def _rows(wanted: Wanted, limit: int, counted: str) -> pl.DataFrame:
    days, of_days = _days(wanted)
    kind, of_kind = _kind(wanted)
    if wanted.agent or wanted.address:
        # Each event that is looked through is fetched once, and those alone are kept that are asked for.
        before = (
            f"with looked as materialized (select e.subject, e.at, e.id, {kind} as wanted"
            f" from activity_event e where {days} order by e.day desc limit {LOOKED_THROUGH}) "
        )
        events = "looked l join activity_event e on e.subject = l.subject and e.at = l.at and e.id = l.id"
        where, params, looked = "l.wanted", [*of_kind, *of_days], "(select count(*) from looked)"
    else:
        before, events, where = "", "activity_event e", f"{days} and {kind}"
        params, looked = [*of_days, *of_kind], "0"
    return fetch(
        f"{before}select e.subject, s.lead, e.at, t.kind, t.content, e.source,"
        " case when e.automated then 1 else 0 end, e.reason, e.certainty,"
        f" coalesce({detail('agent')}, ''), coalesce({detail('address')}, ''), {counted}, {looked}"
        f" from {events} join activity_touch t on t.id = e.touch"
        f" join activity_subject s on s.id = e.subject where {where} order by e.day desc limit %s",
        {
            "subject": pl.Int32,
            "lead": pl.Int32,
            "at": pl.Int64,
            "kind": pl.String,
            "content": pl.String,
            "source": pl.String,
            "automated": pl.Int8,
            "reason": pl.String,
            "certainty": pl.Int16,
            "agent": pl.String,
            "address": pl.String,
            "n": pl.Int64,
            "looked": pl.Int64,
        },
        [*params, limit],
    ).sort("at", descending=True)


def _events(rows: pl.DataFrame) -> list[Measured]:
    return [
        Measured(subject, lead, instant(at), kind, content, source, bool(automated), *rest)
        for subject, lead, at, kind, content, source, automated, *rest in rows.drop("n", "looked").iter_rows()
    ]


def _kind(wanted: Wanted) -> tuple[str, list[object]]:
    """SQL for which events of the days are asked for."""
    conditions, params = [], []
    for condition, value in (
        ("e.reason = %s", wanted.reason),
        ("e.source = %s", wanted.source),
        (f"{detail('agent')} = %s", wanted.agent),
        (f"{detail('address')} = %s", wanted.address),
        ("e.subject = %s", wanted.subject),
    ):
        if value:
            conditions.append(condition)
            params.append(value)
    return f"({' and '.join(conditions) or '1 = 1'})", params


def _days(wanted: Wanted) -> tuple[str, list[object]]:
    """SQL for the days and whether machines are asked for, as the indexes know both."""
    conditions = ["e.day between %s and %s"]
    if wanted.automated:
        conditions.append("e.automated")
    else:
        # Only what has details lies together by its day.
        conditions.append("e.payload is not null")
        if wanted.automated is False:
            conditions.append("not e.automated")
    return " and ".join(conditions), [wanted.first, wanted.last]
