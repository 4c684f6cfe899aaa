"""Work done later by a worker: jobs by name, and periodic ones.

    @job("site.score_changed")
    def score_changed(lead: int) -> None: ...

    @periodic("site.score_night", at="00:10")
    def score_night(slot: str) -> None: ...        # slot: the local date, "2026-11-22"

    enqueue("site.score_changed", lead=12)

Functions stand in an app's `jobs.py`, which is loaded when Django starts. A job is enqueued by
writing a row in the caller's transaction: it exists if, and only if, that transaction commits.
A job may run more than once (a worker can die after the work and before it said so), so it must
be written to do the same twice.
"""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from mikomi.hub.kit.heart import LIFE
from mikomi.hub.kit.models import Claim

NAME = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
DEFAULT_ATTEMPTS = 8

type JobFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A function a worker can run, and how often it is tried."""

    name: str
    function: JobFunction
    attempts: int


@dataclass(frozen=True, slots=True)
class Periodic:
    """When a job runs by itself: daily `at` a local time, or every so many `minutes`."""

    name: str
    at: time | None
    minutes: int | None


class LostClaimError(RuntimeError):
    """The job was given to another worker meanwhile: what was about to be written must not be."""


@dataclass(frozen=True, slots=True)
class Running:
    """The job being run. `task` and `attempt` together are the fencing token of its writes."""

    task: UUID
    name: str
    attempt: int
    worker: str

    def check(self) -> None:
        """Raises `LostClaimError` when another worker was given the job.

        Call it inside the transaction that writes: the claim is then ours until its end.
        """
        ours = Claim.objects.filter(task=self.task, attempt=self.attempt, worker=self.worker)
        if not ours.update(until=timezone.now() + LIFE):
            raise LostClaimError(f"job {self.name} ({self.task}) was given to another worker")


registry: dict[str, Job] = {}
timetable: dict[str, Periodic] = {}
_running: contextvars.ContextVar[Running | None] = contextvars.ContextVar("running", default=None)


def job[F: JobFunction](name: str, *, attempts: int = DEFAULT_ATTEMPTS) -> Callable[[F], F]:
    """Registers the function as job `name` (`app.verb`), tried up to `attempts` times."""

    if not NAME.fullmatch(name):
        raise ValueError(f"a job is named app.verb, not {name!r}")

    def register(function: F) -> F:
        known = registry.get(name)
        if known and known.function.__module__ != function.__module__:
            raise ValueError(f"job {name!r} stands in {known.function.__module__} already")
        registry[name] = Job(name, function, attempts)
        return function

    return register


def periodic[F: JobFunction](
    name: str, *, at: str | None = None, minutes: int | None = None, attempts: int = DEFAULT_ATTEMPTS
) -> Callable[[F], F]:
    """Registers the function as a job that runs by itself, once each slot.

    Either daily `at` a local time "HH:MM", or every `minutes` (a divisor of 1,440) from midnight.
    The function gets `slot`: "2026-11-22", or "2026-11-22T08:15". Slots missed while no worker ran
    are not made up for one by one: the latest runs.
    """
    if (at is None) == (minutes is None):
        raise ValueError("give either at or minutes")
    if minutes is not None and (minutes < 1 or 24 * 60 % minutes):
        raise ValueError("minutes must divide a day")

    def register(function: F) -> F:
        job(name, attempts=attempts)(function)
        timetable[name] = Periodic(name, time.fromisoformat(at) if at else None, minutes)
        return function

    return register


@task()
def run_job(name: str, arguments: dict[str, Any]) -> Any:
    """Runs job `name`; the one task that stands behind all jobs."""
    known = registry.get(name)
    if known is None:
        raise LookupError(f"there is no job {name!r}; is its app's jobs.py loaded?")
    return known.function(**arguments)


def enqueue(name: str, *, after: timedelta | None = None, once: bool = False, **arguments: Any) -> UUID:
    """Asks for job `name` with `arguments` (JSON values); returns the job's id.

    It is written in the caller's transaction and runs after its commit, not before `after` from
    now. `once`: where the same job with the same arguments waits already, that one is enough; it
    is kept waiting until the caller's transaction ends, so it sees what the caller wrote.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"a job is named app.verb, not {name!r}")
    arguments = dict(sorted(arguments.items()))
    given = {"args": [], "kwargs": {"name": name, "arguments": arguments}}
    with transaction.atomic():
        if once:
            waiting = (
                due()
                .select_for_update(skip_locked=True)
                .filter(args_kwargs=given)
                .values_list("id", flat=True)
                .first()
            )
            if waiting is not None:
                return waiting
        wanted = run_job if after is None else run_job.using(run_after=timezone.now() + after)
        return UUID(str(wanted.enqueue(name=name, arguments=arguments).id))


def due() -> QuerySet[DBTaskResult]:
    """The jobs that may be run now, in the order they should be."""
    now_or_any = Q(run_after=get_date_max()) | Q(run_after__lte=timezone.now())
    return DBTaskResult.objects.filter(now_or_any, status=TaskResultStatus.READY)


def running() -> Running | None:
    """The job this code runs in; None outside a worker."""
    return _running.get()


def run_as(claim: Running, work: Callable[[], Any]) -> Any:
    """Runs `work` as the job `claim`: `running()` gives it inside."""
    mark = _running.set(claim)
    try:
        return work()
    finally:
        _running.reset(mark)


def run_pending(limit: int = 1000) -> int:
    """Runs waiting jobs here and now, without a worker: for tests and commands. Says how many ran.

    Errors are raised as they come. Jobs put off to later stay.
    """
    done = 0
    while done < limit:
        row = due().first()
        if row is None:
            break
        kwargs = row.args_kwargs["kwargs"]
        row.claim("here")
        claim = Running(row.id, kwargs["name"], len(row.worker_ids), "here")
        row.set_successful(run_as(claim, lambda given=kwargs: run_job.func(**given)))
        done += 1
    return done
