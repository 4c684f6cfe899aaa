from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

import mikomi.hub
from mikomi.hub.kit import jobs, worker
from mikomi.hub.kit.models import Claim, Slot
from mikomi.hub.kit.ticker import slot_of, tick

TOKYO_NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def calls() -> list[dict[str, object]]:
    return []


@pytest.fixture(autouse=True)
def known_jobs(calls: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "registry", {})
    monkeypatch.setattr("mikomi.hub.kit.ticker.timetable", {})
    jobs.job("test.note", attempts=2)(lambda **given: calls.append(given))

    def fail() -> None:
        raise ValueError("no")

    jobs.job("test.fail", attempts=2)(fail)
    jobs.job("test.odd")(lambda: object())


def run_one() -> DBTaskResult:
    claimed = worker.claim_next("w1")
    assert claimed is not None
    worker.run_claimed(*claimed)
    return DBTaskResult.objects.get(pk=claimed[0].pk)


def make_due() -> None:
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_a_job_runs_with_its_arguments(calls: list[dict[str, object]]) -> None:
    jobs.enqueue("test.note", lead=12, why="ok")
    assert run_one().status == TaskResultStatus.SUCCESSFUL
    assert calls == [{"lead": 12, "why": "ok"}]
    assert worker.claim_next("w1") is None
    assert not Claim.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_job() -> None:
    with transaction.atomic():
        jobs.enqueue("test.note")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_a_job_is_tried_again_after_a_pause_and_then_given_up() -> None:
    before = timezone.now()
    jobs.enqueue("test.fail")
    first = run_one()
    assert first.status == TaskResultStatus.READY
    assert first.run_after > before
    DBTaskResult.objects.update(run_after=timezone.now() + timedelta(hours=1))
    assert worker.claim_next("w1") is None
    make_due()
    assert run_one().status == TaskResultStatus.FAILED


def test_pauses_grow_and_stay_under_an_hour_and_a_bit() -> None:
    assert worker.pause_after(1) < timedelta(seconds=3)
    assert worker.pause_after(4) > worker.pause_after(1)
    assert worker.pause_after(500) <= timedelta(hours=1.2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "reason"),
    [("test.unknown", "there is no job 'test.unknown'"), ("test.odd", "TypeError")],
)
def test_an_unknown_job_and_an_odd_result_are_failures_with_a_reason(name: str, reason: str) -> None:
    jobs.enqueue(name)
    assert reason in run_one().traceback


@pytest.mark.django_db
def test_a_job_put_off_is_not_due_yet() -> None:
    jobs.enqueue("test.note", after=timedelta(minutes=5))
    assert worker.claim_next("w1") is None


@pytest.mark.django_db
def test_once_is_enough_while_the_same_job_waits(calls: list[dict[str, object]]) -> None:
    first = jobs.enqueue("test.note", once=True, a=1, b=2)
    assert jobs.enqueue("test.note", once=True, b=2, a=1) == first
    assert jobs.enqueue("test.note", once=True, a=2, b=2) != first
    run_one()
    assert jobs.enqueue("test.note", once=True, a=1, b=2) != first


@pytest.mark.django_db
def test_the_job_of_a_dead_worker_goes_back_in_line_and_not_for_ever() -> None:
    jobs.enqueue("test.note")
    for attempt, status in ((1, TaskResultStatus.READY), (2, TaskResultStatus.FAILED)):
        claimed = worker.claim_next(f"w{attempt}")
        assert claimed is not None
        assert worker.reap() == 0
        Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
        assert worker.reap() == 1
        row = DBTaskResult.objects.get()
        assert row.status == status
        assert f"the worker w{attempt} died" in row.traceback
        make_due()


@pytest.mark.django_db
def test_who_lost_the_claim_can_neither_write_nor_finish(calls: list[dict[str, object]]) -> None:
    jobs.enqueue("test.note")
    claimed = worker.claim_next("w1")
    assert claimed is not None
    Claim.objects.update(attempt=2, worker="w2")
    with pytest.raises(jobs.LostClaimError):
        claimed[1].check()
    worker.run_claimed(*claimed)
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    assert Claim.objects.get().worker == "w2"


@pytest.mark.parametrize(
    ("at", "minutes", "hour", "minute", "slot"),
    [
        ("00:10", None, 0, 9, "2026-11-21"),
        ("00:10", None, 0, 10, "2026-11-22"),
        (None, 15, 8, 29, "2026-11-22T08:15"),
        (None, 60, 0, 0, "2026-11-22T00:00"),
    ],
)
def test_slots_are_local_dates_and_times(
    at: str | None, minutes: int | None, hour: int, minute: int, slot: str
) -> None:
    jobs.periodic("test.slots", at=at, minutes=minutes)(lambda slot: None)
    now = datetime(2026, 11, 22, hour, minute)
    assert slot_of(jobs.timetable.pop("test.slots"), now) == slot


@pytest.mark.django_db
def test_a_slot_is_opened_once_and_missed_ones_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    from_midnight = jobs.Periodic("test.note", datetime(2026, 1, 1, 0, 10).time(), None)
    monkeypatch.setattr("mikomi.hub.kit.ticker.timetable", {"test.note": from_midnight})
    assert tick(TOKYO_NOON) == [("test.note", "2026-11-22")]
    assert tick(TOKYO_NOON) == []
    # Nobody worked for a week: only the latest is left to do.
    assert tick(TOKYO_NOON + timedelta(days=7)) == [("test.note", "2026-11-29")]
    waiting = [row.args_kwargs["kwargs"]["arguments"] for row in DBTaskResult.objects.all()]
    assert waiting == [{"slot": "2026-11-29"}]
    # The clock was set back.
    assert tick(TOKYO_NOON + timedelta(days=3)) == []
    assert Slot.objects.count() == 2


@pytest.mark.parametrize("name", ["Test.note", "note", "a.b.c", "a.B"])
def test_a_job_is_named_app_and_verb(name: str) -> None:
    with pytest.raises(ValueError, match=r"app\.verb"):
        jobs.job(name)
    with pytest.raises(ValueError, match=r"app\.verb"):
        jobs.enqueue(name)


def test_every_job_that_is_enqueued_by_name_exists() -> None:
    hub = Path(next(iter(mikomi.hub.__path__)))
    asked: dict[str, str] = {}
    registered: set[str] = set()
    for file in hub.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            if called == "enqueue":
                asked[first.value] = str(file.relative_to(hub))
            elif called in ("job", "periodic"):
                registered.add(first.value)
    assert {name: file for name, file in asked.items() if name not in registered} == {}
