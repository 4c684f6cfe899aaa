"""The list of imports, and where files come in."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts.queries import setting
from mikomi.hub.accounts.services import set_setting
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people import uploads
from mikomi.hub.people.forms.imports import KINDS, UploadForm
from mikomi.hub.people.models import Import

IMPORTS_A_PAGE = 20
NO_FORMER_TOOL = "imports.no_former_tool"
COUNTED = (Import.Status.RUNNING, Import.Status.DONE, Import.Status.UNDOING, Import.Status.UNDONE)


@require_http_methods(["GET", "POST"])
def imports(request: PageRequest) -> HttpResponse:
    """The list of imports, and the form for the next ones."""
    refused: list[tuple[str, Words]] = []
    together = request.GET.get("upload", "")
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            told = form.cleaned_data
            kept = []
            together = uuid.uuid4().hex
            for file in told["file"]:
                try:
                    record = uploads.keep(file, told["kind"], told["known_from"], request.user.pk)
                except MikomiError as error:
                    refused.append((str(file.name), error.words))
                    continue
                kept.append(record)
            if len(kept) > 1 or refused:
                Import.objects.filter(pk__in=[record.pk for record in kept]).update(upload=together)
            if kept and not refused:
                first = reverse("people:import", args=[kept[0].pk])
                several = f"{reverse('people:imports')}?upload={together}"
                return redirect(first if len(kept) == 1 else several)
    else:
        kind = request.GET.get("kind", "")
        form = UploadForm(initial={"kind": kind} if kind in dict(KINDS) else None)
    past = Import.objects.select_related("by").order_by("-pk")
    page = Paginator(past, IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "refused": refused,
        "together": together_with(together),
        "page": page,
        "counted": COUNTED,
        "limit": uploads.LARGEST >> 20,
        "asks_optouts": asks_optouts(request),
    }
    return render(request, "people/imports.html", context, status=422 if request.method == "POST" else 200)


def together_with(upload: str) -> list[Import]:
    """The imports whose files came together, in the order in which they were put down."""
    return list(Import.objects.filter(upload=upload).order_by("pk")) if upload else []


def asks_optouts(request: PageRequest) -> bool:
    """Whether the opt-outs of the former tool are still missing: none were ever brought in, and nobody
    said that there are none."""
    user: Any = request.user
    if setting(user, NO_FORMER_TOOL):
        return False
    came = Import.objects.filter(kind=Import.Kind.OPTOUTS, status__in=COUNTED)
    return not came.exists()


@require_POST
def no_former_tool(request: PageRequest) -> HttpResponse:
    """There was no tool for mail before, so there are no opt-outs to bring in."""
    user: Any = request.user
    set_setting(user, NO_FORMER_TOOL, True)
    return redirect("people:imports")
