"""The deals behind the demo's outcomes, as a report of opportunities out of Salesforce tells them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from mikomi.hub.site.demo import words
from mikomi.hub.site.demo.calendar import Calendar
from mikomi.hub.site.demo.population import Companies, gather, pick
from mikomi.hub.site.demo.projects import LOST, WON, Endings, Projects
from mikomi.hub.site.demo.rows import Rows
from mikomi.hub.site.demo.team import SALES

FILE_NAME = "商談レポート.csv"
PRODUCTS = (
    ("生産計画", 0.34),
    ("進捗の見える化", 0.26),
    ("トレーサビリティ", 0.16),
    ("品質記録", 0.13),
    ("原価管理", 0.11),
)
STAGES = {"won": "受注", "lost": "失注"}
OPEN_STAGES = ((7, "ヒアリング"), (18, "提案"), (32, "見積提出"))
"""An open deal is in the stage for so many days after it began, and then in the last one."""
LAST_STAGE = "最終交渉"
EXPECTED_DAYS = 45
"""So many days after it began a deal is expected to end, by the end of that month."""
LABELS = {
    "deal": "商談 ID",
    "name": "商談名",
    "company": "取引先名",
    "contact": "取引先責任者",
    "email": "取引先責任者 メール",
    "main": "主",
    "stage": "フェーズ",
    "amount": "金額",
    "product": "商品名",
    "reason": "受注/失注理由詳細",
    "opened": "作成日",
    "closed": "完了予定日",
    "owner": "商談 所有者",
}
"""Column -> the label it has in the report."""
MOST_OTHERS = 2
_LEGAL_FORM = "|".join(form.replace("{}", "").strip() for form, _ in words.LEGAL_FORMS)


def draw_deals(
    rng: np.random.Generator,
    calendar: Calendar,
    firms: Companies,
    leads: pl.DataFrame,
    outcomes: pl.DataFrame,
    *rounds: tuple[Projects, Endings, Rows, int],
) -> pl.DataFrame:
    """A row a deal and contact, the oldest first and of each deal the main contact (`main`): columns of
    `LABELS`, days as dates, and the contact's key as `lead`. `rounds`: searches, how they ended, what was
    done in them and the number that the first one has there.

    A deal begins with the first meeting and ends when the search is decided; what is not decided on the last
    told day is open, and what was decided before the first one is left out. Reasons and amounts are those of
    `outcomes` (`lead, at, result, reason, amount`), so that both tell the same.
    """
    found = pl.concat(_round(calendar, firms, leads["lead"], *told[:2]) for told in rounds)
    also = pl.concat(_also(leads["lead"], *told) for told in rounds)
    found = found.join(also, on=["lead", "search"], how="left", maintain_order="left").sort("opened", "lead")
    zone = "Asia/Tokyo"
    told = outcomes.select(
        "lead", "reason", "amount", state="result", day=pl.col("at").dt.convert_time_zone(zone).dt.date()
    )
    ended = told.rename({"day": "closed", "amount": "agreed"})
    met = told.filter(pl.col("state") == "meeting").select("lead", "amount", opened="day")
    who = leads.select("lead", "email", contact=pl.concat_str("family_name", "given_name", separator=" "))
    who = who.with_columns(main=pl.lit(1))
    found = (
        found.join(ended, on=["lead", "closed", "state"], how="left", maintain_order="left")
        .join(met, on=["lead", "opened"], how="left", maintain_order="left")
        .join(who, on="lead", how="left", maintain_order="left")
    )
    stage_now = pl.lit(LAST_STAGE)
    for days, stage in reversed(OPEN_STAGES):
        stage_now = pl.when(pl.col("age") <= days).then(pl.lit(stage)).otherwise(stage_now)
    expected = pl.max_horizontal(pl.col("opened") + pl.duration(days=EXPECTED_DAYS), "closed")
    drawn = gather([name for name, _ in PRODUCTS], pick(rng, [share for _, share in PRODUCTS], found.height))
    deals = found.with_columns(
        pl.format("0065g{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(10)).alias("deal"),
        pl.coalesce("agreed", "amount").alias("amount"),
        drawn.alias("product"),
        _owners(rng, found["prefecture"]),
        pl.col("state").replace_strict(STAGES, default=stage_now).alias("stage"),
        pl.when(pl.col("state") == "open").then(expected.dt.month_end()).otherwise("closed").alias("closed"),
    ).select(
        "lead",
        "deal",
        pl.format(
            "{}様 {}{}",
            pl.col("company").str.replace_all(_LEGAL_FORM, "").str.strip_chars(),
            "product",
            pl.when("again").then(pl.lit(" 再提案")).otherwise(pl.lit("")),
        ).alias("name"),
        *(name for name in LABELS if name not in ("deal", "name")),
        "others",
    )
    others = (
        deals.drop("lead", "email", "contact", "main")
        .explode("others")
        .drop_nulls("others")
        .rename({"others": "lead"})
        .join(who.with_columns(main=pl.lit(0)), on="lead", maintain_order="left")
    )
    every = pl.concat([deals.drop("others"), others.select(deals.drop("others").columns)])
    return every.sort("deal", "main", descending=[False, True], maintain_order=True)


def write_deals(deals: pl.DataFrame, folder: Path) -> Path:
    """Writes the report (CP932, days as 2026/04/01) into `folder`."""
    file = folder / FILE_NAME
    plain = deals.select(
        (pl.col(name).dt.strftime("%Y/%m/%d") if name in ("opened", "closed") else pl.col(name)).alias(label)
        for name, label in LABELS.items()
    )
    file.write_bytes(plain.write_csv().encode("cp932"))
    return file


def _round(
    calendar: Calendar, firms: Companies, leads: pl.Series, search: Projects, ending: Endings
) -> pl.DataFrame:
    open_ = search.decided >= calendar.length
    there = np.isin(ending.result, (LOST, WON)) & (ending.met < calendar.length) & (search.decided >= 0)
    rows = np.flatnonzero(there)
    company = search.company[rows]
    state = np.select([open_, ending.result == WON], ["open", "won"], "lost")[rows]
    return pl.DataFrame(
        {
            "lead": leads.gather(search.main[rows]),
            "search": rows,
            "company": firms.name.gather(company),
            "prefecture": gather([name for name, _, _ in words.PREFECTURES], firms.prefecture[company]),
            "opened": _dates(calendar, ending.met[rows]),
            "closed": _dates(calendar, search.decided[rows]),
            "state": pl.Series(state.tolist(), dtype=pl.String),
            "age": calendar.length - ending.met[rows],
            "again": search.again[rows],
        }
    )


def _also(leads: pl.Series, search: Projects, _ending: Endings, read: Rows, first: int) -> pl.DataFrame:
    """Who else took part in each search: `lead` (of whom it is), `search` (its place), `others`, two at most,
    who did most first."""
    done = pl.DataFrame({"search": read.project - first, "who": read.lead}).filter(pl.col("search") >= 0)
    done = done.group_by("search", "who").len().sort("search", "len", "who", descending=[False, True, False])
    main = pl.DataFrame({"search": np.arange(len(search)), "main": search.main})
    others = done.join(main, on="search", maintain_order="left").filter(pl.col("who") != pl.col("main"))
    told = others.group_by("search", "main", maintain_order=True).agg(pl.col("who").head(MOST_OTHERS))
    keys = told.select("search", "main", pl.col("who")).explode("who")
    keys = keys.with_columns(
        leads.gather(keys["who"]).alias("others"), leads.gather(keys["main"]).alias("lead")
    )
    return keys.group_by("lead", "search", maintain_order=True).agg("others")


def _owners(rng: np.random.Generator, prefectures: pl.Series) -> pl.Series:
    """Whose each deal is: of whom the prefecture is, else one of those without a territory."""
    free = [person.name for person in SALES if not person.territory]
    owners = {place: person.name for person in SALES for place in person.territory}
    anybody = gather(free, rng.integers(0, len(free), len(prefectures)))
    theirs = prefectures.replace_strict(owners, default=None, return_dtype=pl.String)
    return theirs.fill_null(anybody).alias("owner")


def _dates(calendar: Calendar, days: np.ndarray) -> pl.Series:
    first = (calendar.start - date(1970, 1, 1)).days
    return pl.Series(days + first, dtype=pl.Int32).cast(pl.Date)
