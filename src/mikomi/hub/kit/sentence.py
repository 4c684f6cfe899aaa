"""A setting that reads as a sentence: what `kit/sentence.html` shows and what its editors send.

A rule is a list of parts. `Text` is read only; a `Token` is a word that can be pressed, with one or
more `Field`s in the editor that opens beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

type Label = str | Promise
type FieldKind = Literal["number", "choice", "many", "text"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose; `hint` stands at the right end, as `312人`.

    `note` stands small under the label, as the address of a page under its title.
    """

    value: str
    label: Label
    hint: Label = ""
    note: Label = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One control of an editor; it is sent under `name`.

    `number`: `value` with `low`, `high`, `step` and the `unit` behind it; a field that may be empty
    (`optional`) shows `empty_label` as its placeholder. `choice`: one of `choices`, `value` is chosen.
    `many`: any of `choices`, `values` are chosen, sent once each; more than eight get a filter.
    `text`: free words, `placeholder` as an example.
    """

    name: str
    kind: FieldKind
    label: Label = ""
    value: str = ""
    values: frozenset[str] = frozenset()
    choices: Sequence[Choice] = ()
    low: str = ""
    high: str = ""
    step: str = "1"
    unit: Label = ""
    optional: bool = False
    empty_label: Label = ""
    placeholder: Label = ""
    error: Label = ""

    @property
    def filtered(self) -> bool:
        """Whether the choices are so many that a filter stands above them."""
        return len(self.choices) > 8


@dataclass(frozen=True, slots=True)
class Text:
    """Words that are only read."""

    text: Label
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Token:
    """A word that can be pressed.

    `name` tells the server which part is meant: the editor posts `part=<name>` beside its fields.
    `title` heads the editor. `optional` is dashed underline; `tone` minus is the grey of points
    taken away; `note` stands small behind the text, as the address of a page; `add` is the look
    of a part that is not there yet (条件を足す). `old` is the published value, struck out before the
    token, where the draft differs. `remove` is the words of the button that takes an optional
    part away; it posts `remove=1`. `open` shows the editor opened, for an answer with an error in
    a field. `lazy_url` brings the editor when the word is first pressed, for one too long to come
    with the page: it answers `kit/sentence_editor.html` with `open`.
    """

    name: str
    text: Label
    title: Label
    fields: Sequence[Field]
    optional: bool = False
    add: bool = False
    tone: Literal["", "minus"] = ""
    note: Label = ""
    old: Label = ""
    remove: Label = ""
    open: bool = False
    lazy_url: str = ""
    kind: Literal["token"] = "token"


@dataclass(frozen=True, slots=True)
class Action:
    """A line of the rule's own menu: a POST to `url`; `confirm` asks first."""

    label: Label
    url: str
    icon: str = ""
    confirm: Label = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence with its live count.

    `key` is unique on the page (letters, digits, - and _). `post_url` takes the editors' POSTs and
    answers this rule anew; `effect_url` takes the same fields by GET and answers one short line of
    HTML. Without `post_url` the sentence is only read. `count` is bold at the right end, `count_unit`
    behind it and `count_note` under it.
    """

    key: str
    parts: Sequence[Text | Token]
    post_url: str = ""
    effect_url: str = ""
    count: str = ""
    count_unit: Label = ""
    count_note: Label = ""
    changed: bool = False
    note: Label = ""
    actions: Sequence[Action] = ()
    error: Label = ""
