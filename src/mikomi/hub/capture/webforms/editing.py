"""Making and changing forms: drafts, questions in their order, publishing, closing."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.values.links import read_urls
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.services import put_titles
from mikomi.hub.capture.models import Form, FormVersion
from mikomi.hub.capture.webforms.content import (
    EMAIL,
    OWN_KINDS,
    Content,
    Question,
    consent_text,
    content_from,
    dump,
)
from mikomi.hub.capture.webforms.submitting import keep_wording

LONGEST_NAME = 80
MOST_QUESTIONS = 40


def make_form(name: str, content: Content, by: int | None, place: str = "hosted") -> Form:
    """A new form, as a draft. Raises `MikomiError` for a name that is empty or too long."""
    shown = checked_name(name)
    return Form.objects.create(
        slug=_free_slug(shown, content.purpose),
        name=shown,
        place=Form.Place(place),
        draft=dump(content),
        created_at=timezone.now(),
        created_by_id=by,
    )


def save_draft(number: int, name: str, content: Content) -> None:
    """Keeps what is being edited; what is published stays as it is. Raises `MikomiError` for a name
    that is none, LookupError where there is no such form."""
    shown = checked_name(name)
    if not Form.objects.filter(pk=number).update(name=shown, draft=dump(content)):
        raise LookupError(number)


def add_question(content: Content, field: str) -> Content:
    """The content with a question more: a field of the lead, or one of its own (`text`, `long_text`,
    `choice`). A field that is asked already changes nothing."""
    if len(content.questions) >= MOST_QUESTIONS or any(q.field == field for q in content.questions):
        return content
    if field in OWN_KINDS:
        taken = {question.key for question in content.questions}
        key = next(key for n in range(1, MOST_QUESTIONS + 2) if (key := f"q{n}") not in taken)
        made = Question(key, kind=field, choices=("選択肢1", "選択肢2") if field == "choice" else ())
    else:
        made = Question(field, field)
    return replace(content, questions=(*content.questions, made))


def remove_question(content: Content, key: str) -> Content:
    """The content without a question; the mail address always stays."""
    return replace(content, questions=tuple(q for q in content.questions if q.key != key or q.key == EMAIL))


def move_question(content: Content, key: str, step: int) -> Content:
    """The content with a question moved by `step` places (−1 up, 1 down)."""
    order = list(content.questions)
    at = next((place for place, question in enumerate(order) if question.key == key), None)
    if at is None or not 0 <= at + step < len(order):
        return content
    order.insert(at + step, order.pop(at))
    return replace(content, questions=tuple(order))


def faults(content: Content, place: str = "hosted") -> list[Words]:
    """Why a form cannot be published as it is."""
    found = []
    if not content.title.ja:
        found.append(Words("見出しを書いてください", "give it a heading"))
    for question in content.questions:
        if not question.field and not question.label.ja:
            found.append(Words("名前のない質問があります", "there is a question without a label"))
        if question.kind == "choice" and not question.field and not question.choices:
            found.append(Words("選択肢のない質問があります", "there is a question without choices"))
    consent = content.consent
    if consent.ask and not consent.sender:
        found.append(
            Words(
                "同意文に送り主の名前を入れてください（だれからのメールかを示すためです）",
                "name the sender beside the consent: people must see whose mail it is",
            )
        )
    if consent.ask and not consent.wording.ja:
        found.append(Words("同意文を書いてください", "write the words of consent"))
    for url in (content.thanks_url, content.privacy_url):
        if url and read_urls(pl.Series([url]))[0] is None:
            found.append(Words(f"「{url}」は URL ではありません", f"“{url}” is no web address"))
    if content.mail and not (content.mail_subject.ja and content.mail_body.ja):
        found.append(Words("お礼メールの件名と本文を書いてください", "write the thank-you mail"))
    if place == "site" and not (content.selector and content.source):
        found.append(
            Words("計測元と、フォームの場所を選んでください", "choose the source and where the form stands")
        )
    return list(dict.fromkeys(found))


def publish(number: int, by: int | None) -> FormVersion:
    """Shows the draft from now on, as a version of its own; a closed form is open again.

    Raises `MikomiError` where it cannot be shown, LookupError where there is no such form.
    """
    with transaction.atomic():
        form = Form.objects.select_for_update().filter(pk=number).first()
        if form is None:
            raise LookupError(number)
        content = content_from(form.draft)
        wrong = faults(content, form.place)
        if wrong:
            raise MikomiError(wrong[0])
        now = timezone.now()
        last = FormVersion.objects.filter(form=form).order_by("-number").first()
        version = last
        if last is None or last.content != form.draft:
            version = FormVersion.objects.create(
                form=form,
                number=last.number + 1 if last else 1,
                content=form.draft,
                published_at=now,
                published_by_id=by,
            )
        assert version is not None
        if content.consent.ask:
            for language in ("ja", "en") if content.english else ("ja",):
                keep_wording(form, language, consent_text(content, language), now)
        form.version, form.closed_at = version, None
        form.save(update_fields=["version", "closed_at"])
        put_titles(pl.DataFrame({"content": [f"form/{form.slug}"], "title": [form.name]}))
    return version


def close(number: int) -> bool:
    """Takes nothing more by this form; whether it was open."""
    return bool(
        Form.objects.filter(pk=number, closed_at=None).exclude(version=None).update(closed_at=timezone.now())
    )


def reopen(number: int) -> bool:
    """Opens a closed form again, as it was; whether it was closed."""
    return bool(Form.objects.filter(pk=number, closed_at__isnull=False).update(closed_at=None))


def delete_draft(number: int) -> bool:
    """Deletes a form that was never published; whether it was one."""
    return bool(Form.objects.filter(pk=number, version=None, submissions__isnull=True).delete()[0])


def choices_in(text: str) -> tuple[str, ...]:
    """Choices from lines, each once; `;` parts stored choices and becomes a full-width one."""
    lines: Sequence[str] = [line.strip().replace(";", "；") for line in text.splitlines()]
    return tuple(dict.fromkeys(line[:100] for line in lines if line))[:50]


def checked_name(name: str) -> str:
    """The name of a form in one line. Raises `MikomiError` for one that is empty or too long."""
    shown = " ".join(name.replace("\0", "").split())
    if not shown or len(shown) > LONGEST_NAME:
        raise MikomiError(
            Words(
                f"フォームの名前を{LONGEST_NAME}文字までで入れてください",
                f"give the form a name of {LONGEST_NAME} characters at most",
            )
        )
    return shown


def _free_slug(name: str, purpose: str) -> str:
    """An address that nobody can guess from another one; readable where the name is."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or purpose
    while True:
        slug = f"{stem}-{secrets.token_hex(3)}"
        if not Form.objects.filter(slug=slug).exists():
            return slug
