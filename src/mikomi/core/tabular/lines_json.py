"""NDJSON: one object a line; lines that are none are rejected, the rest read as text by Polars."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from mikomi.core.tabular import words
from mikomi.core.tabular.blocks import find_encoding, known_encoding, read_blocks
from mikomi.core.tabular.findings import Finding
from mikomi.core.tabular.formats import Format
from mikomi.core.tabular.records import MARK, RECORD_LIMIT, readable
from mikomi.core.tabular.rejects import join_rejects, reject_rows
from mikomi.core.tabular.table import Chunk, Progress, checked_names
from mikomi.core.words import MikomiError

KEY = r'"((?:[^"\\]|\\.)*)"\s*:'


@dataclass(frozen=True, slots=True)
class JsonLinesReader:
    """An NDJSON file whose keys are known."""

    path: Path
    encoding: str
    columns: Sequence[str]
    format: Format = "ndjson"
    delimiter: str | None = None
    has_header: bool = True
    header_lines: tuple[int, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def chunks(
        self,
        columns: Sequence[str] | None = None,
        *,
        typed: bool = False,
        progress: Progress | None = None,
    ) -> Iterator[Chunk]:
        """See `Reader.chunks`."""
        total, done = self.path.stat().st_size, 0
        schema = dict.fromkeys(self.columns, pl.String)
        for lines, rejected in _lines(self.path, self.encoding):
            frame, kept, bad = _objects(str(self.path), lines, schema)
            if columns is not None:
                frame = frame.select(columns)
            frame = frame.select(pl.when(pl.all() != "").then(pl.all()))
            raw = lines.filter(pl.Series(kept)) if len(kept) == lines.height else lines
            yield Chunk(
                frame,
                raw["line"],
                join_rejects([*rejected, *bad]),
                lambda mask, raw=raw: raw["text"].filter(mask),
            )
            done += int(lines["text"].str.len_bytes().sum() or 0)
            if progress is not None:
                progress(min(done, total), total)


def _lines(path: Path, encoding: str) -> Iterator[tuple[pl.DataFrame, list[pl.DataFrame]]]:
    """Runs of lines (`line`, `text`) that are not blank, and the rejects among them."""
    line = 0
    rest = b""
    for block in read_blocks(path, encoding):
        data = rest + block.data
        if not data.endswith(b"\n") and data and not block.final and block.long_line is None:
            cut = data.rfind(b"\n") + 1
            data, rest = data[:cut], data[cut:]
        else:
            rest = b""
        texts = pl.Series("text", [data.decode()]).str.split("\n").explode(empty_as_null=True)
        height = data.count(b"\n") + (0 if data.endswith(b"\n") or not data else 1)
        numbers = pl.Series("line", np.arange(line + 1, line + 1 + height), dtype=pl.Int64)
        frame = pl.DataFrame([numbers, texts.head(height)])
        rejected = []
        for bad, reason in (
            (pl.col("text").str.len_bytes() > RECORD_LIMIT, words.LONG_LINE),
            (pl.col("text").str.contains(MARK.decode(), literal=True), words.NOT_DECODED),
            (pl.col("text").str.contains("\0", literal=True), words.NUL_BYTES),
            (~pl.col("text").str.contains(r"^\s*\{.*\}\s*$") & (pl.col("text").str.strip_chars() != ""),
             words.BAD_JSON),
        ):  # fmt: skip
            out = frame.filter(bad)
            if out.height:
                rejected.append(reject_rows(str(path), out["line"], reason, out["text"]))
                frame = frame.filter(~bad)
        line += height
        if block.long_line is not None:
            line += 1
            text = pl.Series([readable(block.long_line)])
            rejected.append(reject_rows(str(path), pl.Series([line]), words.LONG_LINE, text))
        yield frame.filter(pl.col("text").str.strip_chars() != ""), rejected


def _objects(
    file: str, lines: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]
) -> tuple[pl.DataFrame, np.ndarray, list[pl.DataFrame]]:
    """The objects of the sound lines, which lines are sound, and the others as rejects."""
    kept = np.ones(lines.height, bool)
    frames: list[pl.DataFrame] = []
    _read_run(lines["text"], 0, lines.height, schema, frames, kept)
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    bad = lines.filter(pl.Series(~kept)) if not kept.all() else lines.clear()
    rejects = [reject_rows(file, bad["line"], words.BAD_JSON, bad["text"])] if bad.height else []
    return frame, kept, rejects


def _read_run(
    texts: pl.Series,
    start: int,
    stop: int,
    schema: Mapping[str, type[pl.DataType]],
    frames: list[pl.DataFrame],
    kept: np.ndarray,
) -> None:
    """Reads lines start..stop; where they do not all parse, the run is halved until the bad are alone."""
    if start == stop:
        return
    try:
        data = "\n".join(texts.slice(start, stop - start).to_list()).encode()
        frame = pl.read_ndjson(data, schema=schema)
        if frame.height == stop - start:
            frames.append(frame)
            return
    except pl.exceptions.PolarsError:
        pass
    if stop - start == 1:
        kept[start] = False
        return
    middle = (start + stop) // 2
    _read_run(texts, start, middle, schema, frames, kept)
    _read_run(texts, middle, stop, schema, frames, kept)


def open_json_lines(path: Path, *, encoding: str | None) -> JsonLinesReader:
    """Finds encoding and keys; all keys of the first line in their order, then those found later.

    Raises `MikomiError` when no line is a JSON object.
    """
    name = known_encoding(path, encoding) if encoding else find_encoding(path)
    keys: dict[str, None] = {}
    first: int | None = None
    for lines, _ in _lines(path, name):
        for line, text in lines.head(100).iter_rows():
            try:
                found = json.loads(text, object_pairs_hook=lambda pairs: [key for key, _ in pairs])
            except ValueError:
                continue
            if first is None:
                first = line
                checked_names(path, line, found)
            keys.update(dict.fromkeys(found))
        maybe = lines["text"].str.extract_all(KEY).explode(empty_as_null=True).drop_nulls().unique()
        later = sorted({_key(text) for text in maybe.to_list()} - keys.keys())
        if later:
            frame, _, _ = _objects(str(path), lines, dict.fromkeys(later, pl.String))
            keys.update(dict.fromkeys(k for k in later if frame[k].null_count() < frame.height))
    if first is None:
        raise MikomiError(words.no_objects(path))
    return JsonLinesReader(path, name, checked_names(path, first, list(keys)))


def _key(text: str) -> str:
    quoted = text.rstrip()[:-1].rstrip()
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted[1:-1]
