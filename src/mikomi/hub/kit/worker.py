"""The worker: claims jobs, runs them, tries failed ones again, takes over from the dead."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import traceback
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.json import normalize_json
from django_tasks_db.models import DBTaskResult

from mikomi.hub.kit import jobs, leases
from mikomi.hub.kit.heart import LIFE, beating
from mikomi.hub.kit.memory import give_back
from mikomi.hub.kit.models import Claim, Worker
from mikomi.hub.kit.ticker import tick

log = logging.getLogger("mikomi.worker")

IDLE_SECONDS = 0.3
TICK_SECONDS = 2.0
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)


def pause_after(attempt: int) -> timedelta:
    """How long to wait before the next try: 2 s, 4 s, 8 s … up to an hour, a little spread."""
    pause = min(FIRST_PAUSE * 2 ** min(attempt - 1, 20), LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)


def claim_next(worker: str) -> tuple[DBTaskResult, jobs.Running] | None:
    """Takes the next job that is due, for `worker`; None when there is none."""
    # A look without a lock first: on SQLite every attempt to write would stop all writers.
    if not jobs.due().exists():
        return None
    with transaction.atomic():
        row = jobs.due().select_for_update(skip_locked=True).first()
        if row is None:
            return None
        row.claim(worker)
        claim = jobs.Running(row.id, str(row.args_kwargs["kwargs"]["name"]), len(row.worker_ids), worker)
        Claim.objects.update_or_create(
            task=row.id,
            defaults={
                "job": claim.name,
                "attempt": claim.attempt,
                "worker": worker,
                "until": timezone.now() + LIFE,
            },
        )
        return row, claim


def run_claimed(row: DBTaskResult, claim: jobs.Running) -> None:
    """Runs a claimed job and writes down how it went, if the claim is still ours by then."""
    given = row.args_kwargs["kwargs"]
    failure: BaseException | None = None
    result = None
    try:
        with beating(lambda: _renew_claim(claim)):
            # What it returns is kept as JSON; what cannot be is the job's failure.
            result = normalize_json(jobs.run_as(claim, lambda: jobs.run_job.func(**given)))
    except Exception as error:
        failure = error
        log.exception("job %s failed, attempt %d", claim.name, claim.attempt)
    with transaction.atomic():
        if not _give_up_claim(claim):
            return
        if failure is None:
            row.set_successful(result)
        else:
            _reschedule(row, claim, "".join(traceback.format_exception(failure)), failure)


def reap() -> int:
    """Puts the jobs of dead workers back in line; says how many."""
    count = 0
    for old in list(Claim.objects.filter(until__lt=timezone.now())):
        with transaction.atomic():
            mine = Claim.objects.select_for_update(skip_locked=True).filter(
                task=old.task, attempt=old.attempt, until__lt=timezone.now()
            )
            row = DBTaskResult.objects.filter(id=old.task, status=TaskResultStatus.RUNNING).first()
            if mine.first() is None:
                continue
            Claim.objects.filter(task=old.task, attempt=old.attempt).delete()
            if row is not None:
                claim = jobs.Running(old.task, old.job, old.attempt, old.worker)
                _reschedule(row, claim, f"the worker {old.worker} died while it ran this job")
                log.warning("worker %s died during job %s, attempt %d", old.worker, old.job, old.attempt)
                count += 1
    return count


def take_over(dead: str) -> None:
    """Frees at once what the worker `dead` held; for a supervisor that knows that it died."""
    Claim.objects.filter(worker=dead).update(until=timezone.now() - timedelta(seconds=1))
    leases.release(dead)
    Worker.objects.filter(id=dead).delete()
    reap()


def _renew_claim(claim: jobs.Running) -> None:
    with transaction.atomic():
        ours = Claim.objects.filter(task=claim.task, attempt=claim.attempt, worker=claim.worker)
        # A row locked by the job's own open transaction needs no renewal: nobody can take it.
        if ours.select_for_update(skip_locked=True).first() is not None:
            ours.update(until=timezone.now() + LIFE)


def _give_up_claim(claim: jobs.Running) -> bool:
    ours = Claim.objects.filter(task=claim.task, attempt=claim.attempt, worker=claim.worker)
    if ours.delete()[0]:
        return True
    log.warning("job %s was given to another worker meanwhile", claim.name)
    return False


def _reschedule(
    row: DBTaskResult, claim: jobs.Running, reason: str, failure: BaseException | None = None
) -> None:
    known = jobs.registry.get(claim.name)
    allowed = known.attempts if known else jobs.DEFAULT_ATTEMPTS
    row.traceback = reason
    kind = type(failure) if failure is not None else ChildProcessError
    row.exception_class_path = f"{kind.__module__}.{kind.__qualname__}"
    if claim.attempt >= allowed:
        row.status = TaskResultStatus.FAILED
        row.finished_at = timezone.now()
        log.error("job %s failed for good after %d attempts", claim.name, claim.attempt)
    else:
        row.status = TaskResultStatus.READY
        row.run_after = timezone.now() + pause_after(claim.attempt)
    row.save(update_fields=["status", "run_after", "finished_at", "traceback", "exception_class_path"])


@dataclass(slots=True)
class WorkerLoop:
    """One worker process: jobs one after another, and a thread that keeps the timetable."""

    id: str = field(default_factory=leases.holder_name)
    _stop: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Ends the loop after the job in hand; may be called from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Works until `stop`."""
        self._show_life()
        timekeeper = threading.Thread(target=self._keep_time, name="ticker", daemon=True)
        timekeeper.start()
        with beating(self._show_life):
            while not self._stop.is_set():
                try:
                    worked = self._work()
                except DatabaseError as error:
                    log.warning("the database does not answer: %s", error)
                    connection.close()
                    worked = False
                if not worked:
                    self._stop.wait(IDLE_SECONDS)
        timekeeper.join(timeout=5)
        Worker.objects.filter(id=self.id).delete()
        connection.close()

    def _work(self) -> bool:
        close_old_connections()
        claimed = claim_next(self.id)
        if claimed is None:
            return False
        run_claimed(*claimed)
        close_old_connections()
        give_back()
        return True

    def _keep_time(self) -> None:
        while not self._stop.is_set():
            try:
                close_old_connections()
                # First the jobs of the dead: the timetable may wait for a lock that one of them left.
                reap()
                tick(timezone.now())
            except DatabaseError as error:
                log.warning("could not keep the timetable: %s", error)
                connection.close()
            self._stop.wait(TICK_SECONDS)
        connection.close()

    def _show_life(self) -> None:
        Worker.objects.update_or_create(
            id=self.id,
            defaults={"host": socket.gethostname(), "pid": os.getpid(), "seen_at": timezone.now()},
        )
