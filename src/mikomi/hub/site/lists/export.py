"""A whole list as frames, for files: the columns of the view, in the list's order, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mikomi.core.tabular.write import Report, csv_pieces
from mikomi.hub.capture.campaigns.queries import names_of
from mikomi.hub.journey.standing import names_of_stages
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.people import field_values, labels
from mikomi.hub.site.lists.chips import engagement_labels, fit_labels
from mikomi.hub.site.lists.columns import Column
from mikomi.hub.site.lists.pages import numbers_in_order
from mikomi.hub.site.rows import cells
from mikomi.hub.site.rows.store import Numbers, member_of, number_param
from mikomi.hub.site.types import ListQuery, Standing

PIECE = 10_000
_ROWS = {
    "lead_id": pl.Int64, "key": pl.String, "name": pl.String, "email": pl.String, "company": pl.String,
    "title": pl.String, "department": pl.String, "industry": pl.String, "owner": pl.String,
    "fit": pl.Float64, "engagement": pl.Float64, "total": pl.Float64, "last_day": pl.Int32,
    "heat": pl.Int16, "fit_grade": pl.Int16, "engagement_grade": pl.Int16,
}  # fmt: skip
_SQL = """select r.lead_id, r.key, r.name, r.email, r.company, r.title, r.department, r.industry, r.owner,
 s.fit, s.engagement, s.total, s.last_day, coalesce(c.heat, 0), coalesce(c.fit_grade, 0),
 coalesce(c.engagement_grade, 0)
from site_lead_row r join site_lead_score s on s.lead_id = r.lead_id
 left join site_lead_cell c on c.id = s.cell
where """


def frames(query: ListQuery, columns: Sequence[Column], standing: Standing | None) -> Iterator[pl.DataFrame]:
    """The list in pieces, heads as people read them; one empty piece where nobody is on it.

    The key comes first and the name second: what is exported can be changed and imported again.
    """
    numbers = numbers_in_order(query)
    for start in range(0, max(len(numbers), 1), PIECE):
        yield _piece(numbers[start : start + PIECE], columns, standing)


def unwritable(query: ListQuery, columns: Sequence[Column], standing: Standing | None) -> Report:
    """What of the list CP932 cannot hold, by writing all of it nowhere."""
    report = Report()
    for _piece_of_bytes in csv_pieces(frames(query, columns, standing), encoding="cp932", report=report):
        pass
    return report


def _piece(numbers: Numbers, columns: Sequence[Column], standing: Standing | None) -> pl.DataFrame:
    found = fetch(_SQL + member_of("r.lead_id"), _ROWS, [number_param(numbers)])
    order = pl.DataFrame({"lead_id": np.asarray(numbers, dtype=np.int64)})
    rows = order.join(found, on="lead_id", how="inner", maintain_order="left")
    model = standing.model if standing else None
    named = {
        "heat": tuple(str(name) for name in levels.LEVELS),
        "fit_grade": fit_labels(model),
        "engagement_grade": engagement_labels(model),
    }
    rows = rows.with_columns(
        pl.Series(names, dtype=pl.String).gather(rows[key].cast(pl.UInt32), null_on_oob=True).alias(key)
        for key, names in named.items()
    ).with_columns(
        pl.when(pl.col("last_day") > 0)
        .then(pl.lit(cells.EPOCH).dt.offset_by(pl.col("last_day").cast(pl.String) + "d"))
        .alias("last_day")
    )
    parts = [rows["key"].alias(_("番号")), rows["name"].alias(_("氏名"))]
    beside = _beside(rows["lead_id"].to_list(), columns)
    for column in columns:
        parts += [part.alias(head) for head, part in _columns(column, rows, beside)]
    return _with_heads(parts)


def _columns(column: Column, rows: pl.DataFrame, beside: dict[str, pl.Series]) -> list[tuple[str, pl.Series]]:
    """What one column of the view is in a file: a score is parted from its temperature or grade."""
    label = str(column.label)
    match column.key:
        case "total":
            return [(label, rows["total"].round(1)), (_("温度"), rows["heat"])]
        case "fit" | "engagement":
            points = _("%(label)sの点") % {"label": label}
            return [(points, rows[column.key].round(1)), (label, rows[f"{column.key}_grade"])]
        case key if key in beside:
            return [(label, beside[key])]
        case key:
            return [(label, rows[key])]


def _beside(leads: list[int], columns: Sequence[Column]) -> dict[str, pl.Series]:
    """What the rows do not hold, by column: labels, stages and fields."""
    found: dict[str, pl.Series] = {}
    hung: tuple[tuple[str, labels.Kind], ...] = (("tags", "tag"), ("lists", "list"))
    for key, kind in hung:
        if any(column.key == key for column in columns):
            held = labels.labels_of(kind, leads)
            found[key] = pl.Series([", ".join(held.get(lead, ())) for lead in leads], dtype=pl.String)
    if any(column.key == "campaigns" for column in columns):
        joined = names_of(leads)
        found["campaigns"] = pl.Series([", ".join(joined.get(lead, ())) for lead in leads], dtype=pl.String)
    if any(column.key == "stage" for column in columns):
        stands = names_of_stages(leads)
        found["stage"] = pl.Series([stands.get(lead, "") for lead in leads], dtype=pl.String)
    asked = {column.key: column.field for column in columns if column.field is not None}
    if asked:
        english = not (get_language() or "ja").startswith("ja")
        values = field_values.value_frame(leads, [field.key for field in asked.values()])
        for key, field in asked.items():
            found[key] = field_values.shown_column(values[field.key], field, english=english)
    return found


def _with_heads(parts: list[pl.Series]) -> pl.DataFrame:
    """Columns under their heads; a head that is there already gets a number."""
    seen: dict[str, int] = {}
    named = []
    for part in parts:
        seen[part.name] = seen.get(part.name, 0) + 1
        named.append(part.alias(part.name if seen[part.name] == 1 else f"{part.name} {seen[part.name]}"))
    return pl.DataFrame(named)
