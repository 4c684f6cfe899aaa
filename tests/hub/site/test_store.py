from __future__ import annotations

import threading

import numpy as np
import pytest
from django.db import connection, transaction

from mikomi.hub.site.models import LeadRow, LeadScore
from mikomi.hub.site.rows import postgres, store
from mikomi.hub.site.rows.schema import INDEXES, SCORE_COLUMNS
from tests.hub.site.population import fill, people_frame, score_array

NAMES = ["lead_id", *SCORE_COLUMNS]


def same(left: store.Scores, right: store.Scores) -> bool:
    return all(np.array_equal(left[name], right[name]) for name in NAMES)


def every(scores: store.Scores) -> store.Moved:
    return store.changed(scores[:0], scores)


def indexes(table: str) -> set[str]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table)
    return {name for name, found in constraints.items() if found["index"] and not found["primary_key"]}


@pytest.mark.django_db
def test_reading_gives_what_was_written() -> None:
    _, scores = fill(300)
    assert same(store.read_scores(), scores)
    some = scores["lead_id"][::7]
    assert same(store.read_scores(some), scores[::7])


@pytest.mark.django_db
@pytest.mark.parametrize("fewest", [0, 10**9])
def test_few_or_many_rows_are_written_alike(monkeypatch, fewest: int) -> None:
    people, _ = fill(400)
    monkeypatch.setattr(store, "FEWEST_TO_REBUILD", fewest)
    more = people_frame(600, seed=9)
    scores = score_array(more, seed=8)
    done = store.write(more, every(scores))
    assert done.rebuilt == (fewest == 0)
    assert LeadRow.objects.count() == 600
    assert same(store.read_scores(), scores)
    names = dict(LeadRow.objects.values_list("lead_id", "name"))
    assert names == dict(zip(more["lead_id"].to_list(), more["name"].to_list(), strict=True))
    again = score_array(more, seed=7)
    assert store.write(None, every(again)).rebuilt == (fewest == 0)
    assert same(store.read_scores(), again)
    assert {key for (key,) in LeadScore.objects.values_list("key")} == set(more["key"])
    for table, names in INDEXES.items():
        assert indexes(table) >= set(names)
    assert people.height == 400


@pytest.mark.django_db
def test_people_written_anew_keep_their_scores(monkeypatch) -> None:
    people, scores = fill(50)
    for fewest in (0, 10**9):
        monkeypatch.setattr(store, "FEWEST_TO_REBUILD", fewest)
        store.write(people.with_columns(owner=people["owner"] + "2"), None)
        assert same(store.read_scores(), scores)


@pytest.mark.django_db
def test_only_rows_that_differ_count_as_changed() -> None:
    _, scores = fill(100)
    new = scores.copy()
    assert len(store.changed(scores, new).rows) == 0
    new["engagement"][[3, 50]] += 1
    new["cell"][99] += 1
    assert store.changed(scores, new).rows["lead_id"].tolist() == [4, 51, 100]
    assert len(store.changed(scores[:0], new).rows) == 100


@pytest.mark.django_db
@pytest.mark.parametrize("fewest", [0, 10**9])
def test_a_night_writes_what_changed_widely_and_what_changed_rarely(monkeypatch, fewest: int) -> None:
    monkeypatch.setattr(store, "FEWEST_TO_REBUILD", fewest)
    people, scores = fill(300)
    night = score_array(people, seed=77)
    for name in ("fit", "last_day", "cell"):
        night[name] = scores[name]
    night["last_day"][[5, 6]] += 1
    night["total"] = night["fit"] + night["engagement"]
    warmer = night["engagement"] != scores["engagement"]
    night["rank"] = np.where(warmer, scores["rank"] - 1, scores["rank"])
    moved = store.changed(scores, night)
    assert moved.differs["last_day"].sum() == 2
    assert not moved.differs["fit"].any()
    store.write(None, moved)
    assert same(store.read_scores(), night)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fewest", [0, 10**9])
def test_readers_see_all_of_a_write_back_or_nothing_and_never_wait(monkeypatch, fewest: int) -> None:
    monkeypatch.setattr(store, "FEWEST_TO_REBUILD", fewest)
    people, scores = fill(500)
    before = float(scores["total"].sum())
    new = scores.copy()
    new["engagement"] += 1
    new["total"] += 1
    seen: list[float] = []

    def read() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("select sum(total) from site_lead_score")
                seen.append(float(cursor.fetchone()[0]))
        finally:
            connection.close()

    def read_beside() -> None:
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(10)
        assert not reader.is_alive(), "the reader waits for the writer"

    with transaction.atomic():
        if connection.vendor == "sqlite" or fewest:
            store.write(None, store.changed(scores, new))
            read_beside()
        else:
            # The last step takes the table's name; what comes before must not stop anybody.
            monkeypatch.setattr(postgres, "take_places", lambda tables: read_beside())
            store.write(None, store.changed(scores, new))
            transaction.set_rollback(True)
    assert seen == [pytest.approx(before)]
    assert people.height == 500
