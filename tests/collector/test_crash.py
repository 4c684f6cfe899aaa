"""A collector that is killed at random loses nothing that it answered for."""

from __future__ import annotations

from pathlib import Path

from tools.crash import run


def test_what_was_answered_with_200_survives_being_killed(tmp_path: Path):
    told = run(tmp_path, events=3000, kills=3, seconds=4)
    assert told.killed == 3
    assert told.answered > 0
    assert told.missing == []
