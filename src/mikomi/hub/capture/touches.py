"""By what ways people came: written down as it happens, and the first and last of a lead as its fields.

The fields follow from the facts (`models.Touch`) each time they change: when a visit comes, when it
becomes known whose it is, or that it is not, when leads are merged or parted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl
from django.db import transaction

from mikomi.core.names.registered import registered_domain
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.event_ids import hashed
from mikomi.hub.activity.machine_spans import keys_of, only_machines
from mikomi.hub.capture.arrivals import AD_CLICKS, CAMPAIGN
from mikomi.hub.capture.identity import browsers_of, subject_key
from mikomi.hub.capture.models import Source
from mikomi.hub.kit.days import local_days
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people.automatic import set_automatic
from mikomi.hub.people.fields import TOUCH_PARTS, TOUCHES
from mikomi.hub.people.persons import identities

WAY = (*CAMPAIGN, "referrer", "click")
"""What makes one way differ from another."""
_SAID = {**{f"utm_{name}": pl.String for name in CAMPAIGN}, **dict.fromkeys(AD_CLICKS, pl.String)} | {
    "referrer": pl.String,
    "landing": pl.String,
}
_TOUCH = dict.fromkeys((*WAY, "landing"), pl.String)
_VISITOR = {"source": pl.Int32, "anonymous": pl.String, "generation": pl.Int32}
_CAME = {
    "visitor": pl.Int32,
    **_VISITOR,
    "lead": pl.Int32,
    **dict.fromkeys(("day", "way", "first", "last"), pl.Int64),
    "machine": pl.Int8,
}
OF_LEAD = {"lead": pl.Int32, "first": pl.Int64, "last": pl.Int64, **_TOUCH}


def note_visits(rows: pl.DataFrame) -> None:
    """Writes down by what ways visitors came, and brings the fields of their leads up to that: `visitor`,
    `at` (µs), `touch` (JSON text as `arrivals.touch_of` gives it; null says nothing). In `changing()`."""
    came = rows.drop_nulls("touch")
    if came.is_empty():
        return
    found = _write(came.with_columns(submission=pl.lit(0, pl.Int64)))
    if found.is_empty():
        return
    with staged(found, "came"):
        leads = fetch(
            "select distinct v.lead from came c join capture_visitor v on v.id = c.visitor"
            " where v.joined and v.lead is not null",
            {"lead": pl.Int32},
        )["lead"]
    follow(leads)


def note_submission(submission: int, at: datetime, touch: Mapping[str, str], page: str) -> None:
    """Writes down by what way somebody came who sent a form `at` (aware) on `page`, where it says so."""
    said = {name: touch[name] for name in _SAID if touch.get(name)}
    if not said:
        return
    row = {"visitor": 0, "submission": submission, "at": round(at.timestamp() * 1_000_000)}
    frame = pl.DataFrame(
        [row | {"said": said, "page": page}],
        schema={
            "visitor": pl.Int32,
            "submission": pl.Int64,
            "at": pl.Int64,
            "said": pl.Struct(_SAID),
            "page": pl.String,
        },
    )
    host = registered_domain(page.partition("://")[2].partition("/")[0].partition(":")[0])
    with transaction.atomic():
        _write(frame.drop("page"), {host} if host else set())


def follow(leads: pl.Series | Sequence[int]) -> pl.Series:
    """Brings the first and last ways of leads (numbers; of merged ones, of those that stand for them) to
    what is written down; the numbers of those where that changed something."""
    asked = pl.Series("lead", leads, dtype=pl.Int32)
    if asked.is_empty():
        return asked
    with changing() as number:
        who = identities(asked)
        changed = set_automatic(who["lead"].unique(), _histories(of_leads(who)), list(TOUCHES))
        mark_changed(changed, number, activity=False)
    return changed


def judge_anew(subjects: Sequence[int]) -> None:
    """After it was said of what subjects (numbers) did that it was a machine's, or that it was not: takes
    the ways back by which machines alone came, or gives them back, with what follows from them."""
    keys = keys_of(subjects)
    named = [browser for key in keys for browser in browsers_of(key)]
    with changing() as number:
        with staged(pl.DataFrame(named, schema=_VISITOR, orient="row").unique(), "named"):
            came = fetch(
                "select v.id, v.source, v.anonymous, v.generation, v.lead, t.day, t.way, t.first, t.last,"
                " case when t.machine then 1 else 0 end from named n cross join capture_visitor v"
                " cross join capture_touch t where v.source = n.source and v.anonymous = n.anonymous"
                " and v.generation = n.generation and t.visitor = v.id and t.submission = 0",
                _CAME,
            )
        if came.is_empty():
            return
        key = [subject_key(*name) for name in came.select(_VISITOR.keys()).iter_rows()]
        machine = only_machines(came.select(pl.Series("key", key, pl.String), "first", "last"))
        changed = came.with_columns(found=machine).filter(pl.col("found") != (pl.col("machine") == 1))
        with staged(changed.select("visitor", "day", "way", "found"), "found"):
            run(
                "update capture_touch set machine = f.found from found f where capture_touch.submission = 0"
                " and capture_touch.visitor = f.visitor and capture_touch.day = f.day"
                " and capture_touch.way = f.way"
            )
        leads = identities(changed["lead"].drop_nulls())["lead"].unique()
        # Campaigns follow when the leads are scored, also where no field of theirs changes.
        mark_changed(leads, number, activity=False)
        follow(leads)
    if leads.len():
        enqueue("site.score_changed", once=True)


def ways_of(lead: int) -> pl.DataFrame:
    """The ways that a lead (its number) came, columns `OF_LEAD` without `lead`, oldest first."""
    with transaction.atomic():
        return of_leads(identities(pl.Series([lead], dtype=pl.Int32))).drop("lead").sort("first", *WAY)


def of_leads(who: pl.DataFrame) -> pl.DataFrame:
    """The ways that leads came, columns `OF_LEAD`. `who`: `lead` and each `number` it has, as
    `people.persons.identities` gives them. In a transaction."""
    columns = f"w.lead, t.first, t.last, {', '.join(f't.{name}' for name in (*WAY, 'landing'))}"
    with staged(who, "who"):
        return fetch(
            f"select {columns} from who w cross join capture_visitor v cross join capture_touch t"
            " where v.lead = w.number and v.joined and t.visitor = v.id and t.submission = 0"
            " and not t.machine"
            f" union all select {columns} from who w cross join capture_submission s"
            " cross join capture_touch t where s.lead = w.number and s.state = 'taken' and t.visitor = 0"
            " and t.submission = s.id",
            OF_LEAD,
        )


def forget(visitors: Sequence[int]) -> None:
    """Deletes by what ways visitors came. In a transaction."""
    with staged(pl.DataFrame({"visitor": list(visitors)}, schema={"visitor": pl.Int32}), "leaving"):
        run("delete from capture_touch where visitor in (select visitor from leaving) and visitor > 0")


def forget_submissions(submissions: Sequence[int]) -> None:
    """Deletes by what ways those came who sent forms. In a transaction."""
    with staged(pl.DataFrame({"sent": list(submissions)}, schema={"sent": pl.Int64}), "leaving"):
        run("delete from capture_touch where visitor = 0 and submission in (select sent from leaving)")


def _write(rows: pl.DataFrame, own: set[str] | None = None) -> pl.DataFrame:
    """Writes touches (`visitor`, `submission`, `at`, and `touch` as JSON or `said`) and gives the visitors
    (`visitor`) of whom that says something new. A visit from a site of our own came from nowhere."""
    if "said" not in rows.columns:
        rows = rows.with_columns(pl.col("touch").str.json_decode(pl.Struct(_SAID)).alias("said"))
    said = rows.select("visitor", "submission", "at", "said").unnest("said")
    ours = own_sites() | (own or set())
    host = pl.col("referrer").map_elements(registered_domain, pl.String)
    named = said.select(
        "visitor",
        "submission",
        "at",
        *(pl.col(f"utm_{name}").fill_null("").alias(name) for name in CAMPAIGN),
        pl.when(~host.is_in(list(ours)).fill_null(False)).then("referrer").fill_null("").alias("referrer"),
        pl.coalesce(pl.when(pl.col(name) != "").then(pl.lit(name)) for name in AD_CLICKS)
        .fill_null("")
        .alias("click"),
        pl.col("landing").fill_null(""),
    )
    came = named.filter(pl.any_horizontal(pl.col(name) != "" for name in WAY))
    if came.is_empty():
        return came.select("visitor")
    ways = came.select(WAY).unique()
    ways = ways.with_columns(
        hashed(ways.select(pl.concat_str(WAY, separator="\x1f")).to_series()).alias("way")
    )
    told = (
        came.with_columns(local_days(pl.col("at")).alias("day"))
        .join(ways, on=list(WAY), how="left")
        .sort("at")
        .group_by("visitor", "submission", "day", "way", *WAY, maintain_order=True)
        .agg(
            pl.col("at").first().alias("first"), pl.col("at").last().alias("last"), pl.col("landing").first()
        )
    )
    least, most = ("least", "greatest") if on_postgres() else ("min", "max")
    names = ", ".join(told.columns)
    with staged(told, "told"):
        known = fetch(
            "select t.visitor, t.day, t.way, t.first from told n cross join capture_touch t"
            " where t.visitor = n.visitor and t.submission = n.submission and t.day = n.day",
            {"visitor": pl.Int32, "day": pl.Int32, "way": pl.Int64, "known": pl.Int64},
        ).unique()
        run(
            f"insert into capture_touch ({names}, machine) select {names}, %s from told where true"
            " on conflict (visitor, submission, day, way) do update set machine = excluded.machine,"
            " landing = case when excluded.first < capture_touch.first then excluded.landing"
            " else capture_touch.landing end,"
            f" first = {least}(capture_touch.first, excluded.first),"
            f" last = {most}(capture_touch.last, excluded.last)",
            [False],
        )
    # The one way of a day, come by once more, changes nothing that is told of anybody.
    beside = known.group_by("visitor", "day").agg(pl.len().alias("ways"))
    again = told.join(known, on=["visitor", "day", "way"], how="left").join(
        beside, on=["visitor", "day"], how="left"
    )
    told_before = pl.col("known").is_not_null() & (pl.col("known") <= pl.col("first")) & (pl.col("ways") == 1)
    return again.filter(~told_before.fill_null(False)).select("visitor").unique()


def own_sites() -> set[str]:
    """The domains of our own sites, as the settings of their tags name them."""
    said = Source.objects.values_list("options__origins", flat=True)
    hosts = {
        str(origin).partition("://")[2].partition(":")[0] for origins in said for origin in origins or ()
    }
    return {registered_domain(host) for host in hosts if host}


def _histories(touches: pl.DataFrame) -> pl.DataFrame:
    """The values of the fields on each day on which they changed, as `set_automatic` takes them."""
    moments = pl.concat(
        touches.select("lead", pl.col(end).alias("at"), *_TOUCH) for end in ("first", "last")
    ).unique()
    ordered = moments.sort("lead", "at", *_TOUCH).with_columns(local_days(pl.col("at")).alias("#known_from"))
    ordered = ordered.with_columns(pl.col("#known_from").cast(pl.Date).cast(pl.String).alias("on"))
    firsts = ordered.unique("lead", keep="first", maintain_order=True)
    lasts = ordered.unique(["lead", "#known_from"], keep="last", maintain_order=True)
    return pl.concat([_values(firsts, "first"), _values(lasts, "last")])


def _values(rows: pl.DataFrame, which: str) -> pl.DataFrame:
    """Field by field, what differs from the day before that has any; nothing differs from none."""
    named = rows.select(
        pl.col("lead").alias("#subject"),
        "#known_from",
        *(pl.col(part).alias(f"{which}_touch_{part}") for part in TOUCH_PARTS),
    )
    long = named.unpivot(index=["#subject", "#known_from"], variable_name="#field", value_name="#value").sort(
        "#subject", "#field", "#known_from"
    )
    before = pl.col("#value").shift(1).over("#subject", "#field").fill_null("")
    return long.filter(pl.col("#value") != before)
