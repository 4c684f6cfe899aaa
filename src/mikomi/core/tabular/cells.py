"""Cells as spreadsheets write them into text files: formulas, and text dressed up as one."""

from __future__ import annotations

import polars as pl

from mikomi.core.tabular.findings import SHOWN, Code, Finding

TEXT_FORMULA = r'(?s)\A=\s*"((?:[^"]|"")*)"\z'
"""How text that must not become a number is often written: ="0312345678"."""

FORMULA_BEGINS = r"\s*[=+\-@|%＝＋－＠\t\r]"
"""How text begins that a spreadsheet would compute."""

GUARDED = rf"(?s)\A'('*{FORMULA_BEGINS}.*)\z"
"""An apostrophe before such text; exports of ours write it, and it is taken off again."""

LONG_CELL = 1 << 20
"""Bytes of a cell; a row with a longer one is rejected."""


def may_need_mending(data: bytes, delimiter: str) -> bool:
    """Whether some field of delimited text may begin with a formula or a guarded one."""
    ends = (b"\n", delimiter.encode(), b'"')
    signs = (b"=", b"'")
    return data.startswith(signs) or any(end + sign in data for end in ends for sign in signs)


def mend_cells(frame: pl.DataFrame, lines: pl.Series) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Text in the dress of a formula as the text, other formulas as they are; both are told."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts or frame.height == 0:
        return frame, ()
    begins = frame.select(
        pl.any_horizontal(pl.col(name).str.starts_with("=").any() for name in texts).alias("formula"),
        pl.any_horizontal(pl.col(name).str.starts_with("'").any() for name in texts).alias("guarded"),
    ).row(0)
    findings: list[Finding] = []
    if begins[0]:
        frame = _mend(frame, lines, texts, TEXT_FORMULA, "text_formulas", findings)
        formulas = {name: frame[name].str.starts_with("=").fill_null(False) for name in texts}
        found = {name: mask for name, mask in formulas.items() if mask.any()}
        if found:
            findings.append(_told("formulas", found, lines))
    if begins[1]:
        frame = _mend(frame, lines, texts, GUARDED, "apostrophes", findings)
    return frame, tuple(findings)


def _mend(
    frame: pl.DataFrame, lines: pl.Series, texts: list[str], pattern: str, code: Code, findings: list[Finding]
) -> pl.DataFrame:
    """The first group of `pattern` in place of the cells that match it."""
    found = {}
    mended = []
    for name in texts:
        inside = frame[name].str.extract(pattern, 1)
        if inside.null_count() == frame.height:
            continue
        found[name] = inside.is_not_null()
        if code == "text_formulas":
            inside = inside.str.replace_all('""', '"', literal=True)
        mended.append(inside.zip_with(inside.is_not_null(), frame[name]).alias(name))
    if found:
        findings.append(_told(code, found, lines))
    return frame.with_columns(mended)


def _told(code: Code, found: dict[str, pl.Series], lines: pl.Series) -> Finding:
    count = sum(int(mask.sum()) for mask in found.values())
    places = sorted({line for mask in found.values() for line in lines.filter(mask).head(SHOWN).to_list()})
    return Finding(code, count, tuple(places[:SHOWN]), tuple(found)[:SHOWN])


def long_rows(frame: pl.DataFrame) -> pl.Series | None:
    """Which rows hold a cell of more than `LONG_CELL` bytes; None where none can."""
    if frame.estimated_size() <= LONG_CELL:
        return None
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    longest = frame.select(pl.col(texts).str.len_bytes().max())
    suspects = [name for name, size in zip(texts, longest.row(0), strict=True) if (size or 0) > LONG_CELL]
    if not suspects:
        return None
    return frame.select(
        pl.any_horizontal((pl.col(name).str.len_bytes() > LONG_CELL).fill_null(False) for name in suspects)
    ).to_series()
