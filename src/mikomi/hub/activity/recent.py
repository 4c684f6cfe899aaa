"""What some leads did lately of certain kinds and contents."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import transaction

from mikomi.hub.kit.setwise import fetch, staged


def recent_touches(leads: pl.Series, pairs: Sequence[tuple[str, str]], since: int) -> pl.DataFrame:
    """How often each of `leads` (numbers) did one of `pairs` (kind, content) on each day from `since` (days
    since 1970-01-01) on: `lead`, `kind`, `content`, `day`, `n`. What machines did is left out."""
    schema = {"lead": pl.Int32, "kind": pl.String, "content": pl.String, "day": pl.Int32, "n": pl.Int64}
    if not pairs or leads.is_empty():
        return pl.DataFrame(schema=schema)
    named = pl.DataFrame(list(pairs), schema={"kind": pl.String, "content": pl.String}, orient="row").unique()
    asked = leads.cast(pl.Int32).alias("lead").unique().to_frame()
    with transaction.atomic(), staged(named, "named"), staged(asked, "asked"):
        return fetch(
            "select a.lead, t.kind, t.content, a.day, sum(a.n) from asked q"
            " cross join activity_activity a join activity_touch t on t.id = a.touch"
            " join named w on w.kind = t.kind and w.content = t.content"
            " where a.lead = q.lead and a.day >= %s group by a.lead, t.kind, t.content, a.day",
            schema,
            [since],
        )
