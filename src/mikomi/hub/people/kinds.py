"""What kind of value a field holds: its options for `core.values`, and values in one writing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import polars as pl
from django.conf import settings

from mikomi.core.values.choices import Choice
from mikomi.core.values.fields import KINDS, FieldKind, FieldOptions, normalised
from mikomi.core.values.quantities import parse_quantities, write_quantities
from mikomi.core.words import Words
from mikomi.hub.people.models import Field

NUMERIC = ("number", "money")
_AS_WRITTEN = ("text", "long_text", "person")


def kind_of(field: Field) -> FieldKind:
    """The kind of a field's values; one that nobody knows any more is text."""
    return cast(FieldKind, field.kind) if field.kind in KINDS else "text"


def options_of(field: Field, *, required: bool = False) -> FieldOptions:
    """What the field asks of its values."""
    checks = field.checks
    return FieldOptions(
        required=required,
        longest=checks.get("longest"),
        least=checks.get("least"),
        most=checks.get("most"),
        choices=tuple(
            Choice(c["key"], Words(c["ja"], c.get("en") or c["ja"]), tuple(c.get("others", ())))
            for c in field.choices
        ),
        timezone=settings.TIME_ZONE,
    )


def check_values(texts: pl.Series, field: Field, *, required: bool = False) -> tuple[pl.Series, pl.Series]:
    """`core.values.fields.normalised` for this field: stored texts, and codes of reasons."""
    return normalised(texts, kind_of(field), options_of(field, required=required))


def canonical(rows: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """`rows` with the values of `fields` in the writing that is stored. A value that does not fit its
    field stays as it is written: whoever lets it in has said so."""
    told = {f.key: f for f in Field.objects.filter(key__in=list(fields)).exclude(kind__in=_AS_WRITTEN)}
    columns = []
    for key, field in told.items():
        values, _ = normalised(rows[key].cast(pl.String), kind_of(field), options_of(field))
        columns.append(values.zip_with(values.is_not_null(), rows[key].cast(pl.String)).alias(key))
    return rows.with_columns(columns)


def numeric_keys() -> list[str]:
    """The keys of the fields for numbers and money."""
    return list(Field.objects.filter(kind__in=NUMERIC).order_by("key").values_list("key", flat=True))


def read_numbers(column: pl.Expr) -> pl.Expr:
    """Quantities as plain numbers: of a range the least, the most where no least is known. What is no
    quantity stays as it is."""
    return column.map_batches(_plain_numbers, return_dtype=pl.String)


def _plain_numbers(texts: pl.Series) -> pl.Series:
    odd = texts.str.contains(r"[^0-9]").fill_null(False)
    if not odd.any():
        return texts
    words = texts.filter(odd).unique()
    found = parse_quantities(words)
    ends = pl.coalesce("least", "most")
    plain = found.with_columns(
        least=ends, most=ends, above=pl.lit(False), below=pl.lit(False), approximate=pl.lit(False)
    )
    known = found["approximate"].is_not_null()
    read = write_quantities(plain.filter(known))
    pairs = pl.DataFrame({"text": words.filter(known), "number": read})
    rows = texts.alias("text").to_frame().join(pairs, on="text", how="left", maintain_order="left")
    return rows.select(pl.coalesce("number", "text").alias(texts.name))[texts.name]
