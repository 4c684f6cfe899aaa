"""Values with dates: what was known of leads or companies on a day, and how new values are written.

Frames hold a text column a field, so the columns of this module have names no field has (`#…`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.utils import timezone

from mikomi.hub.kit.setwise import fetch, json_merged, json_value, listed, on_postgres, run, staged
from mikomi.hub.people.confirming import note_confirmed
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.models import Scope

TABLES = {Scope.LEAD: "people_lead", Scope.COMPANY: "people_company"}
SUBJECT = "#subject"
BEGINNING = "created_at"
"""When a lead began stands among its versions, too; it is no attribute, and the earliest one holds."""
EPOCH = date(1970, 1, 1).toordinal()
_VERSION = {
    SUBJECT: pl.Int32,
    "#known_from": pl.Int32,
    "#recorded_at": pl.Int64,
    "#id": pl.Int64,
    "#values": pl.String,
}
_ORDER = (SUBJECT, "#known_from", "#recorded_at", "#id")
_VALUES = '"values"'
_COLUMNS = (
    f"scope, subject, {_VALUES}, known_from, recorded_at, recorded_day, source, import_id, batch_id, by_id"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: `source` in words (a file's name, a page), when, by whom.

    `recorded_at`: microseconds since 1970-01-01 UTC; `recorded_day`: its local day. `day`: the local
    day a value is known from if it replaces another. `dated`: the source itself says that its values
    hold from `day`, so first values hold from then, too.
    """

    source: str
    recorded_at: int
    recorded_day: int
    day: int
    dated: bool = False
    import_id: int | None = None
    batch_id: int | None = None
    by_id: int | None = None


def origin(
    source: str,
    *,
    known_from: date | None = None,
    import_id: int | None = None,
    batch_id: int | None = None,
    by_id: int | None = None,
) -> Origin:
    """Values that come in now, known from the day `known_from` if the source says so."""
    now = timezone.now()
    today = timezone.localdate(now).toordinal() - EPOCH
    return Origin(
        source=source,
        recorded_at=round(now.timestamp() * 1_000_000),
        recorded_day=today,
        day=today if known_from is None else known_from.toordinal() - EPOCH,
        dated=known_from is not None,
        import_id=import_id,
        batch_id=batch_id,
        by_id=by_id,
    )


def as_of(
    scope: Scope, current: pl.DataFrame, fields: Sequence[str], day: int | None, *, everybody: bool
) -> pl.DataFrame:
    """The values of `fields` on local day `day` (None: now) of the rows of `current`.

    `current`: `#subject` and `#values` (JSON text, the values known now). Returns `#subject` and a
    text column a field, in the order of `current`; "" is a value that was taken away. `everybody`
    says that `current` is all there are, which saves sending their numbers to the database.
    """
    wide = pl.concat([current.select(SUBJECT), opened(current["#values"], fields)], how="horizontal")
    if day is None or not fields or wide.is_empty():
        return wide
    versions = _versions(scope, None if everybody else wide[SUBJECT], day)
    if versions.is_empty():
        return wide
    long = _in_order(versions, fields)
    then = pl.col("#known_from").is_null() | (pl.col("#known_from") <= day)
    past = long.filter(then).group_by(SUBJECT, "#field").agg(pl.col("#value").last())
    touched = long.filter(~then).select(SUBJECT, "#field").unique()
    touched = touched.join(past, on=[SUBJECT, "#field"], how="left")
    for field in touched["#field"].unique().sort():
        held = touched.filter(pl.col("#field") == field).select(SUBJECT, "#value", pl.lit(True).alias("#hit"))
        wide = (
            wide.join(held, on=SUBJECT, how="left", maintain_order="left")
            .with_columns(pl.when("#hit").then("#value").otherwise(field).alias(field))
            .drop("#value", "#hit")
        )
    return wide


