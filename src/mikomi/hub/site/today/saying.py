"""Results as the buttons of a card say them: `no_answer`, `too_early:month1`, `rejected:size`."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mikomi.core.words import MikomiError, Words
from mikomi.hub.handoff.types import Kind

BUTTONS: tuple[tuple[Kind, Words], ...] = (
    (Kind.NO_ANSWER, Words("不在", "No answer")),
    (Kind.TALKED, Words("会話できた", "Talked")),
    (Kind.MEETING, Words("商談化", "Meeting")),
)
"""Those of one tap; 時期尚早 and 対象外 ask one thing more, the others lie behind ほか."""

LATER: tuple[tuple[str, Words], ...] = (
    ("week", Words("来週", "Next week")),
    ("month1", Words("1か月後", "In 1 month")),
    ("month3", Words("3か月後", "In 3 months")),
)
REASONS: tuple[tuple[str, Words], ...] = (
    ("size", Words("規模が合わない", "Wrong size")),
    ("need", Words("必要がない", "No need")),
    ("competitor", Words("同業・競合", "Competitor")),
    ("other_product", Words("他社で決定", "Chose another product")),
    ("private", Words("個人・学生", "Private person or student")),
    ("refused", Words("連絡を断られた", "Asked not to be contacted")),
)
WHAT = Words(
    "押されたボタンが分かりません。画面を読み直して、もう一度押してください",
    "the button is not known; load the page again and press it once more",
)
WHICH_DAY = Words("日付を選んでください（例：2026-12-01）", "choose a date (such as 2026-12-01)")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody pressed: the result, why, and the day that was chosen."""

    kind: Kind
    reason: str = ""
    next_on: date | None = None


def read(given: Mapping[str, str], on: date, language: str) -> Said:
    """What the form `given` says on the local day `on`: `said`, and `date` where a day is typed.

    Reasons are kept in the words of whoever said them (`language`). Raises `MikomiError`.
    """
    name, _colon, more = given.get("said", "").partition(":")
    try:
        kind = Kind(name)
    except ValueError:
        raise MikomiError(WHAT) from None
    if kind == Kind.REJECTED:
        known = dict(REASONS)
        words = known[more].text("ja" if language == "ja" else "en") if more in known else ""
        return Said(kind, reason=words or given.get("reason", ""))
    return Said(kind, next_on=day_of(more, given, on))


def day_of(more: str, given: Mapping[str, str], on: date) -> date | None:
    """The day that a chip means; None: the usual one. Raises `MikomiError` for a date that is none."""
    if more == "week":
        return on + timedelta(days=7)
    if more.startswith("month") and more[5:] in ("1", "3"):
        return months_after(on, int(more[5:]))
    if more != "date":
        return None
    try:
        return date.fromisoformat(given.get("date", ""))
    except ValueError:
        raise MikomiError(WHICH_DAY) from None


def months_after(on: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
