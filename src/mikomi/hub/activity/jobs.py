"""What a worker does for this app: judging many events at once by what somebody said."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mikomi.hub.activity import sweeps
from mikomi.hub.kit.jobs import job, periodic

KEPT_UNCONFIRMED = timedelta(days=7)


@job("activity.count_sweep")
def count_sweep(number: int) -> None:
    """Counts what a choice hits."""
    sweeps.count(number)


@job("activity.run_sweep")
def run_sweep(number: int) -> None:
    """Does what was counted, going on where an earlier try stopped."""
    sweeps.run_sweep(number)


@job("activity.undo_sweep")
def undo_sweep(number: int) -> None:
    """Takes a sweep back."""
    sweeps.undo_sweep(number)


@periodic("activity.forget_unconfirmed", at="02:32")
def forget_unconfirmed(slot: str) -> None:
    """Forgets what was counted and never confirmed."""
    sweeps.forget_unconfirmed(timezone.now() - KEPT_UNCONFIRMED)
