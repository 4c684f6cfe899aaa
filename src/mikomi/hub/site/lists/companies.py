"""The list of companies: any order, any search, reading about as many rows as it shows."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.http import QueryDict

from mikomi.hub.kit.sight import present
from mikomi.hub.people import company_facts
from mikomi.hub.site import sight
from mikomi.hub.site.lists.search import MOST_WORDS, contains
from mikomi.hub.site.rows.cells import EPOCH
from mikomi.hub.site.rows.store import member_of, number_param
from mikomi.hub.site.rows.suffixes import LENGTH, search_term
from mikomi.hub.site.types import Cursor

SORTS = {"rank": False, "leads": True, "last_day": True, "sort": False}
"""What the list sorts by: the hottest person, people, the last active day, the name. Whether its
interesting end is the high one."""

MANY = 2_000
"""A search that finds more companies than this walks along the order instead."""
BUDGET = 10_000
"""Rows that one page of a walk reads at most."""
LONGEST_TEXT = 200
_NUMBER = re.compile(r"\d{13}")
_LAST = "\U0010ffff"
_LARGEST = 2**63 - 1

_SHOWN = """select w.company_id, w.name, w.leads, w.hot, w.last_day, w.best, r.name, r.email, r.key, r.title,
 s.total, coalesce(c.heat, 0), w.o
