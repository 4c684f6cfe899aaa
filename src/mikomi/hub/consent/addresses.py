"""One spelling for a mail address: the one under which consent and refusal are kept."""

from __future__ import annotations

import polars as pl

from mikomi.core.values.links import read_mails


def folded_addresses(texts: pl.Series) -> pl.Series:
    """Addresses in lower case and half width; null where a text is no address, or more than one."""
    found = read_mails(texts.cast(pl.String))
    return found.alias(texts.name)
