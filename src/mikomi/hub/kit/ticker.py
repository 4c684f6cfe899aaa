"""The timetable: periodic jobs are enqueued once each slot, whoever looks first.

A slot is a local date (and time). Its row is unique, so of many workers one enqueues it; a slot
that was missed gives way to the latest one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.hub.kit.jobs import Periodic, enqueue, timetable
from mikomi.hub.kit.models import Slot


def slot_of(periodic: Periodic, now: datetime) -> str:
    """The latest slot that is due at the local time `now`: "2026-11-22" or "2026-11-22T08:15"."""
    if periodic.minutes is not None:
        minute = (now.hour * 60 + now.minute) // periodic.minutes * periodic.minutes
        return f"{now:%Y-%m-%d}T{minute // 60:02d}:{minute % 60:02d}"
    assert periodic.at is not None
    day = now.date() if now.time() >= periodic.at else now.date() - timedelta(days=1)
    return day.isoformat()


def tick(now: datetime) -> list[tuple[str, str]]:
    """Enqueues each periodic job whose latest slot has no row yet; returns what was enqueued.

    `now` is aware; slots are counted in the data folder's time zone.
    """
    local = timezone.localtime(now)
    due = {name: slot_of(periodic, local) for name, periodic in timetable.items()}
    known = set(Slot.objects.filter(name__in=due, slot__in=due.values()).values_list("name", "slot"))
    return [pair for pair in due.items() if pair not in known and _open(*pair)]


def _open(name: str, slot: str) -> bool:
    with transaction.atomic():
        before = Slot.objects.select_for_update().filter(name=name).order_by("-slot").first()
        # The clock may have been set back: what is past is not run again.
        if before is not None and before.slot >= slot:
            return False
        made, new = Slot.objects.get_or_create(name=name, slot=slot)
        if not new:
            return False
        if before is not None and before.task is not None:
            DBTaskResult.objects.filter(id=before.task, status=TaskResultStatus.READY).delete()
        made.task = enqueue(name, slot=slot)
        made.save(update_fields=["task"])
        return True
