from __future__ import annotations

from datetime import timedelta

import pytest
from django.tasks import TaskResultStatus
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from mikomi.hub.accounts import services
from mikomi.hub.kit import health, jobs
from mikomi.hub.kit.models import Worker

pytestmark = pytest.mark.django_db


def unwell() -> str:
    return "\n".join(finding.words.en for finding in health.examine() if not finding.well)


def test_a_worker_counts_as_running_while_it_shows_life() -> None:
    assert not health.worker_runs()
    Worker.objects.create(id="w", host="h", pid=1, seen_at=timezone.now())
    assert health.worker_runs()
    assert "no worker runs" not in unwell()
    Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=31))
    assert not health.worker_runs()
    assert "no worker runs" in unwell()


def test_a_job_that_failed_for_good_is_named() -> None:
    jobs.enqueue("test.broken")
    assert "failed" not in unwell()
    DBTaskResult.objects.update(status=TaskResultStatus.FAILED, finished_at=timezone.now())
    assert "jobs failed for good in the last 7 days (test.broken)" in unwell()


def test_little_room_on_the_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOW_DISK", 1024**6)
    assert "free on the disk of the data folder; make room" in unwell()


def test_the_light_in_the_menu_says_whether_the_worker_runs(client: Client) -> None:
    client.force_login(services.create_user("hana@example.com", "Hana", language="en"))
    assert "start mikomi serve" in client.get("/account/").content.decode()
    Worker.objects.create(id="w", host="h", pid=1, seen_at=timezone.now())
    assert "All is well" in client.get("/account/").content.decode()
