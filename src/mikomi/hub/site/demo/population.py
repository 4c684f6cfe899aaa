"""Companies and the people in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.hub.site.demo import words
from mikomi.hub.site.demo.calendar import Calendar, Days
from mikomi.hub.site.demo.schedule import Schedule

type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Companies:
    """Companies as arrays of one length; `interest` is how much they want the product, never shown."""

    industry: Days
    employees: Days
    prefecture: Days
    interest: Floats
    name: pl.Series
    domain: pl.Series

    def __len__(self) -> int:
        return len(self.industry)


@dataclass(frozen=True, slots=True)
class People:
    """Leads as arrays of one length, in the order of `created` (a day number)."""

    company: Days
    created: Days
    source: Days
    department: Days
    title: Days
    weight: Floats
    """How likely this person is the one who looks for a product."""
    mail: Floats
    """How fond of newsletters, 0 to 1."""

    def __len__(self) -> int:
        return len(self.company)


def draw_companies(rng: np.random.Generator, count: int) -> Companies:
    """`count` companies with industries, sizes and invented names."""
    share = np.array([industry.share for industry in words.INDUSTRIES])
    industry = rng.choice(len(share), size=count, p=share / share.sum())
    employees = np.exp(rng.normal(4.4, 1.25, count))
    employees = np.clip(np.where(employees > 60, np.round(employees, -1), np.round(employees)), 3, 12_000)
    employees = employees.astype(np.int64)
    prefecture = pick(rng, [weight for _, _, weight in words.PREFECTURES], count)
    pull = np.array([industry.interest for industry in words.INDUSTRIES])
    interest = pull[industry] + size_pull(employees)
    name, domain = _names(rng, industry)
    return Companies(industry, employees, prefecture, interest, name, domain)


def size_pull(employees: Days) -> Floats:
    """How much the product suits a company of this size: best from 100 to 999 people."""
    return np.select([employees < 30, employees < 100, employees < 1_000], [-1.0, 0.0, 0.9], 0.2)


def draw_people(
    rng: np.random.Generator, companies: Companies, count: int, calendar: Calendar, schedule: Schedule
) -> People:
    """`count` people: one in each company, the others where companies are large and interested."""
    pull = companies.employees**0.35 * np.exp(0.3 * companies.interest)
    others = rng.choice(len(companies), size=count - len(companies), p=pull / pull.sum())
    company = np.concatenate([np.arange(len(companies)), others])
    source = pick(rng, [weight for _, weight in words.SOURCES], count)
    known = rng.random(count) < 0.42
    zero = np.zeros(count, np.int64)
    created = np.where(
        known,
        calendar.draw(rng, zero - 540, zero),
        calendar.draw(rng, zero, zero + calendar.length),
    )
    for name, days in (("展示会", schedule.expos), ("セミナー", schedule.seminars)):
        rows = np.flatnonzero(~known & (source == source_number(name)))
        if len(days):
            created[rows] = rng.choice(days, size=len(rows))
    at_expo = ~known & (source == source_number("展示会"))
    created = np.where(at_expo, np.minimum(created + rng.integers(0, 3, count), calendar.length - 1), created)
    department = pick(rng, [weight for _, weight, _ in words.DEPARTMENTS], count)
    title = pick(rng, [weight for _, weight, _ in words.TITLES], count)
    lean = np.array([pull for _, _, pull in words.DEPARTMENTS])[department]
    lean += np.array([pull for _, _, pull in words.TITLES])[title]
    order = np.lexsort((company, created))
    return People(
        company[order],
        created[order],
        source[order],
        department[order],
        title[order],
        np.exp(lean[order]),
        rng.beta(0.7, 1.9, count),
    )


def company_frame(companies: Companies, calendar: Calendar, rng: np.random.Generator) -> pl.DataFrame:
    """The companies as text columns under the keys C00001, C00002, …"""
    area = pl.Series([code for _, code, _ in words.PREFECTURES]).gather(companies.prefecture)
    return pl.DataFrame(
        {
            "company": keys("C", len(companies)),
            "name": companies.name,
            "industry": gather([industry.name for industry in words.INDUSTRIES], companies.industry),
            "employees": companies.employees,
            "prefecture": gather([name for name, _, _ in words.PREFECTURES], companies.prefecture),
            "website": "https://www." + companies.domain + "/",
            "phone": phones(rng, area),
        }
    )


def lead_frame(
    people: People, companies: Companies, calendar: Calendar, created: Days, rng: np.random.Generator
) -> pl.DataFrame:
    """The leads as columns under the keys L00001, …; `created` is in UTC seconds since 1970."""
    family = rng.integers(0, len(words.FAMILY_NAMES), len(people))
    given = rng.integers(0, len(words.GIVEN_NAMES), len(people))
    area = pl.Series([code for _, code, _ in words.PREFECTURES]).gather(companies.prefecture[people.company])
    mailbox = pl.DataFrame(
        {
            "local": gather([name[2] for name in words.GIVEN_NAMES], given)
            + "."
            + gather([name[2] for name in words.FAMILY_NAMES], family),
            "domain": companies.domain.gather(people.company),
        }
    ).with_columns(nth=pl.int_range(pl.len()).over("local", "domain") + 1)
    email = mailbox.select(
        pl.col("local")
        + pl.when(pl.col("nth") > 1).then(pl.col("nth").cast(pl.String)).otherwise(pl.lit(""))
        + "@"
        + pl.col("domain")
    ).to_series()
    frame = pl.DataFrame(
        {
            "lead": keys("L", len(people)),
            "company": pl.Series(keys("C", len(companies))).gather(people.company),
            "family_name": gather([name[0] for name in words.FAMILY_NAMES], family),
            "given_name": gather([name[0] for name in words.GIVEN_NAMES], given),
            "family_name_kana": gather([name[1] for name in words.FAMILY_NAMES], family),
            "given_name_kana": gather([name[1] for name in words.GIVEN_NAMES], given),
            "email": email,
            "phone": phones(rng, area),
            "department": gather([name for name, _, _ in words.DEPARTMENTS], people.department),
            "title": gather([name for name, _, _ in words.TITLES], people.title),
            "source": gather([name for name, _ in words.SOURCES], people.source),
            "created_at": pl.Series(created * 1_000_000).cast(pl.Datetime("us", "UTC")),
        }
    )
    unknown = rng.random(len(people))
    return frame.with_columns(
        pl.when(pl.col("title") == "").then(None).otherwise(pl.col("title")).alias("title"),
        pl.when(pl.Series(unknown < 0.18)).then(None).otherwise(pl.col("phone")).alias("phone"),
    )


def keys(letter: str, count: int) -> pl.Series:
    """`letter` and a running number from 1, of five or more digits."""
    width = max(5, len(str(count)))
    numbers = pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(width)
    return letter + numbers


def gather(texts: Sequence[str], at: Days) -> pl.Series:
    """The texts at the given places."""
    return pl.Series(list(texts), dtype=pl.String).gather(at)


def pick(rng: np.random.Generator, weights: Sequence[float], size: int) -> Days:
    """`size` places drawn by weight."""
    share = np.array(weights, dtype=np.float64)
    return rng.choice(len(share), size=size, p=share / share.sum())


def source_number(name: str) -> int:
    """The place of a source in `words.SOURCES`."""
    return [source for source, _ in words.SOURCES].index(name)


def phones(rng: np.random.Generator, area: pl.Series) -> pl.Series:
    """Numbers nobody can have: after an area code no exchange starts with 0 (総務省 電気通信番号計画)."""
    size = len(area)
    digits = area.str.len_chars()
    exchange = pl.Series(rng.integers(0, 1_000, size)).cast(pl.String).str.zfill(3)
    short = pl.Series(rng.integers(0, 100, size)).cast(pl.String).str.zfill(2)
    number = pl.Series(rng.integers(0, 10_000, size)).cast(pl.String).str.zfill(4)
    # area code and exchange have six digits together
    frame = pl.DataFrame(
        {"area": area, "digits": digits, "exchange": exchange, "short": short, "number": number}
    )
    middle = pl.when(pl.col("digits") == 2).then(pl.col("exchange")).otherwise(pl.col("short"))
    return frame.select(pl.col("area") + "-0" + middle + "-" + pl.col("number")).to_series()


def _names(rng: np.random.Generator, industry: Days) -> tuple[pl.Series, pl.Series]:
    """Names and mail domains: a stem, a trade word of the industry, a legal form; none twice."""
    tails = len(words.STEM_TAILS)
    stems = len(words.STEM_HEADS) * tails
    stem = np.zeros(len(industry), np.int64)
    trade = np.zeros(len(industry), np.int64)
    trades: list[tuple[str, ...]] = []
    for number, entry in enumerate(words.INDUSTRIES):
        rows = np.flatnonzero(industry == number)
        combined = stems * len(entry.trades)
        if len(rows) > combined:
            raise ValueError(f"no more than {combined} company names of {entry.name} can be made")
        chosen = rng.choice(combined, size=len(rows), replace=False)
        stem[rows] = chosen % stems
        trade[rows] = chosen // stems + len(trades)
        trades.extend(entry.trades)
    heads = [head + tail for head, _ in words.STEM_HEADS for tail, _ in words.STEM_TAILS]
    romaji = [head + tail for _, head in words.STEM_HEADS for _, tail in words.STEM_TAILS]
    bare = gather(heads, stem) + gather([trade for trade, _ in trades], trade)
    form = pick(rng, [weight for _, weight in words.LEGAL_FORMS], len(industry))
    before = gather([form.split("{}")[0] for form, _ in words.LEGAL_FORMS], form)
    after = gather([form.split("{}")[1] for form, _ in words.LEGAL_FORMS], form)
    site = gather(romaji, stem) + "-" + gather([trade for _, trade in trades], trade)
    nth = pl.DataFrame({"site": site}).select(
        pl.col("site")
        + pl.when(pl.int_range(pl.len()).over("site") > 0)
        .then((pl.int_range(pl.len()).over("site") + 1).cast(pl.String))
        .otherwise(pl.lit(""))
        + ".example"
    )
    return before + bare + after, nth.to_series()
