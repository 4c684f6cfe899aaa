"""Companies that may be one: which pairs, how sure, why. Nothing is joined here."""

from __future__ import annotations

from enum import IntFlag

import polars as pl

from mikomi.core.matching.levels import Level, Told
from mikomi.core.names.companies import LONG_ENOUGH
from mikomi.core.words import Words

COMPANY_LEVELS = {
    Level.SURE: Words("確実", "Sure"),
    Level.LIKELY: Words("おそらく同じ会社", "Likely"),
    Level.MAYBE: Words("同じ会社かもしれない", "Maybe"),
}
CROWD = 20
"""A name, number or domain that more companies than this share says nothing about any two of them."""
LIKE = 0.5
"""Names are alike from this share of letter pairs on (Dice), or where one stands in the other."""
COMPANY_PAIRS = {"first": pl.Int32, "second": pl.Int32, "level": pl.Int16, "reasons": pl.UInt32}
_BOTH = ["first", "second"]


class CompanyReason(IntFlag):
    """What two companies share and what speaks against it; a pair carries several."""

    SAME_NUMBER = 1 << 0
    SAME_NAME = 1 << 1
    OTHER_SIDE = 1 << 2
    NO_FORM = 1 << 3
    SAME_DOMAIN = 1 << 4
    LIKE_NAME = 1 << 5
    OTHER_FORM = 1 << 6
    OTHER_NAME = 1 << 7
    SHORT_NAME = 1 << 8


_TOLD = {
    CompanyReason.SAME_NUMBER: ("法人番号が同じ", "same corporate number"),
    CompanyReason.SAME_NAME: ("法人格を除いた名前が同じ", "same name without the legal form"),
    CompanyReason.OTHER_SIDE: ("前株・後株だけが違う", "only the side of the legal form differs"),
    CompanyReason.NO_FORM: ("一方は法人格が書かれていない", "one of them is written without its form"),
    CompanyReason.SAME_DOMAIN: ("会社のメールドメインが同じ", "same mail domain of a company"),
    CompanyReason.LIKE_NAME: ("名前が似ている", "names are alike"),
    CompanyReason.OTHER_FORM: ("法人格が違う", "legal forms differ"),
    CompanyReason.OTHER_NAME: ("名前が違う", "names differ"),
    CompanyReason.SHORT_NAME: ("名前が短く、別の会社かもしれない", "the name is short and may be another's"),
}
_AGAINST = CompanyReason.OTHER_FORM | CompanyReason.OTHER_NAME | CompanyReason.SHORT_NAME


def tell_company_reasons(reasons: int) -> tuple[Told, ...]:
    """The reasons of a pair in words, those for it before those against it."""
    held = [reason for reason in CompanyReason if reason & reasons]
    told = [Told(str(reason.name).lower(), Words(*_TOLD[reason]), not reason & _AGAINST) for reason in held]
    return tuple(sorted(told, key=lambda one: not one.speaks_for))


def find_company_pairs(companies: pl.DataFrame, domains: pl.DataFrame) -> pl.DataFrame:
    """The pairs that may be one company (`COMPANY_PAIRS`, `first` < `second`), the surest first.

    `companies`: `company` (its number), `key` (`core.names.companies.company_key`), `number` (法人番号
    with a right check digit, or null). `domains`: `company`, `domain`, the companies' own mail domains
    among their people. Two companies with different 法人番号 are two, whatever they are called.
    """
    told = companies.select(
        pl.col("company").cast(pl.Int32),
        pl.col("key").str.split("|").list.get(0).alias("core"),
        pl.col("key").str.split("|").list.get(1, null_on_oob=True).alias("form"),
        pl.col("number").cast(pl.String),
    )
    theirs = domains.select(pl.col("company").cast(pl.Int32), "domain").unique()
    near = pl.concat([_sharing(told, "number"), _sharing(told, "core")])
    close = _sharing(theirs.join(told.select("company"), on="company", how="semi"), "domain")
    pairs = pl.concat([near, close]).unique()
    sides = [told.rename(lambda c, s=s: f"{c}_{s}" if c != "company" else s) for s in _BOTH]
    wide = pairs.join(sides[0], on="first").join(sides[1], on="second")
    wide = wide.join(close.with_columns(near=True), on=_BOTH, how="left")
    size = told.group_by("core").len("bearers").rename({"core": "core_first"})
    wide = wide.join(size, on="core_first", how="left")
    return _judged(wide)


