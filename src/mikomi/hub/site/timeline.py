"""A lead's timeline in words: what it did, what that earned on its day, what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from mikomi.core.conditions.activity import ActivityCondition, matches
from mikomi.core.conditions.describe import activity_deed
from mikomi.core.conditions.sentence import Labels
from mikomi.core.events import KINDS, Touches
from mikomi.core.machines.judging import TRAP_KIND
from mikomi.core.machines.reasons import UNDECIDED, Reason, reason_said
from mikomi.core.scoring.model import Model
from mikomi.core.words import Words
from mikomi.hub.activity.types import KnownOutcome, Moment
from mikomi.hub.people.notes import NoteView

ICONS = {
    "page_view": "eye",
    "download": "file-download",
    "form_submit": "forms",
    "seminar_apply": "calendar-event",
    "seminar_attend": "presentation",
    "mail_open": "mail-opened",
    "mail_click": "click",
    "mail_unsubscribe": "mail-off",
    "call": "phone",
    "card_exchange": "id-badge-2",
}
RESULTS = {
    "won": Words("受注", "Deal won"),
    "lost": Words("失注", "Deal lost"),
    "meeting": Words("商談になった", "Became a meeting"),
    "rejected": Words("対象外", "Not a fit"),
}
MOST_NAMED = 3
SHOWN_OF_NOTES = 200
"""Characters of a note in a timeline; the whole note stands in its card."""
_EPOCH = date(1970, 1, 1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline. `at` is aware; `clock`: whether the time of the day is known; `points` None
    where none are told (outcomes, notes).

    `machine`: it does not count. `lead`: whose it is; 0 for the company's own. `said`: what the button
    beside it says it was instead (`human` or `machine`), "" for no button; `kind`, `since` and `until` (µs
    UTC) name what it is about then.
    """

    at: datetime
    icon: str
    what: Words
    note: Words
    points: float | None
    machine: bool
    lead: int = 0
    said: str = ""
    kind: str = ""
    since: int = 0
    until: int = 0
    clock: bool = True


def entries(
    moments: Sequence[Moment],
    outcomes: Sequence[KnownOutcome],
    model: Model | None,
    labels: Labels,
    notes: Sequence[NoteView] = (),
    now_at: Mapping[str, str] | None = None,
) -> list[Entry]:
    """All together, newest first. `now_at`: where contents that moved are now, by their old addresses; each
    is told once."""
    points = points_of(moments, model) if model else [0.0] * len(moments)
    told = [
        _moment(_as_called_now(moment, now_at or {}), worth, labels)
        for moment, worth in zip(moments, points, strict=True)
    ]
    told += [_outcome(outcome) for outcome in outcomes]
    told += [_written(note) for note in notes]
    return sorted(told, key=lambda entry: entry.at, reverse=True)


def _as_called_now(moment: Moment, now_at: Mapping[str, str]) -> Moment:
    times: Counter[str] = Counter()
    for content, n in moment.contents:
        times[now_at.get(content, content)] += n
    return replace(moment, contents=tuple(times.items()))


def points_of(moments: Sequence[Moment], model: Model) -> list[float]:
    """What each moment added on its day, before fading: rules times what their daily limit left.

    Moments come newest first, as the timeline gives them; the earlier of a day counts first.
    """
    pairs = sorted({(m.kind, content) for m in moments for content, _n in m.contents})
    touches = Touches(pl.DataFrame(pairs, schema={"kind": pl.String, "content": pl.String}, orient="row"))
    place = {pair: at for at, pair in enumerate(pairs)}
    meets = [matches(rule.when, touches, model.group_contents) for rule in model.engagement]
    used: Counter[tuple[int, int, int]] = Counter()
    found = [0.0] * len(moments)
    for at in reversed(range(len(moments))):
        moment = moments[at]
        if not moment.counted:
            continue
        places = np.array([place[moment.kind, content] for content, _n in moment.contents])
        times = np.array([n for _content, n in moment.contents])
        for index, rule in enumerate(model.engagement):
            whose = (moment.lead, index, moment.day)
            met = int(times[meets[index][places]].sum())
            left = met if rule.per_day is None else max(rule.per_day - used[whose], 0)
            used[whose] += met
            found[at] += rule.points * min(met, left)
    return found


def _moment(moment: Moment, points: float, labels: Labels) -> Entry:
    return Entry(
        at=moment.last,
        icon="robot" if moment.automated else ICONS.get(moment.kind, "activity"),
        what=Words(_what_ja(moment, labels), _what_en(moment, labels)),
        note=_note(moment),
        points=points,
        machine=not moment.counted,
        lead=moment.lead,
        said="human" if moment.automated else "machine" if moment.reason == Reason.BY_HAND else "",
        kind=moment.kind,
        since=_microseconds(moment.first),
        until=_microseconds(moment.last),
    )


def _microseconds(at: datetime) -> int:
    return (at - _BEGINNING) // timedelta(microseconds=1)


