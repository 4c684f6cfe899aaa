"""The map on paper and as a picture, for meetings: set by Typst, without a browser on the server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Literal

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.journey.board import Board, Cell, Chip, Lane
from mikomi.hub.journey.overlaid import Band, GapCard, Overlaid, WaysShown
from mikomi.hub.kit import formats

type Paper = Literal["a4", "a3", "picture"]

SOURCE = Path(__file__).with_name("map.typ")
STAGES_ON_PAGE: dict[Paper, int] = {"a4": 7, "a3": 10, "picture": 30}
CARDS_ACROSS: dict[Paper, int] = {"a4": 3, "a3": 4, "picture": 3}
WAY_ROWS = 60
"""So many lines of the table of ways, where they are not drawn."""
PICTURE_PPI = 160
JAPANESE = (
    "Noto Sans JP",
    "Noto Sans CJK JP",
    "Hiragino Sans",
    "Hiragino Kaku Gothic ProN",
    "Yu Gothic",
    "BIZ UDPGothic",
    "Meiryo",
    "MS PGothic",
    "IPAexGothic",
    "IPAPGothic",
    "IPAGothic",
    "TakaoPGothic",
    "VL PGothic",
    "M PLUS 1p",
)
"""Japanese fonts that are looked for, best first."""


class NoFontError(MikomiError):
    """The server has no font that the map's letters are in."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Words(
                f"サーバーに日本語のフォントがないため、PDFと画像を作れません。{folder} に日本語のフォント"
                "（Noto Sans JPなど）を置くか、サーバーに fonts-noto-cjk を入れてください。"
                "この画面の「印刷」からは、そのままPDFにできます",
                f"the server has no Japanese font, so neither PDF nor picture can be made; put one (such as "
                f"Noto Sans JP) into {folder}, or install fonts-noto-cjk. Your browser can print this page "
                "into a PDF, too",
            )
        )


def font_folder() -> Path:
    """Where an installation may put fonts of its own."""
    return Path(settings.DATA_FOLDER) / "fonts"


def fonts(folder: Path) -> tuple[str, ...]:
    """The Japanese fonts that there are, best first, those in `folder` included."""
    there = set(_found(folder).families())
    return tuple(name for name in JAPANESE if name in there)


def _found(folder: Path) -> typst.Fonts:
    return typst.Fonts(font_paths=[str(folder)] if folder.is_dir() else [])


