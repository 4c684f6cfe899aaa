"""Events and outcomes out of files: typed rows, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mikomi.core.events import KIND_PATTERN
from mikomi.core.tabular import headers, words
from mikomi.core.tabular.columnar import as_text
from mikomi.core.tabular.findings import Finding, join_findings
from mikomi.core.tabular.formats import ENDINGS
from mikomi.core.tabular.leads import find_column, find_key
from mikomi.core.tabular.read import open_table
from mikomi.core.tabular.rejects import join_rejects, reject_rows
from mikomi.core.tabular.table import Chunk, Progress, Reader
from mikomi.core.tabular.times import UTC_MICROSECONDS, check_zone, parse_times
from mikomi.core.words import MikomiError, Words

type Paths = str | Path | Sequence[str | Path]

TIME = Words("日時", "the time")
KIND = Words("種類", "the kind")
CONTENT = Words("内容", "the content")
RESULT = Words("結果", "the result")

RESULTS = {
    "won": "won",
    "受注": "won",
    "成約": "won",
    "lost": "lost",
    "失注": "lost",
    "meeting": "meeting",
    "商談化": "meeting",
    "rejected": "rejected",
    "対象外": "rejected",
}
"""How outcomes are written in files -> the result; anything else is a result of a call, kept as it is."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events by file: `files` hold `lead, at (UTC us), kind, content, automated`.

    `lead`, `kind`, `content` are categoricals there, so that fifty million rows stay small;
    `frame` is all rows as plain text columns. An event without content has the content "".
    """

    paths: tuple[Path, ...]
    files: tuple[pl.DataFrame, ...]
    rejected: pl.DataFrame
    findings: tuple[Finding, ...] = ()

    @property
    def frame(self) -> pl.DataFrame:
        """All rows, files one after the other: lead, at, kind, content, automated."""
        return pl.concat(self.files).select(
            pl.col("lead").cast(pl.String),
            "at",
            pl.col("kind").cast(pl.String),
            pl.col("content").cast(pl.String),
            "automated",
        )

    @property
    def height(self) -> int:
        """How many events were read, those of machines included."""
        return sum(part.height for part in self.files)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`frame`: lead, at (UTC us), result; `lines` the line of each row."""

    frame: pl.DataFrame
    lines: pl.Series
    rejected: pl.DataFrame
    findings: tuple[Finding, ...] = ()


def find_files(paths: Paths) -> tuple[Path, ...]:
    """The files meant: each path itself, or for a folder all files in it that can be read, by name.

    Hidden files and those starting with `_` (marks of other programs) are left out. Raises
    `MikomiError` for a folder without any.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found: list[Path] = []
    for path in map(Path, given):
        try:
            if not path.is_dir():
                found.append(path)
                continue
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in ENDINGS
                and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
                and file.is_file()
            )
        except PermissionError:
            raise MikomiError(words.no_permission(path)) from None
        if not inside:
            raise MikomiError(words.empty_folder(path))
        found += inside
    return tuple(found)


def read_events(
    paths: Paths,
    timezone: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Events:
    """Reads event files (or a folder of them): lead (or mail address), at, kind, content, [automated].

    `columns` names the file's column for each of them, instead of its header. Times without offset are
    in `timezone`. Rows with a missing lead, an unreadable time, a kind that
    is none or an `automated` that is neither true nor false are rejected with their line. Raises
    `MikomiError` when a file cannot be read or lacks a column.
    """
    check_zone(timezone)
    names = find_files(paths)
    leads, kinds, contents = (pl.Categorical(pl.Categories.random()) for _ in range(3))
    files, rejected = [], []
    findings: list[Finding] = []
    sizes = [path.stat().st_size if path.exists() else 0 for path in names]
    for place, path in enumerate(names):
        whole = _share(progress, sum(sizes[:place]), sizes[place], sum(sizes))
        reader = open_table(
            path,
            encoding=encoding,
            delimiter=delimiter,
            header=header,
            header_lines=header_lines,
            sheet=sheet,
        )
        used = dict(columns) if columns else _event_columns(reader)
        findings += reader.findings
        parts = []
        for chunk in reader.chunks(list(used.values()), typed=True, progress=whole):
            rows, bad = _check_events(chunk, used, timezone, str(path))
            parts.append(
                rows.with_columns(
                    pl.col("lead").cast(leads), pl.col("kind").cast(kinds), pl.col("content").cast(contents)
                )
            )
            rejected += [chunk.rejected, bad]
            findings += chunk.findings
        files.append(pl.concat(parts))
    return Events(names, tuple(files), join_rejects(rejected), join_findings(findings))


def _share(progress: Progress | None, before: int, size: int, total: int) -> Progress | None:
    """The progress of one file as a part of that of all files, in bytes."""
    if progress is None:
        return None
    return lambda done, rows: progress(before + size * done // max(rows, 1), total)


def _event_columns(reader: Reader) -> dict[str, str]:
    """Our name -> the file's column, for the columns that events have."""
    columns = list(reader.columns)
    found = {
        "lead": find_key(reader.path, columns),
        "at": find_column(reader.path, columns, "at", TIME),
        "kind": find_column(reader.path, columns, "kind", KIND),
        "content": find_column(reader.path, columns, "content", CONTENT),
    }
    automated = headers.resolve("automated", columns)
    return found | {"automated": automated} if automated else found


