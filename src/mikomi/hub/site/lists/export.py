"""A whole list as CSV, in pieces, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
from django.utils.translation import gettext as _

from mikomi.hub.kit import temperature as levels
from mikomi.hub.site.lists.chips import engagement_labels, fit_labels
from mikomi.hub.site.lists.pages import list_page
from mikomi.hub.site.types import ListQuery, Row, Standing

PIECE = 5_000
_FORMULA = r"^\s*[=+\-@|%＝＋－＠]"
"""What a spreadsheet would compute rather than show (OWASP, CSV injection)."""


def harmless(column: pl.Expr) -> pl.Expr:
    """Text that no spreadsheet takes for a formula: an apostrophe before it where it might."""
    return pl.when(column.str.contains(_FORMULA)).then("'" + column).otherwise(column)


def csv_pieces(query: ListQuery, standing: Standing | None) -> Iterator[str]:
    """The list as CSV text, heads first, with the mark that makes Excel read it as UTF-8."""
    query = replace(query, cursor=None, size=PIECE)
    model = standing.model if standing else None
    names = (fit_labels(model), engagement_labels(model), tuple(str(name) for name in levels.LEVELS))
    yield "\ufeff" + _frame([], names).write_csv(include_bom=False)
    while True:
        page = list_page(query, standing)
        if page.rows:
            yield _frame(page.rows, names).write_csv(include_header=False)
        if page.after is None:
            return
        query = query.at(page.after)


def _frame(rows: tuple[Row, ...] | list[Row], names: tuple[tuple[str, ...], ...]) -> pl.DataFrame:
    raw = pl.DataFrame(
        [
            (
                row.key, row.company, row.name, row.email, row.title, row.department, row.industry,
                row.owner, row.total, row.fit, row.engagement, row.heat, row.fit_grade,
                row.engagement_grade, row.last_day,
            )
            for row in rows
        ],
        schema=_SCHEMA,
        orient="row",
    )  # fmt: skip
    fit, engagement, heat = (pl.Series(values, dtype=pl.String) for values in names)
    texts = [name for name, kind in _SCHEMA.items() if kind is pl.String]
    heads = (
        _("番号"), _("会社"), _("氏名"), _("メール"), _("役職"), _("部署"), _("業種"), _("担当"),
        _("スコア"), _("属性の点"), _("行動の点"), _("温度"), _("属性"), _("行動"), _("最後の動き"),
    )  # fmt: skip
    return raw.with_columns(
        *(harmless(pl.col(name)).alias(name) for name in texts),
        heat.gather(raw["heat"].cast(pl.UInt32)).alias("heat"),
        fit.gather(raw["fit_grade"].cast(pl.UInt32), null_on_oob=True).alias("fit_grade"),
        engagement.gather(raw["engagement_grade"].cast(pl.UInt32), null_on_oob=True).alias(
            "engagement_grade"
        ),
    ).rename(dict(zip(_SCHEMA, heads, strict=True)))


_SCHEMA: dict[str, type[pl.DataType]] = {
    "key": pl.String,
    "company": pl.String,
    "name": pl.String,
    "email": pl.String,
    "title": pl.String,
    "department": pl.String,
    "industry": pl.String,
    "owner": pl.String,
    "total": pl.Float64,
    "fit": pl.Float64,
    "engagement": pl.Float64,
    "heat": pl.Int16,
    "fit_grade": pl.Int16,
    "engagement_grade": pl.Int16,
    "last_day": pl.Date,
}
