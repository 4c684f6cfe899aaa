"""A person's file as what we store: which columns become which fields, and the rows that are sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mikomi.core.conditions.text import as_number
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.core.tabular import headers
from mikomi.core.tabular.facts import read_events, read_outcomes
from mikomi.core.tabular.leads import read_leads
from mikomi.core.tabular.read import open_table, read_table
from mikomi.core.tabular.rejects import join_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.table import Progress
from mikomi.core.tabular.times import parse_times
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.event_ids import with_ordinal
from mikomi.hub.people.companies import KEY, NUMBER, with_keys
from mikomi.hub.people.fields import STANDARD
from mikomi.hub.people.kinds import read_numbers
from mikomi.hub.people.models import Import

BAD_BEGINNING = Words("登録日が日時として読めません", "created_at cannot be read as a date or a time")
RESERVED = ("lead", "created_at", "number", "company_number")
MORE = {
    "reason": ("reason", "理由", "失注理由", "受注理由", "対象外理由", "lost reason", "close reason"),
    "amount": ("amount", "金額", "受注金額", "売上金額", "商談金額", "deal amount", "value"),
}
"""Columns of an outcomes file beside those of the contract."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and what becomes of it: `field` "" is not used; `custom`: a field of its
    own, called as the file calls it. `sample`: the first value there is. `odd`: how many values of a
    field for numbers are none, `example` the first of them; no rule that wants a number will meet them.
    """

    header: str
    field: str
    custom: bool
    sample: str
    odd: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read. `frame` is what the services of its kind take, in the file's order."""

    kind: str
    path: Path
    frame: pl.DataFrame
    rejected: pl.DataFrame
    columns: tuple[Column, ...]
    key_header: str
    format: str
    encoding: str | None
    delimiter: str | None
    has_header: bool

    @property
    def rows(self) -> int:
        """Rows of the file, the rejected ones included."""
        return self.frame.height + self.rejected.filter(pl.col("line").is_not_null()).height


def read_sheet(
    path: Path, kind: str, timezone: str, *, encoding: str | None = None, progress: Progress | None = None
) -> Sheet:
    """Reads a file of `kind` (`leads`, `events`, `outcomes`). Raises `MikomiError` in words for a
    file that cannot be read as such."""
    if kind == Import.Kind.LEADS:
        return _leads(path, timezone, encoding, progress)
    if kind == Import.Kind.EVENTS:
        return _events(path, timezone, encoding, progress)
    return _outcomes(path, timezone, encoding, progress)


def fields_of(columns: Sequence[str]) -> dict[str, str]:
    """Header -> field key, for the attribute columns of a leads file. Of several headers of one
    meaning the most telling one gets the field; a header we do not know is a field of its own."""
    found: dict[str, str] = {}
    for header in columns:
        meant = headers.canonical(header)
        usable = meant in STANDARD or meant == "created_at"
        best = usable and meant is not None and headers.resolve(meant, columns) == header
        found[header] = meant if best and meant else header.strip() or header
    taken = {str(name) for name in RESERVED if name != "created_at"}
    for header, field in found.items():
        free = field
        while free in taken:
            free += "_"
        taken.add(free)
        found[header] = free
    return found


def split_companies(frame: pl.DataFrame, shared: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The companies that `frame` names with what the whole file says of them (the last row counts),
    and the leads without what is their company's."""
    keyed = with_keys(frame)
    companies = (
        keyed.drop_nulls(KEY)
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("company").first(),
            *(pl.col(f).drop_nulls().last() for f in shared),
            pl.sum_horizontal(
                pl.lit(0, pl.UInt32),
                *((pl.col(f).drop_nulls().n_unique() > 1).cast(pl.UInt32) for f in shared),
            ).alias("#conflicts"),
        )
        .drop(KEY)
    )
    alone = pl.col(KEY).is_null()
    return companies, keyed.with_columns(pl.when(alone).then(f).alias(f) for f in shared).drop(KEY)


