from __future__ import annotations

import json
from dataclasses import replace

import pytest
import typst
from django.test import Client

from mikomi.hub.accounts.models import User
from mikomi.hub.journey import paper
from tests.hub.journey.laid import MAP, lay

MARKUP = '*比較* #eval("1+1") $x$ ] \\'


@pytest.fixture
def kept(client: Client, user: User) -> Client:
    lay(replace(MAP, stages=(MAP.stages[0], replace(MAP.stages[1], name=MARKUP))))
    return client


@pytest.mark.parametrize(
    ("name", "begins"), [("a4.pdf", b"%PDF"), ("a3.pdf", b"%PDF"), ("map.png", b"\x89PNG")]
)
def test_the_map_is_given_out_as_a_file(kept: Client, name: str, begins: bytes):
    answer = kept.get(f"/journey/file/{name}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert "journey-1" in answer.headers["Content-Disposition"]
    assert kept.get("/journey/file/map.exe").status_code == 404


def test_the_gaps_and_the_ways_follow_on_a_sheet_of_their_own(kept: Client, monkeypatch):
    compiled = {}
    compile_ = typst.compile

    def record(source, **options):
        compiled.update(json.loads(options["sys_inputs"]["data"]))
        return compile_(source, **{**options, "format": "png"})[0]

    monkeypatch.setattr(typst, "compile", record)
    assert kept.get("/journey/file/a4.pdf").status_code == 200
    gaps, ways = compiled["gaps"], compiled["ways"]
    assert [card["number"] for card in gaps["cards"]] == list(range(1, len(gaps["cards"]) + 1))
    assert all(card["title"] and card["real"] and card["evidence"] for card in gaps["cards"])
    # Whatever a team writes is text, and nothing that Typst would run.
    assert MARKUP in ways["title"]
    assert ways["picture"]["ribbons"]
    assert len(ways["counts"]) == len(ways["picture"]["bars"])
    # The numbers stand on the map, too: on the band and on the contents.
    lanes = {lane["label"]: lane["cells"] for part in compiled["parts"] for lane in part["lanes"]}
    marks = [entry.get("marks", []) for cell in (*lanes["コンテンツ"], *lanes["実態"]) for entry in cell]
    assert sorted(n for found in marks for n in found) == [
        card["number"] for card in gaps["cards"] if "置いていない" not in card["believed"]
    ]
    printed = kept.get("/journey/print/").content.decode()
    assert gaps["cards"][0]["evidence"] in printed
    assert "よくある道すじ" in printed


def test_without_a_font_it_says_why_and_how_to_print_instead(kept: Client, user: User, monkeypatch):
    monkeypatch.setattr(paper, "fonts", lambda _folder: ())
    user.language = "ja"
    user.save()
    answer = kept.get("/journey/file/a4.pdf")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "日本語のフォントがないため" in page
    assert "data-print" in page


@pytest.mark.parametrize(
    ("stages", "most", "runs"), [(30, 7, [6] * 5), (6, 7, [6]), (8, 7, [4, 4]), (1, 7, [1])]
)
def test_many_stages_take_several_sheets_of_like_width(stages: int, most: int, runs: list[int]):
    assert [end - start for start, end in paper.runs_of(stages, most)] == runs
