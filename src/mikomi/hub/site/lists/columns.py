"""The columns of a list: which there are, which are chosen, and what stands in those of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mikomi.hub.capture.campaigns.queries import names_of
from mikomi.hub.journey.standing import names_of_stages
from mikomi.hub.people import field_values, labels
from mikomi.hub.people.field_tests import TestedField, tested_fields
from mikomi.hub.site.lists.address import OF_FIELD
from mikomi.hub.site.lists.pages import SORTS
from mikomi.hub.site.types import Row

PARAM = "col"
BUILT_IN: dict[str, tuple[str | Promise, bool]] = {
    "company": (_("会社"), False),
    "total": (_("スコア"), False),
    "fit": (_("属性"), True),
    "engagement": (_("行動"), True),
    "industry": (_("業種"), False),
    "owner": (_("担当"), False),
    "last_day": (_("最後の動き"), True),
    "title": (_("役職"), False),
    "department": (_("部署"), False),
    "email": (_("メール"), False),
    "tags": (_("タグ"), False),
    "lists": (_("リスト"), False),
    "campaigns": (_("施策"), False),
    "stage": (_("段階"), False),
}
"""Columns besides the name, which is always there: label, and whether its values stand at the right."""
USUAL = ("company", "total", "fit", "engagement", "industry", "owner", "last_day")
IN_ROWS = frozenset({"company", "title", "department", "email", "industry", "owner"})
"""Columns whose fields are shown by the row already."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `field` is empty for those of `BUILT_IN`."""

    key: str
    label: str
    number: bool = False
    field: TestedField | None = None

    @property
    def sort(self) -> str:
        """What pressing its head sorts by, empty where lists have no such order."""
        return self.key if self.key in SORTS else ""


def all_columns() -> dict[str, Column]:
    """Every column there is, by key: those of rows, then fields."""
    found = {key: Column(key, str(label), number) for key, (label, number) in BUILT_IN.items()}
    english = not (get_language() or "ja").startswith("ja")
    for field in tested_fields():
        if field.key in IN_ROWS or field.key in ("name", "name_kana"):
            continue
        label = field.label.en if english else field.label.ja
        key = OF_FIELD + field.key
        found[key] = Column(key, label, field.kind in ("number", "money"), field)
    return found


def chosen_columns(given: QueryDict, kept: Sequence[str] = ()) -> list[Column]:
    """The columns that the address asks for, else those of the view, else the usual ones."""
    known = all_columns()
    asked = [key for key in dict.fromkeys(given.getlist(PARAM)) if key in known]
    held = asked or [key for key in kept if key in known] or USUAL
    return [known[key] for key in held]


@dataclass(frozen=True)
class Beside:
    """What rows do not hold themselves, read for one page where a column asks for it."""

    leads: tuple[int, ...]
    columns: tuple[Column, ...]

    @cached_property
    def values(self) -> Mapping[int, Mapping[str, str]]:
        """Values of fields by lead and column, as they are shown."""
        asked = {column.key: column.field for column in self.columns if column.field is not None}
        if not asked or not self.leads:
            return {}
        held = field_values.values_of(self.leads, [field.key for field in asked.values()])
        english = not (get_language() or "ja").startswith("ja")
        return {
            lead: {
                key: field_values.shown(values.get(field.key, ""), field, english=english)
                for key, field in asked.items()
            }
            for lead, values in held.items()
        }

    @cached_property
    def tags(self) -> Mapping[int, list[str]]:
        """The names of the tags by lead."""
        return labels.labels_of("tag", self.leads)

    @cached_property
    def lists(self) -> Mapping[int, list[str]]:
        """The names of the lists by lead."""
        return labels.labels_of("list", self.leads)

    @cached_property
    def campaigns(self) -> Mapping[int, list[str]]:
        """The names of the campaigns by lead."""
        return names_of(self.leads)

    @cached_property
    def stages(self) -> Mapping[int, str]:
        """The name of the stage by lead; who stands nowhere is left out."""
        return names_of_stages(self.leads)


def beside(rows: Sequence[Row], columns: Sequence[Column]) -> Beside:
    """What columns need besides the rows of a page."""
    return Beside(tuple(row.lead_id for row in rows), tuple(columns))
