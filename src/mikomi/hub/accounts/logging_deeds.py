"""Runs what a button does and writes its entry of the audit log, both or neither.

Most buttons' views run in one transaction with the entry, as the tables of `audited` say. An entry is
written when the button did something: its address answered by leading on (or, asked by a script, with a
new piece of the page) and no error was said. The views of `OWN` wait for a lease, read for long or go on
after their deed (a small file is stored at once), so a transaction around them would keep everybody else
from writing, on SQLite; their deeds commit inside `audit.deed`, and the entry with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.messages.constants import WARNING
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver

from mikomi.core.words import Words
from mikomi.hub.accounts import audit
from mikomi.hub.accounts.audited import LOADED, POSTED, PRESSED

OWN = {
    "people:import_load",
    "people:import_undo",
    "scores:publish",
    "site:compare",
    "site:compare_companies",
    "site:edit",
    "site:edit_field",
    "site:erase",
    "site:part",
    "site:part_companies",
    "site:priorities",
    "site:put_away",
    "site:segment_edit",
    "site:segment_new",
    "site:undo_single",
    "site:write_file",
}
"""The buttons whose deed takes its own transaction."""

type View = Callable[..., HttpResponseBase]


def log_deeds(patterns: Sequence[URLPattern | URLResolver], names: str = "") -> None:
    """Has the views of `patterns` (and of all that they include) leave their entries."""
    for one in patterns:
        if isinstance(one, URLResolver):
            log_deeds(one.url_patterns, f"{names}{one.namespace}:" if one.namespace else names)
            continue
        name = f"{names}{one.name}"
        if name in PRESSED or name in POSTED or name in LOADED:
            one.callback = _logged(one.callback, name)


def _logged(view: View, name: str) -> View:
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponseBase:
        if request.method == "GET":
            answer = view(request, *args, **parts)
            # Personal data leave with the answer, so they are told of before it is sent.
            if name in LOADED and answer.status_code < 300:
                with transaction.atomic():
                    _record(request, LOADED[name], parts)
            return answer
        entry = PRESSED.get(name) or POSTED.get(name)
        if request.method != "POST" or entry is None:
            return view(request, *args, **parts)
        if name in OWN:
            with audit.owing(audit.Owed(request.user, *entry, parts)):
                return view(request, *args, **parts)
        with transaction.atomic():
            answer = view(request, *args, **parts)
            if _did(request, name, answer):
                _record(request, entry, parts)
        return answer

    return run


def _record(request: HttpRequest, entry: tuple[str, str, Words], parts: dict[str, Any]) -> None:
    action, target, words = entry
    said = Words(words.ja.format(**parts), words.en.format(**parts))
    audit.record(request.user, action, target.format(**parts), said)


def _did(request: HttpRequest, name: str, answer: HttpResponseBase) -> bool:
    """Whether the button did something: no page that says why not."""
    onward = 300 <= answer.status_code < 400 or (answer.status_code < 300 and getattr(request, "htmx", False))
    told = getattr(getattr(request, "_messages", None), "_queued_messages", ())
    return (onward or (name in POSTED and answer.status_code < 300)) and not any(
        message.level >= WARNING for message in told
    )
