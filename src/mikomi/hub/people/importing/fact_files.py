"""Events, outcomes and stopped addresses out of files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.utils import timezone

from mikomi.core.tabular import words
from mikomi.core.tabular.attendance import seminar_events
from mikomi.core.tabular.facts import CONTENT, KIND, RESULT, TIME, read_events, read_outcomes
from mikomi.core.tabular.findings import Finding
from mikomi.core.tabular.read import read_table
from mikomi.core.tabular.rejects import join_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.table import Table
from mikomi.core.tabular.times import parse_dates, parse_times
from mikomi.core.values.links import read_mails
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.event_ids import with_ordinal
from mikomi.hub.people.importing.columns import Mapping_, map_columns
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.importing.rows import Rows
from mikomi.hub.people.importing.sheets import SAMPLE, Progress, Sheet, no_key, opened, seen, zone
from mikomi.hub.people.models import Import

BAD_MAIL = Words("メールアドレスとして読めません", "it is no mail address")
BAD_DAY = Words("停止した日が日付として読めません", "the day cannot be read as a date")
NO_MAIL_COLUMN = Words("メールアドレス", "the mail address")
_KNOWN = frozenset(("lead", "email", "at", "kind", "content", "automated", "result", "reason", "amount"))


def read_fact_file(
    path: Path,
    kind: str,
    options: Options,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Sheet:
    """Reads a file of `events`, `outcomes` or `optouts` as chosen."""
    reader = opened(path, options, encoding)
    chunks = reader.chunks()
    first = next(chunks, None)
    sample = first.frame.head(SAMPLE) if first is not None else pl.DataFrame()
    names = list(reader.columns)
    mapping = map_columns(names, sample, kind, options, has_header=reader.has_header)
    found = mapping.fields()
    if kind == Import.Kind.OPTOUTS:
        frame, rejected, findings = _optouts(_table(path, options, encoding), found, mapping, path)
    elif kind == Import.Kind.EVENTS and mapping.form is not None and mapping.form.attendance is not None:
        frame, rejected, findings = _attended(_table(path, options, encoding), found, mapping, options, path)
    elif kind == Import.Kind.EVENTS:
        used = _used(path, names, found, {"at": TIME, "kind": KIND, "content": CONTENT})
        if "automated" in found:
            used["automated"] = found["automated"]
        events = read_events(
            path, zone(), encoding=encoding, columns=used, progress=progress, **_ways(options)
        )
        frame, rejected, findings = events.frame, events.rejected, events.findings
    else:
        frame, rejected, findings = _outcomes(path, names, found, options, encoding, progress)
    by_mail = kind == Import.Kind.OPTOUTS or ("lead" not in found and "email" in found)
    if by_mail and kind != Import.Kind.OPTOUTS:
        # The same address is written in several ways; a text that is none stays as it is.
        mails = read_mails(frame["lead"])
        frame = frame.with_columns(mails.zip_with(mails.is_not_null(), frame["lead"]).alias("lead"))
    if kind == Import.Kind.EVENTS:
        frame = with_ordinal(frame)
    rows = Rows()
    rows.add(frame)
    return Sheet(
        kind=kind,
        path=path,
        data=rows,
        rejected=rejected,
        columns=seen(mapping.columns, sample, _KNOWN),
        key_header=found.get("lead") or found.get("email") or "",
        format=reader.format,
        encoding=reader.encoding,
        delimiter=reader.delimiter,
        has_header=reader.has_header,
        mapping=mapping,
        header_lines=reader.header_lines,
        sheet=reader.sheet,
        sheets=reader.sheets,
        findings=findings,
        held_back=join_rejects([]),
        by_mail=by_mail,
    )


def _ways(options: Options) -> dict[str, Any]:
    return {
        "delimiter": options.delimiter,
        "header": options.header,
        "header_lines": options.header_lines,
        "sheet": options.sheet,
    }


def _table(path: Path, options: Options, encoding: str | None) -> Table:
    return read_table(path, encoding=encoding, **_ways(options))


def _used(path: Path, names: list[str], found: dict[str, str], wanted: dict[str, Words]) -> dict[str, str]:
    """The columns of a file that it must have. Raises `MikomiError` where one is missing."""
    key = found.get("lead") or found.get("email")
    if key is None:
        raise MikomiError(no_key(path, names))
    for field, what in wanted.items():
        if field not in found:
            raise MikomiError(words.no_column(path, what, (field,), names))
    return {"lead": key, **{field: found[field] for field in wanted}}


def _outcomes(
    path: Path,
    names: list[str],
    found: dict[str, str],
    options: Options,
    encoding: str | None,
    progress: Progress | None,
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    used = _used(path, names, found, {"at": TIME, "result": RESULT})
    outcomes = read_outcomes(
        path, zone(), encoding=encoding, columns=used, progress=progress, **_ways(options)
    )
    frame = outcomes.frame.with_columns(outcomes.lines.alias("line"))
    told = {field: found[field] for field in ("reason", "amount") if field in found}
    if told:
        table = _table(path, options, encoding)
        more = table.frame.select(pl.col(header).alias(field) for field, header in told.items())
        more = more.with_columns(table.lines.alias("line")).unique("line")
        frame = frame.join(more, on="line", how="left", maintain_order="left")
    absent = [pl.lit("").alias(field) for field in ("reason", "amount") if field not in told]
    frame = frame.with_columns(pl.col(list(told)).fill_null("")).with_columns(absent).drop("line")
    return frame, outcomes.rejected, outcomes.findings


def _attended(
    table: Table, found: dict[str, str], mapping: Mapping_, options: Options, path: Path
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Who applied and who came, out of a list of a seminar tool."""
    key = found.get("lead") or found.get("email")
    attendance = mapping.form.attendance if mapping.form else None
    if key is None or attendance is None:
        raise MikomiError(no_key(path, table.columns))
    held: datetime | None = None
    if options.held_at:
        times, _ = parse_times(pl.Series([options.held_at]), zone())
        held = times[0]
    attended = seminar_events(
        table.frame,
        table.lines,
        attendance,
        lead=key,
        seminar=options.seminar or path.stem,
        timezone=zone(),
        held_at=held,
        file=str(path),
    )
    return attended.frame, join_rejects([table.rejected, attended.rejected]), table.findings


