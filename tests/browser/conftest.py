"""What several browser tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.tag_world import World


@pytest.fixture
def world(transactional_db, settings, tmp_path: Path, assets: None) -> Iterator[World]:
    settings.DATA_FOLDER = tmp_path
    made = World(tmp_path)
    yield made
    made.close()
