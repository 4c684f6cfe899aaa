"""A data folder of the test alone, in which ever so few leads have history files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from django.conf import settings

from mikomi.hub.activity import cache, services
from mikomi.hub.activity.changes import changing
from tests.hub.activity.history_files.world import LEADS


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(cache, "FEWEST_LEADS", 0)
    return tmp_path


@pytest.fixture
def known() -> None:
    with changing() as number:
        services.attach(pl.DataFrame({"key": [f"k{n}" for n in LEADS], "lead": LEADS}), number)
