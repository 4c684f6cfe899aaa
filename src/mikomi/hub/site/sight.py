"""Whose leads a person may see, where the admin restricts it: the one place that says so.

A sales person then sees what is theirs or nobody's. A lead is theirs where 担当 names them, or where they
have the open hand-off of its company, or had the last one; it is nobody's where 担当 is empty and nobody had
it, or where it is handed over and waits for anybody. Reads of lists ask the tests of SQL here; pages of one
lead, company, hand-off, note or file are refused by `SightMiddleware`, by their address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff import whose, worklist
from mikomi.hub.kit import sight
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people import attachments, notes
from mikomi.hub.people import queries as people
from mikomi.hub.site.rows import cells

_NONE = -1
FEW = 10_000
"""Of so few leads that can be theirs, lists read these alone; otherwise enough of them are met on any way."""


@dataclass(frozen=True, slots=True)
class Own:
    """The sight of a sales person (a user's number, and the name that 担当 says) who sees their own alone."""

    user: int
    name: str

    def hidden(self, leads: Collection[int]) -> set[int]:
        """Those of `leads` (numbers) that are somebody else's, by what is known of them now."""
        known = people.persons(sorted(leads))
        frame = pl.DataFrame(
            {
                "lead_id": [one.number for one in known],
                "company_id": [one.company_number for one in known],
                "owner": [one.attributes.get("owner", "") for one in known],
            },
            schema={"lead_id": pl.Int32, "company_id": pl.Int32, "owner": pl.String},
        )
        with transaction.atomic(), staged(frame, "looked_at"):
            test, params = theirs("v", self)
            seen = fetch(f"select v.lead_id from looked_at v where {test}", {"lead_id": pl.Int32}, params)
        return set(frame["lead_id"].to_list()) - set(seen["lead_id"].to_list())


def theirs(row: str, own: sight.Sight) -> tuple[str, list[Any]]:
    """SQL that holds for a row (of `lead_id`, `company_id`, `owner`) that the person may see, with its
    parameters."""
    held = whose.of_lead(f"{row}.lead_id", f"{row}.company_id")
    nobody = f"case when {row}.owner = '' then {whose.EVERYBODY} else {_NONE} end"
    return (
        f"({row}.owner = %s or coalesce({held}, {nobody}) in ({whose.EVERYBODY}, {int(own.user)}))",
        [own.name],
    )


def rows_test() -> tuple[str, list[Any]]:
    """` and …` for reads of `site_lead_row r`; empty where everything is seen."""
    own = sight.present()
    if own is None:
        return "", []
    test, params = theirs("r", own)
    return f" and {test}", params


def by_number() -> tuple[Callable[[str], str], list[Any]] | None:
    """The same for any table with `lead_id`, asked row by row; None where everything is seen."""
    own = sight.present()
    if own is None:
        return None
    test, params = theirs("v", own)

    def sql(table: str) -> str:
        return f"(select 1 from site_lead_row v where v.lead_id = {table}.lead_id and {test}) = 1"

    return sql, params


def few_leads() -> set[int] | None:
    """The leads among which all are that the person may see; None where they are many, or all."""
    own = sight.present()
    if own is None:
        return None
    named = cells.all_cells().filter(pl.col("owner").is_in([own.name, ""]))
    if named["n"].sum() > FEW:
        return None
    companies, alone = whose.handed_to(own.user)
    with connection.cursor() as cursor:
        cursor.execute(
            "select lead_id from site_lead_row where owner in (%s, '')"
            f" union select lead_id from site_lead_row where company_id in ({companies}) union {alone}",
            [own.name],
        )
        return {row[0] for row in cursor.fetchall()}


def few_companies() -> list[int] | None:
    """The companies among which all are that the person may see; None where they are many, or all."""
    leads = few_leads()
    if leads is None:
        return None
    found = people.company_numbers(sorted(leads)).drop_nulls()
    return sorted(set(found.to_series(1).to_list()))


def company_test(company: str) -> tuple[str, list[Any]]:
    """SQL that holds for a company (SQL for its number) that the person may see: one of whose people they
    may, or without people, that nobody else has."""
    own = sight.present()
    if own is None:
        return "", []
    # Put so that a planner finds them by their company, never all leads of an owner.
    owner = "v.owner || ''"
    people_of = f"select 1 from site_lead_row v where v.company_id = {company}"
    return (
        f"(case coalesce({whose.of_company(company)}, {_NONE}) when {int(own.user)} then true"
        f" when {whose.EVERYBODY} then true when {_NONE}"
        f" then not exists ({people_of}) or exists ({people_of} and {owner} in (%s, ''))"
        f" else exists ({people_of} and {owner} = %s) end)",
        [own.name, own.name],
    )


class SightMiddleware:
    """Sets the sight of whoever asks for all reads of a request, and refuses what is somebody else's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with sight.looking(sight_of(request.user)):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        own, match = sight.present(), request.resolver_match
        if own is None or match is None:
            return None
        for what, number in _asked(request, match.route, kwargs):
            if number >= 2**31 or not _HIDES[what](own, number):
                continue
            if request.headers.get("hx-request"):
                return HttpResponse(status=403)
            return render(request, "site/not_theirs.html", {"what": what}, status=403)
        return None


def sight_of(user: Any) -> sight.Sight | None:
    """What a person of the product sees; None: everything."""
    return None if whose.sees_all(user) else Own(user.pk, user.name)


def _asked(request: HttpRequest, route: str, kwargs: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """What a request is about: leads, companies and so on by number, by its address and its form."""
    for start, what in _BY_ADDRESS.items():
        if route.startswith(f"{start}<int:number>/"):
            yield what, kwargs["number"]
    given = request.POST if request.method == "POST" else request.GET
    for name in ("lead", "subject"):
        text = given.get(name, "") or request.GET.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 10:
            yield ("company" if given.get("scope") == "company" else "lead"), int(text)


def _hides_lead(own: sight.Sight, number: int) -> bool:
    return bool(own.hidden([number]))


def _hides_company(_own: sight.Sight, number: int) -> bool:
    test, params = company_test(str(int(number)))
    with connection.cursor() as cursor:
        cursor.execute(f"select case when {test} then 1 else 0 end", params)
        return not cursor.fetchone()[0]


def _hides_handoff(own: sight.Sight, number: int) -> bool:
    held = handoffs.handoff(number)
    return held is not None and held.owner not in (None, own.user)


def _hides_result(own: sight.Sight, number: int) -> bool:
    said = worklist.result(number)
    return said is not None and _hides_handoff(own, said.handoff)


def _hides_note(own: sight.Sight, number: int) -> bool:
    return _hides_subject(own, notes.subject_of(number))


def _hides_file(own: sight.Sight, number: int) -> bool:
    return _hides_subject(own, attachments.subject_of(number))


def _hides_subject(own: sight.Sight, found: tuple[str, int] | None) -> bool:
    return found is not None and _HIDES[found[0]](own, found[1])


_HIDES: dict[str, Callable[[sight.Sight, int], bool]] = {
    "lead": _hides_lead,
    "company": _hides_company,
    "handoff": _hides_handoff,
    "result": _hides_result,
    "note": _hides_note,
    "file": _hides_file,
}
_BY_ADDRESS = {
    "leads/": "lead",
    "companies/": "company",
    "handoffs/": "handoff",
    "today/": "handoff",
    "today/results/": "result",
    "notes/": "note",
    "files/": "file",
}
"""What the number in an address is, by how the address begins."""
