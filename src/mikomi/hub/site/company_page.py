"""Everything the page of one company shows: its people, what they did, how warm it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from django.db import connection
from django.utils import timezone

from mikomi.core.engine.local import total_days
from mikomi.core.names.companies import split_company
from mikomi.core.words import Language, Words
from mikomi.hub.activity.types import KnownOutcome
from mikomi.hub.journey.queries import current_map
from mikomi.hub.kit.plots import Mark, TemperatureDrawing, TemperaturePlot, draw_temperature
from mikomi.hub.people import company_facts, queries
from mikomi.hub.people.types import CompanyView
from mikomi.hub.people.value_sources import source_words
from mikomi.hub.site import sight, temperature
from mikomi.hub.site.evidence import neighbourhood, only
from mikomi.hub.site.field_values import read_as
from mikomi.hub.site.lead_page import PLOT_DAYS
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.timeline import RESULTS, day_of
from mikomi.hub.site.types import Row, Standing
from mikomi.hub.site.ways import DAYS, Way, way_of_company

MOST_PEOPLE = 2_000
"""Of a company with more people, only the first so many by number are looked at."""
CURVE_PEOPLE = 300
"""Of a company with more people, the curve is that of so many, the highest scores first: each of them is
scored on each of its days."""
MOST_FRAMES = 12
HEADED = ("corporate_number", "industry", "employees", "prefecture", "website")
"""The attributes that stand in the header."""
OWNERS = 3
NAMED = 3
"""So many people are named in a stage."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above: `other_names` it was written with, the `owners` of most of its people."""

    number: int
    name: str
    legal_form: str
    other_names: tuple[str, ...]
    facts: tuple[tuple[str, Words, Words], ...]
    website: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One of its people: the row, 役職ランク as read, and what became of the person last."""

    row: Row
    rank: Words
    outcome: KnownOutcome | None


@dataclass(frozen=True, slots=True)
class Value:
    """An attribute of the company. `since` None: from the beginning. `source` None where unknown."""

    label: Words
    shown: Words
    since: date | None
    source: Words | None


@dataclass(frozen=True, slots=True)
class Warmth:
    """The highest score among its people on each day, drawn."""

    drawing: TemperatureDrawing
    threshold: float | None


def member_ids(company: int) -> list[int]:
    """The leads of a company that are in the lists, best first, `MOST_PEOPLE` at the most."""
    theirs, params = sight.rows_test()
    # Gathered first: a planner that knows no better would walk the index of all ranks.
    with connection.cursor() as cursor:
        cursor.execute(
            "with few as materialized (select r.lead_id, r.key as t,"
            " (select s.rank from site_lead_score s where s.lead_id = r.lead_id) as o"
            f" from site_lead_row r where r.company_id = %s{theirs} limit %s)"
            " select lead_id from few order by o, t",
            [company, *params, MOST_PEOPLE],
        )
        return [row[0] for row in cursor.fetchall()]


def head_of(company: CompanyView, rows: Sequence[Row]) -> Head:
    """The header of a company whose people have `rows`."""
    fields = {field.key: field for field in queries.fields()}
    known = company.attributes
    facts = [
        (key, fields[key].label, read_as(fields[key], known[key]))
        for key in HEADED
        if key in fields and known.get(key) and key != "website"
    ]
    owners = Counter(row.owner for row in rows if row.owner)
    return Head(
        number=company.number,
        name=company.name,
        legal_form=_legal_form(company.name),
        other_names=tuple(name for name in company_facts.other_names(company.number) if name != company.name),
        facts=tuple(facts),
        website=known.get("website", ""),
        owners=tuple(name for name, _count in owners.most_common(OWNERS)),
    )


def members(numbers: Sequence[int], outcomes: Sequence[KnownOutcome]) -> list[Member]:
    """One page of people, in the order of `numbers`; `outcomes` are newest first."""
    rows = rows_of(numbers)
    ranks = company_facts.lead_values(numbers, ["title_rank"])
    field = next((field for field in queries.fields() if field.key == "title_rank"), None)
    latest: dict[int, KnownOutcome] = {}
    for outcome in outcomes:
        latest.setdefault(outcome.lead, outcome)
    return [
        Member(
            row=row,
            rank=read_as(field, ranks.get(row.lead_id, {}).get("title_rank", "")),
            outcome=latest.get(row.lead_id),
        )
        for row in rows
    ]


def values_of(company: CompanyView, today: date) -> list[Value]:
    """The attributes of a company, each with since when it holds and who says so."""
    since = {}
    for change in company_facts.company_history(company.number):
        if change.known_from is None or change.known_from <= today:
            since.setdefault(change.field, change)
    found = []
    for field in queries.fields():
        if text := company.attributes.get(field.key, ""):
            change = since.get(field.key)
            found.append(
                Value(
                    label=field.label,
                    shown=read_as(field, text),
                    since=change.known_from if change else None,
                    source=source_words(change.source) if change else None,
                )
            )
    return found


def warmth_of(
    company: int,
    numbers: Sequence[int],
    standing: Standing,
    outcomes: Sequence[KnownOutcome],
    names: dict[int, str],
    language: Language,
) -> Warmth | None:
    """The curve of half a year; None without people. Of more than `CURVE_PEOPLE`, the first ones of
    `numbers` alone are scored, as if they were the whole company."""
    if not numbers:
        return None
    few = numbers[:CURVE_PEOPLE]
    first = standing.on - timedelta(days=PLOT_DAYS - 1)
    days = [first + timedelta(days=n) for n in range(PLOT_DAYS)]
    alone = len(few) < len(numbers)
    near = only(few, standing.on) if alone else neighbourhood(few, standing.model, standing.on)
    if near.leads.is_empty():
        return None
    everybody = near.leads["number"].to_list()
    changes = company_facts.days_of_change(everybody, company, first, standing.on)
    frames = [(first, near.leads)]
    if changes:
        days_read = (first, *changes[-MOST_FRAMES:])
        frames = [(day, queries.attribute_frame(day, everybody)) for day in days_read]
    totals = total_days(standing.model, frames[0][1], near.source, days, later=frames[1:])
    ours = np.isin(np.array(everybody), np.array(few))
    best = totals[:, ours].max(axis=1)
    threshold = temperature.hot_at(standing.model) or None
    plot = TemperaturePlot(
        first=first,
        scores=best.tolist(),
        threshold=threshold,
        cursor=standing.on,
        address=lambda _day: "",
        marks=[
            Mark(
                day_of(o.day),
                f"{RESULTS.get(o.result, Words(o.result, o.result)).text(language)} {names.get(o.lead, '')}",
            )
            for o in outcomes
        ],
    )
    return Warmth(draw_temperature(plot), threshold)


@dataclass(frozen=True, slots=True)
class Journey:
    """How far its people are on the way: `way` is that of the furthest each day; by the key of a stage, who
    stands there now (number, name; `NAMED` at most) and how many more. `nowhere`: so many in no stage.
    `people`: so many were looked at."""

    way: Way
    here: Mapping[str, Sequence[tuple[int, str]]]
    more: Mapping[str, int]
    nowhere: int
    people: int


def journey_of(
    company: int, numbers: Sequence[int], outcomes: Sequence[KnownOutcome], names: Mapping[int, str]
) -> Journey | None:
    """The ways of its people together; None without a map or people. Of more than `CURVE_PEOPLE` the first
    ones of `numbers` are looked at."""
    kept, few = current_map(), numbers[:CURVE_PEOPLE]
    if kept is None or not few:
        return None
    on = timezone.localdate()
    changed = company_facts.days_of_change(list(few), company, on - timedelta(DAYS), on)
    way, codes = way_of_company(few, kept, on, outcomes, changed)
    here: dict[str, list[tuple[int, str]]] = {}
    keys = kept.map.keys()
    for number in few:
        if code := codes[number]:
            here.setdefault(keys[code - 1], []).append((number, names.get(number, "")))
    return Journey(
        way=way,
        here={key: there[:NAMED] for key, there in here.items()},
        more={key: len(there) - NAMED for key, there in here.items() if len(there) > NAMED},
        nowhere=sum(not code for code in codes.values()),
        people=len(few),
    )


@lru_cache(maxsize=4096)
def _legal_form(name: str) -> str:
    return split_company(name).legal_form or ""
