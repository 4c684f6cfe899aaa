"""Groups of leads that surely are one person, and which of them may be merged without a look."""

from __future__ import annotations

import numpy as np
import polars as pl
from numba import njit

from mikomi.core.matching.coding import code_leads
from mikomi.core.matching.kernels import OTHER, relate_names
from mikomi.core.matching.levels import Level
from mikomi.core.words import Words

LARGEST = 20
"""A group of more leads is looked at by a person first."""

GROUPS_SCHEMA: dict[str, type[pl.DataType]] = {"group": pl.Int64, "lead": pl.Int64, "held": pl.String}
"""A row a lead: `group` is the lowest lead number in it; `held` is null or a code of `HELD`."""

HELD = {
    "names": Words("氏名の違う人が含まれます", "people of different names are in it"),
    "numbers": Words("法人番号の違う会社が含まれます", "companies of different corporate numbers are in it"),
    "companies": Words(
        "会社もメールアドレスも違う人が含まれます",
        "people of different companies and mail addresses are in it",
    ),
    "apart": Words("「同じ人ではない」とされた組が含まれます", "a pair told to be two people is in it"),
    "large": Words(f"{LARGEST} 人を超えています", f"it holds more than {LARGEST} leads"),
}
"""Why a group is not merged with the others in bulk; it is shown and decided by hand."""


def group_sure(leads: pl.DataFrame, pairs: pl.DataFrame, apart: pl.DataFrame | None = None) -> pl.DataFrame:
    """The groups that sure pairs make, with the columns of `GROUPS_SCHEMA`, sorted by group and lead.

    `leads` and `pairs` as `find_pairs` takes and gives them; `apart` (first, second): pairs that a person
    said are not the same. Such a pair does not join, and a group that joins its two leads by way of
    others is held.
    """
    sure = pairs.filter(pl.col("level") == int(Level.SURE)).select("first", "second")
    if apart is not None and apart.height:
        apart = apart.select(
            pl.min_horizontal("first", "second").cast(pl.Int64).alias("first"),
            pl.max_horizontal("first", "second").cast(pl.Int64).alias("second"),
        )
        sure = sure.join(apart, on=["first", "second"], how="anti")
    numbers = np.unique(sure.to_numpy().ravel()).astype(np.int64)
    if len(numbers) == 0:
        return pl.DataFrame(schema=GROUPS_SCHEMA)
    held_leads = pl.DataFrame({"lead": numbers}).join(
        leads.with_columns(pl.col("lead").cast(pl.Int64)), on="lead", how="left", maintain_order="left"
    )
    first, second = (np.searchsorted(numbers, sure[name].to_numpy()) for name in ("first", "second"))
    root = _roots(len(numbers), first, second)
    order = np.argsort(root, kind="stable")
    coded = code_leads(held_leads)
    clash = _name_clashes(
        root[order],
        order,
        coded.name,
        coded.alike,
        coded.kana,
        coded.family,
        coded.letters,
        coded.letters_from,
        coded.script,
    )
    frame = pl.DataFrame(
        {
            "group": numbers[root],
            "lead": numbers,
            "mail": coded.mail,
            "company": coded.company,
            "number": coded.corporate,
            "clash": np.isin(root, np.unique(root[order][clash])),
        }
    )
    torn = _torn(frame, apart)

    def several(column: str) -> pl.Expr:
        return pl.col(column).filter(pl.col(column) >= 0).n_unique().over("group") > 1

    held = (
        pl.when(pl.col("group").is_in(torn.implode()))
        .then(pl.lit("apart"))
        .when(pl.len().over("group") > LARGEST)
        .then(pl.lit("large"))
        .when("clash")
        .then(pl.lit("names"))
        .when(several("number"))
        .then(pl.lit("numbers"))
        .when(several("company") & several("mail"))
        .then(pl.lit("companies"))
    )
    return frame.select("group", "lead", held.alias("held")).sort("group", "lead")


def _torn(frame: pl.DataFrame, apart: pl.DataFrame | None) -> pl.Series:
    """The groups that hold both leads of a pair told to be apart."""
    if apart is None or not apart.height:
        return pl.Series([], dtype=pl.Int64)
    groups = frame.select("lead", "group")
    both = apart.join(groups, left_on="first", right_on="lead").join(
        groups, left_on="second", right_on="lead", suffix="_second"
    )
    return both.filter(pl.col("group") == pl.col("group_second"))["group"]


@njit(cache=True, nogil=True)
def _roots(size, first, second):
    """For each node the lowest node it is joined with."""
    parent = np.arange(size)
    for p in range(len(first)):
        a, b = first[p], second[p]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for i in range(size):
        # A parent is never higher than its child, so the one before is at its root already.
        parent[i] = parent[parent[i]]
    return parent


@njit(cache=True, nogil=True)
def _name_clashes(root, rows, name, alike, kana, family, letters, letters_from, script):
    """At which places of the sorted groups a lead stands whose name clearly differs from another's."""
    clash = np.zeros(len(rows), np.bool_)
    start = 0
    while start < len(rows):
        stop = start + 1
        while stop < len(rows) and root[stop] == root[start]:
            stop += 1
        if stop - start <= LARGEST:
            for i in range(start, stop):
                for j in range(i + 1, stop):
                    relation, _ = relate_names(
                        rows[i], rows[j], name, alike, kana, family, letters, letters_from, script
                    )
                    if relation == OTHER:
                        clash[i] = True
        start = stop
    return clash
