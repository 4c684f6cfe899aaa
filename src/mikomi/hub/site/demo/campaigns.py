"""The demo's campaigns: what its company did to be found, with what it cost and who came by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mikomi.hub.capture.campaigns.editing import Plan
from mikomi.hub.site.demo.generate import TIMEZONE, DemoData

EXPO, SEMINAR = "card/expo-", "seminar/"
EXPO_DAYS = 3
EXPO_COSTS = (2_480_000, 1_960_000, 3_150_000)
SEMINAR_COSTS = (84_000, 120_000, 96_000)
ADVERT_COST, NEWSLETTER_COST = 3_600_000, 240_000
ADVERT_SOURCE = "ウェブ広告"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A campaign, and those who were added by hand: `lead` (key), `at` (UTC)."""

    plan: Plan
    added: pl.DataFrame


def draw_campaigns(data: DemoData) -> list[Drawn]:
    """The campaigns of the told time, oldest first: fairs by their cards, seminars by their applications,
    advertisements and newsletters by UTM."""
    titles = dict(data.titles.iter_rows())
    nobody = pl.DataFrame(schema={"lead": pl.String, "at": data.events.schema["at"]})
    fairs = [
        Drawn(
            Plan(
                name=titles[content].removeprefix("名刺交換 "),
                kind="exhibition",
                begins=day,
                ends=day + timedelta(days=EXPO_DAYS - 1),
                cost=EXPO_COSTS[at % len(EXPO_COSTS)],
                note="3日間の出展。小間代、造作、パンフレットを含みます。",
                cards=content,
            ),
            nobody,
        )
        for at, (content, day) in enumerate(_dated(titles, EXPO))
    ]
    seminars = [
        Drawn(
            Plan(
                name=titles[content],
                kind="seminar",
                begins=day,
                ends=day,
                cost=SEMINAR_COSTS[at % len(SEMINAR_COSTS)],
                seminars=content,
            ),
            nobody,
        )
        for at, (content, day) in enumerate(_dated(titles, SEMINAR))
        if day < data.today
    ]
    begins = data.events["at"].dt.convert_time_zone(TIMEZONE).dt.date().min()
    assert isinstance(begins, date)
    clicked = data.leads.filter(pl.col("source") == ADVERT_SOURCE, pl.col("created_at").dt.date() >= begins)
    advert = Plan(
        name="検索広告「生産管理」",
        kind="advert",
        begins=begins,
        cost=ADVERT_COST,
        rules=[{"campaign": "生産管理", "source": "google", "medium": "cpc"}],
    )
    newsletter = Plan(
        name="月2回のメールマガジン",
        kind="newsletter",
        begins=begins,
        cost=NEWSLETTER_COST,
        rules=[{"source": "newsletter", "medium": "email"}],
    )
    ongoing = [
        Drawn(advert, clicked.select("lead", pl.col("created_at").alias("at"))),
        Drawn(newsletter, nobody),
    ]
    return [*ongoing, *sorted([*fairs, *seminars], key=lambda one: one.plan.begins or begins)]


def _dated(titles: dict[str, str], beginning: str) -> list[tuple[str, date]]:
    """The contents that begin so and end with a day, by day."""
    found = [
        (content, content.removeprefix(beginning)) for content in titles if content.startswith(beginning)
    ]
    return sorted(((content, date.fromisoformat(day)) for content, day in found), key=lambda one: one[1])
