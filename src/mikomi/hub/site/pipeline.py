"""From facts to rows: the only place that knows the order of the stages.

One lease ("fold") covers every run, so a list never mixes days or versions. Whatever a run reads is
at least as new as the change number it writes down, and the next run starts after that number:
a change may be scored twice, never missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import dump_model
from mikomi.core.scoring.score import DayScores
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.cache import history_source
from mikomi.hub.capture.campaigns import following as campaigns
from mikomi.hub.kit import leases
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people import queries as people
from mikomi.hub.scores import queries as scores
from mikomi.hub.scores.types import PublishedModel
from mikomi.hub.site import grouping, handing, statuses, temperature
from mikomi.hub.site.models import Board
from mikomi.hub.site.rows import cells, companies, kept_out, log, store, suffixes
from mikomi.hub.site.rows.people import people_rows
from mikomi.hub.site.standing import last_change, standing

LEASE = "fold"
LEASE_WAIT = 600.0
ALL_SHARE = 0.2
"""Where more of the leads than this are touched, scoring everybody is quicker."""

SEARCHABLE_AT_ONCE = 50_000
"""Leads whose search texts are written in one transaction."""

type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a run did: leads scored, scores that changed, hot leads now; version None: no model."""

    leads: int
    changed: int
    hot: int
    on: date
    version: int | None


def score_all(on: date, progress: Progress | None = None) -> Scored:
    """Scores every lead on the local day `on` with the published version and writes the rows."""
    with leases.hold(LEASE, wait=LEASE_WAIT) as lease:
        return _all(lease, on, progress)


def score_touched(on: date, lead_ids: Iterable[int] = ()) -> Scored:
    """Scores the leads that changed since the last run, `lead_ids`, and all of their companies.

    Everybody is scored where the rows are of another day or version, where many leads changed, and
    where the model tells companies apart by a field of its own.
    """
    with leases.hold(LEASE, wait=LEASE_WAIT) as lease:
        model = scores.published()
        now = standing()
        stale = model is not None and (now is None or now.on != on or now.version != model.number)
        change = activity.last_change()
        touched = np.union1d(
            np.fromiter(lead_ids, dtype=np.int64),
            activity.changed_since(last_change())["lead"].to_numpy().astype(np.int64),
        )
        other_companies = model is not None and model.model.company_field != "company"
        if stale or other_companies or len(touched) > ALL_SHARE * store.row_count():
            return _all(lease, on, None)
        asked = _with_colleagues(touched)
        leads = people.attribute_frame(on, asked.tolist())
        source = activity.activity_source(asked.tolist())
        heard = grouping.hear(model.model if model else None, leads, source, on)
        old = store.read_scores(asked, store.TELLING)
        return _write(lease, _run(model, on, change, leads, heard, asked, touched, old, every=False))


def _all(lease: leases.Hold, on: date, progress: Progress | None) -> Scored:
    model = scores.published()
    change = activity.last_change()
    leads = people.attribute_frame(on)
    numbers = leads["number"].cast(pl.Int64).to_numpy()
    old = store.read_scores(columns=store.TELLING)
    known = old["lead_id"]
    touched = np.union1d(
        activity.changed_since(last_change())["lead"].to_numpy().astype(np.int64),
        np.setdiff1d(numbers, known),
    )
    asked = np.union1d(numbers, known)
    heard = grouping.hear(model.model if model else None, leads, history_source(), on, progress)
    return _write(lease, _run(model, on, change, leads, heard, asked, touched, old, every=True))


