"""How far each lead came with sales, and the 状況の一覧: counts by status and temperature.

Part of a lead's cell, so the counts are kept with every write-back and cost a page nothing. Each day's first
counts are kept, to say what changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mikomi.hub.activity import queries as activity
from mikomi.hub.deeds import queries as deeds
from mikomi.hub.kit import temperature as levels
from mikomi.hub.site.models import StatusCount
from mikomi.hub.site.rows import cells
from mikomi.hub.site.rows.store import Numbers

KEYS = ("new", "contacted", "meeting", "lost", "customer")
"""As addresses name them; the place is the code."""
NEW, CONTACTED, MEETING, LOST, CUSTOMER = range(5)
NAMES: tuple[str | Promise, ...] = (
    _("まだ連絡していない"),
    _("連絡したことがある"),
    _("商談中"),
    pgettext_lazy("status", "失注"),
    _("お客様"),
)
BY_RESULT = {"meeting": MEETING, "lost": LOST, "won": CUSTOMER, "rejected": CONTACTED}
"""What the last outcome makes of a lead."""
WEEK = 7

type Codes = npt.NDArray[np.int16]
type Flags = npt.NDArray[np.bool_]
type Counts = dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the 状況の一覧. `change` on the week before; None where that is not known. `heat` None:
    of all temperatures. `key`: of the status, empty for all."""

    key: str
    heat: int | None
    n: int
    change: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One status (or all) by temperature, and in all."""

    name: str | Promise
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole 状況の一覧. `since`: the local day that it is compared with."""

    lines: tuple[Line, ...]
    total: Line
    since: date | None


def codes(keys: Iterable[str]) -> tuple[int, ...]:
    """The codes of these keys; unknown ones are left out."""
    return tuple(sorted({KEYS.index(key) for key in keys if key in KEYS}))


def of_leads(numbers: Numbers, talked: Flags, *, every: bool) -> Codes:
    """The status of each lead. `talked`: somebody of ours talked with it; `every`: they are all leads."""
    written = np.isin(numbers, list(deeds.reached(None if every else numbers.tolist())))
    found = np.where(talked | written, CONTACTED, NEW).astype(np.int16)
    ended = (
        activity.outcome_days(None if every else numbers.tolist())
        .filter(pl.col("result").is_in(list(BY_RESULT)))
        .unique("lead", keep="last", maintain_order=True)
        .sort("lead")
    )
    lead = ended["lead"].cast(pl.Int64).to_numpy()
    there = np.isin(lead, numbers)
    said = ended["result"].replace_strict(BY_RESULT, return_dtype=pl.Int16).to_numpy()
    found[np.searchsorted(numbers, lead[there])] = said[there]
    return found


def keep(on: date) -> None:
    """Keeps the counts of a new day. In the transaction of the run."""
    if StatusCount.objects.filter(on=on).exists():
        return
    StatusCount.objects.bulk_create(
        StatusCount(on=on, status=status, heat=heat, n=n)
        for (status, heat), n in cells.status_counts().items()
    )


def matrix(on: date) -> Matrix:
    """The 状況の一覧 as it stands, against the last day kept that is a week before `on`, at least."""
    since = (
        StatusCount.objects.filter(on__lte=on - timedelta(days=WEEK))
        .order_by("-on")
        .values_list("on", flat=True)
        .first()
    )
    before = None
    if since is not None:
        kept = StatusCount.objects.filter(on=since).values_list("status", "heat", "n")
        before = {(status, heat): n for status, heat, n in kept}
    return arranged(cells.status_counts(), before, since)


def arranged(now: Counts, before: Counts | None, since: date | None) -> Matrix:
    """Counts by (status, heat) as lines with their sums. `before` None: nothing to compare with."""

    def cell(status: int | None, heat: int | None) -> Cell:
        n = _sum(now, status, heat)
        change = None if before is None else n - _sum(before, status, heat)
        return Cell("" if status is None else KEYS[status], heat, n, change)

    def line(name: str | Promise, status: int | None) -> Line:
        heats = range(levels.HOT + 1)
        return Line(name, tuple(cell(status, heat) for heat in heats), cell(status, None))

    lines = tuple(line(name, status) for status, name in enumerate(NAMES))
    return Matrix(lines, line(_("合計"), None), since)


def _sum(counts: Counts, status: int | None, heat: int | None) -> int:
    return sum(n for (s, h), n in counts.items() if status in (None, s) and heat in (None, h))
