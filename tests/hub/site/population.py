"""Lead rows without the apps below: random people with scores, for the tests of lists."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from django.db import transaction

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.site import temperature
from mikomi.hub.site.rows import cells, store, suffixes
from mikomi.hub.site.types import Standing

ON = date(2026, 11, 20)
MODEL: Model = parse_model(
    "grades: {fit: {A: 25, B: 15, C: 5}, engagement: {'1': 60, '2': 30, '3': 10}}\n"
    "hot: {fit: 10, engagement: 30}\n"
)
STANDING = Standing(ON, 1, MODEL, temperature.hot_at(MODEL), datetime(2026, 11, 20, 1, tzinfo=UTC))
FAMILIES = ("三宅", "早川", "高瀬", "村上", "藤原", "及川", "井口", "Mori")
GIVEN = ("浩司", "由紀子", "誠一", "千尋", "大輔", "隆", "Kentaro")
KANA = ("みやけ", "はやかわ", "たかせ", "むらかみ", "ふじわら", "おいかわ", "いぐち", "もり")
STEMS = ("北浜", "東亜", "タカセ", "瀬戸内", "明和", "三陸", "ナガト", "サクラ", "Acme ")
TRADES = ("精機", "樹脂工業", "金型", "フーズ", "電子", "冷機", "計器", "印刷所")
INDUSTRIES = ("製造業", "情報通信", "小売業", "")
OWNERS = ("", "小川", "森", "田中")


def people_frame(count: int, seed: int = 1, first: int = 1) -> pl.DataFrame:
    """`count` people with the columns that `store.write` takes."""
    rng = np.random.default_rng(seed)
    company = rng.integers(0, max(count // 3, 1), count)
    names = pl.Series([f"株式会社{s}{t}" for s in STEMS for t in TRADES])
    family, given = rng.integers(0, len(FAMILIES), count), rng.integers(0, len(GIVEN), count)
    number = np.arange(first, first + count)
    keys = pl.Series(number).cast(pl.String)
    return pl.DataFrame(
        {
            "lead_id": number,
            "key": "L" + keys.str.zfill(7),
            "name": pl.Series(FAMILIES).gather(family) + " " + pl.Series(GIVEN).gather(given),
            "kana": pl.Series(KANA).gather(family),
            "email": "user" + keys + "@c" + pl.Series(company).cast(pl.String) + "-works.example",
            "company_id": company + 1,
            "company": names.gather(company % len(names)) + pl.Series(company // len(names)).cast(pl.String),
            "title": pl.Series(["部長", "課長", ""]).gather(rng.integers(0, 3, count)),
            "department": pl.Series(["製造部", "総務部"]).gather(rng.integers(0, 2, count)),
            "industry": pl.Series(INDUSTRIES).gather(rng.integers(0, 4, count)),
            "owner": pl.Series(OWNERS).gather(rng.integers(0, 4, count)),
        }
    )


def score_array(people: pl.DataFrame, seed: int = 2) -> store.Scores:
    """Random scores of these people, with their cells made."""
    rng = np.random.default_rng(seed)
    count = people.height
    scores = np.zeros(count, dtype=store.SCORES)
    scores["lead_id"] = people["lead_id"].to_numpy()
    scores["fit"] = rng.integers(-2, 9, count) * 5.0
    scores["engagement"] = np.round(np.where(rng.random(count) < 0.5, 0, rng.exponential(12, count)), 6)
    scores["total"] = scores["fit"] + scores["engagement"]
    hot = (scores["fit"] >= 10) & (scores["engagement"] >= 30)
    scores["heat"] = temperature.heat_of(scores["total"], hot, STANDING.hot_at)
    scores["rank"] = temperature.rank_of(scores["total"], hot)
    scores["fit_grade"] = 3 - np.searchsorted([5.0, 15.0, 25.0], scores["fit"], side="right")
    scores["engagement_grade"] = 3 - np.searchsorted([10.0, 30.0, 60.0], scores["engagement"], side="right")
    today = (ON - cells.EPOCH).days
    scores["last_day"] = np.where(rng.random(count) < 0.3, 0, today - rng.integers(0, 400, count))
    scores["cell"] = cells.assign(dimensions(people, scores))
    return scores


def dimensions(people: pl.DataFrame, scores: store.Scores) -> pl.DataFrame:
    """What cells are told apart by."""
    return pl.DataFrame(
        {
            "heat": scores["heat"],
            "fit_grade": scores["fit_grade"],
            "engagement_grade": scores["engagement_grade"],
            "recency": cells.recency(scores["last_day"], ON),
            "owner": people["owner"],
            "industry": people["industry"],
            "status": np.zeros(people.height, dtype=np.int16),
        }
    )


def fill(count: int, seed: int = 1) -> tuple[pl.DataFrame, store.Scores]:
    """Stores `count` leads, found by the lists and the search."""
    people = people_frame(count, seed)
    with transaction.atomic():
        scores = score_array(people, seed + 1)
        store.write(people, store.changed(scores[:0], scores))
        cells.count_all(scores["cell"])
        suffixes.put_companies(people)
        suffixes.put_leads(people)
    return people, scores
