from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.history import History, StaleHistory, shelves
from mikomi.core.words import MikomiError
from tests.core.history.histories import Row, counts_of, plain, reopened, rows_frame
from tests.examples import examples

ROWS: list[Row] = [
    (0, 20_000, "page_view", "/pricing", 2),
    (0, 20_001, "page_view", "/pricing", 1),
    (7, 20_000, "download", "doc/guide", 1),
    (8, 19_999, "page_view", "/pricing", 3),
    (40, 20_000, "page_view", "/", 1),
]

row = st.tuples(
    st.integers(0, 40),
    st.integers(20_000, 20_004),
    st.sampled_from(["page_view", "download"]),
    st.sampled_from(["/a", "/b"]),
    st.integers(1, 3),
)
step = st.one_of(
    st.tuples(st.just("append"), st.lists(row, max_size=30)),
    st.tuples(st.just("take back"), st.lists(st.integers(0, 10_000), max_size=5)),
    st.tuples(
        st.just("replace"), st.tuples(st.sets(st.integers(0, 40), max_size=6), st.lists(row, max_size=10))
    ),
    st.tuples(st.just("erase"), st.integers(0, 40)),
    st.tuples(st.just("compact"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


def test_it_works(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS), through=3)
    assert counts_of(history) == reopened(folder) == plain(ROWS)
    assert History.open(folder).built_through == 3


@settings(max_examples=examples(60), deadline=None)
@given(steps=st.lists(step, max_size=12), file_rows=st.sampled_from([4, 100_000]))
def test_any_sequence_of_writes_gives_the_sum(
    tmp_path_factory: pytest.TempPathFactory, steps: list, file_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelves, "NEW_RANGE_FILE_ROWS", file_rows)
        history = History.create(folder, "Asia/Tokyo", range_size=8)
        truth: list[Row] = []
        for name, given_ in steps:
            if name == "append":
                history.append(rows_frame(given_))
                truth += given_
            elif name == "take back":
                counts = sorted(plain(truth).items())
                taken = {counts[at % len(counts)] for at in given_} if counts else set()
                gone = [(*key, -n) for key, n in taken]
                history.append(rows_frame(gone))
                truth += gone
            elif name == "replace":
                leads, rows = given_
                rows = [r for r in rows if r[0] in leads]
                history.replace_leads(sorted(leads), rows_frame(rows))
                truth = [r for r in truth if r[0] not in leads] + rows
            elif name == "erase":
                history.erase(given_)
                truth = [r for r in truth if r[0] != given_]
            elif name == "compact":
                history.compact()
                assert history.delta_rows == 0
            else:
                history = History.open(folder)
            assert counts_of(history) == plain(truth)
        assert reopened(folder) == plain(truth)
        assert len(list(folder.glob("*.parquet"))) == len(History.open(folder)._manifest.names())


def test_days_may_be_dates(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS).with_columns(pl.col("day").cast(pl.Date)))
    assert counts_of(history) == plain(ROWS)
    assert (date(1970, 1, 1).toordinal() + 20_000) == date(2024, 10, 4).toordinal()


def test_counts_that_come_to_nothing_leave_the_files(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS))
    history.append(rows_frame([(7, 20_000, "download", "doc/guide", -1)]))
    history.compact()
    assert history.rows == len(ROWS) - 1


@pytest.mark.parametrize("when", ["load", "compact"])
def test_counts_below_nothing_are_an_error_that_says_where(folder: Path, when: str) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS))
    history.append(rows_frame([(8, 19_999, "page_view", "/pricing", -4)]))
    before = sorted(os.listdir(folder))
    with pytest.raises(MikomiError, match="lead number 8 would have -1 events on 2024-10-03"):
        counts_of(history) if when == "load" else history.compact()
    assert sorted(os.listdir(folder)) == before


def test_touch_numbers_are_never_used_again(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS))
    first = history.touches.frame
    history.append(rows_frame([(7, 20_000, "call", "a", 1)]))
    history.erase(7)
    history.compact()
    history.append(rows_frame([(7, 20_000, "a_first_kind", "a", 1)]))
    frame = History.open(folder).touches.frame
    assert frame.head(first.height).equals(first)
    assert frame.unique().height == frame.height == first.height + 2


def test_files_hold_the_documented_columns_sorted(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS))
    history.compact()
    (path,) = folder.glob("activity-00000-*.parquet")
    frame = pl.read_parquet(path)
    assert frame.schema == {"lead": pl.UInt32, "day": pl.Int32, "touch": pl.UInt32, "n": pl.Int32}
    assert frame.equals(frame.sort("lead", "day", "touch"))
    facts = pl.read_parquet_metadata(path)
    assert facts["mikomi.timezone"] == "Asia/Tokyo"
    assert facts["mikomi.format"] == "1"


def test_many_rows_become_range_files_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "NEW_RANGE_FILE_ROWS", 3)
    history = History.create(folder, "Asia/Tokyo", range_size=8)
    history.append(rows_frame(ROWS))
    assert history.delta_rows == 2
    assert len(list(folder.glob("activity-00000-*.parquet"))) == 1
    history.append(rows_frame([(40, day, "page_view", "/", 1) for day in range(3)]))
    assert history.delta_rows == 1
    assert counts_of(history) == plain(ROWS + [(40, day, "page_view", "/", 1) for day in range(3)])