def set_map(
    board: Board, lanes: Sequence[Lane], real: Overlaid | None, sub: str, paper: Paper, language: Language
) -> bytes:
    """The map as a PDF of A4 or A3 sheets, or as one PNG picture. `sub`: the line behind the title.

    `real`: what is laid over it. Its gaps and the ways people take follow on a sheet of their own.
    Raises `NoFontError` where the server cannot write what stands on the map.
    """
    data = {
        "title": board.title,
        "sub": sub,
        "foot": "Mikomi",
        "lang": language,
        "paper": paper,
        "stages": len(board.stages),
        "parts": _parts(board, lanes, real, STAGES_ON_PAGE[paper], language),
        "gaps": _gaps(real, language) if real and not real.empty else None,
        "ways": _ways(real.ways, language) if real and not real.empty else None,
        "across": CARDS_ACROSS[paper],
    }
    folder = font_folder()
    found = fonts(folder)
    written = json.dumps(data, ensure_ascii=False)
    if not found and not written.isascii():
        raise NoFontError(folder)
    data["fonts"] = [*found[:1], "Libertinus Serif"] if found else ["Libertinus Serif"]
    made = typst.compile(
        _source(),
        format="png" if paper == "picture" else "pdf",
        ppi=PICTURE_PPI,
        font_paths=_found(folder),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


@cache
def _source() -> bytes:
    return SOURCE.read_bytes()


def runs_of(stages: int, most: int) -> list[tuple[int, int]]:
    """Stages in runs of like length of at most `most`: each from, and up to."""
    pages = -(-stages // most)
    size = -(-stages // pages)
    return [(start, min(start + size, stages)) for start in range(0, stages, size)]


def _parts(
    board: Board, lanes: Sequence[Lane], real: Overlaid | None, most: int, language: Language
) -> list[dict[str, object]]:
    parts = []
    for start, end in runs_of(len(board.stages), most):
        shown: list[dict[str, object]] = [
            {
                "label": str(lane.label),
                "note": "",
                "real": False,
                "cells": [_cell(cell, language) for cell in lane.cells[start:end]],
            }
            for lane in lanes
        ]
        if real is not None:
            bands = {band.stage: band for band in real.bands}
            own = [bands.get(stage.key) for stage in board.stages[start:end]]
            shown.append(
                {
                    "label": _("実態"),
                    "note": _("%(day)sの時点") % {"day": _day(real, language)},
                    "real": True,
                    "cells": [_band(band, language) if band else [] for band in own],
                }
            )
        parts.append({"stages": [stage.name for stage in board.stages[start:end]], "lanes": shown})
    return parts


def _day(real: Overlaid, language: Language) -> str:
    return formats.day(real.on, language, timezone.localdate(), weekday=False)


def _band(band: Band, language: Language) -> list[object]:
    """What is really so in one stage: people, share going on, median days, each with the hypothesis."""
    people = formats.count(band.people, language, "人")
    lines: list[object] = [{"kind": "people", "text": people, "note": "", "marks": list(band.marks)}]
    if band.last:
        return lines
    believed = _("仮説")
    if band.share:
        held = f"{believed} {band.believed}" if band.believed else ""
        lines.append(
            {"kind": "pair", "text": _("次へ進む"), "note": band.share, "held": held, "far": band.share_far}
        )
    if band.median is not None:
        held = f"{believed} {band.believed_days}" if band.believed_days else ""
        days = _days(str(band.median))
        lines.append(
            {"kind": "pair", "text": _("いる日数"), "note": days, "held": held, "far": band.days_far}
        )
    return lines


def _gaps(real: Overlaid, language: Language) -> dict[str, object]:
    """The gaps as cards; words where there are none."""
    n = len(real.gaps)
    return {
        "title": _("仮説と実態のズレ"),
        "sub": ngettext(
            "%(n)sか所あります。影響の大きい順です。", "%(n)sか所あります。影響の大きい順です。", n
        )
        % {"n": n}
        if n
        else _(
            "確かに言えるズレは見つかっていません。人数が少ないと、ズレがあってもまだ言えないことがあります。"
        ),
        "labels": [_("仮説"), _("実態")],
        "cards": [_gap(card, language) for card in real.gaps],
    }


def _gap(card: GapCard, language: Language) -> dict[str, object]:
    people = formats.count(card.people, language, "人")
    return {
        "number": card.number,
        "title": card.title,
        "believed": card.believed,
        "real": card.real,
        "evidence": card.evidence,
        "people": _("当てはまる人 %(n)s") % {"n": people} if card.people else "",
    }


def _ways(ways: WaysShown | None, language: Language) -> dict[str, object]:
    """The ways to a stage: a picture, where it is drawn, else a table; words where nobody went any."""
    if ways is None:
        return {
            "title": _("道すじ"),
            "sub": _("過去1年に、2つ目より後の段階に来た人がまだいません。来ると、ここに道すじを描きます。"),
            "picture": None,
            "rows": [],
            "common": [],
            "notes": [],
        }

    def people(n: int) -> str:
        return formats.count(n, language, "人")

    notes = []
    if ways.picture is not None:
        notes.append(_("だいだい色の帯は、段階を飛ばして進んだ人です。"))
    if ways.back:
        back = formats.count(ways.back, language)
        notes.append(_("前の段階に戻ったことが%(n)s回あります（図にはありません）。") % {"n": back})
    rows = [] if ways.picture is not None else ways.rows[:WAY_ROWS]
    kinds = {"skip": _("飛ばした"), "back": _("戻った"), "": ""}
    return {
        "title": _("「%(name)s」に来た%(n)sの道すじ") % {"name": ways.name, "n": people(ways.people)},
        "sub": _("最初のきっかけから、どの段階を通ったか。帯の太さは人数です。")
        if ways.picture is not None
        else "",
        "picture": asdict(ways.picture) if ways.picture is not None else None,
        "counts": [people(bar.people) for bar in ways.picture.bars] if ways.picture is not None else [],
        "rows": [[row.start, row.end, kinds[row.kind], people(row.people)] for row in rows],
        "common_title": _("よくある道すじ"),
        "common": [[way, people(n)] for way, n in ways.common],
        "notes": notes,
    }


def _cell(cell: Cell, language: Language) -> list[object]:
    def said(text: Words | str) -> str:
        return text.text(language) if isinstance(text, Words) else str(text)

    match cell.lane:
        case "touchpoints":
            comma = "、" if language == "ja" else ", "
            return [comma.join(said(chip.label) for chip in cell.chips)]
        case "contents":
            return [
                {
                    "kind": "box",
                    "text": said(chip.label),
                    "note": _people(chip, language) or said(chip.what),
                    "marks": [chip.gap] if chip.gap else [],
                }
                for chip in cell.chips
            ]
        case "expected":
            pairs = [
                (_("次へ進む"), f"{cell.share}%" if cell.share else ""),
                (_("いる日数"), _days(cell.days)),
            ]
            return [
                {"kind": "pair", "text": name, "note": value, "held": "", "far": False}
                for name, value in pairs
                if value
            ]
    return list(cell.text.split("\n")) if cell.text else []


def _people(chip: Chip, language: Language) -> str:
    if chip.leads is None:
        return ""
    return _("%(days)s日で%(n)s") % {"days": chip.days, "n": formats.count(chip.leads, language, "人")}


def _days(days: str) -> str:
    return _("%(n)s日間") % {"n": days} if days else ""
