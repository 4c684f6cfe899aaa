"""Damaged or missing files never stop scoring; it is said, and they are mended."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.hub.activity import cache, copies, queries
from mikomi.hub.activity.health import look_at_history
from mikomi.hub.activity.source import StoredActivity
from tests.hub.activity.history_files.world import (
    from_files,
    given,
    record,
    some_events,
    table,
    the_copy,
    totals,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("changed", [False, True])
def test_a_truncated_file_never_stops_scoring_and_is_mended(known, caplog, changed: bool) -> None:
    some_events()
    expected = totals(cache.history_source())
    damaged = the_copy()
    for file in damaged.glob("activity-*.parquet"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    if changed:
        record((2, 31, "download", "/1.pdf"))
        expected = totals(queries.activity_source())
    assert given(cache.history_source()) == table()
    assert totals(cache.history_source()) == expected
    assert "history files" in caplog.text
    assert from_files() == table()
    assert the_copy() != damaged
    assert not (the_copy() / copies.DISTRUSTED).exists()


def test_numbers_that_a_range_cannot_hold_are_noticed(known) -> None:
    some_events()
    from_files()
    file = next(iter(the_copy().glob("activity-*.parquet")))
    facts = pl.read_parquet_metadata(file)
    wrong = pl.read_parquet(file).with_columns(touch=pl.lit(10**6, pl.UInt32))
    wrong.write_parquet(file, metadata={k: v for k, v in facts.items() if k.startswith("mikomi")})
    assert given(cache.history_source()) == table()
    assert from_files() == table()


@pytest.mark.parametrize("name", ["manifest.json", "touches", "activity"])
def test_a_file_that_is_missing_is_made_again(known, name: str) -> None:
    some_events()
    from_files()
    for file in the_copy().glob(f"{name}*"):
        file.unlink()
    assert given(cache.history_source()) == table()
    assert from_files() == table()


def test_a_full_disk_is_said_and_the_database_is_read(known, monkeypatch) -> None:
    some_events()
    from_files()
    record((1, 90, "page_view", "/x"))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mikomi.core.history.disk.os.write", full)
        source = cache.history_source()
        assert isinstance(source, StoredActivity)
        assert given(source) == table()
        words = cache.trouble()
        assert words is not None
        assert "the disk is full" in words.en
        assert "ディスクがいっぱい" in words.ja
    assert from_files() == table()


def test_a_folder_that_cannot_be_written_is_said(known) -> None:
    some_events()
    cache.folder().write_text("a file where the folder should be")
    assert given(cache.history_source()) == table()
    assert cache.trouble() is not None
    cache.folder().unlink()
    assert from_files() == table()


def test_the_doctor_says_why_the_files_cannot_be_used(known) -> None:
    some_events()
    assert look_at_history().well
    cache.folder().write_text("a file where the folder should be")
    cache.history_source()
    told = look_at_history()
    assert not told.well
    assert "The history files cannot be used" in told.words.en
    assert f"delete {cache.folder()}" in told.words.en
    assert f"{cache.folder()} を消してください" in told.words.ja
    cache.folder().unlink()
    from_files()
    assert look_at_history().well
