"""What machines ask for: is it alive?"""

from __future__ import annotations

import importlib.metadata
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mikomi.hub.kit.models import Worker

WORKER_SILENCE = timedelta(seconds=30)
"""A worker that has not been seen for this long counts as not running."""


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """GET /healthz: `{"ok", "version", "database", "worker"}`; 503 where the database is not reachable.

    `worker` is true when a worker has shown life within 30 seconds. A missing worker does not make
    the answer a 503: the pages work without it.
    """
    database = worker = True
    try:
        worker = Worker.objects.filter(seen_at__gte=timezone.now() - WORKER_SILENCE).exists()
    except DatabaseError:
        database = worker = False
    answer = {
        "ok": database,
        "version": importlib.metadata.version("mikomi"),
        "database": database,
        "worker": worker,
    }
    return JsonResponse(answer, status=200 if database else 503)
