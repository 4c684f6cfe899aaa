"""The pages of the import: choose a file, check it, load it, see what became of it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from mikomi.core.words import MikomiError, Words
from mikomi.hub.people import uploads
from mikomi.hub.people.fields import label_of
from mikomi.hub.people.forms.imports import KINDS, EncodingForm, UploadForm
from mikomi.hub.people.models import Import

IMPORTS_A_PAGE = 20
STEPS = {"uploaded": 1, "checked": 2, "waiting": 3, "running": 3, "done": 4, "failed": 2}
BUSY = (Import.Status.UPLOADED, Import.Status.WAITING, Import.Status.RUNNING)


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The list of imports, and the form for the next one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    refused: Words | None = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            record = uploads.keep(told["file"], told["kind"], told["known_from"], request.user.pk)
            return redirect("people:import", record.pk)
        except MikomiError as error:
            refused = error.words
    past = Import.objects.select_related("by").order_by("-pk")
    context = {
        "form": form,
        "refused": refused,
        "page": Paginator(past, IMPORTS_A_PAGE).get_page(request.GET.get("page")),
        "kinds": dict(KINDS),
        "limit": uploads.LARGEST >> 20,
    }
    return render(request, "people/imports.html", context, status=422 if request.method == "POST" else 200)


@require_GET
def one_import(request: HttpRequest, number: int) -> HttpResponse:
    """One import as it stands: being read, to be checked, being loaded, done or failed."""
    record = get_object_or_404(Import, pk=number)
    context = {
        "record": record,
        "report": record.report,
        "columns": [c | {"words": label_of(c["field"])} for c in record.report.get("columns", ())],
        "names": [label_of(name) for name in record.report.get("names", ())],
        "kind": dict(KINDS)[record.kind],
        "step": STEPS[record.status],
        "busy": record.status in BUSY,
        "to_load": record.rows - record.rejected,
        "encoding": EncodingForm(initial={"encoding": record.encoding}),
        "error": Words(record.error_ja, record.error_en),
    }
    return render(request, "people/import.html", context)


@require_GET
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a worker is; the page is loaded anew once it is through."""
    record = get_object_or_404(Import, pk=number)
    if record.status not in BUSY:
        return HttpResponseClientRefresh()
    return render(request, "people/progress.html", {"record": record, "report": record.report})


@require_POST
def read_again(request: HttpRequest, number: int) -> HttpResponse:
    """Reads the file in another encoding."""
    record = get_object_or_404(Import, pk=number)
    form = EncodingForm(request.POST)
    if form.is_valid():
        uploads.read_again(record, form.cleaned_data["encoding"])
    return redirect("people:import", number)


@require_POST
def load(request: HttpRequest, number: int) -> HttpResponse:
    """Starts the import."""
    uploads.ask_load(get_object_or_404(Import, pk=number))
    return redirect("people:import", number)


@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Throws an upload away that was not imported."""
    uploads.discard(get_object_or_404(Import, pk=number))
    return redirect("people:imports")


@require_GET
def rejected(request: HttpRequest, number: int) -> HttpResponse:
    """The rows that were not taken, with line and reason, as a CSV file."""
    record = get_object_or_404(Import, pk=number)
    data = uploads.rejected_csv(record, get_language() or "ja")
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{record.pk}.rejected.csv"'
    return response
