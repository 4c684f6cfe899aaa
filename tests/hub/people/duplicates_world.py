"""Leads that may be one person, of our invention."""

from __future__ import annotations

import polars as pl

from mikomi.hub.people import queries as people
from mikomi.hub.people import services
from mikomi.hub.people.dated import origin

FIELDS = ("lead", "name", "name_kana", "email", "phone", "company", "title")
LEADS = [
    ("A1", "青葉 太郎", "アオバ タロウ", "aoba@midori.example", "", "株式会社みどり機械", "課長"),
    ("A2", "青葉太郎", "", "AOBA@midori.example", "03-5555-0101", "（株）みどり機械", ""),
    (
        "B1",
        "白川 花",
        "シラカワ ハナ",
        "shirakawa@minato.example",
        "090-1234-5601",
        "港南樹脂有限会社",
        "部長",
    ),
    ("B2", "白川 花", "", "hana@free.example", "09012345601", "", ""),
    ("C1", "川北 一郎", "カワキタ イチロウ", "", "", "北浜精機株式会社", ""),
    ("C2", "川北 市郎", "カワキタ イチロウ", "", "", "北浜精機株式会社", ""),
    ("D1", "森下 薫", "", "k@tonari.example", "", "となり商店", ""),
    ("D2", "森下 薫", "", "kaoru@other.example", "", "べつの会社", ""),
    ("E1", "", "", "info@only.example", "", "", ""),
]


def put(rows: list[tuple[str, ...]] = LEADS, source: str = "名簿.csv") -> dict[str, int]:
    """Stores leads in the form of `LEADS`; key -> number."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(FIELDS, pl.String), orient="row")
    services.upsert_leads(frame, origin(source))
    return people.numbers_of([row[0] for row in rows])
