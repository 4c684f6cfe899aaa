"""What this app gives to others, besides frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from mikomi.core.words import Words


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a frame of leads: counts of rows, and the leads that changed (numbers, Int32,
    sorted; those whose company changed included). `conflicts`: values of one company that differ
    within the frame; the last one was taken."""

    new: int
    changed: int
    unchanged: int
    conflicts: int
    leads: pl.Series


@dataclass(frozen=True, slots=True)
class FieldView:
    """An attribute as conditions name it: `scope` is `lead` or `company`, `kind` one of
    `core.values.fields.KINDS`.

    `choices`: (stored key, label). `checks`: `least`, `most`, `longest` where they are set. `required`:
    where it must be filled in (`import`, `form`). `derived`: the product fills it in where nobody has.
    """

    key: str
    label_ja: str
    label_en: str
    scope: str
    kind: str
    custom: bool
    group: str = ""
    place: int = 0
    choices: tuple[tuple[str, Words], ...] = ()
    checks: Mapping[str, float] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    archived: bool = False
    derived: bool = False

    @property
    def label(self) -> Words:
        """What it is called."""
        return Words(self.label_ja, self.label_en)


@dataclass(frozen=True, slots=True)
class Person:
    """A lead as pages show it. `attributes`: all values known now, the company's included, by key.
    `merged_into`: whom a merged one went into."""

    number: int
    key: str
    name: str
    company: str
    company_number: int | None
    email: str
    created_at: datetime | None
    added_at: datetime
    attributes: dict[str, str]
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class CompanyView:
    """A company as pages show it."""

    number: int
    name: str
    attributes: Mapping[str, str]
    leads: int


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that became known. `value` "" was taken away; `before` is what held until then, None
    if nothing was known. `known_from` None: it holds from the beginning. `by`: the person's name."""

    field: str
    scope: str
    value: str
    before: str | None
    known_from: date | None
    recorded_at: datetime
    source: str
    by: str


@dataclass(frozen=True, slots=True)
class Trashed:
    """A lead in the trash. `by`: who put it there; `erased_on`: the local day it is erased for good."""

    number: int
    name: str
    company: str
    trashed_at: datetime
    by: str
    erased_on: date


@dataclass(frozen=True, slots=True)
class Label:
    """A tag, or a list that somebody keeps by hand."""

    number: int
    name: str
    note: str = ""
