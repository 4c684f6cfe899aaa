"""Values as people read and type them, by the kind of their field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from mikomi.core.values.choices import SEPARATOR
from mikomi.core.words import Language, Words
from mikomi.hub.people.types import FieldView

INPUTS = {"date": "date", "url": "url", "mail": "email", "phone": "tel"}
"""The kinds whose widget is an input of its own type; the browser brings its keyboard."""


@dataclass(frozen=True, slots=True)
class Widget:
    """How one value is typed. `form` is `input`, `area`, `select` or `checks`; `options`: (stored text,
    label, chosen); `suggested`: texts that are offered."""

    form: str
    type: str
    value: str
    options: tuple[tuple[str, str, bool], ...] = ()
    suggested: tuple[str, ...] = ()
    decimal: bool = False


def widget(field: FieldView, value: str, language: Language, team: Sequence[str] = ()) -> Widget:
    """The widget of a field that holds `value`; `team` are the names that a person may be."""
    if field.kind == "long_text":
        return Widget("area", "", value)
    if field.kind == "yes_no":
        answers = (("yes", _("はい")), ("no", _("いいえ")))
        return Widget("select", "", value, tuple((key, text, key == value) for key, text in answers))
    if field.kind in ("choice", "choices"):
        several = field.kind == "choices"
        chosen = value.split(SEPARATOR) if several else [value]
        options = [(key, label.text(language), key in chosen) for key, label in field.choices]
        # What is stored and no choice any more stays visible until somebody chooses another.
        known = {key for key, _label in field.choices}
        options += [(text, text, True) for text in chosen if text and text not in known]
        return Widget("checks" if several else "select", "", value, tuple(options))
    if field.kind == "date":
        return Widget("input", "date" if not value or _is_day(value) else "text", value)
    suggested = tuple(team) if field.kind == "person" or field.key == "owner" else ()
    return Widget(
        "input",
        INPUTS.get(field.kind, "text"),
        value,
        suggested=suggested,
        decimal=field.kind in ("number", "money"),
    )


def read_as(field: FieldView | None, value: str) -> Words:
    """A stored value as it is read."""
    if field is None or not value:
        return Words(value, value)
    if field.kind == "yes_no" and value in ("yes", "no"):
        return Words("はい", "Yes") if value == "yes" else Words("いいえ", "No")
    if field.kind in ("choice", "choices"):
        labels = dict(field.choices)
        parts = value.split(SEPARATOR) if field.kind == "choices" else [value]
        told = [labels.get(part, Words(part, part)) for part in parts]
        return Words("、".join(word.ja for word in told), ", ".join(word.en for word in told))
    return Words(value, value)


def _is_day(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except ValueError:
        return False
