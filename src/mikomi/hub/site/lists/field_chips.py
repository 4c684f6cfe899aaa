"""Chips of fields: what is asked of them, and what could be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mikomi.hub.people.field_tests import ANY_OF, RANGED, FieldTest, TestedField, tested_fields
from mikomi.hub.people.field_values import YES
from mikomi.hub.site.lists.address import FROM, OF_FIELD, PLACE, TO, with_values
from mikomi.hub.site.lists.chips import Chip, Option

type Hidden = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field that can be asked for: by links, or by a form with one input (`text`) or two (`range`).

    `hidden`: what else the address says."""

    name: str
    label: str
    how: str
    input: str
    options: tuple[Option, ...]
    hidden: Hidden


def field_chips(given: QueryDict, tests: Iterable[FieldTest]) -> tuple[Chip, ...]:
    """The chips of what is asked of fields now."""
    fields = {field.key: field for field in tested_fields()} if (asked := list(tests)) else {}
    return tuple(_chip(given, fields[test.field], test) for test in asked)


def field_choices(given: QueryDict) -> tuple[FieldChoice, ...]:
    """The fields that a list can be filtered by, besides those it shows a chip of its own for."""
    return tuple(_choice(given, field) for field in tested_fields() if field.key not in ("owner", "industry"))


def _choice(given: QueryDict, field: TestedField) -> FieldChoice:
    name = OF_FIELD + field.key
    mine = {name, name + FROM, name + TO, *PLACE}
    if field.kind in ANY_OF:
        how, kind = "links", ""
    elif field.kind in RANGED:
        how, kind = "range", "date" if field.kind == "date" else "number"
    else:
        how, kind = "text", "text"
    hidden = tuple((key, one) for key, every in given.lists() if key not in mine for one in every)
    return FieldChoice(name, _label(field), how, kind, _options(given, field), hidden)


def _chip(given: QueryDict, field: TestedField, test: FieldTest) -> Chip:
    name = OF_FIELD + field.key
    bare = given.copy()
    for key in (name, name + FROM, name + TO):
        bare.pop(key, None)
    options = _options(given, field)
    if test.values:
        names = {option.key: option.label for option in options}
        value = "、".join(names.get(one, one) for one in test.values)
    elif test.text:
        value = _("「%(text)s」を含む") % {"text": test.text}
    elif test.least and test.most:
        value = _("%(least)s〜%(most)s") % {"least": test.least, "most": test.most}
    else:
        value = (
            _("%(least)s以上") % {"least": test.least}
            if test.least
            else _("%(most)s以下") % {"most": test.most}
        )
    return Chip(
        key=f"f-{field.key}",
        subject=_("%(field)sが") % {"field": _label(field)},
        value=value,
        remove_url=with_values(bare, name),
        options=options,
    )


def _options(given: QueryDict, field: TestedField) -> tuple[Option, ...]:
    if field.kind not in ANY_OF:
        return ()
    english = _english()
    named = [(key, words.en if english else words.ja) for key, words in field.choices]
    if field.kind == "yes_no":
        named = [(key, names[int(english)]) for key, names in YES.items()]
    name = OF_FIELD + field.key
    asked = given.getlist(name)
    return tuple(Option(label, with_values(given, name, key), [key] == asked, key) for key, label in named)


def _label(field: TestedField) -> str:
    return field.label.en if _english() else field.label.ja


def _english() -> bool:
    return not (get_language() or "ja").startswith("ja")
