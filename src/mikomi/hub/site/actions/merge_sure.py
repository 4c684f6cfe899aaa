"""Merges all sure groups, some at a time, and takes such a run back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.duplicates import queries, services
from mikomi.hub.site.actions.merge_leads import merge_groups, take_apart

GROUPS_AT_ONCE = 20


def ask_merge(by_id: int | None) -> int:
    """Asks the worker to merge the groups that are sure now; the number of the run."""
    with transaction.atomic():
        run = services.begin_run(len(queries.sure_groups().groups), by_id)
        enqueue("site.merge_sure", run=run.pk)
    return run.pk


def merge_sure(run: int) -> None:
    """Merges what was sure when it was asked for. What is through stays so if the work is cut off; done
    again, it goes on."""
    asked = queries.merge_run(run)
    if asked is None or asked.finished_at is not None:
        return
    groups = queries.sure_groups(asked.at).groups
    by_id = asked.by.pk if asked.by else None
    for at in range(0, len(groups), GROUPS_AT_ONCE):
        part = groups[at : at + GROUPS_AT_ONCE]
        try:
            _merge(part, run, by_id)
        except MikomiError:
            # Somebody merged or trashed one of them meanwhile: the others are merged one by one.
            for group in part:
                try:
                    _merge([group], run, by_id)
                except MikomiError:
                    services.advance_run(run, groups=1, left=1)
    services.end_run(run)
    enqueue("site.score_changed", once=True)
    enqueue("people.find_duplicates", once=True)


def ask_part(run: int, by_id: int | None) -> None:
    """Asks the worker to take a bulk merge back."""
    with transaction.atomic():
        services.begin_undo(run, len(queries.run_merges(run)))
        enqueue("site.part_run", once=True, run=run, by=by_id)


def part_run(run: int, by_id: int | None) -> None:
    """Takes the merges of a run back, the latest first; those that cannot be stay."""
    for merge in queries.run_merges(run):
        with transaction.atomic():
            try:
                take_apart(merge, by_id=by_id)
                services.advance_run(run, groups=1)
            except MikomiError:
                services.advance_run(run, groups=1, left=1)
    services.end_undo(run)
    enqueue("site.score_changed", once=True)
    enqueue("people.find_duplicates", once=True)


def _merge(groups: Sequence[Sequence[int]], run: int, by_id: int | None) -> None:
    with transaction.atomic():
        gone = merge_groups(groups, run_id=run, by_id=by_id)
        services.advance_run(run, groups=len(groups), leads=gone)
