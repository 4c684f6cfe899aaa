"""Who: conditions that say of one lead on one local day yes or no.

Segments and the stages of the journey are such conditions. `parse_who` reads them, `describe_who`
says them, `membership` answers them; docs/reference/conditions.md is their contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Test
from mikomi.core.words import MikomiError, Words

type Counted = Literal["events", "days"]
type ScoreName = Literal["total", "fit", "engagement"]
type GradeName = Literal["fit", "engagement"]
type LabelKind = Literal["tag", "list", "segment"]
type ConsentState = Literal["granted", "refused", "unknown"]

OUTCOMES = ("meeting", "won", "lost", "rejected")
"""What a talk can end with; other results of a call are no outcomes."""

NOWHERE = "none"
"""The stage of a lead that meets the condition of none."""


@dataclass(frozen=True, slots=True)
class Did:
    """How often the lead did something in the last `within_days` days, D itself the last of them.

    `within_days` None: ever. `count`: matching events, or days with any. The number lies between
    `at_least` and `at_most`, both included; None: no bound on that side. One of them is given.
    """

    what: ActivityCondition
    within_days: int | None = None
    count: Counted = "events"
    at_least: int | None = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """How many days ago the lead did something for the first or the last time; never: false.

    D minus that day lies between `at_least` and `at_most`, both included (None: no bound).
    """

    which: Literal["first", "last"]
    what: ActivityCondition
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class HadOutcome:
    """A talk ended with one of `results` in the last `within_days` days (None: ever)."""

    results: tuple[str, ...]
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreIs:
    """A score, as rounded, between `at_least` and `at_most`, both included (None: no bound)."""

    of: ScoreName
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class GradeIs:
    """One of these grades; a lead without a score has none."""

    of: GradeName
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HotIs:
    """The lead is hot, or is not."""

    hot: bool = True


@dataclass(frozen=True, slots=True)
class InStage:
    """The lead stands in one of these stages of the journey, by key; `NOWHERE`: in none."""

    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The lead bears one of these tags, or is in one of these lists or segments, by number."""

    kind: LabelKind
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConsentIs:
    """Whether we may write to the lead, as far as is known."""

    state: ConsentState


@dataclass(frozen=True, slots=True)
class Every:
    """Every part holds."""

    parts: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Who


type Leaf = Test | Did | Since | HadOutcome | ScoreIs | GradeIs | HotIs | InStage | Labelled | ConsentIs
type Who = Leaf | Every | Some | Not


def parts_of(who: Who) -> Iterator[Leaf]:
    """The conditions that ask for one thing each, in the order written."""
    match who:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part):
            yield from parts_of(part)
        case _:
            yield who


def activities_in(who: Who) -> Iterator[ActivityCondition]:
    """Every condition on activity inside."""
    return (leaf.what for leaf in parts_of(who) if isinstance(leaf, Did | Since))


def used_fields(who: Who) -> set[str]:
    """The fields that are compared."""
    return {leaf.field for leaf in parts_of(who) if isinstance(leaf, Test)}


def used_contents(who: Who) -> set[str]:
    """The contents that are named, patterns as they are written."""
    return {content for what in activities_in(who) for content in what.contents}


def used_groups(who: Who) -> set[str]:
    """The groups of contents that are named."""
    return {group for what in activities_in(who) for group in what.groups}


def used_stages(who: Who) -> set[str]:
    """The keys of stages that are named, without `NOWHERE`."""
    return {s for leaf in parts_of(who) if isinstance(leaf, InStage) for s in leaf.stages} - {NOWHERE}


def used_labels(who: Who, kind: LabelKind) -> set[int]:
    """The numbers of the tags, lists or segments that are named."""
    return {i for leaf in parts_of(who) if isinstance(leaf, Labelled) and leaf.kind == kind for i in leaf.ids}


def used_tags(who: Who) -> set[int]:
    """The numbers of the tags that are named."""
    return used_labels(who, "tag")


def used_lists(who: Who) -> set[int]:
    """The numbers of the lists that are named."""
    return used_labels(who, "list")


def used_segments(who: Who) -> set[int]:
    """The numbers of the segments that are named."""
    return used_labels(who, "segment")


def segments_behind(who: Who, segments: Mapping[int, Who]) -> dict[int, Who]:
    """The segments of `segments` that a condition rests on, directly or by way of others."""
    found: dict[int, Who] = {}
    waiting = sorted(used_segments(who))
    while waiting:
        number = waiting.pop()
        if number in segments and number not in found:
            found[number] = segments[number]
            waiting += sorted(used_segments(segments[number]))
    return found


def order_of(segments: Mapping[int, Who], names: Mapping[int, str] | None = None) -> list[int]:
    """The segments so that each comes after those it refers to; else in the order given.

    References to segments that are not given are passed over. Raises `MikomiError`, which names
    the way round by `names` (left out: by number), where segments refer to each other in a circle.
    """
    done: dict[int, None] = {}
    for start in segments:
        way: dict[int, Iterator[int]] = {}
        step: int | None = start
        while step is not None or way:
            if step is not None and step not in done and step in segments:
                if step in way:
                    raise MikomiError(_circle([*way][[*way].index(step) :], names or {}))
                way[step] = iter(sorted(used_segments(segments[step])))
            last = next(reversed(way), None)
            if last is None:
                break
            step = next(way[last], None)
            if step is None:
                done[last] = None
                del way[last]
    return list(done)


def _circle(numbers: list[int], names: Mapping[int, str]) -> Words:
    called = [names.get(number, str(number)) for number in numbers]
    if len(called) == 1:
        return Words(
            f"セグメント「{called[0]}」が自分自身を条件にしています。その条件を外してください",
            f"Segment “{called[0]}” refers to itself; take that condition out",
        )
    round_trip = [*called, called[0]]
    return Words(
        f"セグメントが輪になっています（{' → '.join(f'「{name}」' for name in round_trip)}）。"
        "どれか1つの条件を外してください",
        f"Segments refer to each other in a circle ({' → '.join(f'“{name}”' for name in round_trip)}); "
        "take one of these conditions out",
    )
