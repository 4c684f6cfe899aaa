"""Everything the page of one lead shows, as of any day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.describe import activity_deed
from mikomi.core.conditions.sentence import Labels
from mikomi.core.engine.folding import day_number
from mikomi.core.engine.local import Explanation, explain, total_days
from mikomi.core.events import Activity, Touches
from mikomi.core.scoring.model import Model, ReturnSignal, SilenceSignal
from mikomi.core.words import Language, Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.types import KnownOutcome, MachineAct
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.formats import signed
from mikomi.hub.kit.plots import Mark, TemperaturePlot
from mikomi.hub.people import queries as people
from mikomi.hub.people.fields import group_name
from mikomi.hub.people.types import FieldView, Person, ValueChange
from mikomi.hub.people.value_sources import AUTOMATIC, source_words
from mikomi.hub.scores import queries as scores
from mikomi.hub.scores.types import PublishedModel
from mikomi.hub.site import temperature
from mikomi.hub.site.evidence import Doings, Neighbourhood, came_back, evidence_of, neighbourhood
from mikomi.hub.site.field_values import read_as
from mikomi.hub.site.reasons import reason
from mikomi.hub.site.timeline import RESULTS, day_of
from mikomi.hub.site.titles import Names, names_of
from mikomi.hub.site.types import Standing
from mikomi.hub.site.why import WhyTable, why_table

PLOT_DAYS = 183
MARK_KINDS = ("form_submit", "seminar_attend", "card_exchange", "download")
MOST_DEEDS = 5
MOST_CHANGES = 40
MACHINE_EVENTS = 300
SHOWN_ABOVE = frozenset({"number", "lead", "created_at"})
NOT_BY_HAND = frozenset({"number", "lead", "created_at", "consent", "unsubscribed"})
"""Fields that are changed by other acts than writing a value."""
NOT_SHOWN = "automatic"
"""The group of fields that repeat others in another writing."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which day and which version the page is about.

    `then`: the version published on that day, where it is another than today's; `current`: whether
    today's version is used.
    """

    on: date
    version: PublishedModel
    then: PublishedModel | None
    current: bool


@dataclass(frozen=True, slots=True)
class LeadScore:
    """The score of one lead on the chosen day, its reasons and its curve. `would_be_hot`: by the model
    alone, whoever is kept out. `values`: the attributes of that day by field, the unknown left out."""

    total: float
    level: int
    hot: bool
    would_be_hot: bool
    back: bool
    reason: Words
    why: WhyTable
    plot: TemperaturePlot
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownValue:
    """An attribute as of the chosen day. `since` None: from the beginning. `now`: what it is today,
    where that differs. `shown`: the value as it is read. `automatic`: the product derived it."""

    field: str
    label: Words
    value: str
    shown: Words
    editable: bool
    automatic: bool
    since: date | None
    source: Words | None
    now: str | None


def choose(standing: Standing, on: date | None, *, as_then: bool) -> Chosen:
    """The day (today's without one, never a later one) and the version to score it with."""
    day = min(on or standing.on, standing.on)
    now = scores.version(standing.version)
    assert now is not None
    then = None if day == standing.on else scores.version_as_of(day)
    other = then if then is not None and then.number != now.number else None
    if as_then and other is not None:
        return Chosen(day, other, other, current=False)
    return Chosen(day, now, other, current=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record of one lead, read once for the whole page. Histories are newest first."""

    outcomes: Sequence[KnownOutcome]
    history: Sequence[ValueChange]
    machines: Sequence[MachineAct]
    names: Names


def facts_of(number: int) -> Facts:
    """The outcomes, the attributes' history and the machines' doings of lead `number`."""
    return Facts(
        outcomes=activity.outcomes_of(number),
        history=people.attribute_history(number),
        machines=activity.machine_acts(number, MACHINE_EVENTS),
        names=names_of(),
    )


def lead_score(
    number: int,
    standing: Standing,
    chosen: Chosen,
    address: Callable[[date], str],
    language: Language,
    facts: Facts,
    *,
    kept_out: bool = False,
) -> LeadScore | None:
    """Score, reasons and curve of lead `number`; None for a lead that is no longer there. `kept_out`: it
    is not to be hot, whatever its score."""
    labels = facts.names.labels
    model = chosen.version.model
    near = neighbourhood([number], model, chosen.on)
    if number not in near.leads["number"]:
        return None
    told = explain(model, near.leads, near.source, chosen.on, [number], threads=1)[0]
    doings = Doings(near.source, model)
    outcomes = facts.outcomes
    end = next(
        (
            (o.result, day_of(o.day))
            for o in outcomes
            if o.result in ("won", "lost") and day_of(o.day) <= chosen.on
        ),
        None,
    )
    evidence = evidence_of(told, model, chosen.on, doings, end, labels)
    threshold = temperature.hot_at(model)
    at = near.leads["number"].to_list().index(number)
    row = near.leads.row(at, named=True)
    values = {name: str(value) for name, value in row.items() if value}
    return LeadScore(
        total=told.total,
        level=levels.level(told.total, threshold or None, told.hot and not kept_out),
        hot=told.hot and not kept_out,
        would_be_hot=told.hot,
        back=came_back(told, model),
        reason=reason(evidence),
        why=why_table(told, model, values, language, labels),
        plot=_plot(number, near, standing, chosen, doings, told, address, language, facts),
        values=values,
    )


def _plot(
    number: int,
    near: Neighbourhood,
    standing: Standing,
    chosen: Chosen,
    doings: Doings,
    told: Explanation,
    address: Callable[[date], str],
    language: Language,
    facts: Facts,
) -> TemperaturePlot:
    model = chosen.version.model
    first = min(standing.on - timedelta(days=PLOT_DAYS - 1), chosen.on)
    days = [first + timedelta(days=n) for n in range((standing.on - first).days + 1)]
    numbers = near.leads["number"].to_list()
    frames = _frames(near, numbers, days, facts.history)
    totals = total_days(model, frames[0][1], near.source, days, later=frames[1:])
    at = numbers.index(number)
    threshold = temperature.hot_at(model)
    return TemperaturePlot(
        first=first,
        scores=totals[:, at].tolist(),
        threshold=threshold or None,
        cursor=chosen.on,
        address=address,
        marks=_marks(number, model, near, doings, told, language, facts),
        machine_days=[day_of(act.day) for act in facts.machines],
        machine_events=sum(act.n for act in facts.machines if day_of(act.day) >= first),
    )


def _frames(
    near: Neighbourhood, numbers: Sequence[int], days: Sequence[date], history: Sequence[ValueChange]
) -> list[tuple[date, pl.DataFrame]]:
    """The leads as known on the first day, and anew from each day on which the lead's values changed."""
    changes = {change.known_from for change in history if change.known_from}
    inside = sorted(day for day in changes if days[0] < day <= days[-1])
    if not inside:
        return [(days[0], near.leads)]
    return [(day, people.attribute_frame(day, numbers)) for day in (days[0], *inside[-MOST_CHANGES:])]


def _marks(
    number: int,
    model: Model,
    near: Neighbourhood,
    doings: Doings,
    told: Explanation,
    language: Language,
    facts: Facts,
) -> list[Mark]:
    """What explains the curve: how deals went, comebacks, quiet times, deeds that are more than a look."""
    marks = [
        Mark(day_of(o.day), RESULTS.get(o.result, Words(o.result, o.result)).text(language))
        for o in facts.outcomes
    ]
    for rule in model.signals:
        if isinstance(rule, ReturnSignal):
            marks += [Mark(line.last, rule.label) for line in told.lines if line.id == rule.id and line.last]
        elif isinstance(rule, SilenceSignal):
            days = doings.days_of(number, rule.quiet_when)
            text = Words(f"{rule.quiet_days}日動きなし", f"{rule.quiet_days} quiet days").text(language)
            text = f"{text} {signed(rule.points)}"
            marks += [
                Mark(day_of(day + rule.quiet_days), text)
                for day, after in pairwise((*days, day_number(near.on) + 1))
                if after - day > rule.quiet_days
            ]
    return marks + _deeds(near.source.touches, doings.of(number), language, facts.names.labels)


def _deeds(touches: Touches, acts: Activity, language: Language, labels: Labels) -> list[Mark]:
    rows = pl.DataFrame({"day": acts.day, "touch": acts.touch})
    named = touches.frame.with_columns(touch=pl.int_range(pl.len(), dtype=pl.Int32))
    told = (
        rows.join(named, on="touch")
        .filter(pl.col("kind").is_in(MARK_KINDS))
        .sort("day")
        .unique(["day", "kind"], keep="first", maintain_order=True)
        .tail(MOST_DEEDS)
    )
    return [
        Mark(day_of(day), _deed_text(kind, content, language, labels))
        for day, kind, content in told.select("day", "kind", "content").iter_rows()
    ]


def _deed_text(kind: str, content: str, language: Language, labels: Labels) -> str:
    deed = activity_deed(ActivityCondition(kinds=(kind,)), language, labels)
    name = labels.content(content) if content in labels.contents else ""
    if language == "ja":
        return f"{name or deed.thing}{deed.particle}{deed.past}"
    text = f"{deed.past} {name or deed.thing}"
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class ValueGroup:
    """Values that are read together."""

    name: Words
    values: tuple[KnownValue, ...]


def grouped_values(
    person: Person, on: date, today: date, facts: Facts, read: Mapping[str, str] | None = None
) -> tuple[list[ValueGroup], list[FieldView]]:
    """The attributes of a lead and its company as of `on`, group by group, and the fields that are
    empty today. `read`: the values of that day, where the page has read them."""
    known = person.attributes | ({"company": person.company} if person.company else {})
    now = _not_above(known)
    then = now if on >= today else _not_above(_values(person.number, on) if read is None else read)
    since = _since(facts.history, on)
    fields = {view.key: view for view in facts.names.fields}
    groups: dict[str, list[KnownValue]] = {}
    for key, view in fields.items():
        if view.group == NOT_SHOWN or (key not in now and key not in then):
            continue
        value, change = then.get(key, ""), since.get(key)
        differs = now.get(key, "") != value
        groups.setdefault(view.group, []).append(
            KnownValue(
                field=key,
                label=view.label,
                value=value,
                shown=read_as(view, value),
                editable=key not in NOT_BY_HAND and not view.archived,
                automatic=change is not None and change.source == AUTOMATIC,
                since=change.known_from if change else None,
                source=source_words(change.source) if change else None,
                now=now.get(key, "") if differs else None,
            )
        )
    found = [ValueGroup(group_name(group), tuple(values)) for group, values in groups.items()]
    closed = SHOWN_ABOVE | NOT_BY_HAND | set(now)
    empty = [v for v in fields.values() if v.key not in closed and not v.archived and v.group != NOT_SHOWN]
    return found, empty


def _values(number: int, on: date) -> dict[str, str]:
    row = people.attribute_frame(on, [number]).row(0, named=True)
    return {key: str(value) for key, value in row.items() if value}


def _not_above(values: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if key not in SHOWN_ABOVE}


def _since(history: Sequence[ValueChange], on: date) -> dict[str, ValueChange]:
    """The change that each field's value on `on` came from. `history` is newest first."""
    found: dict[str, ValueChange] = {}
    for change in history:
        if change.known_from is None or change.known_from <= on:
            found.setdefault(change.field, change)
    return found
