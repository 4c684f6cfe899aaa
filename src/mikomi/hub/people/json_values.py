"""JSON objects of values, as they are stored, into text columns."""

from __future__ import annotations

import io
from collections.abc import Sequence

import msgspec
import polars as pl

FEW = 50
"""So many texts are decoded one by one."""


def opened(values: pl.Series, fields: Sequence[str]) -> pl.DataFrame:
    """JSON objects as text columns, one a field; members that are not asked for are left out."""
    schema = dict.fromkeys(fields, pl.String)
    if values.is_empty() or not fields:
        return pl.DataFrame(schema=schema)
    if values.len() <= FEW:
        rows = [[told.get(field) for field in fields] for told in map(msgspec.json.decode, values)]
        if all(value is None or isinstance(value, str) for row in rows for value in row):
            return pl.DataFrame(rows, schema=schema, orient="row")
    # NDJSON is read in parallel: three times as fast as decoding each text, where there are many.
    lines = values.str.join("\n").item()
    return pl.read_ndjson(io.BytesIO(lines.encode()), schema=schema)
