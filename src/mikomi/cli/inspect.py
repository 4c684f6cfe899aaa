"""`mikomi inspect`: what a file holds, before anything is done with it."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mikomi.cli.main import Parser
from mikomi.cli.terminal import Progress
from mikomi.core.tabular import Column, Survey, survey_file
from mikomi.core.words import Language, Words

SUMMARY = Words("ファイルの中身を調べる", "say what a file holds")
LOOKING = Words("ファイルを調べています", "looking through the file")

SHOWN_PROBLEMS = 20
CELLS = 40

CONTENTS = {
    "leads": Words("リードの一覧", "leads"),
    "events": Words("行動の記録", "events"),
    "outcomes": Words("結果の記録", "outcomes"),
    "deals": Words("商談の一覧", "deals"),
    "optouts": Words("配信停止・エラーアドレスの一覧", "addresses that get no more mail"),
    "unknown": Words("分かりません（知っている見出しがありません）", "not known (no header is known)"),
}
FORMATS = {"csv": "CSV", "xlsx": "Excel (XLSX)", "parquet": "Parquet", "ndjson": "NDJSON"}
ENCODINGS = {"cp932": "CP932 (Shift_JIS)", "utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)"}
DELIMITERS = {
    ",": Words("コンマ", "comma"),
    "\t": Words("タブ", "tab"),
    ";": Words("セミコロン", "semicolon"),
    "|": Words("縦棒", "vertical bar"),
}


def add_arguments(parser: Parser) -> None:
    """`FILE [--json] [--timezone] [--encoding] [--delimiter] [--header | --no-header]`."""
    parser.add_argument("file", type=Path, metavar="FILE", help=Words("調べるファイル", "file to look at"))
    parser.add_argument("--json", action="store_true", help=Words("JSON で出す", "print JSON"))
    parser.add_argument(
        "--timezone",
        default="Asia/Tokyo",
        help=Words("時差のない日時のタイムゾーン", "time zone of times without offset"),
    )
    parser.add_argument(
        "--encoding", help=Words("文字コード（なければ判定する）", "encoding (left out: found)")
    )
    parser.add_argument(
        "--delimiter", help=Words("区切り文字（なければ判定する）", "delimiter (left out: found)")
    )
    parser.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=Words("1 行目が見出しか（なければ判定する）", "whether line 1 is a header (left out: found)"),
    )


def run(args: argparse.Namespace) -> int:
    """Prints what the file holds; 0 also where rows are bad. Raises `MikomiError`."""
    with Progress(LOOKING, args.language) as progress:
        survey = survey_file(
            args.file,
            args.timezone,
            encoding=args.encoding,
            delimiter=args.delimiter,
            header=args.header,
            progress=progress,
        )
    if args.json:
        print(json.dumps(as_json(survey, args.language), ensure_ascii=False, indent=2))
    else:
        print("\n".join(as_lines(survey, args.language)))
    return 0


def as_json(survey: Survey, language: Language) -> dict[str, Any]:
    """The survey as plain values. At most 1,000 problems are listed, all are counted by reason."""
    reason = "reason_ja" if language == "ja" else "reason_en"
    return {
        "file": str(survey.path),
        "format": survey.format,
        "encoding": survey.encoding,
        "delimiter": survey.delimiter,
        "has_header": survey.has_header,
        "holds": survey.content,
        "form": survey.form.key if survey.form else None,
        "form_name": survey.form.name.text(language) if survey.form else None,
        "rows": survey.rows,
        "rejected": survey.rejected.height,
        "findings": [
            {"code": found.code, "count": found.count, "says": found.words.text(language)}
            for found in survey.findings
        ],
        "columns": [
            {
                "name": column.name,
                "field": column.field,
                "proposed_by": column.proposed_by,
                "filled": column.filled,
                "examples": list(column.examples),
            }
            for column in survey.columns
        ],
        "reasons": [{"reason": text, "rows": count} for text, count in reasons(survey, language).iter_rows()],
        "problems": survey.rejected.head(1000)
        .select("line", pl.col(reason).alias("reason"), "row")
        .to_dicts(),
    }


def reasons(survey: Survey, language: Language) -> pl.DataFrame:
    """How many rows were rejected for which reason, most first."""
    reason = "reason_ja" if language == "ja" else "reason_en"
    counted = survey.rejected.group_by(reason, maintain_order=True).len()
    return counted.sort("len", descending=True, maintain_order=True)


def as_lines(survey: Survey, language: Language) -> list[str]:
    """The survey as text for a terminal."""

    def say(ja: str, en: str) -> str:
        return Words(ja, en).text(language)

    facts = [(say("形式", "format"), FORMATS[survey.format])]
    if survey.encoding is not None:
        facts.append((say("文字コード", "encoding"), ENCODINGS.get(survey.encoding, survey.encoding)))
    if survey.delimiter is not None:
        sign = DELIMITERS.get(survey.delimiter)
        facts.append((say("区切り", "delimiter"), sign.text(language) if sign else survey.delimiter))
    header = say("あり", "yes") if survey.has_header else say("なし", "none")
    facts += [
        (say("見出し", "header"), header),
        (say("行数", "rows"), f"{survey.rows:,}"),
        (say("中身", "holds"), CONTENTS[survey.content].text(language)),
    ]
    if survey.form is not None:
        facts.append((say("書式", "form"), survey.form.name.text(language)))
    lines = [str(survey.path), *("  " + line for line in aligned(facts))]
    told = [found for found in survey.findings if found.code not in ("encoding", "delimiter")]
    lines += [f"  - {found.words.text(language)}" for found in told]
    heads = (say("列", "column"), say("項目", "field"), say("入力", "filled"), say("例", "examples"))
    lines += ["", *aligned([heads, *(_column(column, language) for column in survey.columns)])]
    if survey.content == "leads" and not any(column.field in ("lead", "email") for column in survey.columns):
        lines += [
            "",
            say(
                "リードのキーの列がありません。採点では --lead-column で列を指定してください",
                "no column is the lead's key; name one with --lead-column when scoring",
            ),
        ]
    if survey.content == "deals":
        checked = say(
            "金額・日付・段階は、取り込むときに1行ずつ確かめます。先に見るには:"
            " mikomi import deals --dry-run",
            "amounts, days and stages are checked when it is imported; to see it first:"
            " mikomi import deals --dry-run",
        )
        lines += ["", f"{checked} {survey.path.name}"]
    if survey.rejected.height == 0:
        return [*lines, "", say("読めない行はありません", "every row can be read")]
    count = f"{survey.rejected.height:,}"
    lines += ["", say(f"読めない行が {count} 行あります", f"{count} rows cannot be read")]
    lines += [f"  {rows:,} × {text}" for text, rows in reasons(survey, language).iter_rows()]
    lines.append("")
    shown = survey.rejected.head(SHOWN_PROBLEMS)
    for row in shown.iter_rows(named=True):
        why = row["reason_ja"] if language == "ja" else row["reason_en"]
        lines.append(
            say(f"  {row['line']} 行目: {why}: ", f"  line {row['line']}: {why}: ") + cut(row["row"], CELLS)
        )
    if survey.rejected.height > SHOWN_PROBLEMS:
        more = f"{survey.rejected.height - SHOWN_PROBLEMS:,}"
        lines.append(say(f"  ほか {more} 行（--json で一覧）", f"  and {more} more (--json lists them)"))
    return lines


def _column(column: Column, language: Language) -> tuple[str, ...]:
    field = column.field or "-"
    if column.proposed_by == "values":
        field += " ?"
    return (
        cut(column.name, CELLS),
        field,
        f"{column.filled:,}",
        cut(" / ".join(column.examples), 2 * CELLS),
    )


def wide(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def cut(text: str, cells: int) -> str:
    """The text on one line, cut to so many cells."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    if wide(line) <= cells:
        return line
    while wide(line) > cells - 1:
        line = line[:-1]
    return line + "…"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with their columns one under the other, two spaces apart."""
    widths = [max(wide(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - wide(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
