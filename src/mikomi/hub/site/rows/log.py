"""The score log: what was shown, kept as Parquet files in the data folder."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from django.conf import settings

from mikomi.hub.site.models import ScoreLog
from mikomi.hub.site.rows.store import Numbers, Scores

KEPT = ("lead_id", "fit", "engagement", "total", "heat", "fit_grade", "engagement_grade")


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.DATA_FOLDER) / "scores"


def keep(on: date, version: int, scored_at: datetime, every: Scores, changed: Scores, hot: int) -> None:
    """Keeps a write-back: every score if it is the first of (on, version), else those that changed.

    Stands in the transaction of the write-back; a file without its row is one that nobody saw.
    """
    first = not ScoreLog.objects.filter(on=on, version=version).exists()
    shown = every if first else changed
    if not first and not len(shown):
        return
    folder().mkdir(parents=True, exist_ok=True)
    file = folder() / f"{on:%Y-%m-%d}.v{version}.{scored_at:%H%M%S%f}.parquet"
    frame = pl.DataFrame({name: shown[name] for name in KEPT})
    _replace(file, frame)
    ScoreLog.objects.create(
        on=on, version=version, scored_at=scored_at, leads=len(shown), hot=hot, file=file.name
    )


def shown(lead_id: int, on: date) -> float | None:
    """The total last shown of a lead on the local day `on`; None where nothing was."""
    for entry in ScoreLog.objects.filter(on=on).order_by("-id"):
        file = folder() / entry.file
        if not file.exists():
            continue
        found = pl.scan_parquet(file).filter(pl.col("lead_id") == lead_id).select("total").collect()
        if found.height:
            return float(found.item())
    return None


def hot_before(on: date, days: int) -> int | None:
    """How many leads were hot `days` days before `on` (or on the last day scored before that)."""
    entry = ScoreLog.objects.filter(on__lte=on - timedelta(days=days)).order_by("-on", "-id").first()
    return None if entry is None else entry.hot


def erase(lead_ids: Numbers) -> None:
    """Takes leads out of every file."""
    for file in sorted(folder().glob("*.parquet")):
        frame = pl.read_parquet(file)
        kept = frame.filter(~pl.col("lead_id").is_in(lead_ids.tolist()))
        if kept.height < frame.height:
            _replace(file, kept)


def _replace(file: Path, frame: pl.DataFrame) -> None:
    draft = file.with_suffix(f".{os.getpid()}.draft")
    try:
        frame.write_parquet(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
