from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from mikomi.core.engine.local import score_days
from mikomi.core.events import LoadedActivity, gather_activity
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.site.demo import MODEL_FILE, flat_leads, generate


@pytest.mark.parametrize(
    "today", [date(2026, 11, 22), date(2027, 1, 5), date(2026, 5, 7), date(2026, 8, 17), date(2028, 2, 29)]
)
def test_a_small_team_has_as_many_hot_leads_as_it_can_follow(today: date, tmp_path: Path) -> None:
    demo = generate(today)
    model = parse_model(MODEL_FILE.read_text(encoding="utf-8"), file=str(MODEL_FILE))
    leads = flat_leads(demo).with_columns(pl.all().cast(pl.String))
    touches, activity = gather_activity(demo.events, leads["lead"], model.timezone)
    source = LoadedActivity.of(touches, activity)
    days = [today - timedelta(days=28), today - timedelta(days=7), today]
    month_ago, week_ago, now = (int(scores.hot.sum()) for scores in score_days(model, leads, source, days))
    assert 30 <= now <= 65
    assert 20 <= week_ago <= 70
    assert 20 <= month_ago <= 70
