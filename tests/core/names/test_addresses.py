"""Addresses in prefecture, city and rest, also where a city's name sets a trap."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.names.addresses import Address, address_parts, split_address


def test_it_works() -> None:
    assert split_address("〒510-0075 三重県四日市市安島1-2-3 北浜ビル") == Address(
        "510-0075", "三重県", "四日市市", "安島1-2-3 北浜ビル"
    )


@pytest.mark.parametrize(
    "parts",
    [
        "三重県|四日市市|安島1", "広島県|廿日市市|下平良1", "石川県|野々市市|三納1",
        "千葉県|市川市|八幡1", "千葉県|市原市|国分寺台1",
        "福島県|郡山市|朝日1", "奈良県|大和郡山市|北郡山町1", "岐阜県|郡上市|八幡町1",
        "愛知県|蒲郡市|旭町1", "福岡県|小郡市|小郡1",
        "北海道|余市郡余市町|朝日町1", "奈良県|高市郡明日香村|岡1", "富山県|中新川郡上市町|法音寺1",
        "奈良県|吉野郡下市町|下市1",
        "兵庫県|神崎郡市川町|西川辺1", "栃木県|芳賀郡市貝町|市塙1", "山梨県|西八代郡市川三郷町|市川大門1",
        "佐賀県|杵島郡大町町|大町1", "群馬県|佐波郡玉村町|下新田1", "宮城県|柴田郡村田町|村田1",
        "兵庫県|赤穂郡上郡町|大持1",
        "東京都|町田市|森野1", "東京都|羽村市|緑ヶ丘1", "東京都|東村山市|本町1",
        "東京都|武蔵村山市|本町1", "新潟県|村上市|三之町1",
        "長野県|大町市|大町1", "新潟県|十日町市|千歳町1", "福島県|田村市|船引町1",
        "福島県|田村郡三春町|大町1", "長崎県|大村市|玖島1",
        "山形県|東村山郡山辺町|緑ケ丘1", "山形県|村山市|中央1", "宮崎県|西諸県郡高原町|西麓1",
        "福岡県|京都郡苅田町|富久町1",
        "鹿児島県|いちき串木野市|昭和通1", "茨城県|つくばみらい市|福田1", "東京都|三宅島三宅村|神着1",
        "東京都|八丈島八丈町|大賀郷1",
        "東京都|青ヶ島村|無番地", "東京都|西多摩郡日の出町|平井1", "東京都|港区|芝公園1",
        "東京都|中央区|日本橋1", "東京都|府中市|宮西町2",
        "神奈川県|横浜市西区|みなとみらい1", "神奈川県|横浜市保土ケ谷区|川辺町1",
        "愛知県|名古屋市中村区|名駅1", "北海道|札幌市中央区|北1条西2",
        "大阪府|大阪市北区|梅田1", "京都府|京都市中京区|河原町1", "大阪府|堺市堺区|南瓦町1",
        "静岡県|浜松市中央区|元城町1",
        "神奈川県|三浦郡葉山町|堀内1", "沖縄県|島尻郡座間味村|座間味1", "大阪府|泉佐野市|市場東1",
        "東京都|日野市|神明1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("between", ["", " ", "　"])
def test_cities_that_set_traps(parts: str, between: str) -> None:
    prefecture, city, rest = parts.split("|")
    assert split_address(between.join([prefecture, city, rest])) == Address(None, prefecture, city, rest)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("横浜市西区みなとみらい1-1", (None, "神奈川県", "横浜市西区", "みなとみらい1-1")),
        ("府中市宮西町2", (None, None, "府中市", "宮西町2")),
        ("神奈川県 横浜市 西区 みなとみらい1-1", (None, "神奈川県", "横浜市西区", "みなとみらい1-1")),
        ("神奈川県葉山町堀内1", (None, "神奈川県", "葉山町", "堀内1")),
        ("北海道余市町朝日町1", (None, "北海道", "余市町", "朝日町1")),
        ("丸の内1-1-1", (None, None, None, "丸の内1-1-1")),
        ("港区芝1-1", (None, None, None, "港区芝1-1")),
        ("Tokyo, Japan", (None, None, None, "Tokyo, Japan")),
        ("日本、東京都港区芝１", (None, "東京都", "港区", "芝1")),
        ("〒100-0001", ("100-0001", None, None, None)),
        ("1000001", ("100-0001", None, None, None)),
        ("100-0001東京都千代田区千代田1-1", ("100-0001", "東京都", "千代田区", "千代田1-1")),
        ("〒１００－０００１　東京都千代田区千代田１－１", ("100-0001", "東京都", "千代田区", "千代田1-1")),
        ("03-1234-5678", (None, None, None, "03-1234-5678")),
        ("東京都", (None, "東京都", None, None)),
        ("", (None, None, None, None)),
        (None, (None, None, None, None)),
    ],
)
def test_what_is_not_written_is_not_guessed(text: str | None, parts: tuple[str | None, ...]) -> None:
    assert address_parts(pl.Series([text], dtype=pl.String)).row(0) == parts
