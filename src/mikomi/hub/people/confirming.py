"""Values that a file says and that are known already: nothing is written for them, but who said them is
kept, so that they stay when the import that wrote them is taken back. The later one then holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.conf import settings

from mikomi.hub.kit.setwise import fetch, json_value, run, staged

BETWEEN = "\x1f"
"""Stands between the keys of fields in `ImportedSubject.confirmed`."""
BEGAN = "created_at="
"""Before the instant, where a file said since when a lead is there."""
SUBJECT = "#subject"
EPOCH = date(1970, 1, 1)


def note_confirmed(
    scope: str, said: pl.DataFrame, known: pl.DataFrame, fields: Sequence[str], import_id: int, at: int
) -> None:
    """Keeps which values of `said` were known before: both have `#subject` and a text column a field.

    `at`: when, in microseconds since 1970-01-01 UTC. In a transaction.
    """
    pairs = said.select(SUBJECT, *fields).join(known, on=SUBJECT, suffix="#known", maintain_order="left")
    keys = [pl.when((pl.col(f) != "") & (pl.col(f) == pl.col(f"{f}#known"))).then(pl.lit(f)) for f in fields]
    told = pairs.select(
        pl.col(SUBJECT).alias("subject"),
        pl.concat_str(keys, separator=BETWEEN, ignore_nulls=True).alias("confirmed"),
    ).filter(pl.col("confirmed") != "")
    _note(scope, told, import_id, at)


def note_beginnings(told: pl.DataFrame, import_id: int, at: int) -> None:
    """Keeps that the import said of leads once more since when they are there: `subject`, `text`. Of these
    several hold at a time, so that the day stands with the key. In a transaction."""
    marked = told.select("subject", pl.format("{}{}", pl.lit(BEGAN), "text").alias("confirmed"))
    _note("lead", marked, import_id, at)


def _note(scope: str, told: pl.DataFrame, import_id: int, at: int) -> None:
    if told.is_empty():
        return
    # Rows that came under several keys of one merged lead may name it again.
    held = "people_importedsubject.confirmed"
    more = f"{held} || %s || excluded.confirmed"
    with staged(told, "confirming"):
        run(
            "insert into people_importedsubject (import_id, scope, subject, made, confirmed, at)"
            " select %s, %s, subject, false, confirmed, %s from confirming where true"
            " on conflict (import_id, scope, subject) do update set at = excluded.at,"
            f" confirmed = case {held} when '' then excluded.confirmed else {more} end",
            [import_id, scope, at, BETWEEN],
        )


def confirmed_of(scope: str, number: int) -> pl.DataFrame:
    """What imports other than `number` that stand confirmed of those in the table `retracted`: a row a
    field. `#until`: the local day up to which they looked, in days since 1970; `#dated`: their file says
    so."""
    schema = {
        SUBJECT: pl.Int32,
        "#import": pl.Int32,
        "#at": pl.Int64,
        "#field": pl.String,
        "#named": pl.String,
        "#known": pl.Date,
        "#by": pl.Int32,
    }
    found = fetch(
        "select s.subject, s.import_id, s.at, s.confirmed, i.file_name, i.known_from, i.by_id"
        " from retracted r join people_importedsubject s on s.scope = %s and s.subject = r.subject"
        " and not s.made join people_import i on i.id = s.import_id"
        " where s.import_id <> %s and s.confirmed <> '' and i.status in ('running', 'done', 'failed')",
        {**schema, "#known": pl.Object},
        [scope, number],
    )
    known = pl.Series("#known", [_day(day) for day in found["#known"]], dtype=pl.Date)
    said = pl.from_epoch("#at", "us").dt.replace_time_zone("UTC").dt.convert_time_zone(settings.TIME_ZONE)
    days = pl.col("#day").cast(pl.Int32)
    return (
        found.drop("#known")
        .with_columns(known, said.dt.date().alias("#day"), pl.col("#field").str.split(BETWEEN))
        .with_columns(pl.col("#known").is_not_null().alias("#dated"), days)
        .with_columns(pl.coalesce(pl.col("#known").cast(pl.Int32), "#day").alias("#until"))
        .explode("#field")
        .unique([SUBJECT, "#import", "#field"], maintain_order=True)
    )


def hand_on(scope: str, told: pl.DataFrame, long: pl.DataFrame) -> pl.DataFrame:
    """Writes values of an import that is being taken back as those of the first later import that confirmed
    them: the rows of `told` that it was, one a value.

    `told`: what `confirmed_of` gave. `long`: all versions, one row a value, oldest first, as `taking_back`
    has them; `#mine` are those of the import. In a transaction.
    """
    told = told.with_row_index("#told")
    then = told.join(long, on=[SUBJECT, "#field"], maintain_order="left_right").filter(
        pl.col("#recorded_at") <= pl.col("#at"),
        pl.col("#known_from").is_null() | (pl.col("#known_from") <= pl.col("#until")),
    )
    held = then.group_by("#told", maintain_order=True).agg(
        pl.col("#value", "#mine", "#id").last(),
        pl.col("#value").filter(~pl.col("#mine")).last().alias("#before"),
    )
    ours = (
        told.join(held.filter("#mine"), on="#told")
        .filter(pl.col("#before").is_null() | (pl.col("#before") != pl.col("#value")))
        .sort("#at", "#told")
        .unique([SUBJECT, "#field", "#id"], keep="first", maintain_order=True)
        .with_columns(
            pl.when(pl.col("#before").is_not_null() | pl.col("#dated")).then("#until").alias("#from")
        )
    )
    if ours.height:
        _write(scope, pl.concat([ours, _again(ours, long)]))
    return ours


def hand_on_beginnings(told: pl.DataFrame, long: pl.DataFrame) -> int:
    """As `hand_on`, of since when leads are there; how many."""
    said = told.filter(pl.col("#field").str.starts_with(BEGAN)).with_columns(
        pl.col("#field").str.strip_prefix(BEGAN).alias("#value"), pl.lit("created_at").alias("#field")
    )
    began = long.filter(pl.col("#field") == "created_at").select(SUBJECT, "#value", "#mine")
    same = [SUBJECT, "#value"]
    ours = (
        said.join(began.filter("#mine"), on=same, how="semi")
        .join(began.filter(~pl.col("#mine")), on=same, how="anti")
        .sort("#at", "#import")
        .unique(same, keep="first", maintain_order=True)
        .with_columns(pl.lit(None, pl.Int32).alias("#from"))
    )
    if ours.height:
        _write("lead", ours)
    return ours.height


def _day(value: date | str | None) -> date | None:
    """A day as either database gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _again(ours: pl.DataFrame, long: pl.DataFrame) -> pl.DataFrame:
    """First values that must be said once more with their day, so that an older one that became known
    later does not overrule them; see `dated`."""
    first = ours.filter(pl.col("#from").is_null()).select("#told", SUBJECT, "#field", "#until")
    older = first.join(long.filter(~pl.col("#mine")), on=[SUBJECT, "#field"]).filter(
        pl.col("#known_from") < pl.col("#until")
    )
    return ours.join(older.select("#told").unique(), on="#told", how="semi").with_columns(
        pl.col("#until").alias("#from")
    )


def _write(scope: str, rows: pl.DataFrame) -> None:
    """Writes `#value` of `#field` from the day `#from` on as said `#at` by `#import`."""
    value = pl.struct(pl.col("#value").alias("v")).struct.json_encode().str.slice(5).str.head(-1)
    key = pl.struct(pl.col("#field").alias("v")).struct.json_encode().str.slice(5).str.head(-1)
    told = rows.group_by(SUBJECT, "#import", "#at", "#from", maintain_order=True).agg(
        pl.format("{{{}}}", pl.concat_str(key, value, separator=":").str.join(",")).alias("told"),
        pl.col("#day", "#named", "#by").first(),
    )
    names = {SUBJECT: "subject", "#import": "import", "#at": "at", "#from": "since", "#day": "day"}
    told = told.rename({**names, "#named": "named", "#by": "by_whom"})
    with staged(told, "handed"):
        run(
            'insert into people_change (scope, subject, "values", known_from, recorded_at, recorded_day,'
            f" source, import_id, by_id) select %s, subject, {json_value('told')}, since, at, day, named,"
            ' "import", by_whom from handed order by subject, since',
            [scope],
        )
