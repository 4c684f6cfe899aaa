"""訂正: the total that was shown of a past day, where the same day gives another one now, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from mikomi.core.engine.folding import day_number
from mikomi.core.engine.local import score_days
from mikomi.core.events import Activity, ActivitySource, LoadedActivity
from mikomi.core.words import Words
from mikomi.hub.activity.late import found_late
from mikomi.hub.site.evidence import loaded, neighbourhood
from mikomi.hub.site.lead_page import Chosen
from mikomi.hub.site.rows import log


@dataclass(frozen=True, slots=True)
class Correction:
    """What was shown, and what made the difference."""

    shown: float
    why: Words


def correction(number: int, chosen: Chosen, total: float) -> Correction | None:
    """What was shown of the lead on the chosen day, where that is not the `total` of the page; None where
    nothing was shown, or the page uses another version than that day did."""
    if chosen.then is not None and chosen.current:
        return None
    shown = log.shown(number, chosen.on)
    if shown is None or round(shown, 1) == round(total, 1):
        return None
    judged = round(_as_judged_then(number, chosen, total) - total, 1)
    return Correction(shown, _why(judged, round(shown - total - judged, 1)))


def _why(judged: float, others: float) -> Words:
    """`judged`: what later verdicts took away (below 0: gave back); `others`: all else."""
    late = Words("あとから届いた動きと、直された情報", "late events and mended values")
    if not judged:
        return Words(f"{late.ja}を入れました", f"{late.en} were taken in")
    n = f"{abs(judged):.1f}"
    if judged > 0:
        why = Words(
            f"あとで機械と分かった動きの{n}点を取り消しました",
            f"{n} points that a machine had added were taken back",
        )
    else:
        why = Words(
            f"機械の動きとしていた人の動きの{n}点を足しました",
            f"{n} points of what was a person after all were given back",
        )
    if not others:
        return why
    n = f"{abs(others):.1f}"
    also = Words(
        f"ほかに{late.ja}で{n}点{'減りました' if others > 0 else '増えました'}",
        f"besides, {late.en} {'took away' if others > 0 else 'added'} {n}",
    )
    return Words(f"{why.ja}。{also.ja}", f"{why.en}; {also.en}")


def _as_judged_then(number: int, chosen: Chosen, total: float) -> float:
    """The total of the chosen day by the verdicts of that day."""
    day = day_number(chosen.on)
    late = found_late(number, day, day)
    if late.is_empty():
        return total
    near = neighbourhood([number], chosen.version.model, chosen.on)
    source = _with(near.source, late.with_columns(lead=pl.lit(number, pl.Int32)))
    (scored,) = score_days(chosen.version.model, near.leads, source, [chosen.on], threads=1)
    return float(scored.total[near.leads["number"].to_list().index(number)])


def _with(source: ActivitySource, more: pl.DataFrame) -> ActivitySource:
    """The activity with `more` (`lead`, `day`, `touch`, `n`, which may be below 0) added."""
    acts = loaded(source)
    fields = ("lead", "day", "touch", "n")
    rows = pl.concat([pl.DataFrame({name: getattr(acts, name) for name in fields}), more.select(fields)])
    summed = rows.group_by("lead", "day", "touch").agg(pl.col("n").sum()).filter(pl.col("n") > 0)
    columns = summed.sort("lead", "day", "touch")
    return LoadedActivity.of(
        source.touches,
        Activity(*(columns[name].cast(pl.Int32).to_numpy().astype(np.int32) for name in fields)),
    )
