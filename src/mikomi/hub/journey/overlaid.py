"""What was prepared of a map, in the reader's language and ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from mikomi.core.engine.folding import EPOCH
from mikomi.core.journey.gap_words import percent
from mikomi.core.journey.lift import Verdict
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.overlay import OTHER, UNKNOWN
from mikomi.core.words import Language, Words
from mikomi.hub.journey.sankey import Flow, Node, Sankey, draw
from mikomi.hub.journey.types import FiguresOf

DRAWN_FROM = 0.005
"""Ways that a smaller part of the people took are in the table alone."""
MOST_DRAWN = 12
"""Stages of a map whose ways are drawn; those of longer maps are told in the table."""
KINDS = {
    "page_view": Words("サイト", "Site"),
    "screen_view": Words("アプリ", "App"),
    "download": Words("資料", "Document"),
    "form_submit": Words("フォーム", "Form"),
    "seminar_apply": Words("セミナー", "Seminar"),
    "seminar_attend": Words("セミナー", "Seminar"),
    "mail_open": Words("メール", "Mail"),
    "mail_click": Words("メール", "Mail"),
    "call": Words("電話", "Phone"),
    "card_exchange": Words("名刺交換", "Business cards"),
}
"""What somebody first came by, by the kind of what is first known of them."""


@dataclass(frozen=True, slots=True)
class Band:
    """One stage of the band. `share` is empty and `median` None where nothing can be said yet; `far`: a gap
    says that it differs from the hypothesis. `marks`: the numbers of its gaps."""

    stage: str
    people: int
    companies: int
    entered: int
    left: int
    last: bool
    share: str
    share_width: str
    counted: int
    believed: str
    share_far: bool
    median: int | None
    waiting: bool
    believed_days: str
    days_far: bool
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GapCard:
    """One gap, `number` as it is marked on the map."""

    number: int
    stage: str
    content: str
    title: str
    believed: str
    real: str
    evidence: str
    button: str
    people: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A line of the table of ways."""

    start: str
    end: str
    people: int
    kind: str  # "", "skip" or "back"


@dataclass(frozen=True, slots=True)
class WaysShown:
    """The ways to one stage. `targets`: key, name and whether it is shown, of all that can be."""

    target: str
    name: str
    people: int
    picture: Sankey | None
    rows: tuple[LinkRow, ...]
    common: tuple[tuple[str, int], ...]
    back: int
    targets: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ContentRow:
    """A content of the table. `times` and `width` as text."""

    title: str
    group: bool
    touched: str
    touched_of: int
    others: str
    times: str
    width: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ContentStage:
    """The contents of one stage. `unsure`: how many more there are of which nothing can be said yet."""

    stage: str
    observed: int
    rows: tuple[ContentRow, ...]
    unsure: int


@dataclass(frozen=True, slots=True)
class Overlaid:
    """Everything that is laid over the map, counted as of the local day `on`. `marks`: the numbers of the
    gaps of contents, by stage and content. `used`: how many used each content of the map lately."""

    on: date
    prepared_at: datetime
    leads: int
    nowhere: int
    bands: tuple[Band, ...]
    gaps: tuple[GapCard, ...]
    ways: WaysShown | None
    contents: tuple[ContentStage, ...]
    tested: int
    marks: Mapping[tuple[str, str], int]
    used: Mapping[str, int]

    @property
    def empty(self) -> bool:
        """Whether nobody was seen in any stage."""
        return all(band.people == 0 and not band.counted and band.median is None for band in self.bands)

    @property
    def mostly_nowhere(self) -> bool:
        """Whether more than half stand in no stage."""
        return self.leads > 0 and self.nowhere * 2 > self.leads


def overlaid(figures: FiguresOf, journey: JourneyMap, language: Language, target: str = "") -> Overlaid:
    """`figures` of `journey`. `target`: the key of the stage whose ways are asked for."""
    told = figures.document
    cards = tuple(_card(i, gap, language) for i, gap in enumerate(told["gaps"], start=1))
    kinds = [gap["kind"] for gap in told["gaps"]]
    return Overlaid(
        on=EPOCH + timedelta(days=figures.on),
        prepared_at=figures.prepared_at,
        leads=told["leads"],
        nowhere=told["nowhere"],
        bands=tuple(
            _band(stage, told["stages"][stage.key], cards, kinds, last=stage is journey.stages[-1])
            for stage in journey.stages
            if stage.key in told["stages"]
        ),
        gaps=cards,
        ways=_ways(told, journey, language, target),
        contents=tuple(
            found for stage in journey.stages[:-1] if (found := _contents(stage, told)) is not None
        ),
        tested=told["tested"],
        marks={(card.stage, card.content): card.number for card in cards if card.content},
        used=told["used"],
    )


