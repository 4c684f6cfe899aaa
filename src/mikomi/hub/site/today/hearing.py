"""ヒアリング: what sales ask in a call, with what is known already, as choices of one tap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mikomi.core.values.choices import SEPARATOR
from mikomi.core.words import Words
from mikomi.hub.people import queries as people
from mikomi.hub.people.fields import CHOICES, HEARING

MOST_BUTTONS = 6
"""Of more choices a list is offered."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `choices` are (stored text, name, whether it is known so); without any, a text
    `value`."""

    field: str
    label: Words
    choices: tuple[tuple[str, Words, bool], ...]
    value: str

    @property
    def few(self) -> bool:
        """Whether each choice has its button."""
        return len(self.choices) <= MOST_BUTTONS


@dataclass(frozen=True, slots=True)
class Heard:
    """The questions about one lead (number)."""

    lead: int
    questions: tuple[Question, ...]


def heard_of(lead: int) -> Heard:
    """What is asked of a lead, and what was heard."""
    person = people.person(lead)
    known = person.attributes if person else {}
    return Heard(
        lead,
        tuple(
            Question(
                field=key,
                label=Words(ja, en),
                choices=_choices(key, known.get(key, "")),
                value=known.get(key, ""),
            )
            for key, (ja, en, _scope, _kind) in HEARING.items()
        ),
    )


def heard_before(known: Mapping[str, str]) -> tuple[tuple[Words, Words], ...]:
    """Question and answer of what was heard, by the attributes `known` of a lead."""
    return tuple(
        (Words(ja, en), _answer(key, known[key]))
        for key, (ja, en, _scope, _kind) in HEARING.items()
        if known.get(key)
    )


def _answer(field: str, value: str) -> Words:
    named = {one["key"]: Words(one["ja"], one["en"]) for one in CHOICES.get(field, ())}
    words = (
        [named.get(one, Words(one, one)) for one in value.split(SEPARATOR)]
        if named
        else [Words(value, value)]
    )
    return Words("、".join(one.ja for one in words), ", ".join(one.en for one in words))


def pressed(field: str, value: str, known: str) -> str:
    """What is kept when a choice is pressed: pressed again it is taken away; of several, the others stay.
    What is typed, or chosen from a list, is kept as it is."""
    kind = HEARING.get(field, ("", "", "", ""))[3]
    if kind == "choices":
        held = [one for one in known.split(SEPARATOR) if one]
        held.remove(value) if value in held else held.append(value)
        return SEPARATOR.join(held)
    if kind == "choice" and len(CHOICES[field]) <= MOST_BUTTONS and value == known:
        return ""
    return value


def _choices(field: str, known: str) -> tuple[tuple[str, Words, bool], ...]:
    held = set(known.split(SEPARATOR))
    return tuple(
        (one["key"], Words(one["ja"], one["en"]), one["key"] in held) for one in CHOICES.get(field, ())
    )