def _check_events(
    chunk: Chunk, columns: dict[str, str], timezone: str, file: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed events of a chunk, and its bad rows."""
    raw = chunk.frame.select(pl.col(column).alias(name) for name, column in columns.items())
    texts = raw.select(pl.exclude("at"))
    if any(dtype != pl.String for dtype in texts.dtypes):
        texts = as_text(texts)
    times, timed = parse_times(raw["at"], timezone)
    rows = texts.with_columns(times.alias("at"))
    kinds = rows["kind"].unique()
    sound = kinds.filter(kinds.str.contains(rf"\A(?:{KIND_PATTERN.pattern})\z"))
    checks: list[tuple[pl.Series, Words]] = [
        (_filled(rows["lead"]), words.NO_LEAD),
        (timed | ~_filled(as_text(raw.select("at"))["at"]) if not timed.all() else timed, words.BAD_TIME),
        (timed, words.NO_TIME),
        (rows["kind"].is_in(sound.implode()).fill_null(False), words.BAD_KIND),
    ]
    if "automated" in columns:
        plain = rows["automated"].str.strip_chars().str.to_lowercase().fill_null("")
        checks.append((plain.is_in(["true", "false", "1", "0", ""]), words.BAD_AUTOMATED))
        rows = rows.with_columns(plain.is_in(["true", "1"]).alias("automated"))
    else:
        rows = rows.with_columns(pl.lit(False).alias("automated"))
    good, rejected = sort_out(chunk, checks, file)
    rows = rows.with_columns(pl.col("content").fill_null(""))
    rows = rows.select("lead", "at", "kind", "content", "automated")
    return (rows if good is None else rows.filter(good)), rejected


def _filled(texts: pl.Series) -> pl.Series:
    return (texts.str.strip_chars() != "").fill_null(False)


def sort_out(
    chunk: Chunk, checks: Sequence[tuple[pl.Series, Words]], file: str
) -> tuple[pl.Series | None, pl.DataFrame]:
    """Which rows pass all checks (None: all do), and the others with the first reason that holds."""
    good: pl.Series | None = None
    rejected = []
    for passed, reason in checks:
        if passed.all():
            continue
        bad = ~passed if good is None else good & ~passed
        if bad.any():
            rejected.append(reject_rows(file, chunk.lines.filter(bad), reason, chunk.texts(bad)))
        good = passed if good is None else good & passed
    return good, join_rejects(rejected)


def canonical_result(text: str) -> str:
    """The result that a word means (受注 -> won); a word that is no outcome stays as it is."""
    plain = text.strip()
    return RESULTS.get(plain.casefold(), plain)


def read_outcomes(
    path: str | Path,
    timezone: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Outcomes:
    """Reads an outcomes file: lead (or mail address), at, result.

    `won`, `lost`, `meeting`, `rejected` are also found in Japanese (受注, 失注, 商談化, 対象外); other
    results of a call stay in the frame as written, they are no outcomes. Rows without lead, time or
    result are rejected with their line. `columns` and errors: as for `read_events`.
    """
    check_zone(timezone)
    reader = open_table(
        path, encoding=encoding, delimiter=delimiter, header=header, header_lines=header_lines, sheet=sheet
    )
    headed = list(reader.columns)
    used = (
        dict(columns)
        if columns
        else {
            "lead": find_key(reader.path, headed),
            "at": find_column(reader.path, headed, "at", TIME),
            "result": find_column(reader.path, headed, "result", RESULT),
        }
    )
    parts, rejected = [], []
    findings = list(reader.findings)
    for chunk in reader.chunks(list(used.values()), typed=True, progress=progress):
        raw = chunk.frame.select(pl.col(column).alias(name) for name, column in used.items())
        times, timed = parse_times(raw["at"], timezone)
        texts = as_text(raw.select("lead", "result"))
        plain = texts["result"].str.strip_chars()
        meant = plain.str.to_lowercase().replace_strict(RESULTS, default=plain, return_dtype=pl.String)
        rows = texts.with_columns(times.alias("at"), meant.alias("result"), chunk.lines)
        at_given = _filled(as_text(raw.select("at"))["at"])
        checks = [
            (_filled(rows["lead"]), words.NO_LEAD),
            (timed | ~at_given, words.BAD_TIME),
            (timed, words.NO_TIME),
            (_filled(plain), words.NO_RESULT),
        ]
        good, bad = sort_out(chunk, checks, str(reader.path))
        parts.append(rows if good is None else rows.filter(good))
        rejected += [chunk.rejected, bad]
        findings += chunk.findings
    schema = {"lead": pl.String, "at": UTC_MICROSECONDS, "result": pl.String, "line": pl.Int64}
    frame = pl.concat([pl.DataFrame(schema=schema), *(part.select(*schema) for part in parts)])
    return Outcomes(frame.drop("line"), frame["line"], join_rejects(rejected), join_findings(findings))
