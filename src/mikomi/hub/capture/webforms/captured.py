"""Forms that stand on the site already: named fields only, by the form's own settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mikomi.hub.capture import sources
from mikomi.hub.capture.arrivals import LONGEST_ANONYMOUS
from mikomi.hub.capture.models import Form, Source, Submission
from mikomi.hub.capture.webforms.answers import cleaned, questions_of, read_answers
from mikomi.hub.capture.webforms.content import EMAIL, PURPOSES, Content, Purpose, Question, content_from
from mikomi.hub.capture.webforms.submitting import Sent, submit

NEVER = re.compile(
    r"pass(word|wd|code|phrase)?|pwd|secret|token|card|cvv|cvc|csc|expir|iban|account.?n|"
    r"my.?number|ssn|pin\b|暗証|パスワード|カード|口座|マイナンバー",
    re.IGNORECASE,
)
"""Names of inputs that are never taken, whatever a form's settings say."""
_CARD = re.compile(r"(?:\d[ -]?){13,19}")
MOST_FIELDS = 60


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


def answers_of(content: Content, fields: Mapping[str, Any]) -> dict[str, str]:
    """What the site's form said, by question key: the named fields that the form's settings take, in the
    writing that is stored. A value that does not fit its question is left out, and so is what looks
    like the number of a card. Pure but for the fields' own settings.

    `fields`: input names and texts (or lists of texts), as `properties.fields` of a `form_submit`
    message has them.
    """
    asked = [one for one in questions_of(content, "ja") if takes(one.question.input)]
    by_name = {one.name: one.question.input for one in asked}

    def given(name: str) -> list[str]:
        value = fields.get(by_name[name], "")
        texts = value if isinstance(value, list) else [value]
        return [t for text in texts if isinstance(text, str) and not is_card(t := cleaned(text))]

    return read_answers(asked, given, content, "ja")[0]


def is_card(text: str) -> bool:
    """Whether a text holds what may be the number of a payment card (ISO/IEC 7812: the Luhn check)."""
    for found in _CARD.findall(text):
        digits = [int(sign) for sign in found if sign.isdigit()]
        doubled = [sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(reversed(digits))]
        if sum(doubled) % 10 == 0:
            return True
    return False


def take_captured(
    source: int,
    slug: str,
    fields: Mapping[str, Any],
    *,
    message: str,
    at: datetime,
    anonymous: str = "",
    touch: Mapping[str, str] | None = None,
    page: str = "",
) -> Submission | None:
    """Takes in what the tag saw in a form of the site; the same `message` is one submission.

    None where no such form of that source is open, and where no mail address was filled in.
    """
    held = Form.objects.select_related("version").filter(slug=slug, place=Form.Place.SITE, closed_at=None)
    form = held.first()
    if form is None or form.version is None:
        return None
    content = content_from(form.version.content)
    answers = answers_of(content, dict(list(fields.items())[:MOST_FIELDS]))
    if content.source != source or EMAIL not in answers:
        return None
    visitor = f"{source}:{anonymous[:LONGEST_ANONYMOUS]}" if anonymous else ""
    sent = Sent(
        answers=answers,
        consented=False,
        language="ja",
        mark=f"{source} {message}",
        at=at,
        touch=touch or {},
        visitor=visitor,
        page=page,
    )
    return submit(form, form.version, sent)


def tell_sources() -> None:
    """Tells each source which forms of its site are taken, by which selector and inputs: what the tag
    reads, and nothing else."""
    wanted: dict[int, list[dict[str, Any]]] = {}
    for form in Form.objects.select_related("version").filter(place=Form.Place.SITE, closed_at=None):
        if form.version is None:
            continue
        content = content_from(form.version.content)
        inputs = [q.input for q in content.questions if takes(q.input)]
        told = {"form": form.slug, "selector": content.selector, "fields": inputs}
        wanted.setdefault(content.source, []).append(told)
    for source in Source.objects.filter(disabled_at=None):
        collect = sources.options_of(source)["collect"]
        mine = wanted.get(source.pk, [])
        if collect.get("forms", []) != mine:
            sources.set_options(source.pk, {"collect": {**collect, "forms": mine}})
