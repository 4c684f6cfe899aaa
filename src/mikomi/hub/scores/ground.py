"""What a model is tried on: the leads and the activity of this installation, as of today."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.utils import timezone

from mikomi.core.conditions.sentence import FIELDS, FieldLabel
from mikomi.core.conditions.text import as_number
from mikomi.core.events import ActivitySource
from mikomi.core.words import Words
from mikomi.hub.activity import content_moves
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.cache import history_source
from mikomi.hub.activity.seen import touch_list
from mikomi.hub.people import queries as people
from mikomi.hub.people.exclusions import excluded_frame
from mikomi.hub.scores.memory import remembered
from mikomi.hub.scores.picks import ContentPick, FieldPick, Picks

CONTENTS_READ = 400
VALUES_READ = 60
EPOCH = date(1970, 1, 1).toordinal()
RECENT_DAYS = 30
"""So many days are lately."""
NUMBERS_SHARE = 0.8
"""A text field counts as one of numbers where this share of its values are numbers."""
NO_PICKS = {"number", "lead", "created_at"}
ASKED_MOST = ("industry", "employees", "title", "department", "prefecture", "source", "email")
"""Fields that scoring rules usually ask for stand first."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Leads as they are known now and their activity; `day` is the local date. `not_hot`: the numbers
    of those who are kept out of the hot ones, whatever a model says."""

    day: date
    leads: pl.DataFrame
    source: ActivitySource
    not_hot: frozenset[int] = frozenset()


def ground() -> Ground:
    """The leads and activity as they stand now.

    Not in one transaction: that would keep writers waiting for as long as a million leads take,
    and an event more or less does not change what a preview says.
    """
    kept = excluded_frame().filter(pl.col("hot"))["number"]
    return Ground(timezone.localdate(), people.attribute_frame(), history_source(), frozenset(kept))


def current_picks(*, now: bool = False) -> Picks:
    """What can be picked, from memory where nothing has changed; `now` reads it in any case.

    Titles are no facts: a new one changes no number, so they are not remembered.
    """
    picks = remembered("picks", (), lambda: read_picks(now=now), now=now)
    return replace(picks, titles=activity.titles())


def seen_contents(*, now: bool = False) -> pl.DataFrame:
    """What was really seen (`activity.seen.touch_list`; lately: within `RECENT_DAYS`), from memory as
    `current_picks`."""
    today, now_at = timezone.localdate().toordinal() - EPOCH, content_moves.now_at()
    return remembered(
        "contents",
        (),
        lambda: touch_list(today - RECENT_DAYS + 1, now_at),
        now=now,
        also=json.dumps(now_at),
    )


def read_picks(*, now: bool = False) -> Picks:
    """Fields with the values really present, and contents really touched."""
    frame = people.attribute_frame()
    fields = []
    for view in people.fields():
        if view.archived or view.key in NO_PICKS or view.key not in frame.columns:
            continue
        values = _values(frame[view.key])
        number = view.kind in ("number", "money") or _mostly_numbers(values)
        unit = FIELDS[view.key].unit if view.key in FIELDS else Words("", "")
        label = FieldLabel(Words(view.label_ja, view.label_en.lower()), unit)
        shown = tuple((str(value), int(leads)) for value, leads in values.head(VALUES_READ).iter_rows())
        fields.append(FieldPick(view.key, label, number, shown))
    places = {key: place for place, key in enumerate(ASKED_MOST)}
    fields.sort(key=lambda pick: (not pick.values, places.get(pick.key, len(places))))
    contents = seen_contents(now=now).head(CONTENTS_READ)
    return Picks(
        fields=fields,
        contents=[
            ContentPick(row["kind"], row["content"], row["leads"], row["events"])
            for row in contents.iter_rows(named=True)
        ],
    )


def _values(column: pl.Series) -> pl.DataFrame:
    """A field's values and how many leads bear them, most common first."""
    return (
        column.drop_nulls()
        .alias("value")
        .to_frame()
        .group_by("value")
        .len()
        .sort("len", "value", descending=[True, False])
    )


def _mostly_numbers(values: pl.DataFrame) -> bool:
    if values.is_empty():
        return False
    numbers = values.select(as_number(pl.col("value")).is_not_null().sum()).item()
    return numbers >= NUMBERS_SHARE * values.height