def _band(
    stage: MapStage, real: Mapping[str, Any], cards: Sequence[GapCard], kinds: Sequence[str], *, last: bool
) -> Band:
    onward, median = real["onward"], real["median"]
    own = [
        (card.number, kind)
        for card, kind in zip(cards, kinds, strict=True)
        if card.stage == stage.key and not card.content
    ]
    found = {kind for _number, kind in own}
    share = onward["part"] / onward["whole"] if onward["whole"] else None
    return Band(
        stage=stage.key,
        people=real["people"],
        companies=real["companies"],
        entered=real["entered"],
        left=real["left"],
        last=last,
        share="" if share is None else percent(share),
        share_width=f"{percent(onward['low'])}〜{percent(onward['high'])}",
        counted=onward["whole"],
        believed="" if stage.expected_share is None else percent(stage.expected_share / 100),
        share_far=bool(found & {"fewer", "more"}),
        median=median,
        waiting=median is None and real["stays"] > 0,
        believed_days="" if stage.expected_days is None else f"{stage.expected_days:g}",
        days_far=bool(found & {"slower", "sooner"}),
        marks=tuple(number for number, _kind in own),
    )


def _card(number: int, gap: Mapping[str, Any], language: Language) -> GapCard:
    at = 0 if language == "ja" else 1
    texts = {name: gap[name][at] for name in ("title", "believed", "real", "evidence", "button")}
    return GapCard(number, gap["stage"], gap["content"], people=gap["people"], **texts)


def _ways(told: Mapping[str, Any], journey: JourneyMap, language: Language, target: str) -> WaysShown | None:
    known = [stage for stage in journey.stages[1:] if told["ways"].get(stage.key, {}).get("people")]
    if not known:
        return None
    # The deals are few and the talks many: the stage before the last says most.
    usual = next((s for s in reversed(journey.stages[:-1]) if s in known), known[-1])
    chosen = next((stage for stage in known if stage.key == target), usual)
    ways = told["ways"][chosen.key]
    places = {stage.key: i for i, stage in enumerate(journey.stages)}
    names = {stage.key: stage.name for stage in journey.stages}
    sources = [_source(name, language) for name in told["sources"]]
    rows = [
        LinkRow(
            sources[source] if key is None else names[key],
            names[to],
            people,
            _kind_of(None if key is None else places[key], places[to]),
        )
        for source, key, to, people in ways["links"]
    ]
    rows.sort(key=lambda row: -row.people)
    return WaysShown(
        target=chosen.key,
        name=chosen.name,
        people=ways["people"],
        picture=_picture(ways, sources, journey, places),
        rows=tuple(rows),
        common=tuple((" → ".join(names[key] for key in way), people) for way, people in ways["common"]),
        back=sum(row.people for row in rows if row.kind == "back"),
        targets=tuple((stage.key, stage.name, stage is chosen) for stage in known),
    )


def _kind_of(start: int | None, end: int) -> str:
    if start is None:
        return ""
    return "back" if end < start else "skip" if end > start + 1 else ""


def _picture(
    ways: Mapping[str, Any], sources: Sequence[str], journey: JourneyMap, places: Mapping[str, int]
) -> Sankey | None:
    least = max(1, ways["people"] * DRAWN_FROM)
    links = [
        (source, key, to, people)
        for source, key, to, people in ways["links"]
        if people >= least and (key is None or places[to] > places[key])
    ]
    used = {to for _source, _key, to, _people in links} | {key for _s, key, _t, _p in links if key}
    began: list[int] = sorted(
        {s for s, key, _t, _p in links if key is None}, key=lambda s: -ways["sources"][s]
    )
    if not links or len(journey.stages) > MOST_DRAWN:
        return None
    nodes = [Node(sources[s], ways["sources"][s], 0) for s in began]
    index: dict[object, int] = {s: i for i, s in enumerate(began)}
    for place, stage in enumerate(journey.stages):
        if stage.key in used:
            index[stage.key] = len(nodes)
            nodes.append(Node(stage.name, ways["stages"][place], place + 1))
    flows = [
        Flow(
            index[source if key is None else key],
            index[to],
            people,
            key is not None and places[to] > places[key] + 1,
        )
        for source, key, to, people in links
    ]
    return draw(nodes, flows)


def _source(name: str, language: Language) -> str:
    if name == OTHER:
        return _("ほかの入り口")
    if name == UNKNOWN:
        return _("わからない")
    return KINDS[name].text(language) if name in KINDS else name


def _contents(stage: MapStage, told: Mapping[str, Any]) -> ContentStage | None:
    here = told["contents"].get(stage.key)
    observed = told["observed"].get(stage.key, 0)
    if here is None or not here["rows"]:
        return None
    rows = tuple(
        ContentRow(
            title=row["title"],
            group=row["content"].startswith("group:"),
            touched=percent(row["touched"][0] / row["touched"][1]),
            touched_of=row["touched"][1],
            others=percent(row["others"][0] / row["others"][1]),
            times=f"{row['ratio']:.1f}",
            width=f"{row['low']:.1f}〜{row['high']:.1f}",
            verdict=row["verdict"],
        )
        for row in here["rows"]
        if row["verdict"] != Verdict.UNSURE
    )
    return ContentStage(stage.name, observed, rows, here["counts"][Verdict.UNSURE.value])
