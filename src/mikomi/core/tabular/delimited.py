"""CSV, TSV and their kin: delimiter and header found, bad rows cut out, the rest read by Polars."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from mikomi.core.tabular import records, words
from mikomi.core.tabular.blocks import Block, find_encoding, known_encoding, read_blocks
from mikomi.core.tabular.cells import may_need_mending, mend_cells
from mikomi.core.tabular.findings import SHOWN, Code, Finding
from mikomi.core.tabular.formats import Format
from mikomi.core.tabular.layout import LOOKED_AT, find_layout
from mikomi.core.tabular.records import Records, check_widths, find_records, readable, sound_bytes
from mikomi.core.tabular.rejects import join_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.table import Chunk, Progress, checked_names
from mikomi.core.tabular.totals import flag_totals
from mikomi.core.words import MikomiError, Words

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_BYTES = 256 << 10

COMPRESSED = (b"x\x01", b"x^", b"x\x9c", b"x\xda", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How zlib, gzip and zstd data begin."""


@dataclass(frozen=True, slots=True)
class DelimitedReader:
    """A delimited text file whose encoding, delimiter and header are known."""

    path: Path
    encoding: str
    delimiter: str
    has_header: bool
    columns: Sequence[str]
    header_line: int  # 1-based line of the last row that is no row of values; 0 without any
    format: Format = "csv"
    header_lines: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    def chunks(
        self,
        columns: Sequence[str] | None = None,
        *,
        typed: bool = False,
        progress: Progress | None = None,
    ) -> Iterator[Chunk]:
        """See `Reader.chunks`; text files have no types of their own, `typed` only keeps empty text."""
        total = self.path.stat().st_size
        done = 0
        with ThreadPoolExecutor(1) as scout:  # the next block is looked through while one is parsed
            blocks = self._scanned()
            ahead = scout.submit(next, blocks, None)
            while (scanned := ahead.result()) is not None:
                ahead = scout.submit(next, blocks, None)
                data, found, first_line, long_line = scanned
                yield self._chunk(data, found, first_line, long_line, columns, typed)
                done += len(data)
                if progress is not None:
                    progress(min(done, total), total)

    def _scanned(self) -> Iterator[tuple[bytes, Records, int, bytes | None]]:
        """Blocks with their records, the line before them, and how a line too long after them begins."""
        rest = b""
        line = 0
        marked = False
        for block in read_blocks(self.path, self.encoding):
            data = rest + block.data if rest else block.data
            marked = block.marked or (marked and bool(rest))
            final = block.final or block.long_line is not None
            found = find_records(data, self.delimiter, final=final, marked=marked)
            flag_totals(found)
            check_widths(found, len(self.columns))
            rest = data[found.used :]
            yield data, found, line, block.long_line
            line += found.height + (0 if block.long_line is None else 1)

    def _chunk(
        self,
        data: bytes,
        found: Records,
        first_line: int,
        long_line: bytes | None,
        columns: Sequence[str] | None,
        typed: bool,
    ) -> Chunk:
        lines = found.lines + (first_line + 1)
        if self.header_line > first_line:
            found.flags[lines <= self.header_line] = records.BLANK
        flags = found.flags
        told = self._told(flags, lines) if flags.any() else []
        rejected = [self._rejects(found, lines)] if (flags & records.BAD).any() else []
        if long_line is not None:
            number, text = pl.Series([first_line + found.height + 1]), pl.Series([readable(long_line)])
            rejected.append(reject_rows(str(self.path), number, words.LONG_LINE, text))
        sound = sound_bytes(found, data, len(self.columns))
        kept = lines[flags & (records.BAD | records.BLANK) == 0] if flags.any() else lines
        frame = self._parse(sound, columns)
        numbers = pl.Series("line", kept, dtype=pl.Int64)
        if frame.height == len(kept) and may_need_mending(sound, self.delimiter):
            frame, mended = mend_cells(frame, numbers)
            told += mended
        if not typed:
            frame = frame.select(pl.when(pl.all() != "").then(pl.all()))
        if frame.height != len(kept):  # the scan and the parser must agree on every record
            raise MikomiError(words.cannot_read(self.path, f"{frame.height} != {len(kept)}"))

        def texts(mask: pl.Series) -> pl.Series:
            return text_of_rows(self._parse(sound, None).filter(mask))

        return Chunk(frame, numbers, join_rejects(rejected), texts, tuple(told))

    def _told(self, flags: np.ndarray, lines: np.ndarray) -> list[Finding]:
        """What the person must hear of rows that are left out without being bad."""
        told = []
        kinds: tuple[tuple[int, Code], ...] = (
            (records.TOTAL, "total_rows"),
            (records.EMPTY, "empty_rows"),
        )
        for flag, code in kinds:
            at = lines[flags & flag > 0]
            if len(at):
                told.append(Finding(code, len(at), tuple(at[:SHOWN].tolist())))
        return told

    def _parse(self, sound: bytes, columns: Sequence[str] | None) -> pl.DataFrame:
        schema = dict.fromkeys(self.columns, pl.String)
        if not sound:
            return pl.DataFrame(schema=schema).select(columns or self.columns)
        # Polars unpacks what begins like a compressed file, so such a text gets a line before it.
        packed = sound.startswith(COMPRESSED)
        return pl.read_csv(
            b"-\n" + sound if packed else sound,
            skip_lines=int(packed),
            has_header=False,
            schema=schema,
            separator=self.delimiter,
            columns=sorted(self.columns.index(name) for name in columns) if columns is not None else None,
            glob=False,
        ).select(columns or self.columns)

    def _rejects(self, found: Records, lines: np.ndarray) -> pl.DataFrame:
        width = len(self.columns)
        reasons: tuple[tuple[int, Words], ...] = (
            (records.TOTAL, words.TOTAL_ROW),
            (records.LONG, words.LONG_LINE),
            (records.UNCLOSED, words.UNCLOSED_QUOTE),
            (records.MALFORMED, words.BROKEN_QUOTE),
            (records.NUL, words.NUL_BYTES),
            (records.UNDECODED, words.NOT_DECODED),
            (records.FEW, words.few_fields(width)),
            (records.MANY, words.many_fields(width)),
        )
        parts = []
        flags = found.flags.copy()
        for flag, reason in reasons:
            at = np.flatnonzero(flags & flag)
            if len(at):
                texts = pl.Series("row", [found.text(int(i)) for i in at], dtype=pl.String)
                parts.append(reject_rows(str(self.path), pl.Series(lines[at]), reason, texts))
                flags[at] = 0
        return join_rejects(parts)


