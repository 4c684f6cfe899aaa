"""Taking an import back: what would go, the word for it, and what it came to."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people import uploads
from mikomi.hub.people.models import Import
from mikomi.hub.people.undo_preview import undo_preview
from mikomi.hub.people.views.import_words import KIND_NAMES


@require_http_methods(["GET", "POST"])
def undo(request: PageRequest, number: int) -> HttpResponse:
    """What taking the import back would do; posted, it is done."""
    record = get_object_or_404(Import.objects.select_related("by"), pk=number)
    if not uploads.can_undo(record):
        return redirect("people:import", number)
    if request.method == "POST":
        uploads.ask_undo(record, request.user.pk)
        return redirect("people:import", number)
    context: dict[str, Any] = {
        "record": record,
        "kind": KIND_NAMES.get(record.kind, record.kind),
        "sentences": undo_preview(record),
    }
    return render(request, "people/import_undo.html", context)
