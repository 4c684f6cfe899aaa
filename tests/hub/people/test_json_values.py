"""Stored values are opened alike, whether they are few or many."""

from __future__ import annotations

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mikomi.hub.people import json_values
from mikomi.hub.people.json_values import opened

OBJECTS = [{"name": '青葉 "太郎"\n', "other": "x"}, {}, {"name": None, "tel": ""}, {"tel": "03-1", "n": 5}]


@pytest.mark.parametrize("fields", [["name", "tel"], ["name", "missing"], ["n", "tel"], []])
def test_few_are_opened_as_many(fields: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    values = pl.Series([json.dumps(told) for told in OBJECTS])
    few = opened(values, fields)
    monkeypatch.setattr(json_values, "FEW", 0)
    assert_frame_equal(few, opened(values, fields))
