"""The two kinds of what may be one, as far as what they share has to tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag

from django.db.models import Q

from mikomi.core.matching.levels import Level, Told
from mikomi.core.words import Words
from mikomi.hub.people.models import Company, Lead, Scope
from mikomi.hub.people.models.same import Merging, Pair
from mikomi.hub.people.same.types import Brief


@dataclass(frozen=True, slots=True)
class Kind[Subject: Lead | Company, B: Brief]:
    """Leads (`people.duplicates.leads.LEADS`) or companies (`people.same_companies.companies.COMPANIES`).

    `there`: who is not out. `hidden`: fields that follow from others, so that nobody chooses them.
    `reasons`, `tell`: the bits of `core.matching` and their words. `briefs`: those of these numbers that
    are there. `called`: リード or 会社. `away`: said where one of two is out.
    """

    scope: Scope
    subjects: type[Subject]
    pairs: type[Pair]
    merges: type[Merging]
    there: Q
    hidden: tuple[str, ...]
    levels: Mapping[Level, Words]
    reasons: type[IntFlag]
    tell: Callable[[int], tuple[Told, ...]]
    briefs: Callable[[Sequence[int]], Mapping[int, B]]
    called: Words
    away: Words

    def choosable(self, values: Mapping[str, str]) -> list[str]:
        """The fields of these values that a person may choose; the rest follows from them."""
        return sorted(field for field in values if field not in self.hidden)

    def filled(self, one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
        """The fields that `other` knows and `one` does not: what a merge takes where nobody chose."""
        return [field for field in self.choosable(other) if other[field] and not one.get(field)]
