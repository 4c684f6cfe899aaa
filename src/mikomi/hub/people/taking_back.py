"""Taking back what one import or one act wrote: its versions go, what holds now is worked out anew.

What was known before is known again. A value that somebody wrote later stays and is reported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db import transaction

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people import companies as firms
from mikomi.hub.people.confirming import confirmed_of, hand_on, hand_on_beginnings
from mikomi.hub.people.dated import BEGINNING, SUBJECT, TABLES, Origin, as_object, origin
from mikomi.hub.people.following import follow
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.models import Scope
from mikomi.hub.people.value_sources import AUTOMATIC

SUBJECTS_A_STEP = 20_000
NAMED = 200
"""So many values that stay are named; all are counted."""
_VERSION = {
    SUBJECT: pl.Int32,
    "#known_from": pl.Int32,
    "#recorded_at": pl.Int64,
    "#id": pl.Int64,
    "#mine": pl.Boolean,
    "#day": pl.Int32,
    "#source": pl.String,
    "#values": pl.String,
}
_ORDER = (SUBJECT, "#known_from", "#recorded_at", "#id")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of it. `versions`: rows of history that went. `leads`: the numbers of the leads
    whose values changed (Int32, sorted). `companies`: of the companies. `stayed`: the first values that
    were written later, as (scope, number, field, value, source); `stayed_count`: all of them. `confirmed`:
    how many values stay since a later import said the same."""

    versions: int
    leads: pl.Series
    companies: pl.Series
    stayed: tuple[tuple[str, int, str, str, str], ...]
    stayed_count: int
    confirmed: int


def take_back_values(
    *, import_id: int | None = None, batch_id: int | None = None, spared: pl.DataFrame | None = None
) -> TakenBack:
    """Deletes the values that an import or an act wrote, and sets what holds now from those left.

    `spared`: `scope`, `subject` of those that are left as they are. Each step of some thousand leads
    is one transaction (or part of the caller's): cut off, it is done again from the start and goes on.
    Raises `ValueError` unless exactly one of the two is named.
    """
    if (import_id is None) == (batch_id is None):
        raise ValueError("name an import or an act")
    column, number = ("import_id", import_id) if batch_id is None else ("batch_id", batch_id)
    changed: dict[Scope, list[pl.Series]] = {Scope.COMPANY: [], Scope.LEAD: []}
    versions, stayed, count, confirmed = 0, [], 0, 0
    for scope in (Scope.LEAD, Scope.COMPANY):
        last = -1
        left_out = None
        if spared is not None and spared.height:
            left_out = spared.filter(pl.col("scope") == scope.value)["subject"].cast(pl.Int32)
        while (step := _next(scope, column, number, last)).height:
            # The step has rows, so its highest number is one.
            last = int(step["subject"].max())  # pyright: ignore[reportArgumentType]
            subjects = step["subject"]
            if left_out is not None:
                subjects = subjects.filter(~subjects.is_in(left_out.implode()))
            if subjects.is_empty():
                continue
            with changing() as change:
                gone, now, late, same = _take(scope, subjects, column, number)
                mark_changed(_leads_of(scope, now), change, activity=False)
            changed[scope].append(now)
            versions, count, confirmed = versions + gone, count + late.height, confirmed + same
            if len(stayed) < NAMED:
                stayed += [(scope.value, *row) for row in late.head(NAMED - len(stayed)).iter_rows()]
    return TakenBack(
        versions=versions,
        leads=_together(changed[Scope.LEAD]),
        companies=_together(changed[Scope.COMPANY]),
        stayed=tuple(stayed),
        stayed_count=count,
        confirmed=confirmed,
    )


def _next(scope: Scope, column: str, number: int | None, last: int) -> pl.DataFrame:
    return fetch(
        f"select distinct subject from people_change where {column} = %s and scope = %s and subject > %s"
        f" order by subject limit {SUBJECTS_A_STEP}",
        {"subject": pl.Int32},
        [number, scope.value, last],
    )


