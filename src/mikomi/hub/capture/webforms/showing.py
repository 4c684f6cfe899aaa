"""Forms and submissions as pages and files show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mikomi.core.values.choices import SEPARATOR
from mikomi.core.words import Words
from mikomi.hub.capture.models import Form, FormMail, FormVersion, Submission
from mikomi.hub.capture.webforms import starters
from mikomi.hub.capture.webforms.answers import questions_of
from mikomi.hub.capture.webforms.content import EMAIL, OWN_KINDS, PURPOSES, Content, Question, content_from
from mikomi.hub.people.field_settings import KIND_NAMES
from mikomi.hub.people.queries import full_name
from mikomi.hub.people.types import FieldView

PIECE = 5_000
"""So many submissions are written into a file at once."""
STATES: dict[str, tuple[Words, str]] = {
    "draft": (Words("下書き", "Draft"), "warn"),
    "published": (Words("公開中", "Published"), "good"),
    "closed": (Words("受付終了", "Closed"), ""),
}
SHOWN: dict[str, tuple[Words, Q]] = {
    "": (Words("すべて", "All"), Q()),
    "people": (Words("営業目的を除く", "Without sales pitches"), Q(pitch=False, state="taken")),
    "pitch": (Words("営業目的", "Sales pitches"), Q(pitch=True)),
    "held": (Words("保留", "Held"), Q(state="held")),
}
"""What of the submissions of a form may be looked at."""


@dataclass(frozen=True, slots=True)
class State:
    """What a form is at: its key of `STATES`, in words, and the tone of its tag."""

    key: str
    words: Words
    tone: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form in the list. `changed`: the draft differs from what is shown."""

    form: Form
    state: State
    purpose: Words
    changed: bool
    n: int
    last: datetime | None


def state_of(form: Form) -> State:
    """What a form is at."""
    key = "closed" if form.closed_at else "draft" if form.version is None else "published"
    return State(key, *STATES[key])


def form_rows() -> list[FormRow]:
    """All forms, the latest first."""
    told = Submission.objects.values_list("form").annotate(Count("pk"), Max("at"))
    sent = {form: (n, last) for form, n, last in told}
    return [
        FormRow(
            form,
            state_of(form),
            PURPOSES[content_from(form.draft).purpose],
            form.version is not None and form.version.content != form.draft,
            *sent.get(form.pk, (0, None)),
        )
        for form in Form.objects.select_related("version").order_by("-pk")
    ]


def starter_rows() -> list[tuple[str, Words, Words, list[Words]]]:
    """The templates: key, name, what it says at the top, what it asks."""
    found = []
    for purpose, name in PURPOSES.items():
        content = starters.start(purpose)  # pyright: ignore[reportArgumentType] - a key of `PURPOSES`
        ja, en = questions_of(content, "ja"), questions_of(content, "en")
        asked = [Words(one.label, other.label) for one, other in zip(ja, en, strict=True)]
        found.append((purpose, name, content.intro, asked))
    return found


def free_name(name: str) -> str:
    """The name, with a number where another form bears it."""
    taken = set(Form.objects.values_list("name", flat=True))
    names = [name, *(f"{name} {n}" for n in range(2, len(taken) + 2))]
    return next(one for one in names if one not in taken)


def last_sender() -> str:
    """The sender of the form made last: most people have one company."""
    last = Form.objects.order_by("-pk").values_list("draft", flat=True).first()
    return content_from(last).consent.sender if last else ""


def kind_name(question: Question, field: FieldView | None) -> Words:
    """What kind of answer a question asks for."""
    kind = "mail" if question.field == EMAIL else field.kind if field else question.kind
    return (KIND_NAMES if field else OWN_KINDS).get(kind, Words(kind, kind))


def submissions_of(form: Form, shown: str) -> QuerySet[Submission]:
    """The submissions of a form, the latest first; `shown` is a key of `SHOWN`."""
    chosen = SHOWN.get(shown, SHOWN[""])[1]
    return (
        Submission.objects.filter(chosen, form=form)
        .select_related("version", "wording")
        .order_by("-at", "-pk")
    )


