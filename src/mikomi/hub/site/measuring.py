"""計測の内訳: what arrived, what of it people did, and what does not count, for which reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import polars as pl
from django.utils import timezone

from mikomi.collector import reasons as collecting
from mikomi.core.machines.reasons import UNDECIDED, VERDICTS, Reason, reason_name
from mikomi.core.words import Words
from mikomi.hub.activity.measured import tallies
from mikomi.hub.capture import queries as capture

EPOCH = date(1970, 1, 1).toordinal()
PERIODS = (1, 7, 30, 90)
SOURCES = {
    "web": Words("計測タグ・SDK", "Tag and SDKs"),
    "page": Words("フォーム・資料・セミナー", "Forms, documents, seminars"),
    "form": Words("フォーム", "Forms"),
    "document": Words("資料", "Documents"),
    "seminar": Words("セミナーの受付", "Seminar reception"),
    "file": Words("ファイルの取り込み", "Imported files"),
}


_KEY = Words(
    "サイトに貼ったタグ（SDK の設定）のキーを、計測タグの画面のものに直してください。"
    "身に覚えがなければ、そのままでかまいません",
    "put the key that the tag's page shows into the site's tag (or the SDK's settings);"
    " if it is none of yours, leave it",
)
_RATE = Words(
    "正しい量なら、いまのままでも送り直されます。"
    "いつも出るときは、同じ動きを何度も送っていないか、送る側を見てください",
    "the sender tries again by itself; where it lasts, look whether it sends the same events again and again",
)
_SENDER = Words(
    "タグからはこの形では届きません。自社の連携からなら、作った人に理由を伝えてください。"
    "ほかはいたずらなので、そのままでかまいません",
    "the tag sends nothing like it: tell whoever made your own connection what is wrong; the rest are pranks,"
    " leave them",
)
ADVICE: dict[str, Words] = {
    collecting.Reason.NO_KEY: _KEY,
    collecting.Reason.UNKNOWN_KEY: _KEY,
    collecting.Reason.ORIGIN: Words(
        "自社のサイトなら、計測タグの設定の「このタグを使うサイト」に加えてください",
        "if the site is yours, add it to the sites in the tag's settings",
    ),
    collecting.Reason.RATE_OF_KEY: _RATE,
    collecting.Reason.RATE_OF_ADDRESS: _RATE,
    collecting.Reason.BUSY: Words(
        "送り直されるので、失われません。続くときは、mikomi doctor でディスクと処理の遅れを確かめてください",
        "the sender tries again, so nothing is lost; if it lasts, ask mikomi doctor about disk and backlog",
    ),
}
"""What somebody here can do about what was refused; what is not named is the sender's to mend (`_SENDER`)."""


@dataclass(frozen=True, slots=True)
class Share:
    """A line: its name, the value that opens it, and how many came, count and do not count."""

    key: str
    name: Words
    raw: int
    people: int
    machines: int


@dataclass(frozen=True, slots=True)
class Why:
    """How many do not count for a reason. `undecided`: nobody can say whether a person was there."""

    key: str
    name: Words
    n: int
    undecided: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken in: from which source (its number, 0 for none that we know), why, what to do about
    it, how many."""

    number: int
    source: str
    reason: Words
    advice: Words
    n: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All of the page. `days` are newest first; `most` is the fullest day."""

    total: Share
    sources: Sequence[Share]
    reasons: Sequence[Why]
    days: Sequence[tuple[date, Share]]
    refused: Sequence[Refused]
    refused_total: int
    most: int


def breakdown(today: date, days: int) -> Breakdown:
    """Of the last `days` local days through `today`."""
    last = today.toordinal() - EPOCH
    first = last - days + 1
    told = tallies(first, last)
    names = capture.source_names()
    sources = _shares(told, "source")
    by_day = {
        int(day): share for day, share in _shares(told.with_columns(pl.col("day").cast(pl.String)), "day")
    }
    machines = told.filter(pl.col("reason") != "").group_by("reason").agg(pl.col("n").sum())
    refused = _refused(today, days, names)
    return Breakdown(
        total=_share("", Words("合計", "Total"), told),
        sources=[
            Share(key, source_name(key, names), *numbers)
            for key, numbers in sorted(sources, key=lambda one: (-one[1][0], one[0]))
        ],
        reasons=[
            Why(code, reason_name(code), n, _undecided(code))
            for code, n in machines.sort("n", "reason", descending=[True, False]).iter_rows()
        ],
        days=[
            (
                today - timedelta(days=back),
                Share(str(last - back), Words("", ""), *by_day.get(last - back, (0, 0, 0))),
            )
            for back in range(min(days, 30))
        ]
        if days > 1
        else [],
        refused=refused,
        refused_total=sum(one.n for one in refused),
        most=max((numbers[0] for numbers in by_day.values()), default=0),
    )


def source_name(key: str, names: Mapping[int, str]) -> Words:
    """What a source of events is called: a site's own name, or what it is."""
    kind, _, number = key.partition(":")
    if number.isdigit() and int(number) in names:
        name = names[int(number)]
        return Words(name, name)
    return SOURCES.get(kind, Words(key, key))


def _shares(told: pl.DataFrame, by: str) -> list[tuple[str, tuple[int, int, int]]]:
    people = pl.col("n").filter(pl.col("reason") == "").sum()
    found = told.group_by(by).agg(pl.col("n").sum().alias("raw"), people.alias("people"))
    return [(key, (raw, human, raw - human)) for key, raw, human in found.iter_rows()]


def _share(key: str, name: Words, told: pl.DataFrame) -> Share:
    raw = int(told["n"].sum())
    people = int(told.filter(pl.col("reason") == "")["n"].sum())
    return Share(key, name, raw, people, raw - people)


def _refused(today: date, days: int, names: Mapping[int, str]) -> list[Refused]:
    midnight = timezone.make_aware(datetime.combine(today - timedelta(days=days - 1), time.min))
    first = int(midnight.astimezone(UTC).timestamp()) // 3600
    rows = capture.refused_between(first, first + 24 * days + 1)
    return [
        Refused(
            source if source in names else 0,
            names.get(source, ""),
            refused_name(reason),
            ADVICE.get(reason, _SENDER),
            n,
        )
        for source, reason, n in rows
    ]


def refused_name(code: str) -> Words:
    """Why the collector refused something, in words; a code that is none as it stands."""
    try:
        return collecting.REFUSALS[collecting.Reason(code)].words
    except (ValueError, KeyError):
        return Words(code, code)


def _undecided(code: str) -> bool:
    return code in set(Reason) and VERDICTS[Reason(code)].certainty == UNDECIDED
