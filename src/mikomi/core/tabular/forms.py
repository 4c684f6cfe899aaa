"""Known forms: the lists that other programs export, told by their headers, and what their columns mean.

A form is recognised when each group of its `must` has a header in the file; among several, the one
with the most headers that only it has (`telling`) wins. Headers are compared as `headers.plain_header`
has them. A form proposes; the person who imports decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from mikomi.core.tabular.form_types import Attendance, Basis, Form, Hint, Kind
from mikomi.core.tabular.forms_of_address_books import BOOK_FORMS
from mikomi.core.tabular.forms_of_deals import DEAL_FORMS
from mikomi.core.tabular.forms_of_events import EVENT_FORMS
from mikomi.core.tabular.forms_of_mail import MAIL_FORMS
from mikomi.core.tabular.forms_of_people import PEOPLE_FORMS
from mikomi.core.tabular.headers import plain_header

__all__ = [
    "FORMS",
    "Attendance",
    "Basis",
    "Form",
    "Hint",
    "Kind",
    "Likeness",
    "fingerprint",
    "form_of",
    "likenesses",
    "recognise",
]

FORMS: tuple[Form, ...] = (*DEAL_FORMS, *PEOPLE_FORMS, *BOOK_FORMS, *EVENT_FORMS, *MAIL_FORMS)
"""All known forms, the more special ones of a program first."""

ENOUGH = 3
"""So many telling headers make it certain."""

_ONE_MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
MAIL = rf"\A{_ONE_MAIL}(?:[;；,、\s]+{_ONE_MAIL})*\z"
"""One address or several."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a file looks like a form. `score`: 0.5 where it only has what it must, to 1.0.
    `found`: the headers that tell."""

    form: Form
    score: float
    found: tuple[str, ...]
    basis: Literal["headers", "headers and values"]


def likenesses(columns: Sequence[str], sample: pl.DataFrame | None = None) -> list[Likeness]:
    """The forms that a file may have, the likeliest first. `columns`: its headers as written; `sample`:
    some of its rows (text), looked at where a form is told by values too."""
    own = {plain_header(name): name for name in reversed(columns)}
    found: list[tuple[int, int, int, Likeness]] = []
    for place, form in enumerate(FORMS):
        if not all(any(plain_header(name) in own for name in group) for group in form.must):
            continue
        if any(plain_header(name) in own for name in form.never):
            continue
        values = _values_agree(form, own, sample)
        if values is False:
            continue
        told = tuple(own[plain] for plain in map(plain_header, form.telling) if plain in own)
        if len(told) < form.least:
            continue
        score = 0.5 + 0.5 * min(1.0, len(told) / max(1, min(ENOUGH, len(form.telling))))
        likeness = Likeness(form, round(score, 2), told, "headers and values" if values else "headers")
        found.append((-len(told), -len(form.must), place, likeness))
    return [likeness for *_, likeness in sorted(found, key=lambda item: item[:3])]


def recognise(columns: Sequence[str], sample: pl.DataFrame | None = None) -> Form | None:
    """The form that a file has, or None. See `likenesses`."""
    found = likenesses(columns, sample)
    return found[0].form if found else None


def form_of(key: str) -> Form | None:
    """The form with this `key`."""
    return next((form for form in FORMS if form.key == key), None)


def _values_agree(form: Form, own: dict[str, str], sample: pl.DataFrame | None) -> bool | None:
    """Whether the values in the form's mail column are mail addresses; None where nothing can be said."""
    if sample is None or sample.height == 0:
        return None
    mails = [own[plain] for header, field in form.fields.items()
             if field == "email" and (plain := plain_header(header)) in own]  # fmt: skip
    values = sample[mails[0]].drop_nulls() if mails and mails[0] in sample.columns else None
    if values is None or len(values) == 0:
        return None
    return int(values.str.strip_chars().str.contains(MAIL).sum()) * 2 >= len(values)


def fingerprint(columns: Sequence[str], *, has_header: bool = True) -> str:
    """What files of one form have in common: 32 hexadecimal digits made of the headers.

    The order of the columns does not matter, nor do spaces, signs, width and case, since a mapping goes
    by header; one column more or less makes another form. Files without a header are of one form when
    they have as many columns. The value is stable over releases: it is stored with remembered mappings.
    """
    names = sorted({plain_header(name) or name.strip() for name in columns})
    text = "\n".join(names) if has_header else f"#{len(columns)}"
    return hashlib.sha256(f"1\n{text}".encode()).hexdigest()[:32]