def who_sent(held: Submission, content: Content) -> tuple[str, str]:
    """Name (or mail address) and company, as they were filled in."""
    fields = {q.field: held.answers.get(q.key, "") for q in content.questions if q.field}
    return full_name(fields) or held.email, fields.get("company", "")


def sent_by(leads: Sequence[int]) -> list[dict[str, Any]]:
    """What the leads (numbers) sent by forms, oldest first, as JSON values besides instants: answers, how
    they came, the consent that was asked and given, and the mails they got."""
    rows = Submission.objects.filter(lead__in=leads).select_related("form", "wording").order_by("at", "pk")
    mails: dict[int, list[dict[str, Any]]] = {}
    sent = FormMail.objects.filter(submission__in=[row.pk for row in rows]).exclude(kind=FormMail.Kind.NOTICE)
    for number, *told in sent.order_by("pk").values_list("submission", "to", "subject", "body", "tried_at"):
        mails.setdefault(number, []).append(dict(zip(("to", "subject", "text", "at"), told, strict=True)))
    return [
        {
            "form": row.form.name,
            "at": row.at,
            "page": row.page,
            "answers": row.answers,
            "came_by": row.touch,
            "sent_from": row.details,
            "consent_asked": row.wording.text if row.wording else "",
            "consented": row.consented,
            "confirmed_at": row.confirmed_at,
            "mails": mails.get(row.pk, []),
        }
        for row in rows
    ]


def frames(form: Form, shown: str, language: str) -> Iterator[pl.DataFrame]:
    """All submissions of a form in pieces, one column a question of any version; heads as people read
    them."""
    heads: dict[str, str] = {}
    named: dict[tuple[str, str], str] = {}
    for version in FormVersion.objects.filter(form=form).order_by("number"):
        for one in questions_of(content_from(version.content), language):
            heads[one.question.key] = one.label
            named |= {(one.question.key, value): label for value, label in one.choices}
    rows = submissions_of(form, shown)
    total = rows.count()
    for start in range(0, max(total, 1), PIECE):
        yield _piece(list(rows[start : start + PIECE]), heads, named)


def _piece(
    rows: list[Submission], heads: Mapping[str, str], named: Mapping[tuple[str, str], str]
) -> pl.DataFrame:
    columns: list[pl.Series] = [
        pl.Series(_("送信番号"), [row.pk for row in rows], dtype=pl.Int64),
        pl.Series(_("日時"), [_moment(row.at) for row in rows], dtype=pl.String),
    ]
    taken = {column.name for column in columns}
    for key, head in heads.items():
        texts = [
            ", ".join(named.get((key, part), part) for part in row.answers.get(key, "").split(SEPARATOR))
            for row in rows
        ]
        name = head if head not in taken else f"{head} ({key})"
        taken.add(name)
        columns.append(pl.Series(name, texts, dtype=pl.String))
    touches = sorted({name for row in rows for name in row.touch})
    tail: dict[str, list[str]] = {
        _("状態"): [str(_STATE_WORDS[row.state]()) for row in rows],
        _("営業目的"): [_("はい") if row.pitch else "" for row in rows],
        _("同意"): [_("はい") if row.consented else "" for row in rows],
        _("同意文"): [row.wording.text if row.wording and row.consented else "" for row in rows],
        _("確認した日時"): [_moment(row.confirmed_at) for row in rows],
        _("フォームのページ"): [row.page for row in rows],
        **{name: [row.touch.get(name, "") for row in rows] for name in touches},
    }
    columns += [
        pl.Series(name if name not in taken else f"{name} (Mikomi)", texts, dtype=pl.String)
        for name, texts in tail.items()
    ]
    return pl.DataFrame(columns)


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


_STATE_WORDS = {
    "new": lambda: _("処理中"),
    "taken": lambda: _("リードにしました"),
    "held": lambda: _("保留"),
}
