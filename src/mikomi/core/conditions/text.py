"""How values are compared: text folding, numbers written as text, free mail.

All of it as Polars expressions over text columns; SCORING.md, "Attribute conditions".
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from importlib import resources

import polars as pl

WHITE_SPACE = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace())
"""Every character that Python calls white space."""

NUMBER = r"^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
"""A number after NFKC and cutting white space."""


@cache
def _case_map() -> dict[str, str]:
    """What has to be replaced after lower-casing to arrive at full Unicode case folding."""
    found: dict[str, str] = {}
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        char = chr(code)
        lower = char.lower()
        if len(lower) == 1 and lower != char.casefold():
            found[lower] = char.casefold()
    return found


def fold_text(text: str) -> str:
    """NFKC, case folding, white space cut at both ends. `fold_text("ＡＢＣ ") == "abc"`."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _composed(column: pl.Expr) -> pl.Expr:
    return column.str.normalize("NFKC")


def folded(column: pl.Expr) -> pl.Expr:
    """`fold_text` over a text column; null stays null."""
    lower = _composed(column).str.to_lowercase()
    plain = ~lower.str.contains(r"[^\x00-\x7f]")
    # Replacing hundreds of rare letters is slow, and Japanese and Latin lower case never need it.
    rare = pl.lit("[" + "".join(sorted(_case_map())) + "]")
    mapped = (
        pl.when(~plain & lower.str.contains(rare)).then(lower.str.replace_many(_case_map())).otherwise(lower)
    )
    return mapped.str.strip_chars(WHITE_SPACE)


def as_number(column: pl.Expr) -> pl.Expr:
    """The finite number that a text column writes, as Float64; null where it writes none."""
    text = _composed(column).str.strip_chars(WHITE_SPACE)
    digits = pl.when(text.str.contains(NUMBER)).then(text.str.replace_all(",", "", literal=True))
    value = digits.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


@cache
def free_mail_domains() -> tuple[str, tuple[str, ...]]:
    """Version and domains of the list of free mail services shipped with the package."""
    lines = resources.files(__package__).joinpath("free_mail.txt").read_text("utf-8").splitlines()
    version = lines[0].removeprefix("# version ")
    return version, tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def is_free_mail(folded_column: pl.Expr) -> pl.Expr:
    """Whether folded text is an address (it has an `@`) at a free mail service; unknown: false."""
    _, domains = free_mail_domains()
    domain = folded_column.str.extract(r"@([^@]*)$", 1)
    return domain.is_in(list(domains)).fill_null(False)