def _with_colleagues(lead_ids: store.Numbers) -> store.Numbers:
    """The leads and everybody of their companies, those of before the change and those of now."""
    before = store.company_members(lead_ids)
    now = people.colleague_ids(lead_ids.tolist())
    return np.union1d(lead_ids, np.union1d(before, np.array(now, dtype=np.int64)))


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run is about to write. `fresh` is by lead number, its cells not assigned yet. `touched`: the
    leads that changed since the run before.

    `shown`: the people's columns of all scored leads, `put` of those to write. `old`: the stored
    scores of `fresh` and of `gone`, leads that are none any more. `kept`: who of them is kept out of
    what, and of `fresh` `would_be_hot` by the model alone. `groups`: where they stand in the journey, and
    who belongs to which segment. `status`: how far each came with sales. `every`: nobody was
    left out.
    """

    model: PublishedModel | None
    on: date
    change: int
    shown: pl.DataFrame
    put: pl.DataFrame
    touched: store.Numbers
    fresh: store.Scores
    old: store.Scores
    gone: store.Numbers
    kept: pl.DataFrame
    would_be_hot: kept_out.Flags
    groups: grouping.Groups
    status: statuses.Codes
    every: bool


def _run(
    model: PublishedModel | None,
    on: date,
    change: int,
    leads: pl.DataFrame,
    heard: grouping.Heard,
    asked: store.Numbers,
    touched: store.Numbers,
    old: store.Scores,
    *,
    every: bool,
) -> _Run:
    """Everything that can be got ready before the write lock is taken. `leads` come by number."""
    companies = people.company_numbers(None if every else asked.tolist())
    shown = people_rows(leads.join(companies, on="number", how="left", maintain_order="left"))
    numbers = shown["lead_id"].to_numpy()
    kept = kept_out.of_leads(numbers, every=every)
    day = heard.scores
    would_be_hot = np.zeros(len(numbers), dtype=np.bool_) if day is None else np.asarray(day.hot, np.bool_)
    groups = grouping.groups_of(
        heard, leads, would_be_hot & ~kept_out.not_hot(kept, numbers), on, every=every
    )
    kept = kept_out.with_left_alone(kept, numbers[groups.left_alone])
    hot = would_be_hot & ~kept_out.not_hot(kept, numbers)
    return _Run(
        model=model,
        on=on,
        change=change,
        shown=shown,
        touched=touched,
        put=shown.filter(pl.col("lead_id").is_in(touched.tolist())) if len(touched) else shown.clear(),
        fresh=_score_rows(numbers, day, hot, model, None if every else numbers.tolist()),
        old=old,
        gone=np.setdiff1d(asked, numbers),
        kept=kept,
        would_be_hot=would_be_hot,
        groups=groups,
        status=statuses.of_leads(numbers, groups.talked, every=every),
        every=every,
    )


def _write(lease: leases.Hold, run: _Run) -> Scored:
    """Writes rows, counts, search and log; leads that are none any more go away."""
    # First and in parts: what is searchable too early shows nowhere, and nobody waits long for it.
    for part in run.put.iter_slices(SEARCHABLE_AT_ONCE):
        with transaction.atomic():
            suffixes.put_companies(part)
            suffixes.put_leads(part)
    campaigns.follow(pl.Series("lead", run.touched, pl.Int32))
    shown = handing.Shown(run.on, run.model, run.old, run.fresh, run.touched)
    found = handing.occasions_of(shown)
    with transaction.atomic():
        lease.check()
        fresh = run.fresh
        fresh["cell"] = cells.assign(_dimensions(run.shown, fresh, run.status, run.on))
        moved = store.changed(run.old, fresh)
        some = np.union1d(fresh["lead_id"], run.gone)
        before = np.empty(0, np.int64) if run.every else companies.of_leads(some)
        store.write(run.put, moved)
        if len(run.gone):
            store.delete(run.gone)
            suffixes.forget_leads(run.gone)
        if run.every:
            cells.count_all(fresh["cell"])
            companies.count_all(run.shown, fresh)
        else:
            cells.move(run.old["cell"], fresh["cell"])
            companies.recount(np.union1d(before, companies.of_leads(some)))
            companies.count_new()
        kept_out.write(run.kept, fresh, run.would_be_hot, run.gone, every=run.every)
        grouping.write(run.groups, fresh["lead_id"], run.gone, run.on, every=run.every)
        statuses.keep(run.on)
        handing.note(run.on, found)
        handing.let_go(run.kept, run.touched, run.gone)
        hot = cells.counted_heats()[levels.HOT]
        _note(run, moved.rows, hot)
    handing.hand_over_after(run.on)
    return Scored(len(fresh), len(moved.rows), hot, run.on, run.model.number if run.model else None)


def _note(run: _Run, moved: store.Scores, hot: int) -> None:
    """Writes down with what the rows were scored, and what is shown from now on."""
    scored_at = timezone.now()
    model = run.model
    if model is not None:
        log.keep(run.on, model.number, scored_at, run.fresh, moved, hot)
    Board.objects.update_or_create(
        id=1,
        defaults={
            "on": run.on if model else None,
            "version": model.number if model else None,
            "model": _written(model.model) if model else "",
            "hot_at": temperature.hot_at(model.model) if model else 0.0,
            "change": run.change,
            "scored_at": scored_at,
        },
    )


@lru_cache(maxsize=2)
def _written(model: Model) -> str:
    """The model as text: the same in run after run."""
    return dump_model(model)


def _score_rows(
    numbers: store.Numbers,
    day: DayScores | None,
    hot: kept_out.Flags,
    model: PublishedModel | None,
    lead_ids: list[int] | None,
) -> store.Scores:
    rows = np.zeros(len(numbers), dtype=store.SCORES)
    rows["lead_id"] = numbers
    last = activity.last_days(lead_ids)
    at = pl.DataFrame({"lead": numbers.astype(np.int32)}).join(
        last, on="lead", how="left", maintain_order="left"
    )
    rows["last_day"] = at["last"].fill_null(0).to_numpy()
    if day is None or model is None:
        return rows
    rows["fit"], rows["engagement"], rows["total"] = day.fit, day.engagement, day.total
    rows["fit_grade"], rows["engagement_grade"] = day.fit_grade, day.engagement_grade
    rows["heat"] = temperature.heat_of(day.total, hot, temperature.hot_at(model.model))
    rows["rank"] = temperature.rank_of(day.total, hot)
    return rows


def _dimensions(shown: pl.DataFrame, rows: store.Scores, status: statuses.Codes, on: date) -> pl.DataFrame:
    numbers = {name: rows[name] for name in ("heat", "fit_grade", "engagement_grade")}
    return pl.DataFrame(
        numbers | {"recency": cells.recency(rows["last_day"], on), "status": status}
    ).with_columns(shown["owner"], shown["industry"])
