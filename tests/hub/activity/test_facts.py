from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from mikomi.hub.activity import queries, services, touches
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.contents import LONGEST, OTHER, normal_content
from mikomi.hub.activity.counters import CountersBroken
from mikomi.hub.activity.event_ids import hashed
from mikomi.hub.activity.health import look_at_counters
from mikomi.hub.activity.models import Activity, ChangeNumber, Event, Outcome, Subject, Touch

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, 1, tzinfo=UTC)


def events(*rows: tuple, automated: bool = False) -> pl.DataFrame:
    """Rows of (lead, hours after the start, kind, content)."""
    return pl.DataFrame(
        {
            "lead": [r[0] for r in rows],
            "at": pl.Series([START + timedelta(hours=r[1]) for r in rows], dtype=pl.Datetime("us", "UTC")),
            "kind": [r[2] for r in rows],
            "content": [r[3] for r in rows],
            "automated": [automated] * len(rows),
        },
        schema_overrides={
            "lead": pl.String,
            "kind": pl.String,
            "content": pl.String,
            "automated": pl.Boolean,
        },
    )


def known(**numbers: int) -> None:
    """Says which lead each key is."""
    with changing() as number:
        services.attach(pl.DataFrame({"key": list(numbers), "lead": list(numbers.values())}), number)


def stored() -> list[tuple[int, int, int, int, int]]:
    return sorted(Activity.objects.values_list("lead", "day", "touch", "subject", "n"))


def summed() -> list[tuple[int, int, int, int, int]]:
    """What the activity must be: counted event by event."""
    owner = dict(Subject.objects.values_list("id", "lead"))
    found: dict[tuple[int, int, int, int], int] = {}
    for event in Event.objects.filter(counted=True):
        if owner[event.subject] is not None:
            key = (owner[event.subject], event.day, event.touch, event.subject)
            found[key] = found.get(key, 0) + 1
    return sorted((*key, n) for key, n in found.items())


def test_it_works() -> None:
    known(a=7)
    told = services.record_events(events(("a", 0, "page_view", "/x"), ("a", 1, "page_view", "/x")))
    assert (told.new, told.known, told.waiting, told.leads.to_list()) == (2, 0, 0, [7])
    assert [(lead, n) for lead, _, _, _, n in stored()] == [(7, 2)]
    assert stored() == summed()


def test_names_of_events_never_change() -> None:
    texts = pl.Series(["", "a", "hello world, this is", "見込み"])
    assert hashed(texts).to_list() == [
        0,
        510903276987443985,
        7594410561471858597,
        hashed(pl.Series(["見込み"])).item(),
    ]


def test_the_same_file_twice_changes_nothing() -> None:
    known(a=1, b=2)
    rows = events(
        ("a", 0, "page_view", "/x"), ("a", 0, "page_view", "/x"), ("b", 0, "form_submit", "問い合わせ")
    )
    services.record_events(rows)
    before = stored()
    told = services.record_events(rows)
    assert (told.new, told.known, told.leads.to_list()) == (0, 3, [])
    assert stored() == before == summed()


def test_the_nth_identical_row_of_another_file_is_the_same_event() -> None:
    known(a=1)
    services.record_events(events(*[("a", 0, "page_view", "/x")] * 2))
    told = services.record_events(events(*[("a", 0, "page_view", "/x")] * 3, ("a", 5, "page_view", "/x")))
    assert told.new == 2
    assert [n for *_, n in stored()] == [4]


def test_rows_that_only_a_query_tells_apart_are_that_many_events() -> None:
    known(a=1)
    rows = events(("a", 0, "page_view", "/x?a=1"), ("a", 0, "page_view", "/x?a=2"))
    assert services.record_events(rows).new == 2
    assert services.record_events(rows).new == 0
    assert [n for *_, n in stored()] == [2]


def test_an_event_of_an_unknown_lead_waits_and_joins_it() -> None:
    told = services.record_events(events(("z", 0, "page_view", "/x"), ("z", 1, "page_view", "/y")))
    assert (told.new, told.waiting, told.waiting_keys) == (2, 2, 1)
    assert stored() == []
    assert queries.waiting_count() == 2
    mark = queries.last_change()
    known(z=9)
    assert stored() == summed() != []
    assert queries.waiting_count() == 0
    assert queries.changed_since(mark)["lead"].to_list() == [9]