def _take(
    scope: Scope, subjects: pl.Series, column: str, number: int | None
) -> tuple[int, pl.Series, pl.DataFrame, int]:
    """How many versions went, whose values changed, the values that stay since they came later, and how
    many stay since a later import had confirmed them."""
    with staged(subjects.alias("subject").to_frame(), "retracted"):
        versions = _versions(scope, column, number)
        gone = run(
            f"delete from people_change where {column} = %s and scope = %s"
            " and subject in (select subject from retracted)",
            [number, scope.value],
        )
        mine = versions.filter("#mine")
        fields = _fields_of(mine["#values"])
        handed, days, was = pl.DataFrame(), 0, None
        if column == "import_id" and number is not None:
            told = confirmed_of(scope.value, number)
            if told.height:
                known = _long(versions, fields)
                handed, days = hand_on(scope.value, told, known), hand_on_beginnings(told, known)
                was = _last_of(handed, known) if handed.height else None
        if handed.height or days:
            versions = pl.concat([mine, _versions(scope, column, number)])
    _undate(versions.filter(~pl.col("#mine")))
    long = _long(versions, fields)
    touched = long.filter("#mine").select(SUBJECT, "#field").unique()
    long = long.join(touched, on=[SUBJECT, "#field"], how="semi", maintain_order="left")
    per = long.group_by(SUBJECT, "#field", maintain_order=True).agg(
        pl.col("#value").last().alias("held"),
        pl.col("#mine").last().alias("ours"),
        pl.col("#source").last().alias("by"),
        pl.col("#recorded_at").last().alias("when"),
        pl.col("#recorded_at").filter(pl.col("#mine")).max().alias("said"),
        pl.col("#value").filter(~pl.col("#mine")).last().alias("before"),
    )
    usual = per.filter(pl.col("#field") != BEGINNING)
    turned = pl.col("ours")
    if was is not None:
        # What was handed on may hold from a later day than a value that the import's own gave way to.
        usual = usual.join(was, on=[SUBJECT, "#field"], how="left", maintain_order="left")
        turned |= (pl.col("held") != pl.col("was")).fill_null(False)
    restored = usual.filter(turned).select(SUBJECT, "#field", pl.col("before").alias("#value"))
    late = usual.filter(~pl.col("ours") & (pl.col("when") > pl.col("said")) & (pl.col("by") != AUTOMATIC))
    same = 0
    if handed.height:
        held = handed.select(SUBJECT, "#field", pl.col("#at").alias("when"))
        same = late.join(held, on=held.columns, how="semi").height
        late = late.join(held, on=held.columns, how="anti", maintain_order="left")
    give_back(scope, restored)
    begun = per.filter(pl.col("#field") == BEGINNING)[SUBJECT]
    changed = pl.concat([restored[SUBJECT], begun]).unique().sort()
    if scope == Scope.LEAD:
        _begin_anew(begun, long)
        again = (
            [_follow_handed(rows) for _, rows in handed.group_by("#import", "#at")] if handed.height else []
        )
        again += [follow(changed, origin(AUTOMATIC))]
        changed = pl.concat([changed, *again]).unique().sort()
    elif firms.NUMBER in fields:
        firms.note_numbers(changed, origin(AUTOMATIC))
    return gone, changed, late.select(SUBJECT, "#field", "held", "by"), same


