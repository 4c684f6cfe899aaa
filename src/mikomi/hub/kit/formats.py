"""Dates, numbers and names as the pages write them, in both languages.

`today` is an argument of everything that depends on it. Language codes: `ja` is Japanese,
everything else English.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

MINUS = "−"
_WEEKDAYS_JA = "月火水木金土日"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

type Number = int | float | Decimal


def day(on: date, language: str, today: date, *, weekday: bool = True, year: bool = False) -> str:
    """11月24日（火） or Tue, Nov 24; the year only if it is another one than today's, or asked for."""
    with_year = year or on.year != today.year
    if language == "ja":
        text = f"{on.year}年{on.month}月{on.day}日" if with_year else f"{on.month}月{on.day}日"
        return f"{text}（{_WEEKDAYS_JA[on.weekday()]}）" if weekday else text
    text = f"{_MONTHS[on.month - 1]} {on.day}"
    if weekday:
        text = f"{_WEEKDAYS[on.weekday()]}, {text}"
    return f"{text}, {on.year}" if with_year else text


def clock(at: datetime) -> str:
    """8:12; the local time that `at` carries."""
    return f"{at.hour}:{at.minute:02d}"


def moment(at: datetime, language: str, today: date) -> str:
    """今日 8:12, 昨日 17:40, 11月20日 10:44; `at` in local time."""
    return f"{_near(at.date(), language, today)} {clock(at)}"


def last(on: date | datetime, language: str, today: date) -> str:
    """When somebody was last active: today with its time, any other day without."""
    if isinstance(on, datetime):
        return moment(on, language, today) if on.date() == today else _near(on.date(), language, today)
    return _near(on, language, today)


def _near(on: date, language: str, today: date) -> str:
    if on == today:
        return "今日" if language == "ja" else "Today"
    if on == today - timedelta(days=1):
        return "昨日" if language == "ja" else "Yesterday"
    return day(on, language, today, weekday=False)


def number(value: Number, places: int | None = None) -> str:
    """1,248; 86.6; minus as −. Without `places` a whole number has none and others up to two."""
    text = f"{abs(value):,.{2 if places is None else places}f}"
    if places is None:
        text = text.rstrip("0").rstrip(".")
    negative = value < 0 and any(digit in text for digit in "123456789")
    return MINUS + text if negative else text


def count(value: int, language: str, unit: str = "") -> str:
    """1,248人; in English the number alone, its unit stands in the sentence."""
    return number(value, 0) + (unit if language == "ja" else "")


def signed(value: Number, places: int | None = None) -> str:
    """+5, −10, ±0."""
    text = number(value, places)
    if text.startswith(MINUS):
        return text
    return ("+" if any(digit in text for digit in "123456789") else "±") + text


def points(value: Number, language: str, places: int | None = None) -> str:
    """+5点, −10点; in English +5. Nothing gained is 0点, without a sign."""
    text = signed(value, places).removeprefix("±")
    return text + ("点" if language == "ja" else "")


def percent(share: Number, places: int = 0) -> str:
    """A share of 1 as 12%."""
    return number(share * 100, places) + "%"


def honorific(language: str) -> str:
    """What follows a person's name: 様, and nothing in English."""
    return "様" if language == "ja" else ""
