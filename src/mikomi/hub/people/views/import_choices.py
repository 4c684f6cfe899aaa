"""What a person chose on the check page, out of the posted form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from django.http import QueryDict

from mikomi.hub.people.fields import FACTS, STANDARD
from mikomi.hub.people.importing.joining import campaigns
from mikomi.hub.people.importing.options import CONFLICTS, NewField, Options
from mikomi.hub.people.models import Import
from mikomi.hub.people.views.import_page import NEW, column_rows, groups_and_labels
from mikomi.hub.people.views.import_words import FIELD_KINDS

LONGEST_LABEL = 60
_BETWEEN = re.compile(r"[、，,;；\n]+")


def chosen_columns(posted: QueryDict, record: Import, options: Options) -> tuple[Options, tuple[str, ...]]:
    """`options` with the columns as posted, and the headers that lost their field to another column.

    Only what differs from what the program proposes is kept, so that the rest follows its proposals.
    """
    groups, labels = groups_and_labels(record, options)
    rows = column_rows(record, options, groups)
    named = {str(text).casefold(): key for key, words in labels.items() for text in (words.ja, words.en)}
    made = {new.key: new for new in options.fields}
    before = {row.header: row.choice if row.choice != NEW else _told_field(record, row.index) for row in rows}
    now: dict[str, str] = {}
    touched: set[str] = set()
    for row in rows:
        value = posted.get(f"c-{row.index}")
        if value is None:
            now[row.header] = before[row.header]
            continue
        if value == NEW:
            value, new = _new_field(posted, row.index, row.header, named)
            if new is not None and (row.choice != NEW or _differs(new, made.get(value), before[row.header])):
                made[value] = new
                touched.add(row.header)
        elif value not in labels and value != "":
            value = before[row.header]
        now[row.header] = value
        if value != before[row.header]:
            touched.add(row.header)
    moved = _give_way(now, touched)
    kept = {header: key for header, key in options.columns.items() if header not in now}
    for header, key in now.items():
        if header in touched or header in moved or header in options.columns:
            kept[header] = key
    used = set(kept.values())
    fields = tuple(new for key, new in made.items() if key in used)
    return replace(options, columns=kept, fields=fields), moved


def chosen_rule(posted: QueryDict, options: Options) -> Options:
    """`options` with the rule for values that differ, and what a seminar's list does not say itself."""
    rule = posted.get("conflict", options.conflict)
    if "seminar" in posted:
        held = posted.get("held_at", "").strip()[:16]
        options = replace(options, seminar=posted.get("seminar", "").strip()[:200], held_at=held)
    # Membership does not narrow a text to the literals for the type checker.
    return replace(options, conflict=rule) if rule in CONFLICTS else options  # pyright: ignore[reportArgumentType]


def chosen_for_everybody(posted: QueryDict, options: Options) -> Options:
    """`options` with what all leads of the file get."""
    if "tags" not in posted:
        return options
    return replace(
        options,
        tags=_names(posted.get("tags", "")),
        lists=_names(posted.get("lists", "")),
        source=posted.get("source", "").strip()[:100],
        owner=posted.get("owner", "").strip()[:100],
        campaign=next((n for n, _name in campaigns() if str(n) == posted.get("campaign")), None),
    )


def _told_field(record: Import, index: int) -> str:
    return str(record.report["columns"][index]["field"])


def _new_field(
    posted: QueryDict, index: int, header: str, named: Mapping[str, str]
) -> tuple[str, NewField | None]:
    """The key of the field that the column is to become, and the field unless there is one so called."""
    label = (posted.get(f"n-{index}", "").strip() or header.strip() or header)[:LONGEST_LABEL]
    kind = posted.get(f"k-{index}", "text")
    kind = kind if kind in dict(FIELD_KINDS) else "text"
    known = named.get(label.casefold())
    if known is not None:
        return known, None
    key = label
    while key in STANDARD or key in FACTS:
        key += "_"
    choices = _names(posted.get(f"o-{index}", "")) if kind in ("choice", "choices") else ()
    return key, NewField(key=key, label=label, kind=kind, choices=choices)


def _differs(new: NewField, old: NewField | None, key: str) -> bool:
    return new != (old or NewField(key=key, label=key))


def _give_way(now: dict[str, str], touched: set[str]) -> tuple[str, ...]:
    """One field comes from one column: whoever had it before it was chosen elsewhere leaves it. `now` is
    changed so."""
    moved: list[str] = []
    holder: dict[str, str] = {}
    for header, key in now.items():
        if not key:
            continue
        other = holder.setdefault(key, header)
        if other == header:
            continue
        loser = header if other in touched and header not in touched else other
        if loser == other:
            holder[key] = header
        if header not in touched and other not in touched:
            continue
        now[loser] = ""
        moved.append(loser)
    return tuple(moved)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in _BETWEEN.split(text) if (name := part.strip()[:100])))
