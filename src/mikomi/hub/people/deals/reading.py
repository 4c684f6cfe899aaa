"""A list of deals as an SFA exports it: typed rows, and what could not be taken, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

import polars as pl

from mikomi.core.tabular.attendance import month_first
from mikomi.core.tabular.findings import Finding
from mikomi.core.tabular.rejects import join_rejects, reject_rows, text_of_rows
from mikomi.core.tabular.table import Table
from mikomi.core.tabular.times import parse_dates
from mikomi.core.values.deal_stages import LOST, OPEN, WON, flags_of, states_of
from mikomi.core.values.money import yen_of
from mikomi.core.values.quantities import ONE, header_unit
from mikomi.core.words import Words
from mikomi.hub.people.companies import key_of
from mikomi.hub.people.deals.contacts import people_in, people_of_deals

COLUMNS = (
    *("deal", "deal_name", "company", "lead", "email", "contact", "is_primary"),
    *("stage", "is_won", "is_closed"),
    *("amount", "product", "reason", "opened", "closed", "owner"),
)
"""What columns of such a file may be."""

FRAME: dict[str, type[pl.DataType]] = {
    "sfa": pl.String,
    "key": pl.String,
    "name": pl.String,
    "company": pl.String,
    "lead": pl.String,
    "email": pl.String,
    "contact": pl.String,
    "stage": pl.String,
    "state": pl.String,
    "yen": pl.Int64,
    "product": pl.String,
    "reason": pl.String,
    "opened": pl.Int32,
    "closed": pl.Int32,
    "owner": pl.String,
    "others": pl.String,
}
"""A deal as it is taken in: texts are "" where nothing is known, days count from 1970-01-01. `others`: who is
named besides, a line each."""

OF_PEOPLE = ("lead", "email", "contact", "others")
EARLIEST = date(1990, 1, 1)
LONGEST = {"reason": 10_000, "contact": 10_000, "email": 10_000}
LONGEST_NAME = 500
LONGEST_KEY = 500
NOTHING = ("", "-", "--", "―", "—", "未定", "なし", "n/a", "na", "null", "none", "nan")
_SLASHED = r"\A\s*(\d{1,2})/(\d{1,2})/\d{2,4}\b"

NOBODY = Words(
    "会社も相手も書かれていません。会社名かメールアドレスが必要です",
    "neither a company nor a person is named; a company or a mail address is needed",
)
NO_STAGE = Words("商談の段階が空です", "the stage is empty")
NO_END = Words(
    "受注・失注なのに、その日付がありません",
    "the deal was won or lost, but the day of that is missing",
)
BAD_DAY = Words("日付として読めません", "a date cannot be read")
NO_SUCH_DAY = Words(
    "日付が1990年より前か、受注・失注の日がこれから先です",
    "a date is before 1990, or the deal was won or lost in the future",
)
BAD_AMOUNT = Words(
    "金額が円の金額として読めません（例：1,200,000、120万円、1.5億円）",
    "the amount cannot be read as yen (for example 1,200,000)",
)
NEGATIVE = Words("金額がマイナスです", "the amount is below zero")
TOO_LONG = Words(
    f"{LONGEST_NAME}文字（理由と相手は10,000文字）より長い欄があります",
    f"a cell is longer than {LONGEST_NAME} characters (reasons and contacts: 10,000)",
)


def read_deals(
    table: Table, found: Mapping[str, str], sfa: str, timezone: str, today: date, file: str
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """The deals of a table (columns of `FRAME`, one row a deal), the rejected rows and what was found.

    `found`: our name of a column -> its header; `sfa`: whose numbers the deals bear; `today`: the local day,
    after which nothing was won or lost. Of several rows of one deal the last one holds, with the main
    person or the first that is named, and the others besides (reports with a row for each contact).
    """
    texts = table.frame.select(
        _plain(pl.col(found[name])).alias(name) if name in found else pl.lit("").alias(name)
        for name in COLUMNS
    )
    unit = header_unit(found["amount"]) if "amount" in found else None
    people = people_in(texts)
    mailed = people.filter(pl.col("mail") != "").unique("row", keep="first", maintain_order=True)
    cells = texts.with_row_index("row").join(
        mailed.select("row", "mail"), on="row", how="left", maintain_order="left"
    )
    yen = yen_of(texts["amount"], unit or ONE)
    month = _month_of(texts["opened"], texts["closed"])
    opened, opened_read = _days(texts["opened"], timezone, month)
    closed, closed_read = _days(texts["closed"], timezone, month)
    state = _states(texts)
    rows = cells.with_columns(
        pl.col("mail").fill_null(""),
        yen.alias("yen"),
        opened.alias("opened"),
        closed.alias("closed"),
        state.alias("state"),
        pl.lit(sfa).alias("sfa"),
        pl.col("deal_name").alias("name"),
    )
    ended = pl.col("state").is_in([WON, LOST])
    rows = rows.with_columns(
        pl.when(ended).then("closed").alias("closed"),
        # A deal that was written down after it ended was opened when it ended at the latest.
        pl.when(ended & (pl.col("opened") > pl.col("closed")))
        .then("closed")
        .otherwise("opened")
        .alias("opened"),
    )
    first, last = _number(EARLIEST), _number(today)
    checks: list[tuple[pl.Expr, Words]] = [
        (_short(), TOO_LONG),
        ((pl.col("company") != "") | (pl.col("mail") != "") | (pl.col("lead") != ""), NOBODY),
        (pl.col("state").is_not_null(), NO_STAGE),
        (pl.lit(opened_read & closed_read), BAD_DAY),
        (~ended | pl.col("closed").is_not_null(), NO_END),
        (
            pl.col("opened").fill_null(first).is_between(first, last + 1)
            & pl.col("closed").fill_null(first).is_between(first, last + 1),
            NO_SUCH_DAY,
        ),
        (pl.col("yen").is_not_null() | (pl.col("amount") == ""), BAD_AMOUNT),
        (pl.col("yen").fill_null(0) >= 0, NEGATIVE),
    ]
    passed = rows.select(check.alias(str(place)) for place, (check, _) in enumerate(checks))
    good = pl.repeat(True, rows.height, dtype=pl.Boolean, eager=True)
    rejected = [table.rejected]
    for place, (_, reason) in enumerate(checks):
        bad = good & ~passed[str(place)].fill_null(False)
        if bad.any():
            text = text_of_rows(table.frame.filter(bad))
            rejected.append(reject_rows(file, table.lines.filter(bad), reason, text))
            good &= ~bad
    kept = rows.filter(good)
    kept = kept.with_columns(_keys(kept).alias("key"))
    named = people_of_deals(kept, people)
    said = [name for name in FRAME if name not in ("sfa", "key", *OF_PEOPLE)]
    once = kept.group_by("sfa", "key", maintain_order=True).agg(pl.col(name).last() for name in said)
    once = once.join(named, on=["sfa", "key"], how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null("") for name in OF_PEOPLE
    )
    once = once.select(pl.col(name).cast(kind) for name, kind in FRAME.items())
    findings = list(table.findings)
    if once.height < kept.height:
        findings.append(Finding("deals_of_one", kept.height - once.height))
    return once, join_rejects(rejected), tuple(findings)


def _plain(text: pl.Expr) -> pl.Expr:
    """Without white space around and signs no text may hold; what says that nothing is known is ""."""
    plain = text.cast(pl.String).fill_null("").str.replace_all("\0", "", literal=True).str.strip_chars()
    return pl.when(plain.str.to_lowercase().is_in(NOTHING)).then(pl.lit("")).otherwise(plain)


def _short() -> pl.Expr:
    return pl.all_horizontal(
        pl.col(name).str.len_chars() <= LONGEST.get(name, LONGEST_NAME)
        for name in (
            "deal",
            "deal_name",
            "company",
            "lead",
            "email",
            "contact",
            "stage",
            "product",
            "reason",
            "owner",
        )
    )


def _days(texts: pl.Series, timezone: str, month: str) -> tuple[pl.Series, pl.Series]:
    """Days since 1970 (Int32), and which rows say none or a day that is one. `month`: which of two numbers
    before the year is the month, as `_month_of` found."""
    days, read = parse_dates(texts, timezone)
    empty = texts == ""
    left = ~read & ~empty
    if left.any():
        again, known = parse_dates(month_first(_turned(texts, month)), timezone)
        days = days.zip_with(~left, again)
        read |= left & known
    return days.cast(pl.Int32), read | empty


def _month_of(*columns: pl.Series) -> str:
    """`first` or `second`, as the days of a list show which of two numbers before the year is the month; ""
    where they do not show it."""
    parts = pl.concat(columns).str.extract_groups(_SLASHED)
    one, two = (parts.struct.field(str(place)).cast(pl.Int32) for place in (1, 2))
    first_is_day, second_is_day = bool((one > 12).any()), bool((two > 12).any())
    if first_is_day == second_is_day:
        return ""
    return "first" if second_is_day else "second"


def _turned(texts: pl.Series, month: str) -> pl.Series:
    """Texts with the month first; two numbers of which nobody knows which is the month are no day."""
    if month == "first":
        return texts
    return texts.str.replace(r"\A\s*(\d{1,2})/(\d{1,2})/", "${2}/${1}/" if month else "?")


def _states(texts: pl.DataFrame) -> pl.Series:
    """The state by what is ticked, else by the name of the stage."""
    named = states_of(texts["stage"])
    won, closed = flags_of(texts["is_won"]), flags_of(texts["is_closed"])
    return pl.select(
        pl.when(won)
        .then(pl.lit(WON))
        .when(closed & ~won.fill_null(named == WON))
        .then(pl.lit(LOST))
        .when(closed)
        .then(pl.lit(WON))
        .when(~closed)
        .then(pl.lit(OPEN))
        .otherwise(named)
        .alias("state")
    )["state"]


def _keys(rows: pl.DataFrame) -> pl.Series:
    """The deal's own number, else company (or person), name and the day it was opened."""
    firm = key_of(rows["company"]).fill_null("")
    who = pl.when(firm != "").then(firm).otherwise(pl.coalesce(pl.col("mail").replace("", None), "lead"))
    day = pl.col("opened").cast(pl.String).fill_null("")
    made = rows.select(pl.concat_str(pl.lit("="), who, "name", day, separator="|").alias("key"))["key"]
    if (made.str.len_chars() > LONGEST_KEY).any():
        # Longer ones fit into no index.
        made = made.map_elements(_hashed, pl.String)
    return rows.select(pl.when(pl.col("deal") != "").then("deal").otherwise(made).alias("key"))["key"]


def _hashed(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else f"=|{sha256(key.encode()).hexdigest()}"


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)