from ({inner}) w left join site_lead_row r on r.lead_id = w.best{theirs}
 left join site_lead_score s on s.lead_id = w.best left join site_lead_cell c on c.id = s.cell"""


@dataclass(frozen=True, slots=True)
class CompanyItem:
    """One company of the list. The best person's name, title, total and temperature (`best` 0: it has
    no people); `last_day` None for a company of which nobody ever did anything."""

    company_id: int
    name: str
    leads: int
    hot: int
    last_day: date | None
    best: int
    person: str
    title: str
    total: float
    heat: int


@dataclass(frozen=True, slots=True)
class CompanyQuery:
    """Which page of the list: search, order, place."""

    text: str
    sort: str
    descending: bool
    cursor: Cursor | None
    size: int


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """A page; `total` None where only "many" is known. `unfinished`: `after` goes on searching."""

    rows: tuple[CompanyItem, ...]
    total: int | None
    before: Cursor | None
    after: Cursor | None
    unfinished: bool = False


def read(given: QueryDict, *, size: int) -> CompanyQuery:
    """The list that the address asks for; what makes no sense is left out."""
    asked = given.get("sort", "")
    sort = asked.removeprefix("-")
    known = sort in SORTS
    return CompanyQuery(
        text=given.get("q", "").replace("\0", "")[:LONGEST_TEXT].strip(),
        sort=sort if known else "rank",
        descending=known and asked.startswith("-"),
        cursor=_cursor(given, sort if known else "rank"),
        size=size,
    )


def company_list(query: CompanyQuery) -> CompanyPage:
    """One page of the companies."""
    words = tuple(dict.fromkeys(w for w in map(search_term, query.text.split()) if w))[:MOST_WORDS]
    found = _found(words, query.text) if words else None
    theirs, own = sight.rows_test()
    visible, asked = sight.company_test("q.company_id")
    if theirs and found is None:
        found = sight.few_companies()
    with connection.cursor() as cursor:
        if found is not None:
            where, params = member_of("q.company_id"), [number_param(found)]
            if theirs:
                words_too = [contains("q.text")] * len(words)
                where, params = " and ".join([where, *words_too, visible]), [*params, *words, *asked]
            cursor.execute(f"select count(*) from site_company_row q where {where}", params)
            total: int | None = int(cursor.fetchone()[0])
        elif words or theirs:
            tests = [contains("q.text") for _ in words] + ([visible] if visible else [])
            where, params, total = " and ".join(tests), [*words, *asked], None
        else:
            where, params = "", []
            cursor.execute("select count(*) from site_company_row")
            total = int(cursor.fetchone()[0])
        keyset, place = _keyset(query)
        order = _order(query)
        columns = f"company_id, name, leads, hot, last_day, best, {query.sort} as o"
        stopped = None
        if total is None:
            # A common word is met often on the way; a rare pair of words may not be.
            some = f"select {columns}, text from site_company_row {keyset} {order} limit %s"
            inner = f"select * from ({some}) q where {where} limit %s"
            params = [*place, BUDGET, *params, query.size + 1]
        else:
            both = " and ".join(filter(None, (where, keyset.removeprefix("where "))))
            inner = (
                f"select {columns} from site_company_row q {f'where {both}' if both else ''} {order} limit %s"
            )
            params = [*params, *place, query.size + 1]
        shown = _SHOWN.format(inner=inner, theirs=theirs)
        # The test of the best person stands behind what picks the companies.
        cursor.execute(f"{shown} {_order(query, 'w.o', 'w.company_id')}", [*params, *own])
        rows = cursor.fetchall()
        if total is None and len(rows) <= query.size:
            cursor.execute(
                f"select {query.sort}, company_id from site_company_row {keyset} {order} limit 1 offset %s",
                [*place, BUDGET - 1],
            )
            stopped = cursor.fetchone()
    return _page(query, rows, total, stopped)


def not_shown(query: CompanyQuery, page: CompanyPage) -> int:
    """How many companies a search finds that whoever asks may not see; 0 where they are many."""
    words = tuple(dict.fromkeys(w for w in map(search_term, query.text.split()) if w))[:MOST_WORDS]
    found = _found(words, query.text) if words and present() is not None and page.total is not None else None
    return len(found) - (page.total or 0) if found else 0


def _found(words: tuple[str, ...], text: str) -> list[int] | None:
    """The companies that carry every word, or bear the 法人番号; None where they are many."""
    digits = _NUMBER.fullmatch(re.sub(r"[-\s]", "", unicodedata.normalize("NFKC", text)))
    numbered = company_facts.with_corporate_number(digits[0]) if digits else []
    if numbered:
        return numbered
    longest = max(words, key=len)[:LENGTH]
    with connection.cursor() as cursor:
        cursor.execute(
            "select company_id from site_company_suffix where suffix >= %s and suffix < %s limit %s",
            [longest, longest + _LAST, MANY + 1],
        )
        hits = {row[0] for row in cursor.fetchall()}
        if len(hits) > MANY:
            return None
        tests = " and ".join(contains("text") for _ in words)
        cursor.execute(
            f"select company_id from site_company_row where {member_of('company_id')} and {tests}",
            [number_param(hits), *words],
        )
        return [row[0] for row in cursor.fetchall()]


def _keyset(query: CompanyQuery) -> tuple[str, list[Any]]:
    if query.cursor is None:
        return "", []
    down = query.descending != query.cursor.backwards
    values = [query.cursor.value, query.cursor.tie]
    return f"where ({query.sort}, company_id) {'<' if down else '>'} (%s, %s)", values


def _order(query: CompanyQuery, sort: str = "", tie: str = "company_id") -> str:
    down = query.descending != bool(query.cursor and query.cursor.backwards)
    way = "desc" if down else "asc"
    return f"order by {sort or query.sort} {way}, {tie} {way}"


def _page(query: CompanyQuery, raw: list[Any], total: int | None, stopped: Any) -> CompanyPage:
    more = len(raw) > query.size
    shown = raw[: query.size]
    backwards = bool(query.cursor and query.cursor.backwards)
    onward = Cursor(shown[-1][-1], shown[-1][0], backwards) if more else None
    if stopped is not None:
        onward = Cursor(stopped[0], stopped[1], backwards)
    came = Cursor(shown[0][-1], shown[0][0], not backwards) if shown and query.cursor else None
    before, after = (onward, came) if backwards else (came, onward)
    rows = tuple(_item(entry) for entry in (reversed(shown) if backwards else shown))
    return CompanyPage(rows, total, before, after, stopped is not None)


def _item(raw: tuple[Any, ...]) -> CompanyItem:
    company_id, name, leads, hot, last_day, best, person, email, key, title, total, heat, _ = raw
    return CompanyItem(
        company_id=company_id,
        name=name,
        leads=leads,
        hot=hot,
        last_day=EPOCH + timedelta(days=last_day) if last_day else None,
        best=best,
        person=person or email or key or "",
        title=title or "",
        total=total or 0.0,
        heat=heat,
    )


def _cursor(given: QueryDict, sort: str) -> Cursor | None:
    backwards = "before" in given
    try:
        value, tie = json.loads(given.get("before" if backwards else "after", ""))
    except (ValueError, TypeError):
        return None
    fits = isinstance(value, str) and "\0" not in value if sort == "sort" else _whole(value)
    return Cursor(value, tie, backwards) if fits and _whole(tie) else None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST
