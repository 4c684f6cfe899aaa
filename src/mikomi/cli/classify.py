"""`mikomi classify`: what Mikomi makes of names, one a line, as one JSON object a line."""

from __future__ import annotations

import argparse
import json
import sys

import polars as pl

from mikomi.cli.main import Parser
from mikomi.core.names.companies import company_groups, company_parts
from mikomi.core.words import MikomiError, Words

SUMMARY = Words("会社名を読み分ける（1行に1つ）", "take company names apart, one a line")
NOT_UTF8 = Words(
    "標準入力がUTF-8として読めません。UTF-8にしてから渡してください",
    "standard input is not UTF-8; convert it first",
)


def add_arguments(parser: Parser) -> None:
    """`company`, the only kind of name so far."""
    parser.add_argument(
        "what", choices=["company"], help=Words("読み分けるもの: company（会社名）", "what the lines are")
    )


def run(args: argparse.Namespace) -> int:
    """Reads names from standard input to its end; writes their objects in the same order.

    `key` is null for a line that names no company. A name without a legal form has the key of the
    one company among the lines that has this name with a form, if there is exactly one.
    """
    try:
        lines = sys.stdin.buffer.read().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise MikomiError(NOT_UTF8) from error
    parts = company_parts(pl.Series(lines, dtype=pl.String))
    for row in parts.with_columns(company_groups(parts)).iter_rows(named=True):
        told = {
            "key": row["key"],
            "legal_form": row["legal_form"],
            "position": row["position"] or "none",
            "display": display(row["core"] or "", row["legal_form"], row["position"]),
            "branch": row["branch"],
        }
        print(json.dumps(told, ensure_ascii=False))
    return 0


def display(core: str, form: str | None, position: str | None) -> str:
    """The name as people write it, its legal form in full: `株式会社北浜精機`, `Kitahama Inc.`."""
    if form is None:
        return core
    between = " " if form.isascii() else ""
    return f"{form}{between}{core}" if position == "before" else f"{core}{between}{form}"
