"""What was filled in: questions as pages ask them, answers checked and in the writing that is stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import polars as pl
from django.conf import settings

from mikomi.core.names.mail_domains import mail_domain
from mikomi.core.values.choices import SEPARATOR, Choice
from mikomi.core.values.fields import KINDS, FieldKind, FieldOptions, normalised, reason_words
from mikomi.core.words import Words
from mikomi.hub.capture.webforms.content import EMAIL, Content, Question, said
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import FieldView

LONGEST = {"text": 300, "long_text": 5_000}
"""Characters that an answer may have where its field says nothing."""
_NEVER = {
    *("owner", "source", "campaign", "consent", "unsubscribed", "email_other", "note"),
    *("phone_number", "direct_phone_number", "mobile_number", "title_rank", "department_class", "branch"),
}
_AUTOCOMPLETE = {
    "name": "name", "family_name": "family-name", "given_name": "given-name", "email": "email",
    "company": "organization", "title": "organization-title", "phone": "tel", "mobile": "tel",
    "postal_code": "postal-code", "prefecture": "address-level1", "city": "address-level2",
    "address": "street-address", "country": "country-name", "website": "url",
}  # fmt: skip
_MISSING = Words("記入してください", "Please fill this in")
_NO_CHOICE = Words("選んでください", "Please choose")
_NO_MAIL = Words(
    "メールアドレスの形になっていません。name@example.co.jp のように書いてください",
    "This is no mail address. Please write it like name@example.com",
)
_FREE = Words(
    "会社のメールアドレスを書いてください（フリーメールでは受け付けていません）",
    "Please use the mail address of your company (free mail is not accepted here)",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a page asks it, in one language. `name` is the input's; `choices`: value, label."""

    question: Question
    name: str
    label: str
    help: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...]
    options: FieldOptions
    autocomplete: str
    values: tuple[str, ...] = ()
    error: str = ""

    @property
    def value(self) -> str:
        """What stands in the input."""
        return self.values[0] if self.values else ""

    @property
    def longest(self) -> int:
        """Characters of the answer."""
        return self.options.longest or 300


def offered_fields() -> list[FieldView]:
    """The lead's fields that a form may ask, in their order."""
    return [
        field
        for field in people.fields()
        if not field.archived and field.key not in _NEVER and field.kind != "person"
    ]


def questions_of(content: Content, language: str) -> list[Asked]:
    """The questions of a form; one whose field was put aside since is left out."""
    fields = {field.key: field for field in offered_fields()}
    found = []
    for question in content.questions:
        field = fields.get(question.field)
        if question.field and field is None:
            continue
        found.append(_asked(question, field, language))
    return found


def read_answers(
    asked: Sequence[Asked], given: Callable[[str], Sequence[str]], content: Content, language: str
) -> tuple[dict[str, str], list[Asked]]:
    """The stored texts by question key, and the questions with what was given and what is wrong.

    `given` gives all values of an input. Nothing is cut: what does not fit is said beside it.
    """
    stored, shown = {}, []
    for one in asked:
        values = tuple(cleaned(value) for value in given(one.name))
        if one.kind != "choices":
            values = values[-1:]
        value, wrong = _checked(one, SEPARATOR.join(value for value in values if value), content)
        if value:
            stored[one.question.key] = value
        shown.append(replace(one, values=values, error=wrong.text(language) if wrong else ""))
    return stored, shown


def cleaned(text: str) -> str:
    """A text without what no keyboard types: NUL and other control signs, halves of pairs, marks that
    turn the direction of reading. Line ends are line feeds."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign
        for sign in lines
        if sign in "\n\t" or (unicodedata.category(sign) not in ("Cc", "Cs", "Cn") and sign not in _TURNING)
    ).strip()


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


def shown_answers(content: Content, answers: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """Label and answer of each question, for people who read them; answers of questions that are gone
    come last under their key."""
    rest = dict(answers)
    found = []
    for one in questions_of(content, language):
        value = rest.pop(one.question.key, "")
        names = dict(one.choices)
        parts = value.split(SEPARATOR) if one.kind == "choices" else [value]
        found.append((one.label, ", ".join(names.get(part, part) for part in parts)))
    return [*found, *rest.items()]


def _asked(question: Question, field: FieldView | None, language: str) -> Asked:
    kind = question.kind if field is None else field.kind
    if question.field == EMAIL:
        kind = "mail"
    choices = tuple(Choice(label, Words(label, label)) for label in question.choices)
    checks: Mapping[str, float] = {}
    if field is not None:
        choices = tuple(Choice(key, label) for key, label in field.choices)
        checks = field.checks
    required = question.required or question.field == EMAIL
    longest = checks.get("longest") or LONGEST.get(kind)
    label = said(question.label, language)
    if not label and field is not None:
        label = said(field.label, language)
    return Asked(
        question=question,
        name=f"q-{question.key}",
        label=label,
        help=said(question.help, language),
        kind=kind if kind in KINDS else "text",
        required=required,
        choices=tuple((choice.key, said(choice.label, language)) for choice in choices),
        options=FieldOptions(
            required=required,
            longest=int(longest) if longest else None,
            least=checks.get("least"),
            most=checks.get("most"),
            choices=choices,
            timezone=settings.TIME_ZONE,
        ),
        autocomplete=_AUTOCOMPLETE.get(question.field, "off" if field is None else "on"),
    )


def _checked(one: Asked, text: str, content: Content) -> tuple[str, Words | None]:
    if not text:
        if one.required:
            return "", _NO_CHOICE if one.kind in ("choice", "choices", "yes_no") else _MISSING
        return "", None
    # No kind but long text has more than this to say; the checks below need not read megabytes.
    if one.kind != "long_text" and len(text) > 2_000:
        return "", reason_words("too_long")
    kind = cast(FieldKind, one.kind)
    values, reasons = normalised(
        pl.Series([text], dtype=pl.String), kind, replace(one.options, required=False)
    )
    if reasons[0] is not None:
        return "", _NO_MAIL if reasons[0] == "no_mail" else reason_words(reasons[0], one.options)
    value = values[0] or ""
    if one.question.field == EMAIL and content.refuse_free:
        domain = mail_domain(value)
        if domain is not None and domain[1] == "free":
            return "", _FREE
    return value, None
