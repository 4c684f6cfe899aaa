"""Rows of a file between reading and storing are the same in memory and on disk."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mikomi.hub.people.importing import rows
from mikomi.hub.people.importing.rows import Rows


@pytest.mark.parametrize("most", [0, 12, 1_000])
def test_rows_come_back_in_order_wherever_they_lie(
    most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_IN_MEMORY", most)
    held = Rows(tmp_path)
    for begin in range(0, 20, 4):
        held.add(pl.DataFrame({"n": range(begin, begin + 4), "text": ["あ", None, "", "い"]}))
    assert held.height == 20
    assert held.slice(3, 6)["n"].to_list() == [3, 4, 5, 6, 7, 8]
    assert held.slice(18, 9, ["text"]).to_dict(as_series=False) == {"text": ["", "い"]}
    # Once some lie on disk all do: a long file leaves nothing in memory.
    assert len(list(tmp_path.glob("*/*.parquet"))) == (0 if most == 1_000 else 5)
    del held
    assert not list(tmp_path.iterdir())
