"""The map as the page shows it: lanes of cells, one a stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mikomi.core.conditions.describe_who import describe_who
from mikomi.core.conditions.sentence import FIELDS, FieldLabel, Labels, number_text
from mikomi.core.conditions.who import Who
from mikomi.core.conditions.who_names import Names
from mikomi.core.journey.map import TEXTS, JourneyMap, MapStage
from mikomi.core.journey.notes import Note, map_notes
from mikomi.core.journey.touching import USED_DAYS
from mikomi.core.words import Language, Words
from mikomi.hub.activity import content_moves
from mikomi.hub.journey import offers
from mikomi.hub.journey.touchpoints import touchpoint
from mikomi.hub.people import queries as people

LANES: dict[str, str | Promise] = {
    "question": _("お客様の問い"),
    "feeling": _("気持ち"),
    "touchpoints": _("接点"),
    "contents": _("コンテンツ"),
    "action": _("私たちの動き"),
    "kpi": "KPI",
    "owner": _("担当"),
    "condition": _("ここにいる人"),
    "expected": _("見込み"),
}
"""The lanes in the order of the page."""
NOTES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Chip:
    """A touchpoint or a content in its cell. `leads`: people within the last `days`, None where nobody
    counts. `gap`: the number of the gap that is about it, 0 for none."""

    value: str
    label: Words | str
    icon: str = ""
    what: Words | str = ""
    leads: int | None = None
    days: int = offers.DAYS
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `said`: who answered so when the map was begun. `empty`: nothing stands in it."""

    stage: str
    stage_name: str
    lane: str
    text: str = ""
    chips: tuple[Chip, ...] = ()
    said: tuple[str, ...] = ()
    share: str = ""
    days: str = ""

    @property
    def label(self) -> str | Promise:
        """What the lane is called."""
        return LANES[self.lane]

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not (self.text or self.chips or self.share or self.days)


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the map."""

    key: str
    label: str | Promise
    cells: tuple[Cell, ...]

    @property
    def empty(self) -> bool:
        """Whether no stage has anything in it."""
        return all(cell.empty for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Board:
    """A whole map. `notes`: what is to be looked at."""

    title: str
    stages: tuple[MapStage, ...]
    lanes: tuple[Lane, ...]
    notes: tuple[Note, ...]

    @property
    def few(self) -> bool:
        """So few stages that they need not fill the page."""
        return len(self.stages) < 4

    @property
    def more_notes(self) -> int:
        """How many notes the page leaves out."""
        return max(len(self.notes) - NOTES_SHOWN, 0)

    @property
    def last_key(self) -> str:
        """The key of the last stage."""
        return self.stages[-1].key

    def cell(self, stage: str, lane: str) -> Cell:
        """One cell. Raises `KeyError` where there is none."""
        found = next(
            (c for row in self.lanes if row.key == lane for c in row.cells if c.stage == stage), None
        )
        if found is None:
            raise KeyError((stage, lane))
        return found


@dataclass(frozen=True, slots=True)
class Speech:
    """The reader's language and the names that conditions are said with."""

    language: Language
    names: Names = field(default_factory=Names)

    def condition(self, who: Who | None) -> str:
        """A condition as a sentence; empty for none."""
        return describe_who(who, self.language, self.names) if who is not None else ""


def speech(language: Language, journeys: Iterable[JourneyMap] = ()) -> Speech:
    """The names of this installation's fields and contents, and of the stages of some maps."""
    labels = {
        view.key: FieldLabel(
            Words(view.label_ja, view.label_en.lower()),
            FIELDS[view.key].unit if view.key in FIELDS else Words("", ""),
        )
        for view in people.fields()
    }
    stages = {stage.key: stage.name for journey in journeys for stage in journey.stages}
    return Speech(language, Names(Labels({**FIELDS, **labels}, content_moves.names()), stages))


def board(
    journey: JourneyMap, speech: Speech, said: Mapping[tuple[str, str], Sequence[str]] | None = None
) -> Board:
    """A map in lanes. `said`: by stage and lane, who answered so."""
    offered = offers.known({entry for stage in journey.stages for entry in stage.contents})
    lanes = (
        Lane(key, label, tuple(_cell(stage, key, speech, offered, said or {}) for stage in journey.stages))
        for key, label in LANES.items()
    )
    return Board(journey.title, journey.stages, tuple(lanes), tuple(map_notes(journey)))


def laid(shown: Board, marks: Mapping[tuple[str, str], int], used: Mapping[str, int]) -> Board:
    """The board with what is real of its contents: the numbers of their gaps, `marks` by stage and content,
    and how many people used them in the last `USED_DAYS`."""

    def chip(stage: str, held: Chip) -> Chip:
        gap = marks.get((stage, held.value), 0)
        if held.value not in used:
            return replace(held, gap=gap)
        return replace(held, gap=gap, leads=used[held.value], days=USED_DAYS)

    lanes = [
        replace(
            lane,
            cells=tuple(
                replace(cell, chips=tuple(chip(cell.stage, held) for held in cell.chips))
                for cell in lane.cells
            ),
        )
        if lane.key == "contents"
        else lane
        for lane in shown.lanes
    ]
    return replace(shown, lanes=tuple(lanes))


def _cell(
    stage: MapStage,
    lane: str,
    speech: Speech,
    offered: Mapping[str, offers.Offer],
    said: Mapping[tuple[str, str], Sequence[str]],
) -> Cell:
    cell = Cell(stage.key, stage.name, lane, said=tuple(said.get((stage.key, lane), ())))
    if lane in TEXTS:
        return _with(cell, text=getattr(stage, lane))
    match lane:
        case "touchpoints":
            named = ((key, *touchpoint(key)) for key in stage.touchpoints)
            return _with(cell, chips=tuple(Chip(key, label, icon) for key, label, icon in named))
        case "contents":
            found = (offered[entry] for entry in stage.contents)
            return _with(cell, chips=tuple(Chip(o.entry, o.label, "", o.what, o.leads) for o in found))
        case "condition":
            return _with(cell, text=speech.condition(stage.condition))
    return _with(cell, share=_number(stage.expected_share), days=_number(stage.expected_days))


def _with(cell: Cell, text: str = "", chips: tuple[Chip, ...] = (), share: str = "", days: str = "") -> Cell:
    return Cell(cell.stage, cell.stage_name, cell.lane, text, chips, cell.said, share, days)


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)
