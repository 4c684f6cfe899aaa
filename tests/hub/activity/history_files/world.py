"""Leads and events whose history files are looked at, and what the files must say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from mikomi.core.engine.local import score_days
from mikomi.core.events import ActivitySource
from mikomi.core.history import RANGE_SIZE
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.activity import cache, services
from mikomi.hub.activity.models import Activity, Touch

START = datetime(2026, 5, 1, 1, tzinfo=UTC)
LEADS = (*range(1, 9), RANGE_SIZE + 3, 3 * RANGE_SIZE)
MODEL = parse_model(
    """
name: 控え
engagement:
  - {id: pages, when: {kind: page_view}, points: 3, half_life_days: 14}
  - {id: papers, when: {kind: download, content: '/1*'}, points: 8, half_life_days: 30}
signals:
  - {id: surge, pattern: surge, within_days: 3, at_least: 2, points: 15}
"""
)

type Rows = list[tuple[int, int, str, str, int]]


def record(*rows: tuple[int, int, str, str]) -> None:
    """Events of (lead, hours after the start, kind, content)."""
    frame = pl.DataFrame(
        {
            "lead": [f"k{row[0]}" for row in rows],
            "at": pl.Series(
                [START + timedelta(hours=row[1]) for row in rows], dtype=pl.Datetime("us", "UTC")
            ),
            "kind": [row[2] for row in rows],
            "content": [row[3] for row in rows],
            "automated": False,
        }
    )
    services.record_events(frame)


def some_events() -> None:
    record(
        (1, 0, "page_view", "/x"),
        (1, 0, "page_view", "/y"),
        (2, 30, "download", "/1.pdf"),
        (RANGE_SIZE + 3, 2, "page_view", "/x"),
        (3 * RANGE_SIZE, 50, "page_view", "/z"),
    )


def table() -> Rows:
    """What the activity table says, subjects added up."""
    names = {touch.pk: (touch.kind, touch.content) for touch in Touch.objects.all()}
    found: dict[tuple[int, int, str, str], int] = {}
    for lead, day, touch, n in Activity.objects.values_list("lead", "day", "touch", "n"):
        key = (lead, day, *names[touch])
        found[key] = found.get(key, 0) + n
    return sorted((*key, n) for key, n in found.items())


def given(source: ActivitySource) -> Rows:
    """What a source gives, added up; fails where the order is not the one promised."""
    found: dict[tuple[int, int, str, str], int] = {}
    before = -1
    for piece in source.pieces:
        assert before < piece.first <= piece.last
        before = piece.last
        rows = piece.load()
        order = np.lexsort((rows.touch, rows.day, rows.lead))
        assert np.array_equal(order, np.arange(len(rows)))
        for lead, day, touch, n in zip(rows.lead, rows.day, rows.touch, rows.n, strict=True):
            assert piece.first <= lead <= piece.last
            kind, content = source.touches.frame.row(int(touch))
            key = (int(lead), int(day), str(kind), str(content))
            found[key] = found.get(key, 0) + int(n)
    return sorted((*key, n) for key, n in found.items())


def from_files() -> Rows:
    """What the history files give; fails where they were not used."""
    source = cache.history_source()
    assert isinstance(source, cache.CopiedActivity)
    assert cache.trouble() is None
    return given(source)


def the_copy() -> Path:
    (found,) = folders()
    return found


def folders() -> list[Path]:
    home = cache.folder()
    return [path for path in home.iterdir() if path.is_dir()] if home.is_dir() else []


def anywhere(lead: int) -> bool:
    """Whether a row of the lead stands in any file, whatever the manifests say."""
    files = [*cache.folder().rglob("activity-*.parquet")]
    return any(bool((pl.read_parquet(file)["lead"] == lead).any()) for file in files)


def totals(source: ActivitySource) -> list[float]:
    leads = pl.DataFrame({"lead": [f"k{n}" for n in LEADS], "number": LEADS})
    return score_days(MODEL, leads, source, [date(2026, 5, 5)])[0].total.tolist()
