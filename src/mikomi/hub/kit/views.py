"""What machines ask for: is it alive?"""

from __future__ import annotations

import importlib.metadata

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mikomi.hub.kit.health import worker_runs


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
        worker = worker_runs()
    except DatabaseError:
        database = worker = False
    answer = {
        "ok": database,
        "version": importlib.metadata.version("mikomi"),
        "database": database,
        "worker": worker,
    }
    return JsonResponse(answer, status=200 if database else 503)
