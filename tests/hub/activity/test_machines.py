"""What machines did: told with its reason, taken back, and given back without a trace."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mikomi.core.machines.addresses import Ranges, parse_ranges
from mikomi.core.machines.reasons import Reason
from mikomi.hub.activity import judging, queries, services, sweeps
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.health import look_at_counters
from mikomi.hub.activity.models import Activity, Event, EventCount, LateVerdict, SweptEvent, TouchCount
from mikomi.hub.activity.retention import strip_payloads
from mikomi.hub.activity.taking_back import take_back_import

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, 1, tzinfo=UTC)
TODAY = date(2026, 11, 2).toordinal() - date(1970, 1, 1).toordinal()
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
NONE = Ranges()


def record(*rows: tuple, source: str = "web:1", import_id: int | None = None, **columns) -> None:
    """Rows of (lead, seconds after the start, content, agent, address)."""
    frame = pl.DataFrame(
        {
            "lead": [r[0] for r in rows],
            "at": pl.Series([START + timedelta(seconds=r[1]) for r in rows], dtype=pl.Datetime("us", "UTC")),
            "kind": ["page_view"] * len(rows),
            "content": [r[2] for r in rows],
            "automated": [False] * len(rows),
            "payload": [json.dumps({"agent": r[3], "address": r[4]}) for r in rows],
        }
    )
    services.record_events(frame.with_columns(**columns), source=source, import_id=import_id)


def known(**numbers: int) -> None:
    with changing() as number:
        services.attach(pl.DataFrame({"key": list(numbers), "lead": list(numbers.values())}), number)


def stored() -> list[tuple]:
    return sorted(Activity.objects.values_list("lead", "day", "touch", "subject", "n"))


def reasons() -> list[str]:
    return list(Event.objects.order_by("subject", "at").values_list("reason", flat=True))


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    for reason, n in EventCount.objects.values_list("reason", "n"):
        found[reason] = found.get(reason, 0) + n
    return found


def keys() -> pl.DataFrame:
    rows = list(Event.objects.order_by("subject", "at").values_list("subject", "at", "id"))
    return pl.DataFrame(rows, schema={"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}, orient="row")


@pytest.fixture(autouse=True)
def sound():
    yield
    assert look_at_counters().well


def test_it_works() -> None:
    known(a=7)
    record(("a", 0, "/x", CHROME, ""), ("a", 9, "/y", CHROME, ""))
    assert services.set_automated(keys().head(1), True, reason=Reason.BURST).to_list() == [7]
    assert sorted(reasons()) == ["", "burst"]
    assert counts() == {"": 1, "burst": 1}
    assert sum(row[-1] for row in stored()) == 1


def test_the_days_of_a_lead_s_machines_are_told_with_their_reasons() -> None:
    known(a=7, b=8)
    record(*[("a", at, f"/{at}", CHROME, "") for at in (0, 9, 18, 86_400)], ("b", 5, "/x", CHROME, ""))
    services.set_automated(keys().head(2), True, reason=Reason.BURST)
    services.set_automated(keys().slice(3, 1), True, reason=Reason.TRAP)
    told = [(act.day - TODAY, act.reason, act.n) for act in queries.machine_acts(7, latest=10)]
    assert told == [(1, "trap", 1), (0, "burst", 2)]
    assert [(act.day - TODAY, act.n) for act in queries.machine_acts(7, latest=1)] == [(1, 1)]
    assert queries.machine_acts(8, latest=10) == queries.machine_acts(99, latest=10) == []


def test_there_and_back_is_the_same_activity() -> None:
    known(a=7, b=8)
    record(*[(lead, at, f"/{at % 3}", CHROME, "") for lead in "ab" for at in range(0, 90, 10)])
    before = stored()
    services.set_automated(keys(), True)
    assert stored() == []
    services.set_automated(keys(), False)
    assert stored() == before
    assert counts() == {"": 18}
    assert set(reasons()) == {"by_hand"}


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(st.integers(0, 9), max_size=10), st.booleans()), max_size=6))
def test_any_flips_leave_activity_the_sum_of_what_counts(flips) -> None:
    Event.objects.all().delete()
    Activity.objects.all().delete()
    EventCount.objects.all().delete()
    TouchCount.objects.all().delete()
    record(*[("p", at, f"/{at % 3}", CHROME, "") for at in range(10)])
    known(p=9)
    for places, value in flips:
        services.set_automated(keys()[places], value)
    assert look_at_counters().well
    services.set_automated(keys(), False)
    assert sum(row[-1] for row in stored()) == 10


def test_what_a_source_says_has_that_reason() -> None:
    record(("a", 0, "/x", CHROME, ""), automated=pl.lit(True), source="file")
    assert reasons() == ["told"]
    record(
        ("a", 5, "/x", CHROME, ""),
        automated=pl.lit(True),
        reason=pl.lit("trap"),
        certainty=pl.lit(97, pl.Int16),
    )
    assert list(Event.objects.order_by("at").values_list("certainty", flat=True)) == [100, 97]


def test_what_is_recognised_late_is_taken_back() -> None:
    known(a=7, b=8)
    record(
        ("a", 0, "/x", "Googlebot/2.1", ""), ("a", 60, "/y", CHROME, ""), ("b", 0, "/x", CHROME, "192.0.2.7")
    )
    told = judging.judge_again(TODAY, TODAY, NONE)
    assert (told.events, told.taken, told.given, told.leads) == (3, 1, 0, frozenset({7}))
    assert counts() == {"": 2, "crawler": 1}
    own = parse_ranges(["192.0.2.0/24"])
    assert judging.judge_again(TODAY, TODAY, own).taken == 1
    assert judging.judge_again(TODAY, TODAY, own).taken == 0
    assert counts() == {"": 1, "crawler": 1, "datacenter": 1}


def test_what_was_taken_for_a_machine_comes_back_when_the_list_is_mended() -> None:
    known(a=7)
    record(("a", 0, "/x", CHROME, "192.0.2.7"))
    judging.judge_again(TODAY, TODAY, parse_ranges(["192.0.2.0/24"]))
    assert stored() == []
    assert judging.judge_again(TODAY, TODAY, NONE).given == 1
    assert len(stored()) == 1
    assert reasons() == [""]


def test_what_somebody_said_by_hand_stands() -> None:
    record(("a", 0, "/x", "Googlebot/2.1", ""), ("a", 60, "/y", CHROME, ""))
    judging.judge_again(TODAY, TODAY, NONE)
    services.set_automated(keys(), False)
    services.set_automated(keys().filter(pl.col("at") > START.timestamp() * 1_000_000), True)
    told = judging.judge_again(TODAY, TODAY, NONE)
    assert (told.taken, told.given) == (0, 0)
    assert list(Event.objects.order_by("at").values_list("automated", "reason")) == [
        (False, "by_hand"),
        (True, "by_hand"),
    ]


def test_events_without_details_are_not_judged_again() -> None:
    record(("a", 0, "/x", "Googlebot/2.1", ""))
    strip_payloads(TODAY + 1)
    assert judging.judge_again(TODAY, TODAY, NONE).events == 0


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"agent": "Odd/1"}, 2),
        ({"part": "odd/"}, 2),
        ({"part": "%"}, 4),
        ({"networks": ("192.0.2.0/24",)}, 2),
        ({"networks": ("2001:db8::1",)}, 3),
        ({"since": int((START + timedelta(seconds=15)).timestamp() * 1e6)}, 2),
        ({"until": int((START + timedelta(seconds=15)).timestamp() * 1e6), "agent": CHROME}, 3),
        ({}, 0),
    ],
)
def test_what_is_chosen_is_swept_and_comes_back_as_it_was(chosen, left) -> None:
    known(a=7)
    record(
        ("a", 0, "/x", "Odd/1", "192.0.2.7"),
        ("a", 10, "/x", CHROME, "192.0.2.8"),
        ("a", 20, "/x", "Odd/1", "203.0.113.1"),
        ("a", 30, "/x", CHROME, "2001:db8::1"),
    )
    before = stored()
    number = sweeps.begin(sweeps.Choice(TODAY, TODAY, **chosen), human=False, at=START, by=None)
    sweeps.count(number)
    assert stored() == before
    sweeps.confirm(number)
    sweeps.run_sweep(number)
    assert counts().get("", 0) == left
    assert LateVerdict.objects.count() == SweptEvent.objects.count() == 4 - left
    sweeps.take_back(number)
    sweeps.undo_sweep(number)
    assert stored() == before
    assert (reasons(), LateVerdict.objects.count()) == ([""] * 4, 0)
    services.erase([7])
    assert SweptEvent.objects.count() == 0


def test_a_moment_of_a_lead_is_set_without_its_details() -> None:
    known(a=7)
    record(("a", 0, "/x", CHROME, ""), ("a", 60, "/y", CHROME, ""))
    strip_payloads(TODAY + 1)
    (moment,) = queries.timeline(7).moments
    since, until = (int(at.timestamp() * 1_000_000) for at in (moment.first, moment.last))
    subjects = queries.subjects_of(7)
    assert judging.set_moment(subjects, "page_view", since, until, human=False).to_list() == [7]
    (moment,) = queries.timeline(7).moments
    assert (moment.automated, moment.reason, moment.certainty) == (True, "by_hand", 100)
    judging.set_moment(subjects, "page_view", since, until, human=True)
    (moment,) = queries.timeline(7).moments
    assert (moment.counted, moment.reason, moment.certainty) == (True, "by_hand", 0)


def test_counts_follow_deletions() -> None:
    known(a=7)
    record(("a", 0, "/x", CHROME, ""), import_id=3, source="file")
    record(("a", 60, "/x", CHROME, ""), ("b", 0, "/x", CHROME, ""))
    take_back_import(3)
    assert counts() == {"": 2}
    services.erase([7])
    assert counts() == {"": 1}
