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

from mikomi.hub.accounts.access import NEEDS, PUBLIC
from mikomi.hub.accounts.allowing import allowed_role
from mikomi.hub.accounts.types import ROLE_NAMES, ROLE_WORDS, Role

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "roles.md"
HEAD = """# Roles: who may do what

Written by `tools/roles.py` from `src/mikomi/hub/accounts/access.py`, the one place that the pages ask, which
names every address. How people get their role: [people and roles](../how-to/people-and-roles.md).

| role | 役割 | may |
|---|---|---|
"""
TABLE = """
| pages under | {roles} |
|---|{lines}|
"""
FOOT = """
all: everything there. read: see everything there, change nothing. part: see or do some of it; the rest is not
shown, or says who may. Empty: nothing. What needs no login (forms, documents, logging in) is not listed.
"""


def page() -> str:
    """The whole page."""
    areas: dict[str, set[str]] = {}
    for name, path in _addresses(get_resolver(), "/", ""):
        if not name.startswith("kit_") and NEEDS.get(name) != PUBLIC:
            areas.setdefault("/" + path.split("/")[1], set()).add(name)
    text = HEAD
    for role, name in ROLE_NAMES.items():
        text += f"| {name.en} (`{role.value}`) | {name.ja} | {ROLE_WORDS[role].en} |\n"
    text += TABLE.format(
        roles=" | ".join(ROLE_NAMES[r].en for r in Role), lines="|".join("---" for _ in Role)
    )
    for area, names in sorted(areas.items()):
        text += f"| `{area}` | {' | '.join(_much(role, names) for role in Role)} |\n"
    return text + FOOT


def _much(role: Role, names: set[str]) -> str:
    opened = {name for name in names if allowed_role(role, name)}
    used = {name for name in names if allowed_role(role, name, "POST")}
    if used == names:
        return "all"
    if opened == names:
        return "read" if not used else "part"
    return "part" if opened else ""


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
