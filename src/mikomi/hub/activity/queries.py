"""Reading facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import polars as pl
from django.conf import settings
from django.db import transaction

from mikomi.core.events import ActivitySource
from mikomi.core.machines.reasons import Reason
from mikomi.hub.activity.results import known_outcomes
from mikomi.hub.activity.source import activity_of, all_activity
from mikomi.hub.activity.types import KnownOutcome, MachineAct, Moment, Timeline
from mikomi.hub.kit.days import instant
from mikomi.hub.kit.setwise import fetch, listed, on_postgres, staged

_EVENT = {
    "subject": pl.Int32,
    "at": pl.Int64,
    "id": pl.Int64,
    "day": pl.Int32,
    "kind": pl.String,
    "content": pl.String,
    "automated": pl.Int8,
    "counted": pl.Int8,
    "source": pl.String,
    "reason": pl.String,
    "certainty": pl.Int16,
}

_NAME = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}
SUBJECTS_AT_ONCE = 100
"""SQLite takes up to 500 selects in one statement; shorter ones are prepared sooner."""


def activity_source(lead_ids: Sequence[int] | None = None) -> ActivitySource:
    """The activity of the leads (numbers), or of all, from the database as it stands now."""
    if lead_ids is None:
        return all_activity()
    return activity_of(pl.Series("lead", list(lead_ids), pl.Int32))


def last_change() -> int:
    """The change number handed out last, 0 before the first."""
    found = fetch("select last from activity_changenumber where id = 1", {"last": pl.Int64})
    return found.item() if found.height else 0


def changed_since(number: int, *, most: int | None = None) -> pl.DataFrame:
    """The leads that changed after change `number`: `lead`, `number` (their latest), by number; the
    first `most` of them."""
    limit = "" if most is None else " limit %s"
    return fetch(
        f"select lead, number from activity_changedlead where number > %s order by number, lead{limit}",
        {"lead": pl.Int32, "number": pl.Int64},
        [number] if most is None else [number, most],
    )


def last_days(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """The first and last active day of leads: `lead`, `first`, `last` (days since 1970)."""
    schema = {"lead": pl.Int32, "first": pl.Int32, "last": pl.Int32}
    if lead_ids is None:
        return fetch("select lead, min(day), max(day) from activity_activity group by lead", schema)
    asked = pl.DataFrame({"lead": list(lead_ids)}, schema={"lead": pl.Int32}).unique()
    with transaction.atomic(), staged(asked, "asked"):
        return fetch(
            "select a.lead, min(a.day), max(a.day) from asked q join activity_activity a on a.lead = q.lead"
            " group by a.lead",
            schema,
        )


def subjects_of(lead: int) -> list[int]:
    """The numbers of the subjects that belong to a lead now."""
    found = fetch(
        "select id from activity_subject where lead = %s order by id", {"subject": pl.Int32}, [lead]
    )
    return found["subject"].to_list()


def leads_of_keys(keys: pl.Series) -> pl.DataFrame:
    """The leads that these keys belong to: `key`, `lead` (number); keys of nobody are left out."""
    with transaction.atomic(), staged(keys.unique().alias("key").to_frame(), "asked"):
        return fetch(
            "select s.key, s.lead from asked a join activity_subject s on s.key = a.key"
            " where s.lead is not null",
            {"key": pl.String, "lead": pl.Int32},
        )


def contents_of_keys(keys: pl.Series) -> pl.DataFrame:
    """What came under these keys and counts, whether they belong to a lead or not: `key`, `content`, `n`."""
    with transaction.atomic(), staged(keys.unique().alias("key").to_frame(), "asked"):
        return fetch(
            "select a.key, t.content, count(*) from asked a join activity_subject s on s.key = a.key"
            " join activity_event e on e.subject = s.id join activity_touch t on t.id = e.touch"
            " where e.counted group by a.key, t.content",
            {"key": pl.String, "content": pl.String, "n": pl.Int64},
        )


def days_of_machines(keys: pl.Series, kind: str, since: int) -> pl.DataFrame:
    """On which days machines did something of a `kind` under these keys, from `since` (µs UTC) on: `key`,
    `day` (days since 1970)."""
    schema = {"key": pl.String, "day": pl.Int32}
    touches = fetch("select id from activity_touch where kind = %s", {"touch": pl.Int32}, [kind])
    if touches.is_empty():
        return pl.DataFrame(schema=schema)
    with (
        transaction.atomic(),
        staged(touches, "of_kind"),
        staged(keys.unique().alias("key").to_frame(), "asked"),
    ):
        return fetch(
            "select distinct a.key, e.day from asked a join activity_subject s on s.key = a.key"
            " join activity_event e on e.subject = s.id and e.at >= %s"
            " where e.automated and e.touch in (select touch from of_kind)",
            schema,
            [since],
        )


def counted_on(days: pl.DataFrame) -> pl.DataFrame:
    """What counts of the events under keys on days (`key`, `day`), without what somebody said by hand:
    `subject`, `at` (µs), `id`."""
    with transaction.atomic(), staged(days.select("key", "day").unique(), "asked"):
        return fetch(
            "select e.subject, e.at, e.id from asked a join activity_subject s on s.key = a.key"
            " join activity_event e on e.subject = s.id and e.day = a.day"
            f" where e.counted and e.reason <> '{Reason.BY_HAND}'",
            _NAME,
        )


def counted_of(leads: Collection[int]) -> pl.DataFrame:
    """The same of all that leads (numbers) did."""
    with listed(pl.Series(sorted(leads), dtype=pl.Int32), "asked", "lead") as (beginning, given):
        return fetch(
            f"{beginning}select e.subject, e.at, e.id from asked a cross join activity_subject s"
            " join activity_event e on e.subject = s.id where s.lead = a.lead"
            f" and e.counted and e.reason <> '{Reason.BY_HAND}'",
            _NAME,
            given,
        )


def event_counts(lead_ids: Sequence[int]) -> dict[int, int]:
    """How many events of each lead count; leads without any are left out."""
    if not lead_ids:
        return {}
    with listed(pl.Series(lead_ids, dtype=pl.Int32), "asked", "lead") as (beginning, given):
        found = fetch(
            f"{beginning}select a.lead, sum(a.n) from asked q cross join activity_activity a"
            " where a.lead = q.lead group by a.lead",
            {"lead": pl.Int32, "n": pl.Int64},
            given,
        )
    return dict(found.iter_rows())


def outcome_frame(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """The outcomes of known leads by time: `number`, `lead` (key), `at` (UTC, µs), `result`."""
    schema = {"number": pl.Int32, "lead": pl.String, "at": pl.Int64, "result": pl.String}
    columns = "select s.lead, s.key, o.at, o.result from"
    joined = "activity_subject s join activity_outcome o on o.subject = s.id where"
    if lead_ids is None:
        rows = fetch(f"{columns} {joined} s.lead is not null", schema)
    else:
        asked = pl.Series("lead", list(lead_ids), pl.Int32)
        with listed(asked, "asked", "lead") as (beginning, given):
            rows = fetch(f"{beginning}{columns} asked q cross join {joined} s.lead = q.lead", schema, given)
    return rows.sort("at", "number").with_columns(pl.from_epoch("at", "us").dt.replace_time_zone("UTC"))


def outcome_days(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """The same by local day: `lead` (number), `day` (days since 1970-01-01), `result`."""
    local = pl.col("at").dt.convert_time_zone(settings.TIME_ZONE).dt.date()
    return outcome_frame(lead_ids).select(
        pl.col("number").alias("lead"), local.cast(pl.Int32).alias("day"), "result"
    )


def outcomes_of(lead: int) -> list[KnownOutcome]:
    """What became of one lead, newest first."""
    return outcomes_among([lead])


def outcomes_among(leads: Sequence[int]) -> list[KnownOutcome]:
    """What became of these leads, newest first."""
    return known_outcomes(leads)


def timeline(lead: int, limit: int = 50, before: str | None = None) -> Timeline:
    """A page of what one lead did, newest first: `limit` events, page views that follow each other
    on one day as one moment. `before` is the `before` of the page above; anything else starts anew.
    """
    return timeline_among([lead], limit, before)


def timeline_among(leads: Sequence[int], limit: int = 50, before: str | None = None) -> Timeline:
    """The same of many leads as one timeline; only `limit` events of each are looked at."""
    with listed(pl.Series(leads, dtype=pl.Int32), "asked", "lead") as (beginning, given):
        subjects = fetch(
            f"{beginning}select s.id, s.lead from asked q cross join activity_subject s"
            " where s.lead = q.lead",
            {"subject": pl.Int32, "lead": pl.Int32},
            given,
        )
    if subjects.is_empty():
        return Timeline((), None)
    rows = _latest(subjects["subject"], _cursor(before), limit + 1)
    page = rows.head(limit).join(subjects, on="subject", how="left", maintain_order="left")
    more = f"{page['at'].item(-1)}.{page['id'].item(-1)}" if rows.height > limit else None
    return Timeline(tuple(_moments(page)), more)


def _latest(subjects: pl.Series, cursor: tuple[int, int], limit: int) -> pl.DataFrame:
    """The `limit` latest events of all subjects that lie before the cursor, columns `_EVENT`.

    Each subject's come straight from the key's order; together they would be read whole and sorted.
    """
    at, id_ = cursor
    columns = "e.subject, e.at, e.id, e.day, e.touch, e.automated, e.counted, e.source, e.reason, e.certainty"
    latest = (
        f"select {columns} from activity_event e where e.subject = {{}}"
        " and (e.at < %s or (e.at = %s and e.id < %s)) order by e.at desc, e.id desc limit %s"
    )
    named = (
        "select x.subject, x.at, x.id, x.day, t.kind, t.content, case when x.automated then 1 else 0 end,"
        " case when x.counted then 1 else 0 end, x.source, x.reason, x.certainty"
        " from ({}) x join activity_touch t on t.id = x.touch order by x.at desc, x.id desc limit %s"
    )
    place = [at, at, id_, limit]
    if on_postgres():
        with listed(subjects, "whose", "subject") as (beginning, given):
            each = f"select e.* from whose w cross join lateral ({latest.format('w.subject')}) e"
            return fetch(beginning + named.format(each), _EVENT, [*given, *place, limit])
    parts = []
    for some in (subjects[at : at + SUBJECTS_AT_ONCE] for at in range(0, len(subjects), SUBJECTS_AT_ONCE)):
        each = " union all ".join([f"select * from ({latest.format('%s')})"] * len(some))
        params = [value for subject in some for value in (subject, *place)]
        parts.append(fetch(named.format(each), _EVENT, [*params, limit]))
    return pl.concat(parts).sort("at", "id", descending=True).head(limit)


def machine_acts(lead: int, latest: int) -> list[MachineAct]:
    """What machines did among the `latest` events of a lead, newest day first."""
    subjects = pl.Series("subject", subjects_of(lead), pl.Int32)
    if subjects.is_empty():
        return []
    counted = Counter(
        (day, reason)
        for day, reason, automated in _latest(subjects, _cursor(None), latest)
        .select("day", "reason", "automated")
        .iter_rows()
        if automated
    )
    return [MachineAct(day, reason, n) for (day, reason), n in counted.items()]


def contents_of_kinds(kinds: Sequence[str]) -> dict[int, str]:
    """The contents that events of these kinds ever had: the number of the touch, and the content."""
    places = ", ".join(["%s"] * len(kinds))
    found = fetch(
        f"select id, content from activity_touch where kind in ({places})",
        {"touch": pl.Int32, "content": pl.String},
        list(kinds),
    )
    return dict(found.iter_rows())


def first_days_of(touches: Sequence[int], leads: pl.Series | None = None) -> pl.DataFrame:
    """Who had each of these touches (numbers) and when first: `lead`, `touch`, `day` (since 1970). `leads`:
    only they are looked at; without them, the whole activity is. In a transaction."""
    columns = "select a.lead, a.touch, min(a.day) from"
    named = "a.touch in (select touch from named) and a.n > 0 group by a.lead, a.touch"
    schema = {"lead": pl.Int32, "touch": pl.Int32, "day": pl.Int32}
    with staged(pl.DataFrame({"touch": list(touches)}, schema={"touch": pl.Int32}), "named"):
        if leads is None:
            return fetch(f"{columns} activity_activity a where {named}", schema)
        with staged(leads.unique().alias("lead").to_frame(), "asked"):
            joined = "asked q cross join activity_activity a where a.lead = q.lead and"
            return fetch(f"{columns} {joined} {named}", schema)


def last_days_of_kind(kind: str, leads: Collection[int]) -> dict[int, int]:
    """The latest day (since 1970-01-01) of each of these leads with events of a kind; those without are left
    out."""
    with listed(pl.Series(list(leads), dtype=pl.Int32), "asked", "lead") as (beginning, given):
        found = fetch(
            f"{beginning}select a.lead, max(a.day) from asked q cross join activity_activity a"
            " where a.lead = q.lead and a.n > 0"
            " and a.touch in (select t.id from activity_touch t where t.kind = %s) group by a.lead",
            {"lead": pl.Int32, "day": pl.Int32},
            [*given, kind],
        )
    return dict(found.iter_rows())


def titles(contents: Collection[str] | None = None) -> dict[str, str]:
    """What these contents are called, or all that have a title; those without one are left out."""
    schema = {"content": pl.String, "title": pl.String}
    if contents is None:
        found = fetch("select content, title from activity_contenttitle", schema)
    else:
        asked = pl.DataFrame({"content": list(set(contents))}, schema={"content": pl.String})
        with transaction.atomic(), staged(asked, "asked"):
            found = fetch(
                "select t.content, t.title from asked join activity_contenttitle t"
                " on t.content = asked.content",
                schema,
            )
    return dict(found.iter_rows())


def waiting_count() -> int:
    """How many stored events belong to keys no lead is known under."""
    return fetch(
        "select count(*) from activity_subject s join activity_event e on e.subject = s.id"
        " where s.lead is null",
        {"n": pl.Int64},
    ).item()


def broken_counters() -> int:
    """How many counters of the activity differ from the sum of the events that count; 0 is sound."""
    return fetch(
        "select count(*) from (select lead, day, touch, subject from ("
        "select lead, day, touch, subject, n from activity_activity union all"
        " select s.lead, e.day, e.touch, e.subject, -count(*) from activity_event e"
        " join activity_subject s on s.id = e.subject where e.counted and s.lead is not null"
        " group by s.lead, e.day, e.touch, e.subject) told"
        " group by lead, day, touch, subject having sum(n) <> 0) broken",
        {"n": pl.Int64},
    ).item()


def _cursor(before: str | None) -> tuple[int, int]:
    at, _, id_ = (before or "").partition(".")
    try:
        return int(at), int(id_)
    except ValueError:
        return 2**62, 2**62


def _moments(page: pl.DataFrame) -> list[Moment]:
    same = ["lead", "day", "kind", "automated", "counted", "source", "reason", "certainty"]
    alone = pl.col("kind") != "page_view"
    begins = alone | pl.any_horizontal(pl.col(c) != pl.col(c).shift() for c in same).fill_null(True)
    runs = page.with_columns(run=begins.cum_sum())
    contents = (
        runs.group_by("run", "content")
        .agg(pl.len(), pl.col("at").min().alias("touched"))
        .sort("run", "touched", "content")
        .group_by("run", maintain_order=True)
        .agg("content", "len")
    )
    moments = runs.group_by("run", maintain_order=True).agg(
        pl.col("at").min().alias("first"),
        pl.col("at").max().alias("last"),
        pl.col(same).first(),
        pl.len().alias("n"),
    )
    return [
        Moment(
            first=instant(row["first"]),
            last=instant(row["last"]),
            day=row["day"],
            kind=row["kind"],
            contents=tuple(zip(row["content"], row["len"], strict=True)),
            n=row["n"],
            automated=bool(row["automated"]),
            counted=bool(row["counted"]),
            source=row["source"],
            lead=row["lead"],
            reason=row["reason"],
            certainty=row["certainty"],
        )
        for row in moments.join(contents, on="run", maintain_order="left").iter_rows(named=True)
    ]
