"""Rounding lines so that what is shown adds up to the total that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np


def shown(value: float, places: int = 1) -> Decimal:
    """`value` with `places` decimals, ties to even, never minus zero."""
    return Decimal(repr(round(float(value), 9))).quantize(_unit(places), ROUND_HALF_EVEN) + 0


def add_up(values: Sequence[float], total: Decimal, places: int = 1) -> tuple[Decimal, ...]:
    """`values` with `places` decimals each, so that they add up to `total` exactly.

    Largest remainder: every line is rounded down, then those that lost most get a unit until the
    lines reach `total`. As long as `total` is the sum of the values rounded up or down, no line is
    a whole unit away from its own value. An empty list gives an empty tuple whatever the total.
    """
    if not values:
        return ()
    # Values carry six decimals; the rounding takes away what binary floats add behind them.
    exact = np.round(np.asarray(values, dtype=np.float64) * 10.0**places, 6)
    units = np.floor(exact).astype(np.int64)
    missing = int((total / _unit(places)).to_integral_value()) - int(units.sum())
    order = np.argsort(units - exact, kind="stable")
    rounds, rest = divmod(missing, len(units))
    units += rounds
    units[order[:rest]] += 1
    return tuple(Decimal(int(unit)).scaleb(-places) for unit in units)


def add_up_groups(
    groups: Sequence[Sequence[float]], total: Decimal, places: int = 1
) -> tuple[tuple[Decimal, tuple[Decimal, ...]], ...]:
    """(subtotal, lines) of each group: lines add up to their subtotal, subtotals to `total`.

    An empty group has the subtotal 0 and no lines.
    """
    filled = [index for index, group in enumerate(groups) if group]
    sums = add_up([float(np.sum(np.asarray(groups[index]))) for index in filled], total, places)
    subtotals = dict(zip(filled, sums, strict=True))
    nothing = Decimal(0).scaleb(-places)
    return tuple(
        (subtotals[index], add_up(group, subtotals[index], places)) if group else (nothing, ())
        for index, group in enumerate(groups)
    )


def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)
