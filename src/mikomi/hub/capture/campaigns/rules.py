"""Which visits and card exchanges belong to which campaign, by what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import polars as pl

PARTS = ("campaign", "source", "medium", "content")
"""The parts of UTM that a rule may name, in the order of the page."""
MOST_RULES = 10
LONGEST = 200

type Rule = Mapping[str, str]


def cleaned(rules: Iterable[Rule]) -> list[dict[str, str]]:
    """The rules as they are kept: folded, without empty parts, each once; those that name nothing go."""
    kept = [{part: text for part in PARTS if (text := fold(rule.get(part, ""))[:LONGEST])} for rule in rules]
    return [rule for at, rule in enumerate(kept) if rule and rule not in kept[:at]][:MOST_RULES]


def fold(text: str) -> str:
    """A text as it is compared: without case and outer spaces."""
    return text.replace("\0", "").strip().casefold()


def fits(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says; `*` stands for any signs, `?` for one."""
    return fnmatchcase(fold(text), fold(pattern))


def matching(ways: pl.DataFrame, rules: Mapping[int, Iterable[Rule]]) -> pl.DataFrame:
    """Which ways (`way`, and `PARTS` as texts) belong to which campaigns (number -> rules): `campaign`,
    `way`. Each distinct way is looked at once."""
    found = [
        (number, way["way"])
        for way in ways.unique("way").iter_rows(named=True)
        for number, asked in rules.items()
        if any(all(fits(text, way[part]) for part, text in rule.items()) for rule in asked)
    ]
    return pl.DataFrame(found, schema={"campaign": pl.Int32, "way": pl.Int64}, orient="row")
