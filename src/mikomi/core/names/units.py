"""Branches and departments: the patterns that part them from a company's own name.

Registered names may end in 研究所 or センター, never in 支店 or 営業部. So the first kind is parted only
where it clearly begins with a place or a number, and stands apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mikomi.core.names.legal_forms import LATIN_UNITS

_NUMBERED = r"第?\s?[一二三四五六七八九十0-9]+"
_ENDINGS = [
    "工場",
    "製造所",
    "研究所",
    "本店",
    "事業部",
    "本部",
    "課",
    "営業部",
    "部門",
    "物流センタ",
    "配送センタ",
]
_PREFECTURE = "[都道府県]?"
# As bank transfers write them, small kana large, cut short or not.
_KANA_UNITS = (
    "[ァ-ヶー]*(?:シテン|シシ[ヤャ]|エイギ[ヨョ]ウシ[ヨョ]|シ[ユュ]ツチ[ヨョ]ウジ[ヨョ]"
    "|コウジ[ヨョ]ウ|ホンシ[ヤャ]|エイ|シ[ユュ]ツ)"
)
# Words on 部 and 室 that are no departments.
_NO_DEPARTMENT = "楽部|ラブ部|教室|容室|温室|浴室|茶室|工作室|学部"


@dataclass(frozen=True, slots=True)
class Units:
    """Patterns with the groups name and unit, but `whole`, which matches a text that is a unit.

    `apart`: a unit after a space. `joined`: one without a space before it. `ending`: a name that ends
    as a branch does, wherever it begins. `alone`: nothing but a branch or department. `other`: a body of
    its own at a company (its union, its pension fund).
    """

    apart: str
    joined: str
    whole: str
    alone: str
    other: str
    ending: str


@cache
def units() -> Units:
    text = resources.files(__package__).joinpath("units.txt").read_text("utf-8")
    lists = {
        heading.split(":")[0]: body.split()
        for heading, _, body in (part.partition("\n") for part in text.split("\n# ")[1:])
    }
    place, office, hall, work, room, other = (
        _any(lists[name]) for name in ("places", "offices", "halls", "work", "rooms", "others")
    )
    number = "第[一二三四五六七八九十0-9]+"
    start = rf"(?:(?:{place}){_PREFECTURE}|{number}|[0-9]+|本社)"
    # 設備部品 is no department of 設備部.
    more = r"(?:\S*(?:部|課|室|係|部門|グループ|チーム))?"
    department = rf"(?:{work})(?:統括|企画|推進|管理|支援)?(?:{_NUMBERED})?(?:本部|部門|部|課)|(?:{room})室"
    group = rf"(?:{work})(?:係|グループ|チーム)"
    at_head = rf"{start}\S*?(?:{hall})"
    some_department = r"\S*(?:本部|部|課|部門)"
    own_word = rf"\S*?(?:{office})|\S*?(?:{department}|{group})|{at_head}|{some_department}"
    latin = rf"(?i:(?:\S+\s+){{0,3}}(?:{LATIN_UNITS}))"
    joined = (
        rf"(?:{place}){_PREFECTURE}(?:第[一二三四五六七八九十0-9]+)?(?:{office}|工場)|{number}(?:{office}|工場)"
        rf"|(?:(?:{place})(?:支社|支店|本社))?(?:{number})?(?:{department}){more}|本社(?:(?:{department}){more}|工場)?"
    )
    return Units(
        apart=rf"^(.+?)[\s/:、,|]+((?:{own_word}|{latin})(?:\s.*)?)$",
        joined=rf"^(.+?[^の\s])\s*((?:{joined})(?:\s.*)?)$",
        whole=rf"^[\s(]*(?:\S*?(?:{office}|{hall})|\S*(?:部|課|室|係|部門|グループ|チーム)|{latin}|{_KANA_UNITS})(?:[\s(].*)?\)?$",
        alone=rf"^(?:{start}\s*)?(?:{office}|{department})$",
        other=rf"(?:{other})$",
        ending=rf"(?:{office}|{_any(_ENDINGS)})$",
    )


def no_department() -> str:
    """A pattern of words that end like a department and are none."""
    return f"(?:{_NO_DEPARTMENT})$"


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
