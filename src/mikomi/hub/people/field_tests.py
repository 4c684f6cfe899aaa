"""Leads by what a field of theirs, or of their company's, says: as SQL, and as numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from mikomi.core.words import Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.kit.setwise import on_postgres
from mikomi.hub.people.models import Field, Scope

RANGED = ("number", "money", "date")
ANY_OF = ("choice", "choices", "yes_no")
FOLLOWED = 20_000
"""Where more leads than this changed since one looked last, all are read anew."""
REMEMBERED = 32
"""Of so many tests is known who passes, with a byte a lead."""

type Numbers = npt.NDArray[np.int64]
type Passing = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FieldTest:
    """What is asked of one field, as its kind has it: any of `values` (choices), `text` that is in it,
    or a range from `least` to `most` (texts as they were typed, "" open)."""

    field: str
    kind: str
    of_company: bool
    values: tuple[str, ...] = ()
    text: str = ""
    least: str = ""
    most: str = ""


@dataclass(frozen=True, slots=True)
class TestedField:
    """A field that lists can be filtered by, edited in bulk and shown. `choices`: what is stored, and
    how it is called."""

    key: str
    label: Words
    kind: str
    of_company: bool
    custom: bool
    choices: tuple[tuple[str, Words], ...]


def tested_fields() -> list[TestedField]:
    """The fields in use, those that people made first."""
    return [
        TestedField(
            key=field.key,
            label=Words(field.label_ja, field.label_en or field.label_ja),
            kind=field.kind,
            of_company=field.scope == Scope.COMPANY,
            custom=field.custom,
            choices=tuple((c["key"], Words(c["ja"], c.get("en") or c["ja"])) for c in field.choices),
        )
        for field in Field.objects.filter(archived_at=None).order_by("-custom", "place", "key")
    ]


def condition(test: FieldTest, leads: str, column: str = "lead_id") -> tuple[str, list[Any]]:
    """SQL that holds where the lead of the table `leads` passes, and its parameters. Asked row by row,
    as `labels.has_label` is."""
    value, params = _value(test)
    tests, more = _compared(test, value)
    join = " left join people_company c on c.id = p.company_id" if test.of_company else ""
    held = f"select 1 from people_lead p{join} where p.id = {leads}.{column} and "
    return f"({held}{' and '.join(tests)}) = 1", [one for last in more for one in (*params, last)]


def passing(test: FieldTest) -> Passing:
    """Who passes: true at the number of each lead that does; numbers beyond its end do not. Not to be
    written to.

    All leads are read the first time a process is asked; from then on only those that changed since.
    """
    if connection.in_atomic_block:
        # What is not committed may never be: nobody else must be told of it.
        return _marked(_passing(test))
    memory = _memory(test)
    memory.known = _followed(test, memory.known)
    return memory.known.passing


@dataclass(frozen=True, slots=True)
class _Known:
    """Who passes a test as of change number `change`."""

    change: int
    passing: Passing


@dataclass(slots=True)
class _Memory:
    known: _Known | None = None


@lru_cache(maxsize=REMEMBERED)
def _memory(test: FieldTest) -> _Memory:
    return _Memory()


def forget() -> None:
    """Forgets who passes which test: for another database, whose changes have the same numbers."""
    _memory.cache_clear()


def _followed(test: FieldTest, known: _Known | None) -> _Known:
    """`known` as of now. The change number comes first: whatever is read after it is at least as new."""
    change = activity.last_change()
    if known is not None and known.change == change:
        return known
    if known is None or known.change > change:
        return _Known(change, _marked(_passing(test)))
    changed = activity.changed_since(known.change, most=FOLLOWED + 1)["lead"].to_numpy().astype(np.int64)
    if len(changed) > FOLLOWED:
        return _Known(change, _marked(_passing(test)))
    if not len(changed):
        return _Known(change, known.passing)
    now = np.zeros(max(len(known.passing), int(changed.max()) + 1), dtype=np.bool_)
    now[: len(known.passing)] = known.passing
    now[changed] = False
    now[_passing(test, changed)] = True
    return _Known(change, now)


def _marked(leads: Numbers) -> Passing:
    marked = np.zeros(int(leads.max()) + 1 if len(leads) else 0, dtype=np.bool_)
    marked[leads] = True
    return marked


def _passing(test: FieldTest, among: Numbers | None = None) -> Numbers:
    """The numbers of the leads that pass, of all or `among` some."""
    value, params = _value(test)
    tests, more = _compared(test, value)
    asked: list[Any] = [one for last in more for one in (*params, last)]
    if among is not None:
        numbers = among.tolist()
        tests.append("p.id = any(%s)" if on_postgres() else "p.id in (select value from json_each(%s))")
        asked.append(numbers if on_postgres() else json.dumps(numbers))
    # A million numbers as one text are read sooner than a million rows.
    together = "string_agg(p.id::text, ',')" if on_postgres() else "group_concat(p.id)"
    join = " left join people_company c on c.id = p.company_id" if test.of_company else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {together} from people_lead p{join} where p.trashed_at is null"
            f" and p.merged_into is null and {' and '.join(tests)}",
            asked,
        )
        (found,) = cursor.fetchone()
    return np.fromstring(found or "", dtype=np.int64, sep=",")


def _value(test: FieldTest) -> tuple[str, list[Any]]:
    """SQL for the text of the field, and its parameters."""
    if on_postgres():
        own, shared = "p.attributes->>%s", "c.attributes->>%s"
        name = test.field
    else:
        own, shared = "json_extract(p.attributes, %s)", "json_extract(c.attributes, %s)"
        name = '$."' + test.field.replace('"', '\\"') + '"'
    if not test.of_company:
        return f"({own})", [name]
    return f"coalesce(nullif({shared}, ''), {own})", [name, name]


def _compared(test: FieldTest, value: str) -> tuple[list[str], list[Any]]:
    """SQL tests with one parameter each, besides those of the value before it."""
    if test.kind == "choices":
        within = "strpos" if on_postgres() else "instr"
        each = f"{within}(';' || {value} || ';', %s) > 0"
        return [f"({' or '.join([each] * len(test.values))})"], [f";{one};" for one in test.values]
    if test.kind in ANY_OF:
        if on_postgres():
            return [f"{value} = any(%s)"], [list(test.values)]
        return [f"{value} in (select value from json_each(%s))"], [json.dumps(list(test.values))]
    if test.kind in RANGED:
        read = value if test.kind == "date" else _number(value)
        asked = [(">=", test.least), ("<=", test.most)]
        typed = [(way, one if test.kind == "date" else float(one)) for way, one in asked if one]
        return [f"{read} {way} %s" for way, _ in typed], [one for _, one in typed]
    inside = "strpos(lower({}), %s) > 0" if on_postgres() else "instr(lower({}), %s) > 0"
    return [inside.format(value)], [test.text.lower()]


def _number(value: str) -> str:
    """SQL for the number that a text begins with (the least of a range, 約 left out), null without one."""
    if on_postgres():
        return rf"cast(substring({value} from '-?[0-9]+(?:\.[0-9]+)?') as double precision)"
    return f"cast(nullif(ltrim({value}, '約〜<>'), '') as real)"
