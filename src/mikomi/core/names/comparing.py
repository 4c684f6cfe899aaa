"""Whether two company names are one company: surely, maybe, no, and why.

    same_company("㈱髙島商事", "株式会社高島商事 大阪支店")   # sure: same name, form and position
    same_company("株式会社高島商事", "高島商事株式会社")       # maybe: 前株 and 後株
    same_company("株式会社高島商事", "有限会社高島商事")       # no: another legal form

A verdict speaks of names alone. `sure` may be joined without asking; `maybe` is for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import polars as pl

from mikomi.core.names.companies import LONG_ENOUGH, company_parts
from mikomi.core.names.legal_forms import legal_forms
from mikomi.core.names.spelling import likened
from mikomi.core.names.units import units
from mikomi.core.words import Words

type Verdict = Literal["sure", "maybe", "no"]

REASONS = {
    "same": Words("会社名・法人格・前後の位置が同じです", "same name, legal form and position"),
    "form_missing": Words("会社名が同じで、法人格は片方にだけあります", "same name; one has no legal form"),
    "form_missing_short": Words(
        "短い会社名が同じで、法人格は片方にだけあります", "same short name; one of them has no legal form"
    ),
    "position": Words("会社名と法人格が同じで、前株と後株が違います", "same name; the form before and after"),
    "form_kin": Words("会社名が同じで、法人格の書き方が近いです", "same name; the forms may mean the same"),
    "alike": Words("会社名の読み方や字体が近いです", "the names sound or look alike"),
    "longer": Words(
        "片方は支店や部署まで続けて書いた名前のようです", "one seems to be the other with a branch written on"
    ),
    "form_differs": Words("会社名は同じですが、法人格が違います", "same name, but another legal form"),
    "name_differs": Words("会社名が違います", "the names differ"),
    "no_name": Words("会社名がありません", "there is no company name"),
}  # fmt: skip
"""What each reason says."""


_WANTED = ["core_key", "legal_form", "position", "key"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict on two names and its reason, one of `REASONS`."""

    verdict: Verdict
    reason: str

    @property
    def words(self) -> Words:
        return REASONS[self.reason]


def same_company(one: str, other: str) -> Comparison:
    """`compare_companies` for one pair."""
    row = compare_companies(pl.Series([one]), pl.Series([other])).row(0)
    return Comparison(*row)


def compare_companies(ones: pl.Series, others: pl.Series) -> pl.DataFrame:
    """Columns `verdict` and `reason` for each pair of two text columns of one length."""
    names = company_parts(pl.concat([ones.alias("name"), others.alias("name")]))
    return compare_parts(names.head(ones.len()), names.tail(others.len()))