def _last_of(handed: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`#subject`, `#field` of `handed`, and the value `was` that `known`, oldest first, holds last."""
    same = [SUBJECT, "#field"]
    mine = known.join(handed.select(same).unique(), on=same, how="semi", maintain_order="left")
    return mine.group_by(same, maintain_order=True).agg(pl.col("#value").last().alias("was"))


def _follow_handed(rows: pl.DataFrame) -> pl.Series:
    """What is derived from values goes with them to the import that holds them now; see `follow`."""
    one = rows.row(0, named=True)
    told = Origin(
        source=AUTOMATIC,
        recorded_at=one["#at"],
        recorded_day=one["#day"],
        day=one["#until"],
        dated=one["#dated"],
        import_id=one["#import"],
        by_id=one["#by"],
    )
    return follow(rows[SUBJECT].unique().sort(), told)


def _versions(scope: Scope, column: str, number: int | None) -> pl.DataFrame:
    """All versions of those in the table `retracted`."""
    text = 'c."values"::text' if on_postgres() else 'c."values"'
    return fetch(
        f"select c.subject, c.known_from, c.recorded_at, c.id, coalesce(c.{column} = %s, false),"
        f" c.recorded_day, c.source, {text} from retracted r join people_change c"
        " on c.scope = %s and c.subject = r.subject",
        _VERSION,
        [number, scope.value],
    )


def _fields_of(values: pl.Series) -> list[str]:
    """The keys that stand in JSON objects; few objects differ in their keys."""
    if values.is_empty():
        return []
    shapes = values.str.replace_all(r'"((?:[^"\\]|\\.)*)"\s*:\s*"(?:[^"\\]|\\.)*"', '"${1}":""').unique()
    return sorted({key for shape in shapes.to_list() for key in json.loads(shape)})


def _long(versions: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """One row a value, oldest first."""
    kept = [*_ORDER, "#mine", "#day", "#source"]
    wide = pl.concat([versions.select(kept), opened(versions["#values"], fields)], how="horizontal")
    return (
        wide.unpivot(on=list(fields), index=kept, variable_name="#field", value_name="#value")
        .drop_nulls("#value")
        .sort(_ORDER, nulls_last=False, maintain_order=True)
    )


def give_back(scope: Scope, values: pl.DataFrame) -> None:
    """Sets `#field` of `#subject` to `#value`; null: nothing is known any more."""
    if values.is_empty():
        return
    told = values.group_by(pl.col(SUBJECT).alias("subject")).agg(as_object("#field", "#value").alias("told"))
    table = TABLES[scope]
    merged = "json_patch(attributes, told.told)"
    if on_postgres():
        merged = "jsonb_strip_nulls(attributes || told.told::jsonb)"
    with staged(told, "told"):
        run(f"update {table} set attributes = {merged} from told where told.subject = {table}.id")


def _begin_anew(leads: pl.Series, long: pl.DataFrame) -> None:
    """Sets when the leads began to the earliest that is still told."""
    if leads.is_empty():
        return
    left = long.filter((pl.col("#field") == BEGINNING) & ~pl.col("#mine"))
    first = left.group_by(SUBJECT).agg(
        pl.col("#value").str.to_datetime(time_unit="us", time_zone="UTC").min()
    )
    told = leads.to_frame(SUBJECT).join(first, on=SUBJECT, how="left")
    with staged(told.select(pl.col(SUBJECT).alias("subject"), pl.col("#value").alias("born")), "told"):
        run("update people_lead set created_at = told.born from told where told.subject = people_lead.id")


def _undate(left: pl.DataFrame) -> None:
    """Takes away the days that first values were given only because an older value was known.

    `left`: the versions that stay. See `dated._date_what_was_seen_later`: where no older value of the
    field is left, the first one holds from the beginning as it did.
    """
    if left["#known_from"].null_count() == left.height:
        return
    dated = left["#known_from"].is_not_null() & (left["#known_from"] == left["#day"])
    if not dated.any():
        return
    subjects = left.filter(dated).select(SUBJECT).unique()
    near = left.join(subjects, on=SUBJECT, how="semi", maintain_order="left")
    long = _long(near, _fields_of(near["#values"]))
    same = [SUBJECT, "#field", "#recorded_at", "#value"]
    again = long.filter(pl.col("#known_from") == pl.col("#day")).join(
        long.filter(pl.col("#known_from").is_null()), on=same, how="semi"
    )
    oldest = long.group_by(SUBJECT, "#field").agg(pl.col("#known_from").min().alias("oldest"))
    needless = again.join(oldest, on=[SUBJECT, "#field"]).filter(pl.col("oldest") >= pl.col("#known_from"))
    if needless.is_empty():
        return
    none = pl.lit(None, pl.String).alias("#value")
    rows = needless.with_columns(none).group_by("#id").agg(as_object("#field", "#value").alias("told"))
    held = 'people_change."values"'
    less = f"json_patch({held}, told.told)"
    if on_postgres():
        less = f"jsonb_strip_nulls({held} || told.told::jsonb)"
    with staged(rows.rename({"#id": "version"}), "told"):
        run(f'update people_change set "values" = {less} from told where told.version = people_change.id')
        empty = "jsonb_build_object()" if on_postgres() else "'{}'"
        run(f'delete from people_change where id in (select version from told) and "values" = {empty}')


def _leads_of(scope: Scope, subjects: pl.Series) -> pl.Series:
    if scope == Scope.LEAD or subjects.is_empty():
        return subjects.rename("lead")
    with transaction.atomic(), staged(subjects.alias("company").to_frame(), "moved"):
        return fetch(
            "select l.id from moved m join people_lead l on l.company_id = m.company", {"lead": pl.Int32}
        )["lead"]


def _together(parts: Sequence[pl.Series]) -> pl.Series:
    return pl.concat([pl.Series(SUBJECT, dtype=pl.Int32), *parts]).unique().sort()
