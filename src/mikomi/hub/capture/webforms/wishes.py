"""Who waits for an answer: inquiries, quotes, demos, consultations, and wishes said in a questionnaire."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mikomi.hub.capture.models.forms import Form, Submission
from mikomi.hub.capture.webforms.content import Content, content_from
from mikomi.hub.kit.setwise import FEW

_ASKS = re.compile(
    r"問い?合わ?せ|見積|デモ|個別相談|無料相談|導入相談|商談|訪問|連絡(が|を)?(ほし|欲し|希望)"
    r"|contact|inquiry|quote|demo\b|consult",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"不要|しない|(希望|相談|依頼)は?しません|考えてい?(ない|ません)|いりません|いらない|ありません|は結構|希望なし|特になし"
    r"|no thanks|not needed|not interested|(don't|do not) (contact|need|want|wish)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UrgentForm:
    """A form and whether it is urgent; `said`: by somebody, not by its purpose and name. `content`: of the
    events it makes."""

    number: int
    content: str
    name: str
    urgent: bool
    said: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A submission of somebody who waits for an answer. `words`: what it asks for, as the form says it."""

    submission: int
    lead: int
    at: datetime
    words: str


def urgent_forms() -> list[UrgentForm]:
    """The forms that were published and take something, with their marks."""
    rows = (
        Form.objects.filter(closed_at=None).exclude(version=None).select_related("version").order_by("name")
    )
    return [
        UrgentForm(
            row.pk,
            f"form/{row.slug}",
            row.name,
            by_default(row.name, content_from(row.version.content)) if row.urgent is None else row.urgent,
            row.urgent is not None,
        )
        for row in rows
        if row.version is not None
    ]


def own_contents() -> set[str]:
    """The contents of the events that our forms make, closed ones included."""
    return {f"form/{slug}" for slug in Form.objects.values_list("slug", flat=True)}


def set_urgent(form: int, urgent: bool | None) -> None:
    """Says whether whoever sends the form waits for an answer; None: as its purpose and name say."""
    Form.objects.filter(pk=form).update(urgent=urgent)


def by_default(name: str, content: Content) -> bool:
    """Whether a form is urgent by its purpose or name."""
    return content.purpose == "contact" or asks(name) or asks(content.title.ja)


def asks(text: str) -> bool:
    """Whether words ask for an inquiry, a quote, a demo or a consultation."""
    folded = unicodedata.normalize("NFKC", text)
    return bool(_ASKS.search(folded)) and not _NOT.search(folded)


def wishes_of(leads: Collection[int], since: datetime) -> list[Wish]:
    """The urgent submissions of these leads (numbers) since `since`, oldest first; sales pitches, and what
    looks like a machine, left out.

    A form that is not urgent itself is where an answer chosen in it asks for something (a seminar's
    questionnaire: 個別相談を希望する).
    """
    asked = set(leads)
    rows = Submission.objects.filter(at__gte=since, state=Submission.State.TAKEN, pitch=False)
    if len(asked) <= FEW:
        rows = rows.filter(lead__in=asked)
    found = []
    for row in rows.select_related("form", "version").order_by("at", "pk"):
        if row.lead not in asked:
            continue
        content = content_from(row.version.content)
        words = _chosen(row.answers, content)
        urgent = by_default(row.form.name, content) if row.form.urgent is None else row.form.urgent
        if (urgent or (words and row.form.urgent is None)) and row.lead is not None:
            found.append(Wish(row.pk, row.lead, row.at, words or row.form.name))
    return found


def _chosen(answers: dict[str, str], content: Content) -> str:
    """The answer to a question with choices that asks for something, "" without."""
    for question in content.questions:
        said = answers.get(question.key, "")
        if question.kind == "choice" and not question.field and said and asks(said):
            return said
    return ""
