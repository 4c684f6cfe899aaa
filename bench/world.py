"""Synthetic leads, activity and a model for the benchmarks: fixed by their sizes alone."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from mikomi.core.events import KINDS, Activity, Touches
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model

LAST_DAY = date(2026, 10, 31)
SPAN = 730
CONTENTS = 40
EPOCH = date(1970, 1, 1)


def make_touches() -> Touches:
    """Every kind with 40 contents."""
    pairs = [(kind, f"/{kind}/{i:02}") for kind in KINDS for i in range(CONTENTS)]
    return Touches(pl.DataFrame(pairs, schema={"kind": pl.String, "content": pl.String}, orient="row"))


def make_activity(leads: int, events: int, seed: int = 7) -> Activity:
    """`events` events over two years, folded: a long tail of busy leads, visits of four events."""
    draw = np.random.default_rng(seed)
    weight = draw.pareto(1.6, leads) + 0.2
    per_visit = 4
    visits = events // per_visit
    who = np.repeat(np.arange(leads), draw.multinomial(visits, weight / weight.sum()))
    when = draw.integers(0, SPAN, visits)
    lead = np.repeat(who, per_visit)
    day = np.repeat(when, per_visit)
    touches = len(KINDS) * CONTENTS
    skew = np.minimum(draw.geometric(0.02, visits * per_visit) - 1, touches - 1)
    key = (lead.astype(np.int64) * 1024 + day) * 512 + skew
    key.sort()
    start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    n = np.diff(np.append(start, len(key)))
    key = key[start]
    first = (LAST_DAY - EPOCH).days - SPAN + 1
    return Activity(
        (key >> 19).astype(np.int32),
        ((key >> 9) & 1023).astype(np.int32) + np.int32(first),
        (key & 511).astype(np.int32),
        n.astype(np.int32),
    )


def make_leads(leads: int, seed: int = 8) -> pl.DataFrame:
    """Leads with ten attributes as text."""
    draw = np.random.default_rng(seed)
    industries = np.array(["製造業", "卸売業", "小売業", "ＩＴ", "建設業", "運輸業", "医療", ""])
    titles = np.array(["部長", "課長", "係長", "代表取締役", "主任", ""])
    number = pl.Series("lead", np.arange(leads)).cast(pl.String)
    mail = pl.Series(np.array(["@example.co.jp", "@gmail.com"])[draw.integers(0, 2, leads)])
    company = pl.Series(draw.integers(0, max(leads // 3, 1), leads)).cast(pl.String)
    return pl.DataFrame(
        {
            "lead": "L" + number,
            "company": "株式会社" + company,
            "industry": industries[draw.integers(0, len(industries), leads)],
            "title": titles[draw.integers(0, len(titles), leads)],
            "employees": pl.Series(draw.integers(1, 3000, leads)).cast(pl.String),
            "email": "u" + number + mail,
        }
    )


def make_model() -> Model:
    """20 engagement rules, 4 signals, 10 fit rules, grades and hot."""
    rules = []
    for i in range(20):
        kind = KINDS[i % len(KINDS)]
        content = "" if i < 10 else f", content: '/{kind}/{i % 4}*'"
        extra = ", per_day: 3, cap: 40" if i % 5 == 0 else ", per_day: null" if i % 5 == 1 else ""
        life = f", half_life_days: {7 * (1 + i % 6)}" if i % 7 else ""
        rules.append(f"  - {{id: e{i}, when: {{kind: {kind}{content}}}, points: {1 + i % 6}{life}{extra}}}")
    fit = [
        "  - {id: f0, when: {field: industry, in: [製造業, 卸売業]}, points: 10}",
        "  - {id: f1, when: {field: industry, is: it}, points: 5}",
        "  - {id: f2, when: {field: employees, gte: 300}, points: 15}",
        "  - {id: f3, when: {field: employees, between: [50, 299]}, points: 5}",
        "  - {id: f4, when: {field: email, free_mail: true}, points: -10}",
        "  - {id: f5, when: {field: title, contains: 部長}, points: 10}",
        "  - {id: f6, when: {field: title, is: 代表取締役}, points: 12}",
        "  - {id: f7, when: {field: title, known: false}, points: -3}",
        "  - {id: f8, when: {any: [{field: industry, is: 医療}, {field: employees, lte: 10}]}, points: -5}",
        "  - {id: f9, when: {not: {field: company, known: true}}, points: -5}",
    ]
    return parse_model(
        "\n".join(
            [
                "name: bench",
                "fit:",
                *fit,
                "engagement:",
                *rules,
                "signals:",
                "  - {id: s0, pattern: return, quiet_days: 60, within_days: 7, at_least: 2, points: 30, "
                "half_life_days: 14, when: {kind: page_view}, quiet_when: {kind: [page_view, download]}}",
                "  - {id: s1, pattern: surge, within_days: 3, at_least: 10, points: 15}",
                "  - {id: s2, pattern: silence, quiet_days: 90, points: -20}",
                "  - {id: s3, pattern: colleagues, within_days: 14, at_least: 2, points: 10}",
                "grades:",
                "  fit: {A: 25, B: 15, C: 5}",
                "  engagement: {'1': 60, '2': 30, '3': 10}",
                "hot: {fit: 10, engagement: 30}",
            ]
        )
    )


def weeks(count: int) -> list[date]:
    """`count` days a week apart, the last one `LAST_DAY`."""
    return [LAST_DAY - timedelta(days=7 * i) for i in reversed(range(count))]
