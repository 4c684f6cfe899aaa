"""Choosing many events at once: what somebody filled in, read, and said again in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from mikomi.core.machines.addresses import parse_ranges
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.sweeps import Choice

EPOCH = date(1970, 1, 1)
LONGEST_ALONE = timedelta(days=1)
"""So long a time may be where neither an address nor an agent narrows it down."""
LONGEST_AGENT = 500
MOST_NETWORKS = 1_000


def read_choice(asked: Mapping[str, str]) -> Choice:
    """A choice as it was filled in: `since` and `until` (local, to the minute, the last one included), `part`
    of an agent, `networks` a line each. Raises `MikomiError` that says what to mend."""
    since, until = _moment(asked.get("since", "")), _moment(asked.get("until", ""))
    if since is None or until is None:
        raise MikomiError(Words("いつからいつまでかを入れてください", "say from when until when"))
    if until < since:
        raise MikomiError(
            Words("終わりが始まりより前です。入れ直してください", "it ends before it begins; mend the times")
        )
    part = " ".join(asked.get("part", "").split())[:LONGEST_AGENT]
    networks = _networks(asked.get("networks", ""))
    if not part and not networks and until - since >= LONGEST_ALONE:
        raise MikomiError(
            Words(
                "接続元か名乗りを入れるか、時間を24時間以内にしてください。人の動きまで取り消さないためです",
                "give an address, a user agent, or at most 24 hours: people should not be taken back",
            )
        )
    return Choice(
        first=_day(since.date()),
        last=_day(until.date()),
        part=part,
        networks=networks,
        since=_microseconds(since),
        until=_microseconds(until + timedelta(minutes=1)),
    )


def said(choice: Choice) -> list[Words]:
    """A choice in words, a part of it each."""
    found = [_when(choice)]
    found += [Words(network, network) for network in choice.networks[:5]]
    if len(choice.networks) > 5:
        more = len(choice.networks) - 5
        found.append(Words(f"ほか{more}件の接続元", f"{more} more addresses"))
    if choice.agent:
        found.append(Words(f"名乗り：{choice.agent}", f"User agent: {choice.agent}"))
    if choice.part:
        found.append(Words(f"名乗りに「{choice.part}」を含む", f"User agent with “{choice.part}”"))
    if choice.subject is not None:
        found.append(Words("ひとりの訪問者", "One visitor"))
    return found


def _when(choice: Choice) -> Words:
    if choice.since is not None and choice.until is not None:
        first = timezone.localtime(datetime.fromtimestamp(choice.since / 1_000_000, UTC))
        last = timezone.localtime(
            datetime.fromtimestamp(choice.until / 1_000_000, UTC) - timedelta(minutes=1)
        )
        return Words(
            f"{first.month}月{first.day}日 {first:%H:%M}〜{last.month}月{last.day}日 {last:%H:%M}",
            f"{first:%b} {first.day}, {first:%H:%M} to {last:%b} {last.day}, {last:%H:%M}",
        )
    first_day, last_day = (EPOCH + timedelta(days=day) for day in (choice.first, choice.last))
    return Words(
        f"{first_day.month}月{first_day.day}日〜{last_day.month}月{last_day.day}日",
        f"{first_day:%b} {first_day.day} to {last_day:%b} {last_day.day}",
    )


def _networks(text: str) -> tuple[str, ...]:
    lines = [line.split("#")[0].strip().rstrip(",") for line in text.splitlines()]
    wanted = tuple(dict.fromkeys(line for line in lines if line))
    if len(wanted) > MOST_NETWORKS:
        raise MikomiError(
            Words(f"接続元は{MOST_NETWORKS:,}行までにしてください", f"{MOST_NETWORKS:,} lines at most")
        )
    unread = [line for line in wanted if parse_ranges([line]).size != 1 or len(line.split()) > 1]
    if unread:
        shown = unread[0][:60]
        raise MikomiError(
            Words(
                f"「{shown}」はアドレスの範囲ではありません。192.0.2.0/24 のように書いてください",
                f"“{shown}” is no range of addresses; write it like 192.0.2.0/24",
            )
        )
    return wanted


def _moment(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is not None or not 2000 <= read.year < 2200:
        return None
    return timezone.make_aware(read.replace(second=0, microsecond=0))


def _day(day: date) -> int:
    return (day - EPOCH).days


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
