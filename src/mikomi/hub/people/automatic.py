"""Fields that the product fills from what it has seen: their whole history is made to follow from facts.

As other derived values (`following`), these are values with dates whose source is `AUTOMATIC`, and give
way to what anybody else has said of the field.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people.dated import SUBJECT, origin, versions_of, write_history
from mikomi.hub.people.fields import make_fields
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.models import Scope
from mikomi.hub.people.taking_back import give_back
from mikomi.hub.people.value_sources import AUTOMATIC

_HELD = {
    "#id": pl.Int64,
    SUBJECT: pl.Int32,
    "#known_from": pl.Int32,
    "#source": pl.String,
    "#values": pl.String,
}
_FACT = (SUBJECT, "#field", "#known_from", "#value")


def set_automatic(leads: pl.Series, wanted: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """Makes the automatic values of `fields` of the leads (numbers) those of `wanted`; the numbers of the
    leads where that changed something, sorted.

    `wanted`: `#subject`, `#field`, `#known_from` (days since 1970), `#value` ("" from that day on
    nothing). Versions that say otherwise are taken away: they followed from less. Must stand in a
    transaction.
    """
    held = _held(leads, fields)
    others = held.filter(pl.col("#source") != AUTOMATIC).sort("#known_from", "#id", nulls_last=False)
    said = others.group_by(SUBJECT, "#field").agg(pl.col("#value").last()).filter(pl.col("#value") != "")
    ours = held.filter(pl.col("#source") == AUTOMATIC)
    facts = wanted.select(_FACT).join(said, on=[SUBJECT, "#field"], how="anti")
    differing = pl.concat(
        [
            ours.join(facts, on=_FACT, how="anti", nulls_equal=True).select(SUBJECT),
            facts.join(ours, on=_FACT, how="anti", nulls_equal=True).select(SUBJECT),
        ]
    )[SUBJECT].unique()
    if differing.is_empty():
        return differing.sort()
    changed = pl.col(SUBJECT).is_in(differing.implode())
    facts, ours = facts.filter(changed), ours.filter(changed)
    with staged(ours.select(pl.col("#id").alias("version")).unique(), "leaving"):
        run("delete from people_change where id in (select version from leaving)")
    make_fields(facts["#field"].unique())
    write_history(Scope.LEAD, facts, origin(AUTOMATIC))
    _empty_what_is_gone(ours.join(facts, on=[SUBJECT, "#field"], how="anti"))
    return differing.sort()


def _held(leads: pl.Series, fields: Sequence[str]) -> pl.DataFrame:
    """Every version of the fields, a row a value: `#id`, `#source` and `_FACT`."""
    text = 'c."values"::text' if on_postgres() else 'c."values"'
    with staged(leads.unique().alias("subject").to_frame(), "asked"):
        versions = fetch(
            f"select c.id, c.subject, c.known_from, c.source, {text} from asked a"
            " join people_change c on c.scope = 'lead' and c.subject = a.subject",
            _HELD,
        )
    wide = pl.concat([versions.drop("#values"), opened(versions["#values"], fields)], how="horizontal")
    index = [name for name in _HELD if name != "#values"]
    return wide.unpivot(on=fields, index=index, variable_name="#field", value_name="#value").drop_nulls(
        "#value"
    )


def _empty_what_is_gone(gone: pl.DataFrame) -> None:
    """Values that no version says any more are none; where another source said something, that holds."""
    pairs = gone.select(SUBJECT, "#field").unique()
    if pairs.is_empty():
        return
    fields = pairs["#field"].unique().to_list()
    last = versions_of(Scope.LEAD, pairs[SUBJECT].unique(), fields)
    last = last.group_by(SUBJECT, "#field").agg(pl.col("#value").last())
    give_back(Scope.LEAD, pairs.join(last, on=[SUBJECT, "#field"], how="left"))
