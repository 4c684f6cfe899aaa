"""Pairs of leads that may be one person: among all leads, or one new lead against a few."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.matching.coding import CROWD, Coded, Ints, code_leads
from mikomi.core.matching.kernels import judge_pairs, near_keys, pair_runs

PAIRS_SCHEMA: dict[str, type[pl.DataType]] = {
    "first": pl.Int64,
    "second": pl.Int64,
    "level": pl.UInt8,
    "reasons": pl.UInt32,
}
"""A row a pair, `first` < `second`; `level` is a `Level`, `reasons` are `Reason` bits."""

BLOCK = 50
"""Leads of one name at one place are compared all with all up to this many; above, each with the next."""

type Wide = npt.NDArray[np.int64]


def find_pairs(leads: pl.DataFrame) -> pl.DataFrame:
    """All pairs that may be one person, surest first, then by number; columns of `PAIRS_SCHEMA`.

    `leads` as `mikomi.core.matching.coding.SCHEMA` says. Nothing is compared all with all: pairs come
    from leads that share a mail address, a phone number, or a name at a company or mail domain.
    """
    coded = code_leads(leads)
    size = max(len(coded), 1)
    found = np.unique(np.concatenate([a.astype(np.int64) * size + b for a, b in _blocks(coded)]))
    return _judged(coded, (found // size).astype(np.int32), (found % size).astype(np.int32))


def match_lead(lead: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The pairs of one lead (a frame of one row) with a few `others`, as `find_pairs` would give them.

    `others` are the leads that share its mail address, one of its phones, or its company (also its core
    alone), corporate number or mail domain together with a like name; of a company of at most
    `COLLEAGUES` leads, all. To see that a mail address or a phone number is shared, at least `CROWD` + 1
    carriers of it must be among them, if there are so many.
    """
    number = lead["lead"][0]
    both = pl.concat([lead, others.filter(pl.col("lead") != number)], how="diagonal_relaxed")
    coded = code_leads(both)
    second = np.arange(1, len(coded), dtype=np.int32)
    return _judged(coded, np.zeros(len(second), np.int32), second)


def _blocks(coded: Coded) -> Iterator[tuple[Ints, Ints]]:
    rows = np.arange(len(coded), dtype=np.int32)
    of_phone = np.repeat(rows, np.diff(coded.phone_from))
    for value, who in ((coded.mail, rows), (coded.phone, of_phone)):
        yield _pairs_of(value.astype(np.int64), who, CROWD, False)
        for token in (coded.alike, coded.kana):
            yield _pairs_of(_both(value, token[who]), who, BLOCK, True)
    nameless = np.where((coded.name < 0) & (coded.kana < 0), coded.mail, -1)
    yield _pairs_of(nameless.astype(np.int64), rows, BLOCK, True)
    for place in (coded.company, coded.core, coded.corporate, coded.domain):
        for token in (coded.alike, coded.kana):
            yield _pairs_of(_both(place, token), rows, BLOCK, True)
    for place, state in (
        (coded.company, coded.company_state),
        (coded.corporate, coded.corporate_state),
    ):
        keys, who = near_keys(place, state, coded.name, coded.letters, coded.letters_from)
        order = np.argsort(keys, kind="stable")
        yield pair_runs(keys[order], who[order], BLOCK, True)


def _both(value: Ints, token: Ints) -> Wide:
    """One key for two codes, -1 where either is unknown."""
    top = int(token.max(initial=0)) + 1
    return np.where((value >= 0) & (token >= 0), value.astype(np.int64) * top + token, -1)


def _pairs_of(keys: Wide, rows: Ints, most: int, chain: bool) -> tuple[Ints, Ints]:
    known = keys >= 0
    keys, rows = keys[known], rows[known]
    order = np.argsort(keys, kind="stable")
    return pair_runs(keys[order], rows[order], most, chain)


def _judged(coded: Coded, first: Ints, second: Ints) -> pl.DataFrame:
    level = np.zeros(len(first), np.uint8)
    reasons = np.zeros(len(first), np.uint32)
    judge_pairs(
        first,
        second,
        coded.mail,
        coded.domain,
        coded.name,
        coded.alike,
        coded.kana,
        coded.family,
        coded.company,
        coded.core,
        coded.form,
        coded.corporate,
        coded.full,
        coded.phone,
        coded.phone_from,
        coded.mail_state,
        coded.phone_state,
        coded.company_state,
        coded.corporate_state,
        coded.letters,
        coded.letters_from,
        coded.script,
        level,
        reasons,
    )
    kept = level > 0
    a, b = coded.numbers[first[kept]], coded.numbers[second[kept]]
    return pl.DataFrame(
        {
            "first": np.minimum(a, b),
            "second": np.maximum(a, b),
            "level": level[kept],
            "reasons": reasons[kept],
        },
        schema=PAIRS_SCHEMA,
    ).sort(pl.col("level"), "first", "second", descending=[True, False, False])
