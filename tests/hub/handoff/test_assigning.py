"""Who gets a hand-off, by territory, product and turns."""

from __future__ import annotations

import pytest

from mikomi.hub.handoff.assigning import choose
from mikomi.hub.handoff.types import SeatView

OSAKA = SeatView(1, "伊藤", 10, territories=("大阪府",))
TOKYO = SeatView(2, "上田", 10, territories=("東京都",), products=("検査機",))
PARTS = SeatView(3, "江口", 10, products=("部品",))
ANY = SeatView(4, "小野", 10)
TEAM = (OSAKA, TOKYO, PARTS, ANY)


@pytest.mark.parametrize(
    ("prefecture", "product", "user", "why"),
    [
        ("大阪府", "", 1, "地域（大阪府）で"),
        # The territory goes before the product.
        ("大阪府", "部品", 1, "地域（大阪府）で"),
        ("東京都", "検査機", 2, "地域（東京都）で、製品（検査機）で"),
        # Nobody has the territory: those without one, of them whoever has the product.
        ("沖縄県", "部品", 3, "製品（部品）で"),
        # As people write it.
        ("大阪", "", 1, "地域（大阪）で"),
        ("京都", "部品", 3, "製品（部品）で"),
        ("", "部品", 3, "製品（部品）で"),
        ("沖縄県", "検査機", 4, "ほかに受けられる人がいないので"),
    ],
)
def test_territory_then_product_choose_among_those_who_are_there(prefecture, product, user, why) -> None:
    chosen = choose(TEAM, prefecture=prefecture, product=product)
    assert (chosen.user, chosen.why.ja.removesuffix("、順番で")) == (user, why)


def test_whoever_is_away_is_stood_in_for_and_the_owner_goes_before_territory() -> None:
    away = SeatView(1, "伊藤", 10, territories=("大阪府",), away=True)
    assert choose((away, TOKYO, ANY), prefecture="大阪府").user == ANY.user
    # Better another's territory than nobody.
    assert choose((away, TOKYO), prefecture="大阪府").user == TOKYO.user
    assert choose(TEAM, owner=9, prefecture="大阪府").user == 9
    gone = choose(TEAM, owner=9, owner_name="木村", owner_away=True, prefecture="大阪府")
    assert (gone.user, gone.why.ja) == (1, "担当の木村さんが不在なので、地域（大阪府）で")
