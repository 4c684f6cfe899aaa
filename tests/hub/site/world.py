"""A small company's data in the database: eight leads of four companies, and a model published."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity import services as activity
from mikomi.hub.people import services as people
from mikomi.hub.people.dated import Origin
from mikomi.hub.scores import services as scores

ON = date(2026, 11, 20)
MODEL = """
name: 試しのスコア
groups:
  料金: ["/pricing*"]
fit:
  - {id: maker, label: 製造業, when: {field: industry, is: 製造業}, points: 10}
  - {id: chief, label: 部長, when: {field: title, contains: 部長}, points: 5.05}
engagement:
  - {id: pricing, label: 料金ページ, when: {kind: page_view, group: 料金}, points: 7, half_life_days: 14,
     cap: 40}
  - {id: paper, label: 資料, when: {kind: download}, points: 15, half_life_days: 30}
signals:
  - {id: back, label: 再検討, pattern: return, quiet_days: 60, within_days: 7, at_least: 2, points: 20,
     half_life_days: 14}
  - {id: together, label: 同じ会社, pattern: colleagues, within_days: 14, at_least: 2, points: 10}
grades:
  fit: {A: 15, B: 10, C: 5}
  engagement: {"1": 40, "2": 20, "3": 10}
hot: {fit: 10, engagement: 20}
"""
LEADS = [
    ("L1", "三宅 浩司", "ミヤケ コウジ", "北浜精機", "部長", "製造業"),
    ("L2", "島田 結衣", "シマダ ユイ", "北浜精機", "", "製造業"),
    ("L3", "今井 徹", "イマイ トオル", "北浜精機", "課長", "製造業"),
    ("L4", "早川 由紀子", "ハヤカワ ユキコ", "東亜樹脂工業", "部長", "製造業"),
    ("L5", "高瀬 誠一", "タカセ セイイチ", "タカセ金型", "代表取締役", "製造業"),
    ("L6", "村上 千尋", "ムラカミ チヒロ", "瀬戸内フーズ", "主任", "食品"),
    ("L7", "", "", "", "", ""),
    ("L8", "及川 隆", "オイカワ タカシ", "東亜樹脂工業", "", "製造業"),
]
EVENTS = [
    ("L1", 200, "page_view", "/pricing"),
    ("L1", 3, "page_view", "/pricing"),
    ("L1", 2, "page_view", "/pricing/simulator"),
    ("L1", 2, "download", "doc/guide"),
    ("L2", 5, "page_view", "/pricing"),
    ("L4", 40, "download", "doc/guide"),
    ("L5", 1, "page_view", "/pricing"),
    ("L6", 10, "page_view", "/"),
]


def origin(day: date = ON, *, dated: bool = False) -> Origin:
    """A file read on `day`."""
    number = (day - date(1970, 1, 1)).days
    return Origin(
        "名簿.csv", int(datetime(2026, 11, 20, tzinfo=UTC).timestamp()) * 10**6, number, number, dated
    )


def put_leads(rows: list[tuple[str, ...]], day: date = ON) -> None:
    """Stores leads in the form of `LEADS`."""
    names = ("lead", "name", "name_kana", "company", "title", "industry")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    mail = pl.col("lead").str.to_lowercase() + "@works.example"
    people.upsert_leads(frame.with_columns(email=mail), origin(day))


def put_events(rows: list[tuple[str, int, str, str]]) -> None:
    """Stores events: lead, days before `ON` (at noon in Japan), kind, content."""
    noon = datetime(ON.year, ON.month, ON.day, 3, tzinfo=UTC)
    activity.record_events(
        pl.DataFrame(
            {
                "lead": [row[0] for row in rows],
                "at": [noon - timedelta(days=row[1]) for row in rows],
                "kind": [row[2] for row in rows],
                "content": [row[3] for row in rows],
                "automated": [False] * len(rows),
            },
            schema_overrides={"at": pl.Datetime("us", "UTC")},
        )
    )


def put_outcome(lead: str, days: int, result: str) -> None:
    """Stores how a deal went so many days before `ON`."""
    at = datetime(ON.year, ON.month, ON.day, 3, tzinfo=UTC) - timedelta(days=days)
    activity.record_outcomes(
        pl.DataFrame(
            {"lead": [lead], "at": [at], "result": [result]},
            schema_overrides={"at": pl.Datetime("us", "UTC")},
        )
    )


def make_world() -> None:
    """Everything, not scored yet."""
    put_leads(LEADS)
    put_events(EVENTS)
    scores.publish_model(parse_model(MODEL))
