"""The page with reality laid over the map: band, gaps with their people and changes, ways, contents."""

from __future__ import annotations

import numpy as np
import pytest

from mikomi.core.journey.overlay import lay_over
from mikomi.hub.journey import queries, services
from mikomi.hub.journey.document import document_of
from mikomi.hub.journey.sankey import Flow, Node, draw
from tests.core.journey.test_lift import DAYS, world
from tests.hub.journey.laid import MAP, lay, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def laid() -> dict:
    return lay()


def test_it_works(client, laid) -> None:
    text = client.get("/journey/").content.decode()
    assert "仮説と実態のズレ" in text
    assert f"{laid['stages']['one']['people']:,}" in text
    assert "「気づき」から先へ進みません" in text
    assert 'href="#gap-1"' in text
    assert 'id="gap-1"' in text
    assert 'id="ways-table"' in text
    assert "一歩の前にある" in text
    assert "<svg" in text
    # The content that nobody uses bears the number of its gap on the map.
    unused = next(i for i, gap in enumerate(laid["gaps"], 1) if gap["kind"] == "unused")
    assert f'href="#gap-{unused}"' in text


def test_the_hypothesis_alone_shows_no_reality(client, laid) -> None:
    text = client.get("/journey/?view=hypothesis").content.decode()
    assert "仮説と実態のズレ" not in text


def test_a_gap_says_whom_it_concerns_and_its_button_changes_the_draft(client, laid) -> None:
    number = next(i for i, gap in enumerate(laid["gaps"], 1) if gap["kind"] == "not_placed")
    text = client.get(f"/journey/gaps/{number}/").content.decode()
    assert laid["gaps"][number - 1]["real"][0] in text
    client.post(f"/journey/gaps/{number}/adopt/")
    draft = queries.draft()
    assert draft is not None
    assert "page_view:/p/0" in draft.map.stages[0].contents
    kept = queries.current_map()
    assert kept is not None
    assert "page_view:/p/0" not in kept.map.stages[0].contents
    assert client.get("/journey/gaps/999/").status_code == 404


def test_while_nothing_is_prepared_and_where_nobody_was_seen_words_stand_instead_of_charts(client) -> None:
    services.keep_map(MAP)
    assert "数えています" in client.get("/journey/").content.decode()
    matrix, source = world(1, leads=10)
    numbers = np.arange(10, dtype=np.int64)
    overlay = lay_over(MAP, np.zeros_like(matrix), DAYS, numbers, source, {})
    put(document_of(MAP, overlay, numbers, str))
    text = client.get("/journey/").content.decode()
    assert "どの段階の条件に当てはまった人もいません" in text
    assert '<h2 id="ways-head"' not in text


def test_the_picture_keeps_bands_within_their_bars() -> None:
    nodes = [Node("検索", 30, 0), Node("展示会", 20, 0), Node("比較", 35, 1), Node("商談", 50, 2)]
    flows = [Flow(0, 2, 25), Flow(0, 3, 5), Flow(1, 2, 10), Flow(1, 3, 10), Flow(2, 3, 35, skips=True)]
    picture = draw(nodes, flows)
    assert [ribbon.people for ribbon in picture.ribbons if ribbon.skips] == [35]
    for bar in picture.bars:
        assert bar.y >= 0
        assert bar.y + bar.height <= picture.height
    heights = {bar.label: bar.height for bar in picture.bars}
    assert heights["検索"] / heights["展示会"] == pytest.approx(1.5, rel=0.02)