def test_automated_events_are_kept_and_do_not_count() -> None:
    known(a=1)
    services.record_events(events(("a", 0, "mail_open", "m"), automated=True))
    assert Event.objects.count() == 1
    assert stored() == []


def test_an_event_counts_on_its_local_day() -> None:
    known(a=1)
    rows = events(("a", 0, "call", "")).with_columns(
        at=pl.Series([datetime(2026, 5, 1, 15, 0, tzinfo=UTC)], dtype=pl.Datetime("us", "UTC"))
    )
    services.record_events(rows)
    day = (datetime(2026, 5, 2) - datetime(1970, 1, 1)).days
    assert Event.objects.get().day == day == stored()[0][1]


def test_taking_a_machine_back_subtracts_once_and_undoing_it_adds_once() -> None:
    known(a=1)
    services.record_events(events(*[("a", 0, "page_view", "/x")] * 2, ("a", 1, "page_view", "/y")))
    before = stored()
    judged = pl.DataFrame(
        list(Event.objects.values_list("subject", "at", "id")), schema=["subject", "at", "id"], orient="row"
    )
    assert services.set_automated(judged.head(1), True).to_list() == [1]
    assert services.set_automated(judged.head(1), True).to_list() == []
    assert stored() == summed() != before
    services.set_automated(judged, True)
    assert stored() == [] == summed()
    services.set_automated(judged, False)
    services.set_automated(judged, False)
    assert stored() == before == summed()


def test_counters_that_would_fall_below_zero_are_an_error() -> None:
    known(a=1)
    services.record_events(events(("a", 0, "page_view", "/x")))
    Activity.objects.all().delete()
    judged = pl.DataFrame(
        list(Event.objects.values_list("subject", "at", "id")), schema=["subject", "at", "id"], orient="row"
    )
    with pytest.raises(CountersBroken):
        services.set_automated(judged, True)
    assert Event.objects.get().automated is False


def test_merging_and_taking_apart_again_is_exact() -> None:
    known(a=1, b=2)
    services.record_events(events(("a", 0, "page_view", "/x"), ("b", 0, "page_view", "/x")))
    before = stored()
    services.repoint(2, 1)
    assert {lead for lead, *_ in stored()} == {1}
    assert stored() == summed()
    services.record_events(events(("b", 9, "page_view", "/late")))
    assert {lead for lead, *_ in stored()} == {1}
    services.repoint_subjects(pl.Series([Subject.objects.get(key="b").pk]), 2)
    assert stored() == summed()
    assert set(before) < set(stored())


def test_whatever_happens_activity_is_the_sum_of_the_events_that_count() -> None:
    rng = np.random.default_rng(4)
    for step in range(30):
        count = int(rng.integers(1, 40))
        rows = events(
            *(
                (f"k{rng.integers(8)}", int(rng.integers(60)), "page_view", f"/{rng.integers(4)}")
                for _ in range(count)
            ),
            automated=bool(rng.integers(5) == 0),
        )
        services.record_events(rows)
        if step % 3 == 0:
            keys = [f"k{i}" for i in rng.choice(8, 2, replace=False)]
            known(**{key: int(key[1:]) + 1 for key in keys})
        if step % 4 == 1:
            every = list(Event.objects.values_list("subject", "at", "id"))
            some = [every[i] for i in rng.choice(len(every), min(9, len(every)), replace=False)]
            judged = pl.DataFrame(some, schema=["subject", "at", "id"], orient="row")
            services.set_automated(judged, bool(rng.integers(2)))
        if step % 7 == 6:
            services.repoint(int(rng.integers(1, 9)), int(rng.integers(1, 9)))
        assert stored() == summed()
    assert queries.broken_counters() == 0