def _leads(path: Path, timezone: str, encoding: str | None, progress: Progress | None) -> Sheet:
    columns = list(open_table(path, encoding=encoding).columns)
    key = headers.resolve("lead", columns)
    mail = headers.resolve("email", columns)
    if key is None and mail is None:
        shown = ", ".join(columns[:12])
        raise MikomiError(
            Words(
                f"{path.name}: リードを見分ける列がありません。"
                f"「リードID」か「メールアドレス」の列を加えてください（いまの列: {shown}）",
                f"{path.name}: no column tells the leads apart;"
                f" add a column 'lead' or 'email' (there are: {shown})",
            )
        )
    key = key or mail
    leads = read_leads(path, encoding=encoding, lead_column=key, progress=progress)
    frame = leads.frame
    if key == mail and mail is not None:
        frame = frame.with_columns(pl.col("lead").alias(mail))
    mapping = fields_of([c for c in frame.columns if c != "lead"])
    frame = frame.rename(mapping)
    rejected = [leads.rejected]
    if "created_at" in frame.columns:
        times, timed = parse_times(frame["created_at"], timezone)
        bad = ~timed & frame["created_at"].is_not_null()
        if bad.any():
            texts = text_of_rows(frame.filter(bad))
            rejected.append(reject_rows(str(path), leads.lines.filter(bad), BAD_BEGINNING, texts))
        frame = frame.with_columns(times.alias("created_at")).filter(~bad)
    table = leads.table
    return Sheet(
        kind="leads",
        path=path,
        frame=frame,
        rejected=join_rejects(rejected),
        columns=(
            Column(key or "", "lead", False, _sample(frame, "lead")),
            *(
                Column(
                    h, f, f not in STANDARD and f != "created_at", _sample(leads.frame, h), *_odd(frame, f)
                )
                for h, f in mapping.items()
                if h in leads.frame.columns
            ),
        ),
        key_header=key or "",
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        has_header=table.has_header,
    )


def _events(path: Path, timezone: str, encoding: str | None, progress: Progress | None) -> Sheet:
    reader = open_table(path, encoding=encoding)
    used = {f: headers.resolve(f, reader.columns) for f in ("lead", "at", "kind", "content", "automated")}
    events = read_events(path, timezone, encoding=encoding, progress=progress)
    return Sheet(
        kind="events",
        path=path,
        frame=with_ordinal(events.frame),
        rejected=events.rejected,
        columns=_used_columns(reader.columns, used, events.frame),
        key_header=used["lead"] or "",
        format=reader.format,
        encoding=reader.encoding,
        delimiter=reader.delimiter,
        has_header=reader.has_header,
    )


def _outcomes(path: Path, timezone: str, encoding: str | None, progress: Progress | None) -> Sheet:
    outcomes = read_outcomes(path, timezone, encoding=encoding, progress=progress)
    table = read_table(path, encoding=encoding)
    used = {f: table.resolve(f) for f in ("lead", "at", "result")}
    frame = outcomes.frame.with_columns(outcomes.lines.alias("line"))
    told = pl.DataFrame({"line": table.lines})
    for field, names in MORE.items():
        plain = {headers.plain_header(name) for name in names}
        found = [c for c in table.columns if headers.plain_header(c) in plain and c not in used.values()]
        used[field] = found[0] if found else None
        text = table.frame[found[0]] if found else pl.Series([None] * table.frame.height, dtype=pl.String)
        told = told.with_columns(text.fill_null("").alias(field))
    frame = frame.join(told.unique("line"), on="line", how="left", maintain_order="left").drop("line")
    return Sheet(
        kind="outcomes",
        path=path,
        frame=frame,
        rejected=outcomes.rejected,
        columns=_used_columns(table.columns, used, frame),
        key_header=used["lead"] or "",
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        has_header=table.has_header,
    )


def _used_columns(
    columns: Sequence[str], used: Mapping[str, str | None], frame: pl.DataFrame
) -> tuple[Column, ...]:
    meant = {header: field for field, header in used.items() if header}
    return tuple(
        Column(c, meant.get(c, ""), False, _sample(frame, meant[c]) if c in meant else "") for c in columns
    )


def _sample(frame: pl.DataFrame, column: str) -> str:
    values = frame[column].drop_nulls().head(1)
    return str(values.item())[:80] if len(values) else ""


def _odd(frame: pl.DataFrame, field: str) -> tuple[int, str]:
    if field == NUMBER:
        wrong = corporate_numbers(frame[field].cast(pl.String))["reason"].is_not_null()
        return int(wrong.sum()), _sample(frame.filter(wrong), field)
    if field not in STANDARD or STANDARD[field][3] not in ("number", "money"):
        return 0, ""
    none = frame.filter(pl.col(field).is_not_null() & as_number(read_numbers(pl.col(field))).is_null())
    return none.height, _sample(none, field)