def open_delimited(
    path: Path,
    *,
    encoding: str | None,
    delimiter: str | None,
    header: bool | None,
    header_lines: Sequence[int] | None = None,
) -> DelimitedReader:
    """Finds encoding, delimiter and header of a text file; what is given is not looked for.

    A first line `sep=;`, which is for Excel, gives the delimiter and is no row; rows of titles above
    the header are skipped.

    Raises `MikomiError` when nothing can be decoded, the header is broken or a header stands twice.
    """
    name = known_encoding(path, encoding) if encoding else find_encoding(path)
    first = next(read_blocks(path, name))
    sample, whole = _sample(first)
    if first.long_line is not None and not sample:
        raise MikomiError(words.bad_header(path, 1, words.LONG_LINE))
    if not sample.strip(b"\r\n\t ,"):
        raise MikomiError(words.empty_file(path))
    if delimiter is not None and len(delimiter.encode()) != 1:
        raise MikomiError(words.bad_delimiter(path, delimiter))
    hint = re.match(rb'"?sep=([,;|\t])"?\r?\n', sample)
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    sign = delimiter or (hint[1].decode() if hint else find_delimiter(sample, whole, usual))
    found = find_records(sample, sign, final=whole, marked=first.marked)
    if len(found) == 0:
        found = find_records(sample, sign, final=True, marked=first.marked)
    undecoded = (found.flags & records.UNDECODED) > 0
    if encoding is None and len(found) and undecoded.sum() > max(1, len(found) // 2):
        raise MikomiError(words.nothing_decodes(path))
    flag_totals(found)
    if hint:
        found.flags[0] |= records.BLANK
    filled = np.flatnonzero(found.flags & records.BLANK == 0)
    if len(filled) == 0:
        raise MikomiError(words.empty_file(path))
    told = [Finding("encoding", names=(name,)), Finding("delimiter", names=(sign,))]
    at = int(filled[0])
    line = int(found.lines[at]) + 1
    if found.flags[at] & records.BROKEN and header_lines is None:
        if header is not False:
            raise MikomiError(words.bad_header(path, line, _header_fault(int(found.flags[at]))))
        names = checked_names(path, line, find_layout([], [], _usual_width(found), header=False).names)
        return DelimitedReader(path, name, sign, False, names, int(bool(hint)), findings=tuple(told))
    looked = [int(i) for i in filled[:LOOKED_AT] if not found.flags[i] & records.BROKEN]
    rows = [_cells(found, i, sign) for i in looked]
    lines = [int(found.lines[i]) + 1 for i in looked]
    if header_lines is not None:
        check_header_lines(path, header_lines, lines)
    layout = find_layout(rows, lines, 0, header=header, header_lines=header_lines)
    # The header's last row says how wide the table is; without one it is the usual row.
    width = (
        len(rows[layout.header[-1]]) if layout.header else max(len(rows[layout.body]), _usual_width(found))
    )
    width = max([width, *(len(rows[place]) for place in layout.header)])
    layout = find_layout(rows, lines, width, header=header, header_lines=header_lines)
    above = lines[layout.body - 1] if layout.body else int(bool(hint))
    at_lines = tuple(lines[place] for place in layout.header)
    names = checked_names(path, at_lines[-1] if at_lines else line, layout.names)
    findings = (*told, *layout.findings)
    return DelimitedReader(
        path, name, sign, bool(layout.header), names, above, header_lines=at_lines, findings=findings
    )


def check_header_lines(path: Path, given: Sequence[int], lines: Sequence[int]) -> None:
    """Raises `MikomiError` unless a person's header lines are one filled row, or two that follow."""
    for line in given:
        if line not in lines:
            raise MikomiError(words.no_header_line(path, line))
    if not 1 <= len(given) <= 2:
        raise MikomiError(words.no_header_line(path, given[2] if given else 0))
    places = sorted(lines.index(line) for line in given)
    if len(places) == 2 and places[1] != places[0] + 1:
        raise MikomiError(words.no_header_line(path, max(given)))


def _sample(block: Block) -> tuple[bytes, bool]:
    """The first lines, and whether they are the whole file."""
    data = block.data
    if len(data) <= SAMPLE_BYTES:
        return data, block.final or block.long_line is not None
    cut = data.rfind(b"\n", 0, SAMPLE_BYTES) + 1
    return (data[:cut], False) if cut else (data, block.final)


def find_delimiter(sample: bytes, whole: bool, usual: str) -> str:
    """The delimiter under which most records have the same number of fields, more than one."""
    best, best_score = usual, 0.0
    for sign in (usual, *(d for d in DELIMITERS if d != usual)):
        found = find_records(sample, sign, final=whole)
        widths = found.fields[(found.flags & (records.BLANK | records.BAD)) == 0]
        if len(widths) == 0:
            continue
        width, times = Counter(widths.tolist()).most_common(1)[0]
        first = int(widths[0])
        score = times / len(found) * (1.0 if first == width else 0.5) if width > 1 else 0.0
        if score > best_score + 1e-9:
            best, best_score = sign, score
    return best


def _usual_width(found: Records) -> int:
    widths = found.fields[(found.flags & (records.BLANK | records.BAD)) == 0]
    return Counter(widths.tolist()).most_common(1)[0][0] if len(widths) else 1


def _cells(found: Records, at: int, delimiter: str) -> list[str]:
    """The cells of record `at`, which is sound."""
    width = int(found.fields[at])
    one = found.buf[found.starts[at] : found.starts[at + 1]].tobytes()
    again = find_records(one, delimiter, final=True)
    sound = sound_bytes(again, one, width)
    try:
        return next(csv.reader(io.StringIO(sound.decode(), newline=""), delimiter=delimiter), [""] * width)
    except csv.Error:  # a cell longer than the module takes
        frame = pl.read_csv(
            b"-\n" + sound,
            skip_lines=1,
            has_header=False,
            schema={str(i): pl.String for i in range(width)},
            separator=delimiter,
        )
        return [cell or "" for cell in frame.row(0)]


def _header_fault(flag: int) -> Words:
    for bit, reason in (
        (records.LONG, words.LONG_LINE),
        (records.UNCLOSED, words.UNCLOSED_QUOTE),
        (records.MALFORMED, words.BROKEN_QUOTE),
        (records.NUL, words.NUL_BYTES),
    ):
        if flag & bit:
            return reason
    return words.NOT_DECODED
