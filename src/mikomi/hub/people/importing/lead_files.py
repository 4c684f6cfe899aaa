"""Lists of people out of files: chunk after chunk, so that a million rows never stand in memory at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import polars as pl

from mikomi.core.tabular import words
from mikomi.core.tabular.findings import Finding, join_findings
from mikomi.core.tabular.grounds import propose_grounds
from mikomi.core.tabular.mending import OUR_COLUMNS
from mikomi.core.tabular.rejects import join_rejects, reject_rows
from mikomi.core.tabular.seen_keys import SeenKeys
from mikomi.core.tabular.table import Chunk
from mikomi.core.tabular.times import parse_times
from mikomi.core.words import MikomiError, Words
from mikomi.hub.people.fields import STANDARD
from mikomi.hub.people.importing.attending import APPLIED, CAME, attendance_of
from mikomi.hub.people.importing.checking import LINE, PROBLEMS, check_rows, fields_for
from mikomi.hub.people.importing.columns import Mapping_, map_columns
from mikomi.hub.people.importing.identity import can_name, named_keys
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.importing.row_grounds import (
    BASIS,
    BASIS_DAY,
    BASIS_KIND,
    check_basis_columns,
    row_grounds,
)
from mikomi.hub.people.importing.rows import Rows
from mikomi.hub.people.importing.sheets import SAMPLE, Column, Progress, Sheet, no_key, opened, seen, zone
from mikomi.hub.people.models import Field, Import

REFUSING = "#refusing"
BY_MAIL = "#by_mail"
OURS = (LINE, REFUSING, BY_MAIL, BASIS_DAY, BASIS_KIND, APPLIED, CAME)
"""Columns of the rows beside `lead`, `created_at` and the fields: the line in the file, whether the row asks
for no more mail, whether its key is its mail address, since when there is a ground for mail and which, and
when somebody applied to a seminar and came."""
BAD_BEGINNING = Words("登録日が日時として読めません", "created_at cannot be read as a date or a time")
BAD_KEY = Words(
    "リードを見分けるメールアドレスが読めません", "the mail address that tells the lead apart cannot be read"
)
NOBODY = Words(
    "だれの行か分かりません（メールアドレスか、氏名と、電話か会社が必要です）",
    "nobody can be told from the row (a mail address, or a name with a phone or company is needed)",
)
TELLING = ("lead", "email", "name", "family_name")
"""The fields that tell people apart, best first."""
UNNAMED = re.compile(r"列\d+")


def read_lead_file(
    path: Path,
    options: Options,
    *,
    encoding: str | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Sheet:
    """Reads a leads file as chosen. `folder`: where rows lie while there are many."""
    reader = opened(path, options, encoding)
    chunks = reader.chunks(progress=progress)
    first = next(chunks, None)
    sample = first.frame.head(SAMPLE) if first is not None else pl.DataFrame()
    names = list(reader.columns)
    mapping = map_columns(names, sample, Import.Kind.LEADS, options, has_header=reader.has_header)
    if options.basis is not None:
        check_basis_columns(path, options.basis, names)
    taken = _Taken(path, mapping, options, folder)
    if not {"lead", "email"} & taken.headers.keys() and not can_name(frozenset(taken.headers)):
        raise MikomiError(no_key(path, names, named=True))
    findings = list(reader.findings)
    chunk = first
    while chunk is not None:
        taken.take(chunk)
        findings += chunk.findings
        chunk = next(chunks, None)
    ours = [name for name in names if name in OUR_COLUMNS]
    if ours:
        findings.append(Finding("our_columns", len(ours), (), tuple(ours)))
    if options.seminar:
        told: tuple[tuple[Literal["applied", "attended"], int], ...] = (
            ("applied", taken.applied),
            ("attended", taken.came),
        )
        findings += [Finding(code, count) for code, count in told if count]
    hollow = taken.hollow()
    if hollow:
        findings.append(Finding("empty_columns", len(hollow)))
    problems = taken.all_problems()
    columns = seen([c for c in mapping.columns if c.header not in hollow], sample, _KNOWN)
    return Sheet(
        kind="leads",
        path=path,
        data=taken.rows,
        rejected=join_rejects(taken.rejected),
        columns=_with_odd(columns, problems),
        key_header=next(taken.headers[field] for field in TELLING if field in taken.headers),
        format=reader.format,
        encoding=reader.encoding,
        delimiter=reader.delimiter,
        has_header=reader.has_header,
        mapping=mapping,
        header_lines=reader.header_lines,
        sheet=reader.sheet,
        sheets=reader.sheets,
        findings=join_findings(findings),
        held_back=join_rejects(taken.held_back),
        problems=problems,
        by_mail="lead" not in taken.headers,
        grounds=propose_grounds(names, sample),
    )


_KNOWN = frozenset((*STANDARD, "lead", "created_at"))


class _Taken:
    """What has been read so far."""

    def __init__(self, path: Path, mapping: Mapping_, options: Options, folder: Path | None) -> None:
        self.path = path
        self.mapping = mapping
        self.headers = mapping.fields()
        self.made: dict[str, Field] = fields_for(
            [key for key in self.headers if key not in ("lead", "created_at")], options.fields
        )
        self.options = options
        self.rows = Rows(folder)
        self.rejected: list[pl.DataFrame] = []
        self.held_back: list[pl.DataFrame] = []
        self.problems: list[pl.DataFrame] = []
        self.keys = SeenKeys()
        self.unnamed: set[str] = set()
        self.filled: set[str] = set()
        self.applied = self.came = 0

    def take(self, chunk: Chunk) -> None:
        """Checks a run of rows and puts the sound ones behind those that are there."""
        self.rejected.append(chunk.rejected)
        there = set(chunk.frame.columns)
        raw = chunk.frame.select(
            pl.when(pl.col(header).str.strip_chars() != "").then(pl.col(header)).alias(field)
            for field, header in self.headers.items()
            if header in there
        ).with_columns(chunk.lines.alias(LINE))
        self._note_unnamed(chunk.frame)
        checked = check_rows(raw, self.headers, self.made)
        rows = checked.rows
        reasons = [*checked.rejects]
        if "created_at" in rows.columns:
            times, timed = parse_times(rows["created_at"], zone())
            reasons.append((~timed & rows["created_at"].is_not_null(), BAD_BEGINNING))
            rows = rows.with_columns(times.alias("created_at"))
        rows, keyless, unreadable = self._with_keys(rows, raw)
        reasons = [(unreadable, BAD_KEY), (keyless, NOBODY), *reasons]
        if self.options.seminar:
            rows, unreadable = self._with_attendance(rows, chunk.frame)
            reasons.append((unreadable, words.BAD_TIME))
        good = ~pl.Series([False]).new_from_index(0, rows.height)
        for bad, reason in reasons:
            good &= ~self._reject(chunk, good & bad, reason)
        # A row that is rejected does not take the key from a later one.
        again = self.keys.again(rows["lead"], good)
        # Who leaves a seminar and comes back is listed twice.
        good &= ~again if self.options.seminar else ~self._reject(chunk, again, words.SAME_LEAD)
        if self.options.seminar:
            self.applied += rows[APPLIED].filter(good).count()
            self.came += rows[CAME].filter(good).count()
        basis, problems = self.options.basis, checked.problems
        if basis is not None and basis.as_checked():
            here = rows["email"].is_not_null() if "email" in rows.columns else good & ~good
            told, odd = row_grounds(chunk, basis, here)
            rows, problems = rows.with_columns(told), pl.concat([problems, odd])
        self._hold_back(chunk, problems, good)
        kept = rows.with_columns(checked.refusing.alias(REFUSING)) if self._may_refuse() else rows
        self.rows.add(kept if good.all() else kept.filter(good))

    def _with_attendance(self, rows: pl.DataFrame, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Rows with what the list of a seminar says of them; a lead begins with it. Which it says badly."""
        form = self.mapping.form
        told, unreadable = attendance_of(frame, form.attendance if form else None, self.options)
        begun = pl.coalesce(APPLIED, CAME).alias("created_at")
        return rows.with_columns(told).with_columns(begun), unreadable

    def _may_refuse(self) -> bool:
        return "unsubscribed" in self.headers or "consent" in self.headers

    def _with_keys(self, rows: pl.DataFrame, raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
        """Rows with `lead` first (else the mail address, else name and phone or company), which have none,
        and of which it is unreadable."""
        none = pl.lit(None, pl.String)
        lead = pl.col("lead") if "lead" in rows.columns else none
        mail = pl.col("email") if "email" in rows.columns else none
        rows = rows.with_columns(
            pl.coalesce(lead, mail).alias("lead"), (lead.is_null() & mail.is_not_null()).alias(BY_MAIL)
        )
        missing = rows["lead"].is_null()
        if missing.any():
            rows = rows.with_columns(lead=rows["lead"].fill_null(named_keys(rows)))
            missing = rows["lead"].is_null()
        written = raw["email"].is_not_null() if "email" in raw.columns else missing & ~missing
        order = ["lead", *(c for c in rows.columns if c != "lead")]
        return rows.select(order), missing & ~written, missing & written

    def _reject(self, chunk: Chunk, bad: pl.Series, reason: Words) -> pl.Series:
        if bad.any():
            self.rejected.append(
                reject_rows(str(self.path), chunk.lines.filter(bad), reason, chunk.texts(bad))
            )
        return bad

    def _hold_back(self, chunk: Chunk, problems: pl.DataFrame, good: pl.Series) -> None:
        """Rows that are taken without a cell stand in the list to be mended, too."""
        if problems.is_empty():
            return
        sound = chunk.lines.filter(good)
        problems = problems.with_columns(
            pl.when(pl.col("line").is_in(sound.implode()))
            .then("what")
            .otherwise(pl.lit("rejected"))
            .alias("what")
        )
        self.problems.append(problems)
        left = (
            problems.filter(pl.col("what") == "left_out")
            .group_by("line")
            .agg(
                ja=pl.format("「{}」の「{}」は{}", "header", "value", "ja").str.join("、"),
                en=pl.format("'{}' in {}: {}", "value", "header", "en").str.join("; "),
            )
        )
        if left.is_empty():
            return
        mask = chunk.lines.is_in(left["line"].implode())
        texts = pl.DataFrame({"line": chunk.lines.filter(mask), "row": chunk.texts(mask)})
        self.held_back.append(
            texts.join(left, on="line", maintain_order="left").select(
                pl.lit(str(self.path)).alias("file"),
                pl.col("line").cast(pl.Int64),
                pl.format("取り込みましたが、次の値は入れませんでした: {}", "ja").alias("reason_ja"),
                pl.format("taken, but without these values: {}", "en").alias("reason_en"),
                pl.col("row").str.slice(0, 10_000),
            )
        )

    def _note_unnamed(self, frame: pl.DataFrame) -> None:
        """Remembers which columns without a header hold something."""
        for name in frame.columns:
            if UNNAMED.fullmatch(name):
                self.unnamed.add(name)
                if name not in self.filled and frame[name].null_count() < frame.height:
                    self.filled.add(name)

    def hollow(self) -> set[str]:
        """Headers of columns that have neither a header of their own nor a value."""
        return self.unnamed - self.filled

    def all_problems(self) -> pl.DataFrame:
        """All cells that do not fit."""
        return pl.concat([pl.DataFrame(schema=PROBLEMS), *self.problems])


def _with_odd(columns: tuple[Column, ...], problems: pl.DataFrame) -> tuple[Column, ...]:
    # What is said of a ground for mail is not about the field that its column becomes.
    problems = problems.filter(pl.col("field") != BASIS)
    if problems.is_empty():
        return columns
    counted = problems.group_by("header").agg(pl.len().alias("n"), pl.col("value").first())
    odd = {header: (n, value) for header, n, value in counted.iter_rows()}
    return tuple(
        replace(c, odd=odd[c.header][0], example=odd[c.header][1][:80]) if c.header in odd else c
        for c in columns
    )
