"""The map on paper and as a picture, for meetings: set by Typst, without a browser on the server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from mikomi.core.conditions.sentence import number_text
from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.journey.board import Board, Cell, Lane
from mikomi.hub.kit import formats

REALITY = "reality"

type Paper = Literal["a4", "a3", "picture"]

SOURCE = Path(__file__).with_name("map.typ")
STAGES_ON_PAGE: dict[Paper, int] = {"a4": 7, "a3": 10, "picture": 30}
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


def set_map(board: Board, lanes: Sequence[Lane], sub: str, paper: Paper, language: Language) -> bytes:
    """The map as a PDF of A4 or A3 sheets, or as one PNG picture. `sub`: the line behind the title.

    Raises `NoFontError` where the server cannot write what stands on the map.
    """
    data = {
        "title": board.title,
        "sub": sub,
        "foot": "Mikomi",
        "lang": language,
        "paper": paper,
        "stages": len(board.stages),
        "parts": _parts(board, lanes, STAGES_ON_PAGE[paper], language),
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


def real_lane(board: Board, document: Mapping[str, Any], language: Language) -> Lane:
    """What is really so (`Figures.document`) as a lane: people, share going on, median days."""
    cells = []
    for stage in board.stages:
        held = document.get("stages", {}).get(stage.key)
        lines = _real_lines(held, language, last=stage.key == board.last_key) if held else ()
        cells.append(Cell(stage.key, stage.name, REALITY, "\n".join(lines)))
    return Lane(REALITY, _("実態"), tuple(cells))


def _real_lines(held: Mapping[str, Any], language: Language, *, last: bool) -> Iterator[str]:
    yield formats.count(held["people"], language, "人")
    onward = held["onward"]
    if onward["whole"] and not last:
        yield f"{_('次へ進む')} {formats.percent(onward['part'] / onward['whole'])}"
    if held["median"] is not None:
        yield f"{_('いる日数')} {_days(number_text(held['median']))}"


@cache
def _source() -> bytes:
    return SOURCE.read_bytes()


def runs_of(stages: int, most: int) -> list[tuple[int, int]]:
    """Stages in runs of like length of at most `most`: each from, and up to."""
    pages = -(-stages // most)
    size = -(-stages // pages)
    return [(start, min(start + size, stages)) for start in range(0, stages, size)]


def _parts(board: Board, lanes: Sequence[Lane], most: int, language: Language) -> list[dict[str, object]]:
    return [
        {
            "stages": [stage.name for stage in board.stages[start:end]],
            "lanes": [
                {
                    "label": str(lane.label),
                    "real": lane.key == REALITY,
                    "cells": [_cell(cell, language) for cell in lane.cells[start:end]],
                }
                for lane in lanes
            ],
        }
        for start, end in runs_of(len(board.stages), most)
    ]


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
                    "note": said(chip.what) if chip.leads is None else _people(chip.leads, language),
                }
                for chip in cell.chips
            ]
        case "expected":
            pairs = [
                (_("次へ進む"), f"{cell.share}%" if cell.share else ""),
                (_("いる日数"), _days(cell.days)),
            ]
            return [{"kind": "pair", "text": name, "note": value} for name, value in pairs if value]
    return list(cell.text.split("\n")) if cell.text else []


def _people(n: int, language: Language) -> str:
    return _("30日で%(n)s") % {"n": formats.count(n, language, "人")}


def _days(days: str) -> str:
    return _("%(n)s日間") % {"n": days} if days else ""