def _note(moment: Moment) -> Words:
    if moment.automated:
        said = reason_said(moment.reason)
        sure = Words("", "")
        if UNDECIDED < moment.certainty < 95:
            sure = Words(f"（確からしさ{moment.certainty}%）", f" ({moment.certainty}% certain)")
        return Words(f"{said.ja}{sure.ja}。点数には入れません", f"{said.en}{sure.en}. No points")
    if moment.reason == Reason.BY_HAND:
        return Words("手で人の動きに戻しました", "Said by hand to be the person")
    if not moment.counted:
        return Words("取り消されました。点数には入れません", "Taken back. No points")
    spent = moment.last - moment.first
    # Views of one day stand together; beyond an hour they were several visits.
    if timedelta(minutes=1) <= spent <= timedelta(hours=1):
        minutes = int(spent.total_seconds() // 60)
        return Words(f"{minutes}分のあいだ", f"Over {minutes} minutes" if minutes > 1 else "Over a minute")
    return Words("", "")


_OF_TAG: dict[str, Words] = {
    "page_read": Words("ページを読んだ", "Read a page"),
    "screen_view": Words("アプリの画面を見た", "Saw a screen of an app"),
    "outbound_click": Words("外部サイトへのリンクを押した", "Followed a link to another site"),
    TRAP_KIND: Words("見えないリンクを開いた", "Opened a hidden link"),
}
"""Kinds that the tag and apps tell of, beyond those that come with the product."""


def kind_name(kind: str) -> Words:
    """What somebody did, for a kind of event: ページを見た."""
    if kind in _OF_TAG:
        return _OF_TAG[kind]
    ja, en = (activity_deed(ActivityCondition(kinds=(kind,)), language) for language in ("ja", "en"))
    if kind not in KINDS:
        return Words(kind, kind)
    text = f"{en.past} {en.thing}".strip()
    return Words(f"{ja.thing}{ja.particle}{ja.past}", text[:1].upper() + text[1:])


def _what_ja(moment: Moment, labels: Labels) -> str:
    deed = activity_deed(ActivityCondition(kinds=(moment.kind,)), "ja")
    names = [labels.content(content) for content, _n in moment.contents if content]
    if moment.kind in _OF_TAG:
        return f"{_OF_TAG[moment.kind].ja}{'：' if names else ''}{_few_ja(moment, names)}"
    if not names:
        count = f"{moment.n}回" if moment.n > 1 else ""
        return f"{deed.thing}{deed.particle}{count}{deed.past}"
    named = _few_ja(moment, names)
    count = f"{moment.n}回" if len(names) == 1 and moment.n > 1 else ""
    if moment.kind not in KINDS:
        return f"{moment.kind}：{named}"
    return f"{named}{deed.particle}{count}{deed.past}"


def _few_ja(moment: Moment, names: Sequence[str]) -> str:
    named = "".join(f"「{name}」" for name in names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        named += f"など{len(names)}ページ" if moment.kind == "page_view" else f"など{len(names)}件"
    return named


def _what_en(moment: Moment, labels: Labels) -> str:
    deed = activity_deed(ActivityCondition(kinds=(moment.kind,)), "en")
    names = [labels.content(content) for content, _n in moment.contents if content]
    count = f" {moment.n} times" if moment.n > 1 and len(names) <= 1 else ""
    if not names and moment.kind in _OF_TAG:
        text = f"{_OF_TAG[moment.kind].en}{count}"
    elif not names:
        text = f"{deed.past} {deed.thing}{count}".strip()
    else:
        named = ", ".join(f"“{name}”" for name in names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        if moment.kind in _OF_TAG:
            return f"{_OF_TAG[moment.kind].en}: {named}{more}"
        text = f"{deed.past} {named}{more}{count}"
    return text[:1].upper() + text[1:]


def _outcome(outcome: KnownOutcome) -> Entry:
    what = RESULTS.get(outcome.result, Words(outcome.result, outcome.result))
    reason = Words(outcome.reason, outcome.reason)
    # A list of deals has days alone.
    clock = outcome.deal is None
    return Entry(outcome.at, "circle-dot", what, reason, None, False, outcome.lead, clock=clock)


def _written(note: NoteView) -> Entry:
    start = " ".join(note.text[: 2 * SHOWN_OF_NOTES].split())
    text = start if len(start) <= SHOWN_OF_NOTES else f"{start[:SHOWN_OF_NOTES]}…"
    what = Words(f"メモ：{text}", f"Note: {text}")
    return Entry(note.at, "message-2", what, Words(note.by, note.by), None, False, note.lead)


def outcomes_between(
    outcomes: Sequence[KnownOutcome], newest: datetime | None, oldest: datetime | None
) -> list[KnownOutcome]:
    """The outcomes that belong on a page of moments: before `newest`, not before `oldest`."""
    return [
        outcome
        for outcome in outcomes
        if (newest is None or outcome.at < newest) and (oldest is None or outcome.at >= oldest)
    ]


def day_of(number: int) -> date:
    """A day counted from 1970-01-01."""
    return _EPOCH + timedelta(days=number)
