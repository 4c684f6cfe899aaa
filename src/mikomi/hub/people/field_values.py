"""Values of some fields for some leads, as lists show them."""

from __future__ import annotations

from collections.abc import Sequence

from mikomi.core.values.choices import SEPARATOR
from mikomi.hub.people.field_tests import TestedField
from mikomi.hub.people.models import Lead

YES = {"yes": ("はい", "Yes"), "no": ("いいえ", "No")}


def values_of(leads: Sequence[int], keys: Sequence[str]) -> dict[int, dict[str, str]]:
    """What is known now of leads (a page of them, or a piece of a list), their company's values first."""
    rows = Lead.objects.filter(pk__in=list(leads)).values_list("pk", "attributes", "company__attributes")
    return {
        number: {key: (shared or {}).get(key) or own.get(key) or "" for key in keys}
        for number, own, shared in rows
    }


def shown(value: str, field: TestedField, *, english: bool) -> str:
    """A stored value as it is called."""
    if not value or not (field.choices or field.kind == "yes_no"):
        return value
    if field.kind == "yes_no":
        return YES[value][int(english)] if value in YES else value
    names = {key: words.en if english else words.ja for key, words in field.choices}
    if field.kind == "choices":
        return ", ".join(names.get(one, one) for one in value.split(SEPARATOR))
    return names.get(value, value)