def _sharing(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """The pairs of companies with the same value of `column`, where few share it."""
    some = rows.select("company", column).drop_nulls().filter(pl.col(column) != "")
    few = some.filter(pl.len().over(column).is_between(2, CROWD))
    pairs = few.join(few, on=column, suffix="_2").filter(pl.col("company") < pl.col("company_2"))
    return pairs.select(first="company", second="company_2").unique()


def _judged(wide: pl.DataFrame) -> pl.DataFrame:
    """Level and reasons of each pair; what nothing speaks for is left out."""
    one, two = pl.col("core_first"), pl.col("core_second")
    number = pl.col("number_first") == pl.col("number_second")
    wide = wide.with_columns(
        number=number.fill_null(False),
        apart=(~number).fill_null(False),
        name=one == two,
        near=pl.col("near").fill_null(False),
        like=_alike(),
        bare=pl.col("form_first").is_null() | pl.col("form_second").is_null(),
        form=(pl.col("form_first") == pl.col("form_second")).fill_null(False),
        short=one.str.len_chars() < LONG_ENOUGH,
    )
    name, near, like = pl.col("name"), pl.col("near"), pl.col("like") & ~pl.col("name")
    side, bare = name & pl.col("form"), name & pl.col("bare")
    other_form = name & ~pl.col("form") & ~pl.col("bare")
    # A name without its form is neither of two that bear it, unless something else says which.
    told = near | (~pl.col("short") & (side | (bare & (pl.col("bearers") == 2))))
    level = (
        pl.when("number")
        .then(int(Level.SURE))
        .when(name & told)
        .then(int(Level.LIKELY))
        .otherwise(int(Level.MAYBE))
    )
    reasons = {
        CompanyReason.SAME_NUMBER: pl.col("number"),
        CompanyReason.SAME_NAME: name,
        CompanyReason.OTHER_SIDE: side,
        CompanyReason.NO_FORM: bare,
        CompanyReason.SAME_DOMAIN: near,
        CompanyReason.LIKE_NAME: like,
        CompanyReason.OTHER_FORM: other_form,
        CompanyReason.OTHER_NAME: ~name & ~like,
        CompanyReason.SHORT_NAME: name & pl.col("short") & ~near & ~pl.col("number"),
    }
    bits = pl.sum_horizontal(held.cast(pl.UInt32) * int(bit) for bit, held in reasons.items())
    found = wide.filter(~pl.col("apart") & (pl.col("number") | name | (near & like)))
    return (
        found.select("first", "second", level.alias("level"), bits.alias("reasons"))
        .sort("level", "first", "second", descending=[True, False, False])
        # A plain dictionary of types is a schema; the stubs want a narrower one.
        .cast(dict(COMPANY_PAIRS))  # type: ignore[arg-type]
    )


def _alike() -> pl.Expr:
    """Whether one core stands in the other, or they share half of their pairs of letters."""
    one, two = pl.col("core_first"), pl.col("core_second")
    short = pl.min_horizontal(one.str.len_chars(), two.str.len_chars())
    inside = one.str.contains(two, literal=True) | two.str.contains(one, literal=True)
    pairs = [pl.col(f"core_{side}").str.extract_all(r"(?s).").alias(side) for side in _BOTH]
    first, second = (_bigrams(part) for part in pairs)
    shared = first.list.set_intersection(second).list.len()
    whole = first.list.unique().list.len() + second.list.unique().list.len()
    return ((short >= 2) & (inside | (2 * shared >= LIKE * whole) & (whole > 0))).fill_null(False)


def _bigrams(letters: pl.Expr) -> pl.Expr:
    return letters.list.eval(pl.element() + pl.element().shift(-1)).list.drop_nulls()