def write_values(
    scope: Scope, values: pl.DataFrame, fields: Sequence[str], origin: Origin, *, fill: bool = False
) -> pl.Series:
    """Writes the values that are new; the numbers of those where something changed, sorted.

    `values`: `#subject` (every one once) and a text column a field; null says nothing, "" takes a
    value away. First values hold from the beginning unless the origin is dated; values that replace
    another hold from the origin's day. `fill`: only where nothing is known. Must stand in a transaction.
    """
    if values.is_empty() or not fields:
        return pl.Series(SUBJECT, dtype=pl.Int32)
    said = values
    if fill:
        values = _where_nothing_is_known(values, fields, _current(scope, values))
    if origin.dated:
        _date_what_was_seen_later(scope, values, fields, origin)
    before = as_of(scope, _current(scope, values), fields, origin.day, everybody=False)
    first, later = _news(values, before, fields, origin)
    if origin.import_id is not None:
        note_confirmed(scope.value, said, before, fields, origin.import_id, origin.recorded_at)
    _write(scope, first, fields, None, origin)
    _write(scope, later, fields, origin.day, origin)
    return pl.concat([first[SUBJECT], later[SUBJECT]]).unique().sort()


def news(
    scope: Scope, values: pl.DataFrame, fields: Sequence[str], origin: Origin, *, fill: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What of `values` is new: first values that hold from the beginning, and values from the
    origin's day on. Rows without news are left out; values that are no news are null."""
    current = _current(scope, values)
    before = as_of(scope, current, fields, origin.day, everybody=False)
    if fill:
        values = _where_nothing_is_known(values, fields, current)
    return _news(values, before, fields, origin)


def _news(
    values: pl.DataFrame, before: pl.DataFrame, fields: Sequence[str], origin: Origin
) -> tuple[pl.DataFrame, pl.DataFrame]:
    pairs = values.join(before, on=SUBJECT, how="left", suffix="#before", maintain_order="left")
    told = {f: pl.col(f).is_not_null() & (pl.col(f) != pl.col(f"{f}#before").fill_null("")) for f in fields}
    dated = {f: pl.col(f"{f}#before").is_not_null() | pl.lit(origin.dated) for f in fields}
    first = pairs.select(SUBJECT, *(pl.when(told[f] & ~dated[f]).then(f).alias(f) for f in fields))
    later = pairs.select(SUBJECT, *(pl.when(told[f] & dated[f]).then(f).alias(f) for f in fields))
    some = pl.any_horizontal(pl.lit(False), *(pl.col(f).is_not_null() for f in fields))
    return first.filter(some), later.filter(some)


def _current(scope: Scope, values: pl.DataFrame) -> pl.DataFrame:
    """`#subject` and `#values` (JSON text) of the subjects of `values` as they are now."""
    with staged(values.select(pl.col(SUBJECT).alias("subject")), "asked"):
        text = "t.attributes::text" if on_postgres() else "t.attributes"
        return fetch(
            f"select t.id, {text} from asked a join {TABLES[scope]} t on t.id = a.subject",
            {SUBJECT: pl.Int32, "#values": pl.String},
        )


def _where_nothing_is_known(
    values: pl.DataFrame, fields: Sequence[str], current: pl.DataFrame
) -> pl.DataFrame:
    held = pl.concat([current.select(SUBJECT), opened(current["#values"], fields)], how="horizontal")
    held = values.select(SUBJECT).join(held, on=SUBJECT, how="left", maintain_order="left")
    return values.with_columns(pl.when(held[f].fill_null("") == "").then(pl.col(f)).alias(f) for f in fields)


def _versions(scope: Scope, subjects: pl.Series | None, day: int) -> pl.DataFrame:
    """All versions of those subjects that have a version after `day`."""
    text = f"c.{_VALUES}::text" if on_postgres() else f"c.{_VALUES}"
    columns = (
        f"select c.subject, c.known_from, c.recorded_at, c.id, {text} from people_change c where c.scope = %s"
    )
    later = "select subject from people_change where scope = %s and known_from > %s"
    params = [scope.value, scope.value, day]
    if subjects is None:
        return fetch(f"{columns} and c.subject in ({later})", _VERSION, params)
    with listed(subjects, "aged", "subject") as (beginning, given):
        mine = f"{later} and subject in (select subject from aged)"
        return fetch(f"{beginning}{columns} and c.subject in ({mine})", _VERSION, [*given, *params])


def _with_fields(versions: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    return pl.concat([versions.drop("#values"), opened(versions["#values"], fields)], how="horizontal")


def _write(
    scope: Scope, rows: pl.DataFrame, fields: Sequence[str], known_from: int | None, origin: Origin
) -> None:
    if rows.is_empty():
        return
    told = rows.select(
        pl.col(SUBJECT).alias("subject"),
        _as_json(fields),
    )
    with staged(told, "told"):
        run(
            f"insert into people_change ({_COLUMNS})"
            f" select %s, subject, {json_value('told')}, %s, %s, %s, %s, %s, %s, %s from told"
            " order by subject",
            [
                scope.value,
                known_from,
                origin.recorded_at,
                origin.recorded_day,
                origin.source,
                origin.import_id,
                origin.batch_id,
                origin.by_id,
            ],
        )
    set_current(scope, _still_latest(scope, rows, fields, known_from), fields)


def set_current(scope: Scope, now: pl.DataFrame, fields: Sequence[str]) -> None:
    """Writes the values that hold now: `#subject` and a text column a field; null leaves it as it is."""
    table = TABLES[scope]
    with staged(now.select(pl.col(SUBJECT).alias("subject"), _as_json(fields)), "told"):
        run(
            f"update {table} set attributes = {json_merged(f'{table}.attributes', 'told.told')}"
            f" from told where told.subject = {table}.id"
        )


def _as_json(fields: Sequence[str]) -> pl.Expr:
    return pl.struct(fields).struct.json_encode().alias("told")


def _still_latest(
    scope: Scope, rows: pl.DataFrame, fields: Sequence[str], known_from: int | None
) -> pl.DataFrame:
    """`rows` without the values that a version of a later day overrules."""
    if known_from is None:
        return rows
    later = _versions(scope, rows[SUBJECT], known_from)
    if later.is_empty():
        return rows
    overruled = (
        _with_fields(later, fields)
        .filter(pl.col("#known_from") > known_from)
        .group_by(SUBJECT)
        .agg(pl.col(f).is_not_null().any() for f in fields)
    )
    joined = rows.join(overruled, on=SUBJECT, how="left", suffix="#later", maintain_order="left")
    return joined.select(
        SUBJECT, *(pl.when(~pl.col(f"{f}#later").fill_null(False)).then(f).alias(f) for f in fields)
    )


def write_history(scope: Scope, changes: pl.DataFrame, origin: Origin) -> pl.Series:
    """Writes many dated values at once; the numbers of those whose history is new, sorted.

    `changes`: `#subject`, `#field`, `#value` ("" takes away), `#known_from` (days since 1970). A
    value that is written for that day already is left out. Must stand in a transaction.
    """
    if changes.is_empty():
        return pl.Series(SUBJECT, dtype=pl.Int32)
    fields = changes["#field"].unique().sort().to_list()
    subjects = changes[SUBJECT].unique().sort()
    same = [SUBJECT, "#field", "#known_from", "#value"]
    fresh = changes.join(versions_of(scope, subjects, fields), on=same, how="anti").unique(
        [SUBJECT, "#field", "#known_from"], keep="last", maintain_order=True
    )
    if fresh.is_empty():
        return pl.Series(SUBJECT, dtype=pl.Int32)
    by_day = fresh.pivot("#field", index=[SUBJECT, "#known_from"], values="#value").sort(
        SUBJECT, "#known_from"
    )
    told = by_day.select(
        pl.col(SUBJECT).alias("subject"),
        pl.col("#known_from").cast(pl.Int32).alias("known_from"),
        _as_json([c for c in by_day.columns if c not in same]),
    )
    with staged(told, "told"):
        run(
            f"insert into people_change ({_COLUMNS})"
            f" select %s, subject, {json_value('told')}, known_from, %s, %s, %s, %s, %s, %s from told"
            " order by subject, known_from",
            [
                scope.value,
                origin.recorded_at,
                origin.recorded_day,
                origin.source,
                origin.import_id,
                origin.batch_id,
                origin.by_id,
            ],
        )
    latest = versions_of(scope, subjects, fields).group_by(SUBJECT, "#field").agg(pl.col("#value").last())
    latest = latest.join(fresh.select(SUBJECT, "#field").unique(), on=[SUBJECT, "#field"], how="semi")
    now = latest.pivot("#field", index=SUBJECT, values="#value")
    set_current(scope, now, [c for c in now.columns if c != SUBJECT])
    return fresh[SUBJECT].unique().sort()


def versions_of(scope: Scope, subjects: pl.Series, fields: Sequence[str]) -> pl.DataFrame:
    """Every version of `fields` of the subjects, one row a value, oldest first: `#subject`, `#field`,
    `#value`, `#known_from` and in which order they came. In a transaction."""
    text = f"c.{_VALUES}::text" if on_postgres() else f"c.{_VALUES}"
    with staged(subjects.alias("subject").to_frame(), "aged"):
        versions = fetch(
            f"select c.subject, c.known_from, c.recorded_at, c.id, {text} from aged a"
            " join people_change c on c.scope = %s and c.subject = a.subject",
            _VERSION,
            [scope.value],
        )
    return _in_order(versions, fields)


def _in_order(versions: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    return (
        _with_fields(versions, fields)
        .unpivot(on=fields, index=_ORDER, variable_name="#field", value_name="#value")
        .drop_nulls("#value")
        .sort(_ORDER, nulls_last=False)
    )


def _date_what_was_seen_later(
    scope: Scope, values: pl.DataFrame, fields: Sequence[str], origin: Origin
) -> None:
    """A first value without a date was seen on the day it came. Where an older, dated value of the same
    field turns up, the first one is written once more with that day, so that it overrules the older one."""
    text = f"c.{_VALUES}::text" if on_postgres() else f"c.{_VALUES}"
    with staged(values.select(pl.col(SUBJECT).alias("subject")), "asked"):
        seen = fetch(
            f"select c.subject, c.known_from, c.recorded_at, c.id, {text} from asked a"
            " join people_change c on c.scope = %s and c.subject = a.subject"
            " where c.recorded_day > %s and (c.known_from is null or c.known_from = c.recorded_day)",
            _VERSION,
            [scope.value, origin.day],
        )
    if seen.is_empty():
        return
    told = values.unpivot(on=list(fields), index=SUBJECT, variable_name="#field", value_name="#told")
    same = [SUBJECT, "#field", "#recorded_at", "#value"]
    long = _in_order(seen, fields).join(told.drop_nulls("#told"), on=[SUBJECT, "#field"])
    # The same value is no news, so nothing has to be overruled.
    first = long.filter(pl.col("#known_from").is_null() & (pl.col("#told") != pl.col("#value")))
    first = first.join(long.drop_nulls("#known_from"), on=same, how="anti")
    if first.is_empty():
        return
    rows = first.group_by("#id", maintain_order=True).agg(as_object("#field", "#value").alias("told"))
    with staged(rows.rename({"#id": "version"}), "told"):
        run(
            f"insert into people_change ({_COLUMNS})"
            f" select c.scope, c.subject, {json_value('told.told')}, c.recorded_day, c.recorded_at,"
            " c.recorded_day, c.source, c.import_id, c.batch_id, c.by_id"
            " from told join people_change c on c.id = told.version order by c.id"
        )


def as_object(key: str, value: str) -> pl.Expr:
    """The rows of a group as one JSON object: texts in `key`, texts or null in `value`."""
    keys = pl.struct(pl.col(key).alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.head(-1)
    texts = pl.struct(pl.col(value).alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.head(-1)
    return pl.format("{{{}}}", pl.concat_str(keys, texts, separator=":").str.join(","))
