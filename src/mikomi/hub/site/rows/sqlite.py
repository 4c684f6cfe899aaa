"""Lead rows into SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from mikomi.hub.site.rows.schema import INDEXES, PEOPLE_COLUMNS, SCORE_COLUMNS, create_index

CACHE_KIB = 600_000
"""SQLite reads the whole table once an index; within this much memory it does so without the disk."""


def write(
    people: pl.DataFrame | None,
    scores: npt.NDArray[np.void] | None,
    differs: Mapping[str, npt.NDArray[np.bool_]],
    many: float,
) -> None:
    """Puts `people` (`lead_id`, `PEOPLE_COLUMNS`), then updates each score column where it differs.

    Where more than `many` rows change, the indexes concerned are dropped before and built after.
    """
    crowd = people is not None and people.height > many
    widely = [name for name in SCORE_COLUMNS if scores is not None and differs[name].sum() > many]
    marked = [n for n, c in INDEXES["site_lead_score"].items() if crowd or c.split(",")[0] in widely]
    listed = list(INDEXES["site_lead_row"]) if crowd else []
    with _built_anew({"site_lead_row": listed, "site_lead_score": marked}) as raw:
        if people is not None:
            _put_people(raw, people)
        if scores is not None:
            rarely = [n for n in SCORE_COLUMNS if n not in widely and differs[n].any()]
            for columns in filter(None, (widely, rarely)):
                _update(raw, columns, scores[np.logical_or.reduce([differs[c] for c in columns])])


def _put_people(raw: Any, people: pl.DataFrame) -> None:
    columns = ("lead_id", *PEOPLE_COLUMNS)
    marks = ", ".join("?" * len(columns))
    keep = ", ".join(f"{c} = excluded.{c}" for c in PEOPLE_COLUMNS)
    raw.executemany(
        f"insert into site_lead_row ({', '.join(columns)}) values ({marks})"
        f" on conflict (lead_id) do update set {keep}",
        people.select(columns).iter_rows(),
    )
    raw.executemany(
        "insert into site_lead_score (lead_id, key) values (?, ?)"
        " on conflict (lead_id) do update set key = excluded.key where key <> excluded.key",
        people.select("lead_id", "key").iter_rows(),
    )


def _update(raw: Any, columns: Sequence[str], rows: npt.NDArray[np.void]) -> None:
    sets = ", ".join(f"{c} = ?" for c in columns)
    values = (rows[c].tolist() for c in (*columns, "lead_id"))
    raw.executemany(f"update site_lead_score set {sets} where lead_id = ?", zip(*values, strict=True))


@contextmanager
def _built_anew(indexes: Mapping[str, Sequence[str]]) -> Iterator[Any]:
    """The bare connection, without `indexes` (of each table) inside and with them after."""
    connection.ensure_connection()
    raw: Any = connection.connection
    named = [(table, name) for table, names in indexes.items() for name in names]
    if not named:
        yield raw
        return
    usual = raw.execute("pragma cache_size").fetchone()[0]
    raw.execute(f"pragma cache_size = -{CACHE_KIB}")
    raw.execute("pragma threads = 2")
    for _, name in named:
        raw.execute(f"drop index {name}")
    yield raw
    for table, name in named:
        raw.execute(create_index(table, name))
    raw.execute(f"pragma cache_size = {usual}")
