"""Doing once at the start what would make the first page wait: compiled code and tables are loaded."""

from __future__ import annotations

import logging
import threading
import time
from datetime import date

import numpy as np
import polars as pl

from mikomi.core.engine.local import explain, score_days
from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.core.scoring.model_file import parse_model

log = logging.getLogger("mikomi.warming")

MODEL = """
name: warm
timezone: Asia/Tokyo
fit:
  - {id: a, when: {field: title, in: [部長]}, points: 1}
  - {id: b, when: {field: employees, gte: 10}, points: 1}
engagement:
  - {id: c, when: {kind: page_view}, points: 1, half_life_days: 14, per_day: 1, cap: 5}
signals:
  - {id: d, pattern: surge, within_days: 3, at_least: 1, when: {kind: page_view}, points: 1}
  - {id: e, pattern: colleagues, within_days: 3, at_least: 1, when: {kind: page_view}, points: 1}
"""


def warm() -> None:
    """Scores and explains one made-up lead: that loads, or compiles and keeps, all the fold needs."""
    model = parse_model(MODEL)
    leads = pl.DataFrame({"lead": ["x"], "title": ["部長"], "employees": ["12"], "company": ["甲"]})
    touches = Touches(pl.DataFrame({"kind": ["page_view"], "content": ["/"]}))
    day = date(2026, 1, 5)
    number = (day - date(1970, 1, 1)).days
    row = Activity(*(np.array([value], dtype=np.int32) for value in (0, number, 0, 1)))
    source = LoadedActivity.of(touches, row)
    score_days(model, leads, source, [day], threads=1)
    explain(model, leads, source, day, [0])


def warm_beside() -> None:
    """`warm` in a thread of its own; what goes wrong is logged and hinders nobody."""

    def run() -> None:
        began = time.perf_counter()
        try:
            warm()
        except Exception:
            log.exception("could not warm up")
        else:
            log.debug("warm after %.1f s", time.perf_counter() - began)

    threading.Thread(target=run, name="warming", daemon=True).start()
