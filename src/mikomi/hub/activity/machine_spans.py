"""What machines alone did: of keys, in spans of time."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import transaction

from mikomi.hub.kit.setwise import fetch, staged


def keys_of(subjects: Sequence[int]) -> pl.Series:
    """The keys of subjects (their numbers), in no order."""
    asked = pl.DataFrame({"subject": list(subjects)}, schema={"subject": pl.Int32})
    with transaction.atomic(), staged(asked, "asked"):
        return fetch(
            "select s.key from asked a join activity_subject s on s.id = a.subject", {"key": pl.String}
        )["key"]


def only_machines(spans: pl.DataFrame) -> pl.Series:
    """Row for row of `spans` (`key`, `first`, `last` in µs UTC): whether something came under the key from
    `first` through `last`, and all of it was a machine's."""
    asked = spans.select("key", "first", "last").with_row_index("place")
    with transaction.atomic(), staged(asked.with_columns(pl.col("place").cast(pl.Int32)), "asked"):
        found = fetch(
            "select a.place, min(case when e.automated then 1 else 0 end) from asked a"
            " join activity_subject s on s.key = a.key"
            " join activity_event e on e.subject = s.id and e.at between a.first and a.last group by a.place",
            {"place": pl.UInt32, "machines": pl.Int8},
        )
    placed = asked.join(found, on="place", how="left", maintain_order="left")
    return (placed["machines"] == 1).fill_null(False)
