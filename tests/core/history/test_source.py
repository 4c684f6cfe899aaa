"""A history is an activity source like any other: the same facts give the same scores."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mikomi.core.engine.local import score_days
from mikomi.core.events import LoadedActivity, fold_events, gather_activity
from mikomi.core.history import History
from mikomi.core.scoring.model_file import parse_model

LEADS = pl.DataFrame({"lead": [f"L{i:03}" for i in range(300)]})
MODEL = parse_model(
    """
name: test
timezone: Asia/Tokyo
engagement:
  - {id: views, when: {kind: page_view, content: "/a*"}, points: 3, half_life_days: 9, per_day: 2}
  - {id: loads, when: {kind: download}, points: 5, per_day: null}
signals:
  - {id: surge, pattern: surge, within_days: 3, at_least: 4, points: 15}
hot: {engagement: 20}
"""
)


@pytest.fixture(scope="module")
def events() -> list[pl.DataFrame]:
    """Three files that overlap, with doubled rows and machines in them."""
    draw = np.random.default_rng(11)
    size = 6_000
    start = datetime(2026, 3, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "lead": pl.Series(draw.integers(0, 300, size)).cast(pl.Int64),
            "at": [start + timedelta(minutes=int(m)) for m in draw.integers(0, 60 * 24 * 90, size)],
            "kind": pl.Series(["page_view", "download", "call"]).gather(draw.integers(0, 3, size)),
            "content": pl.Series(["/a", "/ab", "/c"]).gather(draw.integers(0, 3, size)),
            "automated": draw.random(size) < 0.1,
        }
    ).with_columns(pl.col("at").dt.cast_time_unit("us"))
    twice = pl.concat([frame[2_000:3_000], frame[2_500:3_500]])
    return [frame[:3_000], twice, frame[2_800:]]


@pytest.fixture(scope="module")
def history(events: list[pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> History:
    history = History.create(tmp_path_factory.mktemp("source") / "h", "Asia/Tokyo", range_size=64)
    for at, frame in enumerate(events):
        history.add_events(frame, source=f"{at}.csv")
        if at == 0:
            history.compact()
    return history


def keyed(events: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return [frame.with_columns(lead="L" + pl.col("lead").cast(pl.String).str.zfill(3)) for frame in events]


def test_a_history_holds_what_folding_the_files_gives(history: History, events: list[pl.DataFrame]) -> None:
    folded = fold_events(keyed(events), "Asia/Tokyo")
    pieces = [piece.load() for piece in history.pieces]
    assert len(pieces) == 5
    touch = pl.Series(np.concatenate([piece.touch for piece in pieces]))
    lead = pl.Series(np.concatenate([piece.lead for piece in pieces]))
    found = pl.DataFrame(
        {
            "lead": "L" + lead.cast(pl.String).str.zfill(3),
            "day": np.concatenate([piece.day for piece in pieces]),
            "kind": history.touches.frame["kind"].gather(touch),
            "content": history.touches.frame["content"].gather(touch),
            "n": np.concatenate([piece.n for piece in pieces]),
        }
    )
    key = ["lead", "day", "kind", "content"]
    assert found.sort(key).equals(folded.sort(key))


def test_scores_from_a_history_are_those_from_memory(history: History, events: list[pl.DataFrame]) -> None:
    touches, activity = gather_activity(keyed(events), LEADS["lead"], "Asia/Tokyo")
    memory = LoadedActivity.of(touches, activity)
    days = [date(2026, 3, 20), date(2026, 5, 1), date(2026, 6, 5)]
    for one, two in zip(
        score_days(MODEL, LEADS, history, days), score_days(MODEL, LEADS, memory, days), strict=True
    ):
        assert (one.engagement == two.engagement).all()
        assert one.engagement.any()


def test_a_folder_name_is_never_a_pattern(tmp_path: Path) -> None:
    history = History.create(tmp_path / "h[1]*", "Asia/Tokyo")
    history.append(pl.DataFrame({"lead": [1], "day": [20_000], "kind": ["call"], "content": [""], "n": [1]}))
    history.append(pl.DataFrame({"lead": [2], "day": [20_000], "kind": ["call"], "content": [""], "n": [1]}))
    history.compact()
    (piece,) = History.open(history.folder).pieces
    assert piece.load().lead.tolist() == [1, 2]