def _optouts(
    table: Table, found: dict[str, str], mapping: Mapping_, path: Path
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Addresses that must not be written to: `address`, `kind`, `since`, `how`."""
    if "email" not in found:
        raise MikomiError(words.no_column(path, NO_MAIL_COLUMN, ("メールアドレス", "email"), table.columns))
    texts = table.frame[found["email"]]
    addresses = read_mails(texts)
    days = pl.Series([None], dtype=pl.Date).new_from_index(0, len(texts))
    unread = days.is_not_null()
    if "at" in found:
        given = table.frame[found["at"]]
        days, known = parse_dates(given, zone())
        unread = (given.str.strip_chars() != "").fill_null(False) & ~known
    why = (
        table.frame[found["reason"]] if "reason" in found else pl.Series([None] * len(texts), dtype=pl.String)
    )
    rejected = [table.rejected]
    good = addresses.is_not_null()
    for bad, reason in ((~good, BAD_MAIL), (good & unread, BAD_DAY)):
        if bad.any():
            text = text_of_rows(table.frame.filter(bad))
            rejected.append(reject_rows(str(path), table.lines.filter(bad), reason, text))
            good &= ~bad
    bounced = mapping.form is not None and mapping.form.stops == "bounced"
    frame = pl.DataFrame(
        {
            "address": addresses,
            "kind": pl.Series(["error" if bounced else "opt_out"]).new_from_index(0, len(texts)),
            "since": days.fill_null(timezone.localdate()),
            "how": why.str.strip_chars().fill_null(""),
        }
    )
    return frame.filter(good), join_rejects(rejected), table.findings
