"""What the page of a campaign sends, read into a plan."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date

from django.http import QueryDict

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.campaigns.editing import Plan
from mikomi.hub.capture.campaigns.rules import MOST_RULES, PARTS

TEXTS = ("name", "kind", "note", "cards", "seminars")
"""The fields of a campaign that the page shows as they are."""


def read_plan(post: QueryDict) -> Plan:
    """The plan as it was filled in. Raises `MikomiError` for days and costs that are none."""
    forms = [int(text) for text in post.getlist("forms") if text.isascii() and text.isdecimal()]
    return Plan(
        name=post.get("name", ""),
        kind=post.get("kind", ""),
        begins=_day(post, "begins"),
        ends=_day(post, "ends"),
        cost=_cost(post),
        note=post.get("note", ""),
        rules=rules_in(post),
        cards=post.get("cards", ""),
        seminars=post.get("seminars", ""),
        forms=[number for number in forms if number < 2**31],
    )


def rules_in(post: QueryDict) -> list[dict[str, str]]:
    """The rules of the page, a row each, empty ones left out."""
    columns = {part: post.getlist(f"utm_{part}")[:MOST_RULES] for part in PARTS}
    rows = max(map(len, columns.values()), default=0)
    told = [
        {part: texts[at].strip() for part, texts in columns.items() if at < len(texts)} for at in range(rows)
    ]
    return [rule for rule in told if any(rule.values())]


def as_typed(post: Mapping[str, str]) -> dict[str, str]:
    """The simple fields as they stand on the page."""
    return {name: post.get(name, "") for name in (*TEXTS, "begins", "ends", "cost")}


def _day(post: QueryDict, name: str) -> date | None:
    text = post.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise MikomiError(
            Words("日付を入れてください（例：2026-05-01）", "write the day as 2026-05-01")
        ) from error


def _cost(post: QueryDict) -> int | None:
    text = unicodedata.normalize("NFKC", post.get("cost", "")).strip().strip("¥円").replace(",", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise MikomiError(
            Words("費用は 0 以上の円（整数）で入れてください", "write the cost in whole yen, 0 or more")
        )
    return int(text)
