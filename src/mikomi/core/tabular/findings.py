"""What was found in a file and what was changed in reading it, to be shown to the person who brought it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mikomi.core.words import Words

type Code = Literal[
    "encoding",
    "delimiter",
    "sheet",
    "no_header",
    "rows_above",
    "two_header_rows",
    "merged_header",
    "merged_cells",
    "empty_columns",
    "empty_rows",
    "total_rows",
    "text_formulas",
    "formulas",
    "apostrophes",
    "our_columns",
    "applied",
    "attended",
    "deals_of_one",
]

SHOWN = 10
"""So many lines and names are kept for the sentence."""

CHANGING = ("merged_header", "merged_cells", "text_formulas", "apostrophes", "two_header_rows")
"""What alters cells or names, beside only being noticed or left out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. `count`: how many rows, columns or cells. `lines`: the first of their
    1-based line or row numbers. `names`: columns, sheets or settings that it is about."""

    code: Code
    count: int = 1
    lines: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether cells or names are not as they stand in the file."""
        return self.code in CHANGING

    @property
    def words(self) -> Words:
        """The finding as a sentence."""
        return SENTENCES[self.code](self)


def join_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of one code as one, in the order in which the codes came."""
    joined: dict[Code, Finding] = {}
    for new in findings:
        old = joined.get(new.code)
        if old is None:
            joined[new.code] = new
            continue
        joined[new.code] = replace(
            old,
            count=old.count + new.count,
            lines=tuple(dict.fromkeys((*old.lines, *new.lines)))[:SHOWN],
            names=tuple(dict.fromkeys((*old.names, *new.names)))[:SHOWN],
        )
    return tuple(joined.values())


def _ja(found: Finding) -> str:
    return "・".join(found.names)


def _en(found: Finding) -> str:
    return ", ".join(found.names)


def _many(found: Finding, noun: str) -> str:
    return f"{found.count} {noun}{'' if found.count == 1 else 's'}"


def _at(found: Finding) -> tuple[str, str]:
    """Where, as far as it is kept: （3・7 行目） and (lines 3, 7)."""
    if not found.lines:
        return "", ""
    more = found.count > len(found.lines)
    ja, en = "・".join(map(str, found.lines)), ", ".join(map(str, found.lines))
    word = "line" if len(found.lines) == 1 else "lines"
    return f"（{ja} 行目{'など' if more else ''}）", f" ({word} {en}{' …' if more else ''})"


def _encoding(found: Finding) -> Words:
    return Words(f"文字コードは {_ja(found)} として読みました", f"read as {_en(found)}")


SIGNS = {
    "\t": ("タブ", "tab"),
    ",": ("コンマ", "comma"),
    ";": ("セミコロン", "semicolon"),
    "|": ("縦線", "bar"),
}


def _delimiter(found: Finding) -> Words:
    ja, en = SIGNS.get(found.names[0], (found.names[0], repr(found.names[0])))
    return Words(f"区切り文字は{ja}です", f"the delimiter is the {en}")


def _sheet(found: Finding) -> Words:
    taken, others = found.names[0], found.names[1:]
    if not others:
        return Words(f"シート「{taken}」を読みました", f"the sheet {taken!r} was read")
    ja = "」「".join(others)
    en = ", ".join(map(repr, others))
    return Words(
        f"シート「{taken}」を読みました。ほかに「{ja}」があります",
        f"the sheet {taken!r} was read; there are also {en}",
    )


def _no_header(found: Finding) -> Words:
    return Words(
        "1 行目から値なので、見出しがないものとして読みました。列は 列1、列2 … と呼びます",
        "there is no header row: the columns are called by their numbers",
    )


def _rows_above(found: Finding) -> Words:
    ja, en = _at(found)
    return Words(
        f"見出しより上の {found.count} 行は、表題として読み飛ばしました{ja}",
        f"skipped {_many(found, 'row')} above the header as titles{en}",
    )


def _two_header_rows(found: Finding) -> Words:
    first, last = found.lines[0], found.lines[-1]
    shown_ja, shown_en = (f"（{_ja(found)}）", f" ({_en(found)})") if found.names else ("", "")
    return Words(
        f"見出しは {first} 行目と {last} 行目の 2 段です。上下をつないで列の名前にしました{shown_ja}",
        f"the header has two rows, {first} and {last}, joined into one name a column{shown_en}",
    )


def _merged_header(found: Finding) -> Words:
    return Words(
        f"結合された見出しの {found.count} 列に、番号を付けて名前にしました（{_ja(found)}）",
        f"gave {_many(found, 'column')} under merged header cells a numbered name ({_en(found)})",
    )


def _merged_cells(found: Finding) -> Words:
    return Words(
        f"縦に結合されたセルの値を、その下の {found.count} 個のセルにも入れました（{_ja(found)}）",
        f"filled {_many(found, 'cell')} with the value of the merged cell above ({_en(found)})",
    )


def _empty_columns(found: Finding) -> Words:
    return Words(
        f"見出しも値もない {found.count} 列を除きました",
        f"left out {_many(found, 'column')} without any content",
    )


def _empty_rows(found: Finding) -> Words:
    return Words(f"空の {found.count} 行を除きました", f"left out {_many(found, 'empty row')}")


def _total_rows(found: Finding) -> Words:
    ja, en = _at(found)
    return Words(
        f"合計や小計の {found.count} 行は取り込みません{ja}",
        f"left out {_many(found, 'row')} of totals{en}",
    )


def _text_formulas(found: Finding) -> Words:
    return Words(
        f'="…" の形で書かれた {found.count} 個のセルを、中の文字にしました（{_ja(found)}）',
        f'read {_many(found, "cell")} written as ="…" as the text inside ({_en(found)})',
    )


def _formulas(found: Finding) -> Words:
    ja, en = _at(found)
    return Words(
        f"数式のように見える {found.count} 個のセルは、計算せず文字のまま取り込みます{ja}",
        f"kept {_many(found, 'formula')} as text, not computed{en}",
    )


def _apostrophes(found: Finding) -> Words:
    return Words(
        f"数式よけの ' で始まる {found.count} 個のセルから ' を外しました（{_ja(found)}）",
        f"took the apostrophe against formulas off {_many(found, 'cell')} ({_en(found)})",
    )


def _our_columns(found: Finding) -> Words:
    return Words(
        f"取り込めなかった行を直したファイルです。理由と行番号の列は除きました（{_ja(found)}）",
        f"a file of mended rows: the columns with reason and line were left out ({_en(found)})",
    )


def _applied(found: Finding) -> Words:
    return Words(
        f"セミナーに申し込んだ {found.count:,} 人として読みました",
        f"{found.count:,} people are read as having applied to the seminar",
    )


def _attended(found: Finding) -> Words:
    return Words(
        f"セミナーに参加した {found.count:,} 人として読みました",
        f"{found.count:,} people are read as having attended the seminar",
    )


def _deals_of_one(f: Finding) -> Words:
    return Words(
        f"同じ商談の行がほかにも{f.count:,}行あります。1件にまとめ、いちばん下の行の内容を採りました",
        f"{f.count:,} further rows are of deals that are there already: one deal each, as its last row says",
    )


SENTENCES: dict[Code, Callable[[Finding], Words]] = {
    "deals_of_one": _deals_of_one,
    "encoding": _encoding,
    "delimiter": _delimiter,
    "sheet": _sheet,
    "no_header": _no_header,
    "rows_above": _rows_above,
    "two_header_rows": _two_header_rows,
    "merged_header": _merged_header,
    "merged_cells": _merged_cells,
    "empty_columns": _empty_columns,
    "empty_rows": _empty_rows,
    "total_rows": _total_rows,
    "text_formulas": _text_formulas,
    "formulas": _formulas,
    "apostrophes": _apostrophes,
    "our_columns": _our_columns,
    "applied": _applied,
    "attended": _attended,
}
