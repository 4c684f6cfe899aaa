"""Writes docs/reference/roles.md, who may do what, from the table that the pages themselves ask.

python tools/roles.py
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from django.urls import URLPattern, URLResolver, get_resolver

from mikomi.hub.accounts.access import ADMINISTER, CONTACT, LEAD_TEAM, MARKET, NEEDS, PUBLIC, READ
from mikomi.hub.accounts.allowing import needed
from mikomi.hub.accounts.types import GIVEN, ROLE_NAMES, ROLE_WORDS, Capability, Role

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "roles.md"
HEAD = """# Roles: who may do what

Written by `tools/roles.py` from `src/mikomi/hub/accounts/access.py`, the one place that the pages ask, which
names every address. How people get their role: [people and roles](../how-to/people-and-roles.md).

| role | 役割 | may |
|---|---|---|
"""
TABLE = """
What each role can do, area by area; the addresses of an area begin as named.

| area | what | {roles} |
|---|---|{lines}|
"""
FOOT = """
✓: may. Empty: may not; the button is not shown, and whoever opens the address is told which roles may. Where
that is restricted, sales see the leads and companies in their own hands alone. What needs no login (forms,
documents, logging in) is not listed.
"""

MARKET_OR_LEAD, MARKET_OR_ADMIN = MARKET | LEAD_TEAM, MARKET | ADMINISTER

AREAS: dict[str, dict[Capability, str]] = {
    "Today `/` `/today`": {
        READ: "see whom to call, the brief for a call, and who is nearly there",
        CONTACT: "record results, take them back, choose the next date, write the text of one's mails",
    },
    "Hot leads `/hot`": {READ: "see the hot leads"},
    "Reconsidering `/reconsidering`": {READ: "see who came back, and what was talked about"},
    "Hand-offs `/handoffs`": {
        READ: "see all hand-offs and how each went",
        CONTACT: "give one to somebody else, return it, open it again, write the hand-offs to a file",
    },
    "Leads `/leads`": {
        READ: "search and filter the list, see a person with all that happened, keep one's own views",
        CONTACT: "write values, what was heard, stages and campaigns of a person; note a new job; hand over",
        MARKET_OR_LEAD: "edit many at once, put away, exclude, write the list to a file",
        MARKET: "say that a visit was a machine's, part browsers from a person",
        ADMINISTER: "answer requests on personal data: give out, stop the use, erase",
    },
    "Companies `/companies`": {
        READ: "see companies, their people and what they did",
        CONTACT: "look companies up while writing a new job",
        MARKET_OR_LEAD: "merge companies and take it back, exclude one",
    },
    "Results `/results`": {CONTACT: "record meetings, won and lost deals by hand, and take them back"},
    "Notes and files `/notes` `/files`": {
        READ: "open the files of leads and companies",
        CONTACT: "write notes and keep files, change and delete them",
    },
    "Flow by month `/flow`": {READ: "see leads, hot ones, hand-offs, meetings and deals by month"},
    "Visiting companies `/visiting`": {
        READ: "see which companies visit the site",
        MARKET: "say which networks are whose",
    },
    "Segments `/segments`": {
        READ: "see segments, who is in and why",
        MARKET: "make, change and delete segments",
        MARKET_OR_LEAD: "set priorities",
    },
    "Score `/score`": {
        READ: "see the published versions of the score",
        MARKET: "change the draft, publish it, take it out as a file",
    },
    "Journey `/journey`": {
        READ: "see the map, its revisions and its gaps",
        MARKET: "change the map and keep revisions",
    },
    "Contents `/content`": {MARKET: "group contents, say where a page moved"},
    "Campaigns `/campaigns`": {
        READ: "see campaigns, what they brought and what they cost",
        MARKET: "make and change campaigns",
    },
    "Documents `/documents`": {
        READ: "see documents and who read them",
        CONTACT: "make and end links for one person",
        MARKET: "upload, change and end documents",
    },
    "Seminars `/seminars`": {
        READ: "see seminars and who applied",
        CONTACT: "receive guests, change seats, take the list of guests out",
        MARKET: "make, open, close and call off seminars, take lists in",
    },
    "Forms `/forms`": {MARKET: "make forms, see and judge what was sent"},
    "Imports `/import`": {MARKET: "take files in and back out"},
    "Duplicates `/duplicates`": {MARKET_OR_LEAD: "merge leads that are one person, and take it back"},
    "Edits, tags, trash `/acts` `/labels` `/trash`": {
        MARKET_OR_LEAD: "take an edit of many leads back, rename tags and lists, bring leads back",
    },
    "Settings `/settings`": {
        READ: "choose what alerts one gets",
        MARKET_OR_LEAD: "set the rules of hand-offs, working hours, seats, how many a day, exclusions",
        MARKET: "set fields and the tag, look through what is measured, move the threshold",
        MARKET_OR_ADMIN: "write what is published about the tag, choose whether visits belong to people",
        ADMINISTER: "people and roles, the audit log, channels of alerts, how long records are kept",
    },
    "One's alerts `/alerts`": {READ: "read one's own alerts"},
    "One's account `/account` `/password` `/reauthenticate`": {
        READ: "change name, language, password, the second step; log out elsewhere",
    },
}
"""By area: by what one must be able to do, what that is in words."""


def page() -> str:
    """The whole page. Raises `LookupError` where the table asks for something that has no words here, or not
    any more."""
    asked: set[tuple[str, Capability]] = set()
    for name, path in _addresses(get_resolver(), "/", ""):
        if not name.startswith("kit_") and NEEDS.get(name) != PUBLIC:
            asked |= {(f"`/{path.split('/')[1]}`", needed(name, method)) for method in ("GET", "POST")}
    text = HEAD
    for role, name in ROLE_NAMES.items():
        text += f"| {name.en} (`{role.value}`) | {name.ja} | {ROLE_WORDS[role].en} |\n"
    text += TABLE.format(
        roles=" | ".join(ROLE_NAMES[r].en for r in Role), lines="|".join(":-:" for _ in Role)
    )
    for area, does in AREAS.items():
        beginnings = set(re.findall("`[^`]*`", area))
        needs = {need for beginning, need in asked if beginning in beginnings}
        if needs != set(does):
            raise LookupError(f"{area}: words for {needs - set(does)}, no more for {set(does) - needs}")
        asked = {one for one in asked if one[0] not in beginnings}
        shown = f"**{area.partition(' `')[0]}** {' '.join(re.findall('`[^`]*`', area))}"
        for need, words in does.items():
            ticks = " | ".join("✓" if GIVEN[role] & need else "" for role in Role)
            text += f"| {shown} | {words} | {ticks} |\n"
            shown = ""
    if asked:
        raise LookupError(f"no area for {sorted(beginning for beginning, _need in asked)}")
    return text + FOOT


def _addresses(resolver: URLResolver, before: str, names: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = before + re.sub(r"[\^$\\]", "", str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from _addresses(entry, path, inner)
        elif isinstance(entry, URLPattern):
            yield f"{names}{entry.name}", path


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mikomi.hub.settings")
    os.environ.setdefault("MIKOMI_DATA", tempfile.mkdtemp())
    django.setup()
    PAGE.write_text(page(), "utf-8")
