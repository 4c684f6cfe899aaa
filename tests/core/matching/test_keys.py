"""Texts as people write them, from a list to the pairs."""

from __future__ import annotations

import polars as pl

from mikomi.core.matching.coding import SCHEMA
from mikomi.core.matching.keys import key_leads
from mikomi.core.matching.levels import Level, Reason
from mikomi.core.matching.pairs import find_pairs

LIST = pl.DataFrame(
    [
        (1, "Taro@Midori.example", "青葉　太郎 様", "アオバ タロウ", "株式会社みどり商会", "03-1234-5678"),
        (2, "ｔａｒｏ＠ｍｉｄｏｒｉ．ｅｘａｍｐｌｅ", "青葉太郎", None, "みどり商会", None),
        (3, None, "髙嶋　健一", None, "㈱みどり商会", "090-1234-5678"),
        (4, "", "高嶋 健一", None, "株式会社 みどり商会", None),
        (5, "x@free.example", "高嶋 健一", None, "やまなみ工業有限会社", "０９０（１２３４）５６７８"),
        (6, "taro@midori.example", "若葉 花子", None, "株式会社みどり商会", None),
        (7, "電話のみ", "info@midori.example", "???", "なし", "不明"),
    ],
    schema=["lead", "email", "name", "kana", "company", "phone"],
    orient="row",
)


def test_pairs_are_found_in_a_list_as_it_is_written() -> None:
    keyed = key_leads(LIST)
    assert keyed.schema == pl.Schema(SCHEMA)
    found = {(row[0], row[1]): (Level(row[2]), Reason(row[3])) for row in find_pairs(keyed).iter_rows()}
    assert {pair: level for pair, (level, _) in found.items()} == {
        (1, 2): Level.SURE,
        (1, 6): Level.MAYBE,
        (2, 6): Level.MAYBE,
        (3, 4): Level.LIKELY,
        (3, 5): Level.LIKELY,
    }
    assert Reason.OTHER_COMPANY in found[3, 5][1]
    assert Reason.OTHER_NAME in found[1, 6][1]


def test_texts_that_are_none_are_unknown() -> None:
    row = key_leads(LIST).row(6, named=True)
    assert {name for name, value in row.items() if value} == {"lead"}


def test_a_list_may_have_any_of_the_columns() -> None:
    assert key_leads(LIST.select("lead")).schema == pl.Schema(SCHEMA)
    assert key_leads(LIST.select("lead", "email"))["email"][0] == "taro@midori.example"
    assert key_leads(LIST.rename({"phone": "tel"}), phones=["tel"])["phones"][0].to_list() == ["+81312345678"]
