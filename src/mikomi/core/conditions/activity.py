"""Conditions on what a lead did: kinds and contents, matched against the touch dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.events import Touches


@dataclass(frozen=True, slots=True)
class ActivityCondition:
    """Which touches count. An empty tuple matches everything.

    `kinds`: any of these kinds. `contents`: any of these globs (`*` any run of characters, `?` one
    character, case sensitive, the whole content). `groups`: contents of any of these groups.
    """

    kinds: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


ANY_ACTIVITY = ActivityCondition()

type Groups = Mapping[str, tuple[str, ...]]


def glob_pattern(glob: str) -> str:
    """The regular expression of a glob, for Polars (Rust) and `re` alike."""
    parts = re.split(r"([*?])", glob)
    body = "".join({"*": ".*", "?": "."}.get(part) or re.escape(part) for part in parts)
    return f"(?s)^(?:{body})$"


def matches(condition: ActivityCondition, touches: Touches, groups: Groups) -> npt.NDArray[np.bool_]:
    """For each touch, whether the condition counts it.

    Raises `KeyError` for a group that `groups` lacks; the model parser refuses such a model.
    """
    return match_table([condition], touches, groups)[:, 0]


def match_table(
    conditions: Sequence[ActivityCondition], touches: Touches, groups: Groups
) -> npt.NDArray[np.bool_]:
    """`matches` of several conditions in one go: (touches, conditions)."""
    if not conditions or not len(touches):
        return np.zeros((len(touches), len(conditions)), dtype=bool)
    columns = [_counts(condition, groups).alias(str(i)) for i, condition in enumerate(conditions)]
    return np.column_stack([column.to_numpy() for column in touches.frame.select(columns)])


def _counts(condition: ActivityCondition, groups: Groups) -> pl.Expr:
    holds = pl.lit(True)
    if condition.kinds:
        holds = holds & pl.col("kind").is_in(list(condition.kinds))
    if condition.contents:
        holds = holds & _any_glob(condition.contents)
    if condition.groups:
        holds = holds & _any_glob([glob for name in condition.groups for glob in groups[name]])
    return holds.fill_null(False) & pl.col("kind").is_not_null()


def _any_glob(globs: tuple[str, ...] | list[str]) -> pl.Expr:
    content = pl.col("content").fill_null("")
    found = pl.lit(False)
    exact = [g for g in globs if "*" not in g and "?" not in g]
    if exact:
        found = found | content.is_in(exact)
    for glob in globs:
        beginning = glob.removesuffix("*")
        if glob in exact:
            continue
        if glob != beginning and "*" not in beginning and "?" not in beginning:
            found = found | content.str.starts_with(beginning)
        else:
            found = found | content.str.contains(glob_pattern(glob))
    return found
