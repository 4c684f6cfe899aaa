"""All addresses of the product, as Django's resolver knows them, each with arguments that fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

WORDS = {
    "key": "nobody-1",
    "uidb36": "1",
    "token": "guess",
    "slug": "contact",
    "kind": "tag",
    "name": "saas",
    "lane": "question",
    "role": "sales",
    "part": "points",
    "what": "remove",
    "section": "engagement",
    "act": "remove",
}
"""What stands in an address where a word is wanted; where a number is, 1 stands."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address: what it is called, a path of it, and whether its view wants a login."""

    name: str
    path: str
    login: bool


def addresses() -> list[Address]:
    """Every address, in the order of the resolver."""
    return list(_walk(get_resolver(), "/", ""))


def _walk(resolver: URLResolver, before: str, names: str) -> Any:
    for entry in resolver.url_patterns:
        path = before + _sample(entry)
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from _walk(entry, path, inner)
        else:
            name = f"{names}{entry.name}" if entry.name else f"{names}{entry.lookup_str}"
            yield Address(name, path, getattr(entry.callback, "login_required", True))


def _sample(entry: URLPattern | URLResolver) -> str:
    written = str(entry.pattern)
    if isinstance(entry.pattern, RoutePattern):
        return re.sub(r"<(?:(\w+):)?(\w+)>", lambda m: "1" if m[1] == "int" else WORDS[m[2]], written)
    filled = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: WORDS[m[1]], written)
    return filled.strip("^$").replace("\\", "")
