"""What the domain of a mail address says: a company's own, free mail, or a carrier's.

The lists are kept in `free_mail.txt` and `carrier_mail.txt`; each begins with its version. The scoring
rule `free_mail` uses the first list alone (SCORING.md, "Attribute conditions").
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import polars as pl

from mikomi.core.names.registered import NO_OWN, THREE_LABELS, TWO_LABELS
from mikomi.core.names.spelling import Row, Schema, by_distinct, clean, cleaned, pattern

SCHEMA: Schema = dict.fromkeys(("domain", "company_domain", "mail_kind"), pl.String)

type MailKind = Literal["company", "free", "carrier"]

_ADDRESS = r"^[^@\s]+@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])\.?$"


@cache
def free_mail_domains() -> tuple[str, tuple[str, ...]]:
    """Version and domains of the list of free mail services shipped with the package."""
    return _listed("free_mail.txt")


@cache
def carrier_mail_domains() -> tuple[str, tuple[str, ...]]:
    """Version and domains of the list of carriers and providers; `.example.jp` is all below it."""
    return _listed("carrier_mail.txt")


def mail_domains(values: pl.Series) -> pl.DataFrame:
    """Columns `domain`, `company_domain`, `mail_kind` for each mail address of a text column.

    `domain` is what follows the @, folded. `mail_kind` is `free`, `carrier` or `company`.
    `company_domain` is given for companies alone and is the domain as registered: for
    taro@mail.example.co.jp it is example.co.jp. All null where the text is no mail address.
    """
    return by_distinct(values, _domains, (_domains_of_one, SCHEMA))


def mail_domain(text: str) -> tuple[str, MailKind] | None:
    """Domain and kind of one address; None where it is none."""
    row = mail_domains(pl.Series([text], dtype=pl.String)).row(0, named=True)
    return None if row["domain"] is None else (row["domain"], row["mail_kind"])


def _domains(words: pl.Series) -> pl.DataFrame:
    text = cleaned(words).str.to_lowercase().alias("text")
    domain = pl.col("text").str.extract(_ADDRESS, 1)
    exact, below = _carriers()
    registered = pl.coalesce(
        pl.col("domain").str.extract(THREE_LABELS, 1),
        pl.when(~pl.col("domain").str.contains(NO_OWN)).then(pl.col("domain").str.extract(TWO_LABELS, 1)),
    )
    kind = (
        pl.when(pl.col("domain").is_in(list(free_mail_domains()[1]))).then(pl.lit("free"))
        .when(pl.col("domain").is_in(exact) | pl.col("domain").str.contains(below)).then(pl.lit("carrier"))
        .when(pl.col("domain").is_not_null()).then(pl.lit("company"))
    )  # fmt: skip
    frame = text.to_frame().select(domain.alias("domain")).with_columns(kind.alias("mail_kind"))
    own = pl.when(pl.col("mail_kind") == "company").then(registered)
    return frame.select("domain", own.alias("company_domain"), "mail_kind")


def _domains_of_one(text: str) -> Row:
    """What `_domains` says of one text."""
    found = pattern(_ADDRESS).search(clean(text).lower())
    if found is None:
        return None, None, None
    domain = found[1]
    if domain in free_mail_domains()[1]:
        return domain, None, "free"
    exact, below = _carriers()
    if domain in exact or pattern(below).search(domain):
        return domain, None, "carrier"
    own = pattern(THREE_LABELS).search(domain)
    if own is None and not pattern(NO_OWN).search(domain):
        own = pattern(TWO_LABELS).search(domain)
    return domain, own[1] if own else None, "company"


@cache
def _carriers() -> tuple[list[str], str]:
    """Domains of carriers, and a pattern of those below them."""
    names = carrier_mail_domains()[1]
    below = "|".join(name.replace(".", r"\.") for name in names if name.startswith("."))
    return [name for name in names if not name.startswith(".")], f"(?:{below})$"


def _listed(name: str) -> tuple[str, tuple[str, ...]]:
    lines = resources.files(__package__).joinpath(name).read_text("utf-8").splitlines()
    version = lines[0].removeprefix("# version ")
    return version, tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
