from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mikomi.core.events import ActivitySource
from mikomi.core.history.folder import History
from mikomi.hub.activity import history, queries, services
from tests.hub.activity.test_facts import events, known

pytestmark = pytest.mark.django_db


def told(source: ActivitySource) -> list[tuple[int, int, str, str, int]]:
    """What a source says, by kind and content; checks that pieces are disjoint and sorted."""
    names = source.touches.frame.rows()
    found: dict[tuple[int, int, str, str], int] = {}
    reached = -1
    for piece in source.pieces:
        loaded = piece.load()
        if len(loaded) == 0:
            continue
        assert reached < piece.first <= int(loaded.lead[0]) <= int(loaded.lead[-1]) <= piece.last
        order = np.lexsort((loaded.touch, loaded.day, loaded.lead))
        assert (np.sort(order) == order).all() or _same(loaded, order)
        reached = piece.last
        for lead, day, touch, n in zip(loaded.lead, loaded.day, loaded.touch, loaded.n, strict=True):
            key = (int(lead), int(day), *names[touch])
            found[key] = found.get(key, 0) + int(n)
    return sorted((*key, n) for key, n in found.items())


def _same(loaded, order) -> bool:
    return all((column[order] == column).all() for column in (loaded.lead, loaded.day, loaded.touch))


def some(rng: np.random.Generator, count: int, leads: int = 30) -> None:
    services.record_events(
        events(
            *(
                (f"k{rng.integers(leads)}", int(rng.integers(900)), "page_view", f"/{rng.integers(9)}")
                for _ in range(count)
            )
        )
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    known(**{f"k{i}": i * 5000 + 1 for i in range(30)})
    return tmp_path / "history"


def test_it_works(folder: Path) -> None:
    some(np.random.default_rng(0), 200)
    assert told(history.history_source(folder)) == told(queries.activity_source())
    assert History.open(folder).built_through == queries.last_change()


def test_newer_leads_stand_in_for_what_the_files_say(folder: Path) -> None:
    rng = np.random.default_rng(1)
    some(rng, 200, leads=10)
    history.refresh_history(folder)
    built = History.open(folder).built_through
    for _ in range(5):
        some(rng, 20)
        services.repoint(5001, 10001)
        assert told(history.history_source(folder)) == told(queries.activity_source())
    assert History.open(folder).built_through == built
    history.refresh_history(folder)
    assert History.open(folder).built_through == queries.last_change()
    assert told(history.history_source(folder)) == told(queries.activity_source())


def test_without_activity_there_is_nothing(folder: Path) -> None:
    assert told(history.history_source(folder)) == []


def test_what_was_erased_is_in_no_file(folder: Path) -> None:
    some(np.random.default_rng(2), 200)
    history.refresh_history(folder)
    services.erase([1])
    assert told(history.history_source(folder)) == told(queries.activity_source())
    assert all(lead != 1 for lead, *_ in told(History.open(folder)))


def test_files_of_another_time_zone_or_a_database_put_back_are_made_anew(folder: Path, settings) -> None:
    some(np.random.default_rng(3), 50)
    made = History.create(folder, "Europe/Berlin")
    made.append(history._NOTHING, through=1)
    assert told(history.history_source(folder)) == told(queries.activity_source())
    History.open(folder).append(history._NOTHING, through=10**6)
    assert told(history.history_source(folder)) == told(queries.activity_source())
    assert History.open(folder).built_through == queries.last_change()


def test_a_folder_left_half_made_or_broken_is_made_anew(folder: Path) -> None:
    some(np.random.default_rng(4), 50)
    History.create(folder, "Asia/Tokyo")
    assert told(history.history_source(folder)) == told(queries.activity_source())
    for file in folder.iterdir():
        if file.is_file() and file.suffix == ".json":
            file.write_text("{")
    assert told(history.history_source(folder)) == told(queries.activity_source())


def test_files_far_behind_are_written_first(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(history, "MOST_OVERLAID", 3)
    monkeypatch.setattr(history, "LEADS_A_COMMIT", 4)
    rng = np.random.default_rng(5)
    some(rng, 100)
    history.refresh_history(folder)
    some(rng, 100)
    assert told(history.history_source(folder)) == told(queries.activity_source())
    assert History.open(folder).built_through == queries.last_change()
