"""Conditions on what a lead is, and their Polars expressions.

An unknown value (null, empty, white space alone) meets only `is_not`, `not_in`, `known: false`
and `free_mail: false`; `not` is plain negation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import polars as pl

from mikomi.core.conditions.text import fold_series, fold_text, is_free_mail, is_known, number_series

type Operator = Literal[
    "is", "is_not", "in", "not_in", "contains", "starts_with", "gte", "lte", "between", "known", "free_mail"
]
type Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Test:
    """One field against one operator.

    `value`: a scalar for `is`, `is_not`; a tuple of scalars for `in`, `not_in`; text for
    `contains`, `starts_with`; a number for `gte`, `lte`; a pair of numbers for `between`; a bool
    for `known`, `free_mail`.
    """

    field: str
    op: Operator
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[AttributeCondition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[AttributeCondition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold; an unknown value makes `not: {gte: 5}` hold."""

    part: AttributeCondition


type AttributeCondition = Test | AllOf | AnyOf | Negation


type Form = Literal["text", "number", "known"]
FORMS: dict[Form, tuple[Callable[[pl.Series], pl.Series], pl.Expr]] = {
    "text": (fold_series, pl.lit(None, pl.String)),
    "number": (number_series, pl.lit(None, pl.Float64)),
    "known": (is_known, pl.lit(False)),
}
"""How a column is prepared before it is compared, and what stands for a column that is not there."""


def tests_of(condition: AttributeCondition) -> Iterator[Test]:
    """Every test inside a condition, in the order written."""
    match condition:
        case Test():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests_of(part)
        case Negation(part):
            yield from tests_of(part)


def condition_columns(
    frame: pl.DataFrame,
    conditions: Sequence[AttributeCondition],
    resolve: Callable[[str], str | None],
) -> pl.DataFrame:
    """Evaluates `conditions` over a frame of text attributes.

    `resolve` names the column of a field, or None where no column bears it (then it is unknown for
    all). Gives one boolean column a condition, named "0", "1", ...; rows in the frame's order.
    """
    forms: dict[str, pl.Series] = {}

    def form(field: str, kind: Form) -> pl.Expr:
        column = resolve(field)
        make, missing = FORMS[kind]
        if column is None:
            return missing
        name = f"{kind} {column}"
        if name not in forms:
            forms[name] = make(frame[column].cast(pl.String)).alias(name)
        return pl.col(name)

    columns = [_expression(c, form).alias(str(i)) for i, c in enumerate(conditions)]
    # A row number rides along so that literals, too, become columns of the frame's height.
    row = pl.int_range(frame.height, eager=True).alias("row")
    return pl.DataFrame([row, *forms.values()]).select("row", *columns).drop("row")


def _expression(condition: AttributeCondition, form: Callable[..., pl.Expr]) -> pl.Expr:
    match condition:
        case Test():
            return _test(condition, form)
        case AllOf(parts):
            return reduce(lambda a, b: a & b, (_expression(p, form) for p in parts))
        case AnyOf(parts):
            return reduce(lambda a, b: a | b, (_expression(p, form) for p in parts))
        case Negation(part):
            return ~_expression(part, form)


def _test(test: Test, form: Callable[..., pl.Expr]) -> pl.Expr:
    value = test.value
    match test.op:
        case "is" | "in":
            return _one_of(test, form)
        case "is_not" | "not_in":
            return ~_one_of(test, form)
        case "contains":
            return form(test.field, "text").str.contains(fold_text(str(value)), literal=True).fill_null(False)
        case "starts_with":
            return form(test.field, "text").str.starts_with(fold_text(str(value))).fill_null(False)
        case "gte":
            return (form(test.field, "number") >= pl.lit(value, pl.Float64)).fill_null(False)
        case "lte":
            return (form(test.field, "number") <= pl.lit(value, pl.Float64)).fill_null(False)
        case "between":
            low, high = value if isinstance(value, tuple) else (value, value)
            number = form(test.field, "number")
            inside = (number >= pl.lit(low, pl.Float64)) & (number <= pl.lit(high, pl.Float64))
            return inside.fill_null(False)
        case "known":
            known = form(test.field, "known")
            return known if value else ~known
        case "free_mail":
            free = is_free_mail(form(test.field, "text"))
            return free if value else ~free


def _one_of(test: Test, form: Callable[..., pl.Expr]) -> pl.Expr:
    """True where the value equals one of the test's: numbers as numbers, the rest as folded text."""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    texts = [fold_text(word(v)) for v in values if isinstance(v, str | bool)]
    holds = pl.lit(False)
    if texts:
        holds = holds | form(test.field, "text").is_in(texts).fill_null(False)
    if numbers:
        holds = holds | form(test.field, "number").is_in(numbers).fill_null(False)
    return holds


def word(value: Scalar) -> str:
    """A scalar as the model file writes it: true and false as those words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
