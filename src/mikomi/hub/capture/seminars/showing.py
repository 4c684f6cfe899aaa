"""Seminars and their people as pages and files show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mikomi.core.words import Words
from mikomi.hub.capture.models import Application, Seminar
from mikomi.hub.capture.seminars import telling
from mikomi.hub.capture.seminars.seats import accepts, taken
from mikomi.hub.capture.webforms.answers import shown_answers
from mikomi.hub.capture.webforms.content import content_from

PIECE = 5_000
"""So many people are written into a file at once."""
STATES: dict[str, tuple[Words, str]] = {
    "draft": (Words("下書き", "Draft"), "warn"),
    "open": (Words("受付中", "Open"), "good"),
    "full": (Words("満席（キャンセル待ち受付中）", "Full (waiting list open)"), "warn"),
    "closed": (Words("受付終了", "Closed"), ""),
    "held": (Words("終了", "Held"), ""),
    "cancelled": (Words("中止", "Called off"), "bad"),
}
STANDINGS: dict[str, tuple[Words, str]] = {
    "came": (Words("参加", "Attended"), "good"),
    "absent": (Words("欠席", "No-show"), "warn"),
    "applied": (Words("申込", "Applied"), ""),
    "waiting": (Words("キャンセル待ち", "Waiting"), "warn"),
    "cancelled": (Words("キャンセル", "Cancelled"), ""),
}
"""What somebody is to a seminar, in words, and the tone of its tag."""
_SEATED = Q(state="applied")
SHOWN: dict[str, tuple[Words, Q]] = {
    "": (Words("すべて", "All"), Q()),
    "applied": (Words("申込", "Applied"), _SEATED),
    "waiting": (Words("キャンセル待ち", "Waiting"), Q(state="waiting", came_at=None)),
    "cancelled": (Words("キャンセル", "Cancelled"), Q(state="cancelled", came_at=None)),
    "came": (Words("参加", "Attended"), Q(came_at__isnull=False)),
    "absent": (Words("欠席", "No-shows"), _SEATED & Q(came_at=None)),
}
"""What of the people of a seminar may be looked at."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many have a place, wait, cancelled, came (some of them without having applied), and did not."""

    applied: int = 0
    waiting: int = 0
    cancelled: int = 0
    came: int = 0
    walked_in: int = 0
    absent: int = 0


@dataclass(frozen=True, slots=True)
class SeminarRow:
    """A seminar in the list. `share`: of the places that are taken, percent, None without a limit."""

    seminar: Seminar
    state: tuple[str, Words, str]
    counts: Counts
    share: int | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on a seminar's page: key, words and tone of what they are to it."""

    application: Application
    standing: tuple[str, Words, str]


def seminar_rows(now: datetime) -> tuple[list[SeminarRow], list[SeminarRow]]:
    """Those to come, the next first, and those that are over, the latest first."""
    counted = counts_of(None, now)
    rows = [
        _row(seminar, counted.get(seminar.pk, Counts()), now)
        for seminar in Seminar.objects.order_by("starts_at", "pk")
    ]
    coming = [row for row in rows if row.seminar.ends_at > now]
    return coming, [row for row in reversed(rows) if row.seminar.ends_at <= now]


def counts_of(seminar: Seminar | None, now: datetime) -> dict[int, Counts]:
    """The counts of a seminar, or of all, by its number. Nobody is absent before it is over, or while
    nobody was marked as attending."""
    rows = Application.objects.all() if seminar is None else Application.objects.filter(seminar=seminar)
    over = set(Seminar.objects.filter(ends_at__lte=now).values_list("pk", flat=True))
    told = rows.values("seminar").annotate(
        n_applied=Count("pk", filter=_SEATED),
        n_waiting=Count("pk", filter=SHOWN["waiting"][1]),
        n_cancelled=Count("pk", filter=SHOWN["cancelled"][1]),
        n_came=Count("pk", filter=SHOWN["came"][1]),
        n_walked=Count("pk", filter=Q(state="walk_in")),
        n_absent=Count("pk", filter=SHOWN["absent"][1]),
    )
    return {
        one["seminar"]: Counts(
            one["n_applied"],
            one["n_waiting"],
            one["n_cancelled"],
            one["n_came"],
            one["n_walked"],
            one["n_absent"] if one["seminar"] in over and one["n_came"] else 0,
        )
        for one in told
    }


def state_of(seminar: Seminar, now: datetime, seated: int) -> tuple[str, Words, str]:
    """What a seminar is at: key of `STATES`, in words, tone. `seated`: places taken."""
    key = str(seminar.state)
    if key not in ("draft", "cancelled") and seminar.ends_at <= now:
        key = "held"
    elif key == "open" and not accepts(seminar, now):
        key = "closed"
    elif key == "open" and seminar.capacity and seated >= seminar.capacity:
        key = "full"
    return (key, *STATES[key])