def test_the_doctor_finds_counters_that_are_wrong_missing_or_too_many() -> None:
    known(a=1)
    services.record_events(events(*[("a", i, "page_view", f"/{i}") for i in range(4)]))
    assert queries.broken_counters() == 0
    touches = list(Activity.objects.order_by("touch").values_list("touch", flat=True))
    Activity.objects.filter(touch=touches[0]).update(n=7)
    Activity.objects.filter(touch=touches[1]).delete()
    Activity.objects.create(lead=1, day=1, touch=touches[2], subject=1, n=1)
    assert queries.broken_counters() == 3
    told = look_at_counters()
    assert not told.well
    assert told.words.en.startswith("3 counters of activity differ")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/pricing?utm=1#top", "/pricing"),
        ("https://www.example.com/a?b", "https://www.example.com/a"),
        ("C#入門は？何ですか?", "C#入門は？何ですか?"),
        ("か\u3099", "が"),
        (None, ""),
        ("a\0b", "ab"),
        ("長" * 600, "長" * LONGEST),
    ],
)
def test_a_content_has_one_spelling(written: str | None, kept: str) -> None:
    frame = pl.DataFrame({"content": [written]}, schema={"content": pl.String})
    assert frame.select(normal_content(pl.col("content"))).item() == kept


def test_contents_beyond_the_most_become_one(monkeypatch) -> None:
    known(a=1)
    monkeypatch.setattr(touches, "MOST_CONTENTS", 3)
    rows = events(*[("a", i, "page_view", f"/{i}") for i in range(6)], ("a", 0, "download", "/0"))
    services.record_events(rows)
    services.record_events(events(("a", 99, "page_view", "/new"), ("a", 98, "page_view", "/1")))
    kept = set(Touch.objects.filter(kind="page_view").values_list("content", flat=True))
    assert kept == {"/0", "/1", "/2", OTHER}
    assert Touch.objects.filter(kind="download", content="/0").exists()
    assert services.record_events(rows).new == 0
    assert stored() == summed()


def test_identical_outcomes_are_one() -> None:
    known(a=4)
    rows = pl.DataFrame(
        {"lead": ["a", "a", "q"], "at": [START] * 3, "result": ["won", "won", "lost"]}
    ).with_columns(pl.col("at").dt.cast_time_unit("us"))
    told = services.record_outcomes(rows)
    assert (told.new, told.known, told.waiting, told.leads.to_list()) == (2, 1, 1, [4])
    assert services.record_outcomes(rows).new == 0
    assert Outcome.objects.count() == 2
    assert queries.outcome_frame()["result"].to_list() == ["won"]
    assert [o.result for o in queries.outcomes_of(4)] == ["won"]


def test_erasing_leaves_nothing_of_a_lead_and_says_so() -> None:
    known(a=1, b=2)
    services.record_events(events(("a", 0, "page_view", "/x"), ("b", 0, "page_view", "/x")))
    services.record_outcomes(pl.DataFrame({"lead": ["a"], "at": [START], "result": ["won"]}))
    mark = queries.last_change()
    services.erase([1])
    assert set(Subject.objects.values_list("key", flat=True)) == {"b"}
    assert Event.objects.count() == 1
    assert Outcome.objects.count() == 0
    assert stored() == summed()
    assert queries.changed_since(mark)["lead"].to_list() == [1]
    assert ChangeNumber.objects.get().erased == queries.last_change()


def test_change_numbers_name_the_leads_of_later_changes_only() -> None:
    known(a=1, b=2)
    services.record_events(events(("a", 0, "page_view", "/x")))
    mark = queries.last_change()
    services.record_events(events(("b", 0, "page_view", "/x")))
    services.record_events(events(("a", 0, "page_view", "/x")))
    assert queries.changed_since(mark)["lead"].to_list() == [2]


def test_a_failure_leaves_neither_event_nor_number(monkeypatch) -> None:
    known(a=1)
    mark = queries.last_change()

    def fail(_delta: pl.DataFrame) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(services, "add", fail)
    with pytest.raises(RuntimeError):
        services.record_events(events(("a", 0, "page_view", "/x")))
    assert Event.objects.count() == 0
    assert queries.last_change() == mark


def test_counting_new_events_writes_nothing() -> None:
    rows = events(("a", 0, "page_view", "/x"), ("a", 1, "page_view", "/x"))
    assert services.count_new_events(rows) == 2
    assert Subject.objects.count() == 0
    services.record_events(rows.head(1))
    assert services.count_new_events(rows) == 1
