"""Forms that stand on the site already: named fields only, by the form's own settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from mikomi.hub.capture import sources
from mikomi.hub.capture.arrivals import text_of
from mikomi.hub.capture.models import Form, Source, Submission
from mikomi.hub.capture.webforms.answers import cleaned, questions_of, read_answers
from mikomi.hub.capture.webforms.content import EMAIL, PURPOSES, Content, Purpose, Question, content_from
from mikomi.hub.capture.webforms.submitting import Sent, submit
from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.kit.jobs import enqueue

NEVER = re.compile(
    r"pass(word|wd|code|phrase)?|pwd|secret|token|card|cvv|cvc|csc|expir|iban|account.?n|"
    r"my.?number|ssn|pin\b|暗証|パスワード|カード|口座|マイナンバー",
    re.IGNORECASE,
)
"""Names of inputs that are never taken, whatever a form's settings say."""
_CARD = re.compile(r"(?:\d[ -]?){13,19}")
CONTENT = "form/"
"""What the content of a form's events begins with."""


def start(purpose: Purpose) -> Content:
    """A form of the site to begin with: what is usually asked, under the usual names of inputs."""
    return Content(
        purpose=purpose,
        title=PURPOSES[purpose],
        questions=(
            Question(EMAIL, EMAIL, required=True, input="email"),
            Question("name", "name", input="name"),
            Question("company", "company", input="company"),
        ),
    )


def takes(name: str) -> bool:
    """Whether an input of this name may be taken at all."""
    return bool(name) and not NEVER.search(name)


def answers_of(content: Content, traits: Mapping[str, Any]) -> dict[str, str]:
    """What a form of the site said, by question key: the fields that the form's settings take, in the
    writing that is stored. A value that does not fit its question is left out, and so is what looks
    like the number of a card.

    `traits`: texts by the keys of the lead's fields, as the tag sends them.
    """
    asked = [one for one in questions_of(content, "ja") if takes(one.question.input)]
    fields = {one.name: one.question.field for one in asked}

    def given(name: str) -> list[str]:
        value = traits.get(fields[name], "")
        text = cleaned(value) if isinstance(value, str) else ""
        return [] if is_card(text) else [text]

    return read_answers(asked, given, content, "ja")[0]


def is_card(text: str) -> bool:
    """Whether a text holds what may be the number of a payment card (ISO/IEC 7812: the Luhn check)."""
    for found in _CARD.findall(text):
        digits = [int(sign) for sign in found if sign.isdigit()]
        doubled = [sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(reversed(digits))]
        if sum(doubled) % 10 == 0:
            return True
    return False


def set_aside(messages: pl.DataFrame) -> pl.DataFrame:
    """Takes the messages (as `arrivals.read` gives them, and `own`) out that a form of the site sent with a
    mail address, and has a worker take them in as submissions; the others. Our own offices try forms out."""
    asked = messages.drop_nulls("traits").filter(
        (pl.col("own") == "") & (pl.col("kind") == "form_submit") & pl.col("content").str.starts_with(CONTENT)
    )
    if asked.is_empty():
        return messages
    open_forms = {(content.source, form.slug) for form, content in _open_forms()}
    said = [json.loads(text) for text in asked["traits"]]
    mails = folded_addresses(pl.Series([text_of(one.get(EMAIL)) for one in said], dtype=pl.String))
    taken = []
    for row, traits, mail in zip(asked.iter_rows(named=True), said, mails, strict=True):
        slug = row["content"].removeprefix(CONTENT)
        if mail is None or (row["source"], slug) not in open_forms:
            continue
        enqueue(
            "capture.take_captured",
            source=row["source"],
            slug=slug,
            traits=traits,
            message=row["message"],
            at=row["at"],
            anonymous=row["anonymous"],
            touch=json.loads(row["touch"] or "{}"),
            details=_details(row["payload"]),
        )
        taken.append(row["message"])
    return messages.filter(~pl.col("message").is_in(taken))


def take_captured(
    source: int,
    slug: str,
    traits: Mapping[str, Any],
    *,
    message: int,
    at: int,
    anonymous: str = "",
    touch: Mapping[str, str] | None = None,
    details: Mapping[str, str] | None = None,
) -> Submission | None:
    """Takes in what the tag saw in a form of the site `at` (µs UTC); the same `message` is one
    submission. `details`: of the tag's request. None where no such form of that source is open, or no mail
    address was filled in."""
    found = next((one for one in _open_forms(slug) if one[1].source == source), None)
    if found is None:
        return None
    form, content = found
    answers = answers_of(content, traits)
    if EMAIL not in answers or form.version is None:
        return None
    sent = Sent(
        answers=answers,
        consented=False,
        language="ja",
        mark=f"{source} {message}",
        at=datetime.fromtimestamp(at / 1_000_000, UTC),
        touch={name: text for name, text in (touch or {}).items() if isinstance(text, str)},
        visitor=f"{source}:{anonymous}" if anonymous else "",
        page=(touch or {}).get("landing", ""),
        details=details or {},
        told=True,
    )
    return submit(form, form.version, sent)


def tell_sources() -> None:
    """Tells each source which forms of its site are taken, by which selector and inputs: what the tag
    reads, and nothing else. What was set for the tag beside that stays."""
    slugs = Form.objects.filter(place=Form.Place.SITE).values_list("slug", flat=True)
    ours = {CONTENT + slug for slug in slugs}
    wanted: dict[int, list[dict[str, Any]]] = {}
    for form, content in _open_forms():
        inputs = {q.input: q.field for q in content.questions if q.field and takes(q.input)}
        told = {"name": CONTENT + form.slug, "selector": content.selector, "fields": inputs}
        wanted.setdefault(content.source, []).append(told)
    for source in Source.objects.filter(disabled_at=None):
        collect = sources.options_of(source)["collect"]
        before = collect.get("forms", [])
        others = [one for one in before if one.get("name") not in ours]
        now = [*others, *wanted.get(source.pk, [])]
        if before != now:
            sources.set_options(source.pk, {"collect": {**collect, "forms": now}})


def _details(payload: str | None) -> dict[str, str]:
    told = json.loads(payload or "{}")
    return {name: str(told.get(name, "")) for name in ("agent", "address", "flags")}


def _open_forms(slug: str = "") -> list[tuple[Form, Content]]:
    """The forms of sites that are taken, with what visitors see of them."""
    rows = Form.objects.select_related("version").filter(place=Form.Place.SITE, closed_at=None)
    rows = rows.filter(slug=slug) if slug else rows
    return [(form, content_from(form.version.content)) for form in rows.order_by("pk") if form.version]
