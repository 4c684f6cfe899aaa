"""Since when leads are there, as files and sources say: versions beside those of the fields."""

from __future__ import annotations

import polars as pl

from mikomi.hub.kit.setwise import fetch, json_value, on_postgres, run, staged
from mikomi.hub.people.dated import BEGINNING, Origin


def known_beginnings(told: pl.DataFrame) -> pl.DataFrame:
    """The rows of `told` (`subject`, `text`) of which some version says the same. In a transaction."""
    held = 'c."values" ->> ' + (f"'{BEGINNING}'" if on_postgres() else f"'$.{BEGINNING}'")
    with staged(told.select("subject", "text"), "told"):
        return fetch(
            "select distinct t.subject from told t join people_change c on c.scope = 'lead'"
            f" and c.subject = t.subject and {held} = t.text",
            {"subject": pl.Int32},
        )


def write_beginnings(told: pl.DataFrame, origin: Origin) -> None:
    """Writes down since when leads are there, as their sources say: `subject`, `text` (ISO 8601, UTC).
    It is no attribute: the earliest one stands in the lead's row."""
    if told.is_empty():
        return
    with staged(
        told.select("subject", pl.struct(created_at="text").struct.json_encode().alias("told")), "told"
    ):
        run(
            'insert into people_change (scope, subject, "values", known_from, recorded_at, recorded_day,'
            " source, import_id, batch_id, by_id)"
            f" select 'lead', subject, {json_value('told')}, null, %s, %s, %s, %s, %s, %s from told"
            " order by subject",
            [
                origin.recorded_at,
                origin.recorded_day,
                origin.source,
                origin.import_id,
                origin.batch_id,
                origin.by_id,
            ],
        )
