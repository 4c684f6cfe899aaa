"""What the editor of forms sends, read into the content of a form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.http import QueryDict

from mikomi.core.words import Words
from mikomi.hub.capture.webforms.answers import cleaned
from mikomi.hub.capture.webforms.content import EMAIL, PURPOSES, Consent, Content, Purpose, Question
from mikomi.hub.capture.webforms.editing import choices_in

LINE, TEXT, MAIL = 200, 2_000, 5_000
"""Characters of a line, a text and a mail that people may write."""


def read_content(post: QueryDict, before: Content, people: Collection[int]) -> Content:
    """The content as it stands in the editor. What the page does not send stays as it was `before`;
    `people`: the numbers of those who may be told of submissions."""
    purpose: Purpose = before.purpose
    for known in PURPOSES:
        if post.get("purpose") == known:
            purpose = known  # pyright: ignore[reportAssignmentType] - a key of `PURPOSES` is one
    asked = {question.key: question for question in before.questions}
    order = [key for key in dict.fromkeys(post.getlist("question")) if key in asked]
    missing = [key for key in asked if key not in order]
    return replace(
        before,
        purpose=purpose,
        title=_words(post, "title", LINE),
        intro=_words(post, "intro", TEXT),
        button=_words(post, "button", 40),
        questions=tuple(_question(post, asked[key]) for key in [*order, *missing]),
        consent=Consent(
            ask="consent_ask" in post,
            sender=_text(post, "consent_sender", LINE),
            wording=_words(post, "consent", TEXT),
            required="consent_required" in post,
            double="consent_double" in post,
        ),
        privacy_url=_text(post, "privacy_url", TEXT),
        thanks=_words(post, "thanks", TEXT),
        thanks_url=_text(post, "thanks_url", TEXT),
        mail="mail" in post,
        mail_subject=_words(post, "mail_subject", LINE),
        mail_body=_words(post, "mail_body", MAIL),
        refuse_free="refuse_free" in post,
        notify=tuple(n for n in people if str(n) in post.getlist("notify")),
        document=_number(post, "document", before.document),
        selector=_text(post, "selector", LINE),
        source=_number(post, "source", before.source),
    )


def _question(post: QueryDict, before: Question) -> Question:
    key = before.key
    return replace(
        before,
        label=_words(post, f"label-{key}", LINE),
        help=_words(post, f"help-{key}", LINE),
        required=f"required-{key}" in post or key == EMAIL,
        choices=choices_in(cleaned(post.get(f"choices-{key}", "")))
        if before.kind == "choice" and not before.field
        else before.choices,
        input=_text(post, f"input-{key}", LINE),
    )


def _words(post: QueryDict, name: str, longest: int) -> Words:
    return Words(_text(post, f"{name}_ja", longest), _text(post, f"{name}_en", longest))


def _text(post: QueryDict, name: str, longest: int) -> str:
    return cleaned(post.get(name, ""))[:longest]


def _number(post: QueryDict, name: str, before: int) -> int:
    text = post.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else before