def compare_parts(ones: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """`compare_companies` over two frames as `company_parts` gives them."""
    pairs = pl.concat(
        [_with_likeness(frame.select(_WANTED)).rename(lambda name, s=side: name + s)
         for frame, side in ((ones, "_1"), (others, "_2"))],
        how="horizontal",
    )  # fmt: skip
    form_1, form_2 = pl.col("legal_form_1"), pl.col("legal_form_2")
    same_core = pl.col("core_key_1") == pl.col("core_key_2")
    missing = form_1.is_null() | form_2.is_null()
    same_form = form_1.eq_missing(form_2)
    kin = _kin(form_1, form_2)
    agreeing = missing | same_form | kin
    # Kitahama Company may be called just that.
    vague = (form_1 == "Co.").fill_null(False) | (form_2 == "Co.").fill_null(False)
    long_enough = pl.col("core_key_1").str.len_chars() >= LONG_ENOUGH
    reason = (
        pl.when(pl.col("key_1").is_null() | pl.col("key_2").is_null()).then(pl.lit("no_name"))
        .when(pl.col("key_1") == pl.col("key_2")).then(pl.lit("same"))
        .when(same_core & same_form).then(pl.lit("position"))
        .when(same_core & missing & long_enough & ~vague).then(pl.lit("form_missing"))
        .when(same_core & missing).then(pl.lit("form_missing_short"))
        .when(same_core & kin).then(pl.lit("form_kin"))
        .when(same_core).then(pl.lit("form_differs"))
        .when((pl.col("like_1") == pl.col("like_2")) & agreeing).then(pl.lit("alike"))
        .when(_longer("_1", "_2") | _longer("_2", "_1")).then(pl.lit("longer"))
        .otherwise(pl.lit("name_differs"))
    )  # fmt: skip
    verdict = (
        pl.when(pl.col("reason").is_in(["same", "form_missing"])).then(pl.lit("sure"))
        .when(pl.col("reason").is_in(["no_name", "name_differs", "form_differs"])).then(pl.lit("no"))
        .otherwise(pl.lit("maybe"))
    )  # fmt: skip
    return pairs.select(reason.alias("reason")).select(verdict.alias("verdict"), "reason")


def company_candidates(parts: pl.DataFrame) -> pl.DataFrame:
    """Pairs of keys that may be one company's, among the names of a frame as `company_parts` gives it.

    Columns `key_1`, `key_2` (different, each pair once), `verdict` and `reason`. A name without a legal
    form that could be either of two companies is `maybe` with both. Names that more than `CROWD` companies
    have in common (株式会社, 有限会社, … さくら) are left out: nobody looks through those pairs.
    """
    known = parts.filter(pl.col("key").is_not_null()).unique("key").select(_WANTED)
    known = _with_likeness(known).sort("key").with_row_index("n")
    beside = pl.DataFrame({"a": known["n"], "like": known["like"]})
    beside = beside.filter(pl.len().over("like").is_between(2, CROWD))
    pairs = beside.join(beside.rename({"a": "b"}), on="like").filter(pl.col("a") < pl.col("b"))
    pairs = pl.concat([pairs.select("a", "b"), _written_on(known)]).unique().sort("a", "b")
    ones, others = known[pairs["a"]], known[pairs["b"]]
    verdicts = compare_parts(ones, others)
    formed = pl.col("legal_form").is_not_null()
    choices = known.group_by("core_key").agg(formed.sum().alias("choices"))
    many = ones.join(choices, on="core_key", how="left", maintain_order="left")["choices"] > 1
    unsure = (verdicts["reason"] == "form_missing") & many
    verdict = pl.select(pl.when(unsure).then(pl.lit("maybe")).otherwise(verdicts["verdict"]))
    found = pl.DataFrame(
        [ones["key"].alias("key_1"), others["key"].alias("key_2"), verdict.to_series().alias("verdict")]
    )
    return found.with_columns(verdicts["reason"]).filter(pl.col("verdict") != "no")


CROWD = 50
"""Companies of one likeness that are compared all with all."""


def _written_on(known: pl.DataFrame) -> pl.DataFrame:
    """Pairs a < b of rows of which one is the start of the other, which ends as branches do."""
    long = known.filter(pl.col("core_key").str.contains(units().ending))
    starts = long.select(
        "n", "core_key", "legal_form", pl.int_ranges(2, pl.col("core_key").str.len_chars()).alias("at")
    )
    starts = starts.explode("at", empty_as_null=True).drop_nulls("at")
    starts = starts.with_columns(pl.col("core_key").str.head(pl.col("at")))
    found = starts.join(
        known.select("core_key", "legal_form", pl.col("n").alias("short")),
        on=["core_key", "legal_form"],
        nulls_equal=True,
    )
    return found.select(
        pl.min_horizontal("n", "short").alias("a"), pl.max_horizontal("n", "short").alias("b")
    )


def _with_likeness(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.with_columns(likened(parts["core_key"].fill_null("").alias("text")).alias("like"))


def _longer(short: str, long: str) -> pl.Expr:
    """Whether one folded name is the start of the other, which ends as branches do."""
    forms_agree = pl.col(f"legal_form{short}").eq_missing(pl.col(f"legal_form{long}"))
    begins = pl.col(f"core_key{long}").str.starts_with(pl.col(f"core_key{short}"))
    grown = pl.col(f"core_key{long}").str.len_chars() > pl.col(f"core_key{short}").str.len_chars()
    return forms_agree & begins & grown & pl.col(f"core_key{long}").str.contains(units().ending)


def _kin(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    pair = pl.concat_str(one, other, separator="|")
    return pair.is_in(_kin_pairs()).fill_null(False)


@cache
def _kin_pairs() -> list[str]:
    kin = legal_forms().kin
    return [f"{a}|{b}" for a in kin for b in kin if set(kin[a]) & set(kin[b])]