def test_an_erased_lead_is_in_no_file(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo", range_size=8)
    history.append(rows_frame(ROWS))
    history.compact()
    history.append(rows_frame([(7, 20_003, "page_view", "/", 1), (40, 20_003, "page_view", "/", 1)]))
    history.erase(7)
    for path in folder.glob("*.parquet"):
        frame = pl.read_parquet(path)
        if "lead" in frame.columns:
            assert 7 not in frame["lead"].to_list(), path
    assert 40 in {lead for lead, *_ in reopened(folder)}


def test_erasing_a_lead_that_is_not_there_changes_nothing(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame(ROWS))
    history.erase(1_000_000)
    assert reopened(folder) == plain(ROWS)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (rows_frame(ROWS).drop("day"), "columns are missing: day"),
        (rows_frame(ROWS).with_columns(content=pl.lit(None, pl.String)), "hold nulls: content"),
        (rows_frame([(-1, 1, "call", "", 1)]), "0 to 2"),
        (rows_frame([(2**31, 1, "call", "", 1)]), "0 to 2"),
    ],
)
def test_rows_that_cannot_be_are_refused(folder: Path, rows: pl.DataFrame, reason: str) -> None:
    history = History.create(folder, "Asia/Tokyo")
    with pytest.raises(ValueError, match=reason):
        history.append(rows)
    assert reopened(folder) == {}


def test_replacing_takes_rows_of_those_leads_only(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    with pytest.raises(ValueError, match="of the leads that are replaced"):
        history.replace_leads([1, 2], rows_frame(ROWS))


def test_an_empty_history_has_no_pieces(folder: Path) -> None:
    history = History.create(folder, "Asia/Tokyo")
    history.append(rows_frame([]))
    history.compact()
    assert history.pieces == ()
    assert len(history.touches) == 0


class TestStaleCopies:
    @pytest.fixture
    def history(self, folder: Path) -> History:
        history = History.create(folder, "Asia/Tokyo")
        history.append(rows_frame(ROWS), through=10)
        history.compact()
        return history

    def test_another_time_zone_is_refused(self, history: History) -> None:
        with pytest.raises(StaleHistory, match="time zone is Asia/Tokyo, not Europe/Berlin"):
            History.open(history.folder, timezone="Europe/Berlin")
        History.open(history.folder, timezone="Asia/Tokyo")

    def test_changes_that_the_facts_do_not_know_are_refused(self, history: History) -> None:
        with pytest.raises(StaleHistory, match="changes up to 10, the facts end at 9"):
            History.open(history.folder, through=9)
        History.open(history.folder, through=10)

    def test_a_copy_from_before_an_erasure_is_refused(self, history: History) -> None:
        with pytest.raises(StaleHistory, match="older than the erasure of lead number 7"):
            History.open(history.folder, erasures={7: 11})
        history.erase(7, through=11)
        assert History.open(history.folder, erasures={7: 11}).built_through == 10
        with pytest.raises(StaleHistory, match="older than the erasure of lead number 8"):
            History.open(history.folder, erasures={7: 11, 8: 12})

    def test_another_format_is_refused(self, history: History) -> None:
        path = history.folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
        with pytest.raises(StaleHistory, match="has format 99, this version reads format 1"):
            History.open(history.folder)

    def test_an_old_file_under_a_new_name_is_not_opened(self, history: History) -> None:
        (old,) = history.folder.glob("activity-*.parquet")
        kept = shutil.copy(old, history.folder.parent / "kept")
        history.erase(7)
        (new,) = history.folder.glob("activity-*.parquet")
        shutil.copy(kept, new)
        with pytest.raises(StaleHistory, match="not what the history's manifest says"):
            reopened(history.folder)

    def test_a_damaged_file_is_said_in_words(self, history: History) -> None:
        (path,) = history.folder.glob("activity-*.parquet")
        path.write_bytes(path.read_bytes()[:40])
        with pytest.raises(StaleHistory, match="damaged"):
            reopened(history.folder)

    def test_a_missing_file_is_said_in_words(self, history: History) -> None:
        (path,) = history.folder.glob("activity-*.parquet")
        path.unlink()
        with pytest.raises(MikomiError, match="a file of the history is missing"):
            reopened(history.folder)
        with pytest.raises(MikomiError, match="a file of the history is missing"):
            history.erase(7)

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "timezone": 3}'])
    def test_a_damaged_manifest_is_said_in_words(self, history: History, text: str) -> None:
        (history.folder / "manifest.json").write_text(text)
        with pytest.raises(MikomiError, match="cannot be read"):
            History.open(history.folder)

    def test_a_folder_without_history_is_said_in_words(self, tmp_path: Path) -> None:
        with pytest.raises(MikomiError, match="is not a history folder"):
            History.open(tmp_path)

    def test_a_folder_with_history_is_not_made_again(self, history: History) -> None:
        with pytest.raises(MikomiError, match="already holds a history"):
            History.create(history.folder, "Asia/Tokyo")
        assert reopened(history.folder) == plain(ROWS)

    def test_an_unknown_time_zone_is_said_in_words(self, tmp_path: Path) -> None:
        with pytest.raises(MikomiError, match="time zone Asia/Tokio is unknown"):
            History.create(tmp_path, "Asia/Tokio")
