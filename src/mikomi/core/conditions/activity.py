"""Conditions on what a lead did: kinds and contents, matched against the touch dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

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
type _Asked = tuple[ActivityCondition, tuple[tuple[str, ...], ...]]
"""A condition, and what its groups hold: by that alone it is the same question again."""

KEPT_ANSWERS = 1_000
"""So many answers are kept for a dictionary, a byte a touch each."""
_ANSWERED: WeakKeyDictionary[Touches, dict[_Asked, npt.NDArray[np.bool_]]] = WeakKeyDictionary()


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
    """`matches` of several conditions in one go: (touches, conditions).

    Answers are kept as long as the dictionary is: the same rules ask of it again and again.
    """
    if not conditions or not len(touches):
        return np.zeros((len(touches), len(conditions)), dtype=bool)
    asked = [(one, tuple(tuple(groups[name]) for name in one.groups)) for one in conditions]
    kept = _ANSWERED.setdefault(touches, {})
    # Other threads may empty it meanwhile: what was found is held here.
    found = {one: answer for one in asked if (answer := kept.get(one)) is not None}
    new = [one for one in dict.fromkeys(asked) if one not in found]
    if new:
        columns = [_counts(condition, groups).alias(str(i)) for i, (condition, _globs) in enumerate(new)]
        answers = touches.frame.select(columns)
        found |= {one: answers[str(i)].to_numpy() for i, one in enumerate(new)}
        if len(kept) > KEPT_ANSWERS:
            kept.clear()
        kept.update({one: found[one] for one in new})
    return np.column_stack([found[one] for one in asked])


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
