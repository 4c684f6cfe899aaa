"""Scoring by the worker: after changes, after a publication, after midnight."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from mikomi.hub.kit.jobs import job, periodic
from mikomi.hub.site import pipeline


@job("site.score_changed")
def score_changed(leads: list[int] | None = None) -> None:
    """Scores what changed since the last run. Enqueue with `once=True`: one run takes all changes."""
    pipeline.score_touched(timezone.localdate(), leads or ())


@job("site.score_all")
def score_all() -> None:
    """Scores everybody today, with the version published last."""
    pipeline.score_all(timezone.localdate())


@periodic("site.score_night", at="00:05")
def score_night(slot: str) -> None:
    """Scores everybody for the new day. A slot that is run late scores the day it is run on."""
    pipeline.score_all(max(date.fromisoformat(slot), timezone.localdate()))
