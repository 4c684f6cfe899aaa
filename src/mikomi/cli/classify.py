"""`mikomi classify`: what Mikomi makes of names and agents, one a line, as one JSON object a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from mikomi.cli.main import Parser
from mikomi.core.machines.agents import classify_user_agent
from mikomi.core.names.companies import company_groups, company_parts
from mikomi.core.words import MikomiError, Words

SUMMARY = Words(
    "会社名、ブラウザの名乗りを見分ける（1行に1つ）", "tell company names or user agents apart, one a line"
)
NOT_UTF8 = Words(
    "標準入力がUTF-8として読めません。UTF-8にしてから渡してください",
    "standard input is not UTF-8; convert it first",
)


def add_arguments(parser: Parser) -> None:
    """`company` or `user-agent`."""
    parser.add_argument(
        "what",
        choices=list(_TELL),
        help=Words(
            "見分けるもの: company（会社名）、user-agent（ブラウザか機械か）",
            "what the lines are: company names or user agents",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Reads standard input to its end; writes an object for each line, in the same order."""
    try:
        lines = sys.stdin.buffer.read().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise MikomiError(NOT_UTF8) from error
    if lines[-1] == "":
        lines.pop()
    for told in _TELL[args.what]([line.removesuffix("\r") for line in lines]):
        print(json.dumps(told, ensure_ascii=False))
    return 0


def tell_agents(lines: list[str]) -> Iterator[dict[str, Any]]:
    """Whether each user agent is a machine's, how certain that is (0 to 1), and why ("" for people)."""
    found = classify_user_agent(pl.Series(lines, dtype=pl.String))
    for automated, certainty, reason in found.iter_rows():
        yield {"automated": automated, "certainty": certainty / 100, "reason": reason}


def tell_companies(lines: list[str]) -> Iterator[dict[str, Any]]:
    """The parts of each company name.

    `key` is null for a line that names no company. A name without a legal form has the key of the
    one company among the lines that has this name with a form, if there is exactly one.
    """
    parts = company_parts(pl.Series(lines, dtype=pl.String))
    for row in parts.with_columns(company_groups(parts)).iter_rows(named=True):
        yield {
            "key": row["key"],
            "legal_form": row["legal_form"],
            "position": row["position"] or "none",
            "display": display(row["core"] or "", row["legal_form"], row["position"]),
            "branch": row["branch"],
        }


def display(core: str, form: str | None, position: str | None) -> str:
    """The name as people write it, its legal form in full: `株式会社北浜精機`, `Kitahama Inc.`."""
    if form is None:
        return core
    between = " " if form.isascii() else ""
    return f"{form}{between}{core}" if position == "before" else f"{core}{between}{form}"


_TELL: dict[str, Callable[[list[str]], Iterator[dict[str, Any]]]] = {
    "company": tell_companies,
    "user-agent": tell_agents,
}