def row_of(seminar: Seminar, now: datetime) -> SeminarRow:
    """One seminar as the list shows it."""
    return _row(seminar, counts_of(seminar, now).get(seminar.pk, Counts()), now)


def guests(seminar: Seminar, shown: str) -> QuerySet[Application]:
    """The people of a seminar by company and name; `shown` is a key of `SHOWN`."""
    chosen = SHOWN.get(shown, SHOWN[""])[1]
    return Application.objects.filter(chosen, seminar=seminar).order_by("company", "name", "pk")


def found(rows: QuerySet[Application], asked: str) -> QuerySet[Application]:
    """Those of `rows` whose name, company or address holds every word that is asked for."""
    for word in asked.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(company__icontains=word) | Q(email__icontains=word))
    return rows


def guest_of(application: Application, *, absences: bool) -> Guest:
    """Somebody with their standing; `absences`: who has not come is absent by now."""
    key = str(application.state)
    if application.came_at is not None:
        key = "came"
    elif key == "applied" and absences:
        key = "absent"
    return Guest(application, (key, *STANDINGS.get(key, STANDINGS["applied"])))


def public_of(seminar: Seminar, language: str) -> dict[str, Any]:
    """What the page of its form shows of a seminar. `left`: free places, None without a limit."""
    left = max(seminar.capacity - taken(seminar), 0) if seminar.capacity else None
    return {
        "when": telling.when(seminar, language),
        "where": telling.where(seminar, language),
        "left": left,
        "until": seminar.deadline,
    }


def sheet(seminar: Seminar, shown: str, language: str, *, absences: bool) -> Iterator[pl.DataFrame]:
    """The attendance sheet in pieces: who they are, what they are to the seminar, and what they answered."""
    rows = guests(seminar, shown).select_related("submission__version")
    if not shown:
        rows = rows.exclude(state=Application.State.CANCELLED, came_at=None)
    total = rows.count()
    asked = _asked(seminar, language)
    for start in range(0, max(total, 1), PIECE):
        people = [guest_of(one, absences=absences) for one in rows[start : start + PIECE]]
        yield _sheet(people, asked, language, start)


def applied_by(leads: Sequence[int]) -> list[dict[str, Any]]:
    """The seminars that leads (numbers) applied to or came to, oldest first, as JSON values besides
    instants."""
    rows = Application.objects.filter(lead__in=leads).select_related("seminar").order_by("seminar__starts_at")
    return [
        {
            "seminar": row.seminar.title,
            "held_at": row.seminar.starts_at,
            "state": row.state,
            "name": row.name,
            "company": row.company,
            "email": row.email,
            "applied_at": row.applied_at,
            "cancelled_at": row.cancelled_at,
            "came_at": row.came_at,
        }
        for row in rows
    ]


def _row(seminar: Seminar, counts: Counts, now: datetime) -> SeminarRow:
    share = min(round(100 * counts.applied / seminar.capacity), 100) if seminar.capacity else None
    return SeminarRow(seminar, state_of(seminar, now, counts.applied), counts, share)


def _asked(seminar: Seminar, language: str) -> list[str]:
    """The labels of what the form asks beside name, company and mail."""
    if seminar.form is None or seminar.form.version is None:
        return []
    content = content_from(seminar.form.version.content)
    known = {"name", "family_name", "given_name", "company", "email"}
    labels = shown_answers(content, {}, language)
    fields = [question.field for question in content.questions]
    pairs = zip(labels, fields, strict=False) if len(labels) == len(fields) else ()
    return [label for (label, _answer), field in pairs if field not in known]


def _sheet(people: Sequence[Guest], asked: Sequence[str], language: str, start: int) -> pl.DataFrame:
    answers = [_answers(guest.application, language) for guest in people]
    rows = [guest.application for guest in people]
    told: dict[str, list[Any]] = {
        _("順番"): list(range(start + 1, start + len(rows) + 1)),
        _("来た"): ["○" if row.came_at else "" for row in rows],
        _("会社"): [row.company for row in rows],
        _("氏名"): [row.name for row in rows],
        _("メール"): [row.email for row in rows],
        _("状態"): [guest.standing[1].text(language) for guest in people],
        _("申込日時"): [_moment(row.applied_at) for row in rows],
        _("参加日時"): [_moment(row.came_at) for row in rows],
    }
    for label in asked:
        told[label if label not in told else f"{label} (2)"] = [one.get(label, "") for one in answers]
    numbers = _("順番")
    return pl.DataFrame(
        [
            pl.Series(name, cells, dtype=pl.Int64 if name == numbers else pl.String)
            for name, cells in told.items()
        ]
    )


def _answers(row: Application, language: str) -> dict[str, str]:
    held = row.submission
    if held is None:
        return {}
    return dict(shown_answers(content_from(held.version.content), held.answers, language))


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
