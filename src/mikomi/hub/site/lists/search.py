"""Finding leads by what they are called, reading about as many rows as are found."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from mikomi.hub.kit.setwise import on_postgres
from mikomi.hub.site.rows.store import member_of, number_param
from mikomi.hub.site.rows.suffixes import LENGTH, search_term

MANY = 1_000
"""A word that finds more leads than this is common: it is met often on any way through the rows."""
MANY_COMPANIES = 400
MOST_WORDS = 5
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. `lead_ids` is None where every word is common."""

    words: tuple[str, ...]
    lead_ids: tuple[int, ...] | None


def find(text: str) -> Found:
    """The leads that carry every word of `text`; few and exact, or None: many."""
    words = tuple(dict.fromkeys(word for word in map(search_term, text.split()) if word))[:MOST_WORDS]
    if not words:
        return Found((), None)
    for word in sorted(words, key=len, reverse=True):
        hits = _hits(word)
        if hits is not None:
            return Found(words, _carrying(hits, words))
    return Found(words, None)


def carries(table: str) -> str:
    """SQL that holds where the lead of `table` carries one word (a parameter). Asked row by row, as
    `people.labels.has_label` is."""
    held = f"t.lead_id = {table}.lead_id and {contains('t.text')}"
    return f"(select 1 from site_lead_text t where {held}) = 1"


def contains(column: str) -> str:
    """SQL that holds where `column` contains a parameter."""
    return f"strpos({column}, %s) > 0" if on_postgres() else f"instr({column}, %s) > 0"


def _hits(word: str) -> list[int] | None:
    start = word[:LENGTH]
    with connection.cursor() as cursor:
        cursor.execute(
            "select lead_id from site_lead_suffix where suffix >= %s and suffix < %s limit %s",
            [start, start + _LAST, MANY + 1],
        )
        leads = {row[0] for row in cursor.fetchall()}
        if len(leads) > MANY:
            return None
        cursor.execute(
            "select company_id from site_company_suffix where suffix >= %s and suffix < %s limit %s",
            [start, start + _LAST, MANY_COMPANIES + 1],
        )
        companies = {row[0] for row in cursor.fetchall()}
        if len(companies) > MANY_COMPANIES:
            return None
        cursor.execute(
            f"select lead_id from site_lead_row where {member_of('company_id')} limit %s",
            [number_param(companies), MANY + 1],
        )
        leads.update(row[0] for row in cursor.fetchall())
    return None if len(leads) > MANY else sorted(leads)


def _carrying(lead_ids: list[int], words: tuple[str, ...]) -> tuple[int, ...]:
    tests = " and ".join(contains("text") for _ in words)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select lead_id from site_lead_text where {member_of('lead_id')} and {tests}",
            [number_param(lead_ids), *words],
        )
        return tuple(row[0] for row in cursor.fetchall())
