"""What the kit clears away by itself each night."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.hub.kit.jobs import periodic
from mikomi.hub.kit.models import CacheEntry, Slot, Worker

DONE_JOBS_KEPT = timedelta(days=7)
FAILED_JOBS_KEPT = timedelta(days=90)
SLOTS_KEPT = timedelta(days=90)


@periodic("kit.clear_away", at="03:40")
def clear_away(slot: str) -> None:
    """Deletes what nobody will read again: jobs done, old slots, dead workers, ended sessions."""
    now = timezone.now()
    done, failed = TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED
    DBTaskResult.objects.filter(status=done, finished_at__lt=now - DONE_JOBS_KEPT).delete()
    DBTaskResult.objects.filter(status=failed, finished_at__lt=now - FAILED_JOBS_KEPT).delete()
    Slot.objects.filter(made_at__lt=now - SLOTS_KEPT).delete()
    Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    CacheEntry.objects.filter(expires__lt=now).delete()
