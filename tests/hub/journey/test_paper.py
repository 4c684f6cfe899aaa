from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.journey import paper, services, starters
from mikomi.hub.journey.models import Figures


@pytest.fixture
def kept(client: Client, user: User) -> Client:
    services.keep_map(starters.starter("saas", "en"), user.pk)
    onward = {"part": 31, "whole": 100, "low": 0.2, "high": 0.4}
    document = {"stages": {"aware": {"people": 7868, "onward": onward, "median": 18.0}}}
    Figures.objects.create(revision=1, on=1, document=document, prepared_at=timezone.now())
    user.language = "en"
    user.save()
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
