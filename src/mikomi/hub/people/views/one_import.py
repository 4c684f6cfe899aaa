"""The pages of one import: check and choose, load, look at what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from mikomi.core.tabular.formats import ENDINGS
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people import uploads
from mikomi.hub.people.forms.imports import ReadingForm
from mikomi.hub.people.importing import options as chosen
from mikomi.hub.people.importing.joining import campaigns
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.models import Import, LeadList, Tag
from mikomi.hub.people.views import import_choices as choices
from mikomi.hub.people.views.import_basis import (
    BasisChoice,
    asks_basis,
    basis_ways,
    chosen_basis,
    columns_with_values,
    grounds_told,
    headers_of,
    read_with_basis,
    reads_other_columns,
)
from mikomi.hub.people.views.import_page import (
    column_rows,
    effects,
    file_facts,
    given_to_all,
    groups_and_labels,
    preview,
    problems,
    undo_kept,
    undo_stayed,
)
from mikomi.hub.people.views.import_words import BASES, CONFLICT_RULES, FIELD_KINDS, KIND_NAMES, all_said
from mikomi.hub.people.views.imports import asks_optouts, together_with

Status = Import.Status
STEPS = {"uploaded": 1, "checked": 2, "waiting": 3, "running": 3, "done": 4, "failed": 2}
BUSY = (Status.UPLOADED, Status.WAITING, Status.RUNNING, Status.UNDOING)
OPEN = (Status.CHECKED, Status.FAILED)
NAMES_OFFERED = 200


@require_GET
def one_import(request: PageRequest, number: int) -> HttpResponse:
    """One import as it stands: being read, to be checked, being loaded, done, failed or undone."""
    return show(request, get_object_or_404(Import.objects.select_related("by"), pk=number))


def anew(number: int) -> HttpResponse:
    """Has the browser load the import's page. Where an answer was shown under a button's address,
    loading that once more would press the button, or find no page."""
    return HttpResponseClientRedirect(reverse("people:import", args=[number]))


def pressed(view: Callable[[PageRequest, int], HttpResponse]) -> Callable[[PageRequest, int], HttpResponse]:
    """A button of an import's page. Its address stays in the browser where the answer was a page;
    whoever opens it comes to the import."""

    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def answer(request: PageRequest, number: int) -> HttpResponse:
        return view(request, number) if request.method == "POST" else redirect("people:import", number)

    return answer


@require_GET
def progress(request: PageRequest, number: int) -> HttpResponse:
    """How far a worker is; the page is loaded anew once it is through."""
    record = get_object_or_404(Import, pk=number)
    if record.status not in BUSY:
        return anew(number)
    return render(request, "people/progress.html", {"record": record, "report": record.report})


@pressed
def read_again(request: PageRequest, number: int) -> HttpResponse:
    """Reads the file in another way: encoding, delimiter, sheet, header, or as another kind of file."""
    record = get_object_or_404(Import, pk=number)
    form = reading_form(record, request.POST)
    if not form.is_valid():
        return show(request, record, reading=form, status=422)
    told = form.cleaned_data
    options = chosen.parse(record.options)
    if "header" in request.POST:
        header, lines = told["header"]
        delimiter = {"tab": "\t"}.get(told.get("delimiter", ""), told.get("delimiter", ""))
        options = replace(
            options,
            delimiter=delimiter or None,
            sheet=told.get("sheet") or None,
            header=header,
            header_lines=lines,
        )
    kind = told["kind"] or record.kind
    if kind != record.kind or "forget" in request.POST:
        options = replace(options, columns={}, fields=())
    encoding = told.get("encoding", "") if "encoding" in request.POST else record.encoding
    ours = Import.objects.filter(pk=record.pk, status__in=OPEN, cursor=0)
    if ours.update(kind=kind, encoding=encoding):
        record.refresh_from_db()
        uploads.set_options(record, options)
    return redirect("people:import", number)


@pressed
def set_options(request: PageRequest, number: int) -> HttpResponse:
    """Takes one change of the check page over and answers with what follows from it."""
    record = get_object_or_404(Import.objects.select_related("by"), pk=number)
    if record.status != Status.CHECKED:
        return anew(number) if request.htmx else redirect("people:import", number)
    part = request.POST.get("part", "")
    before = chosen.parse(record.options)
    if part == "rest":
        return set_rest(request, record, before)
    if not request.htmx:
        keep_rest(request, record, before)
        before = chosen.parse(record.options)
    options, moved = choices.chosen_rule(request.POST, before), ()
    if part == "columns":
        options, moved = choices.chosen_columns(request.POST, record, before)
    asked = asks_basis(record)
    why = check_with(record, before, options)
    if not request.htmx:
        if why is not None:
            return show(request, record, columns_error=why, status=422)
        return redirect("people:import", number)
    if record.status != Status.CHECKED:
        return anew(number)
    context = context_of(request, record, moved=moved, columns_error=why)
    context["basis_turned"] = asked != context["asks_basis"]
    return render(request, f"people/import/answer_{'columns' if part == 'columns' else 'rule'}.html", context)


@pressed
def load(request: PageRequest, number: int) -> HttpResponse:
    """Starts the import, with what was chosen last."""
    record = get_object_or_404(Import.objects.select_related("by"), pk=number)
    if record.status != Status.CHECKED:
        return redirect("people:import", number)
    before = chosen.parse(record.options)
    options, _moved = choices.chosen_columns(request.POST, record, before)
    options = choices.chosen_rule(request.POST, options)
    basis = keep_rest(request, record, before)
    if options != before:
        rest = chosen.parse(record.options)
        now = replace(
            options,
            tags=rest.tags,
            lists=rest.lists,
            source=rest.source,
            owner=rest.owner,
            campaign=rest.campaign,
            basis=rest.basis,
        )
        why = check_with(record, rest, now)
        if why is None:
            messages.warning(request, _("選びなおしたので読みなおしました。確かめてから取り込んでください。"))
            return redirect("people:import", number)
        return show(request, record, columns_error=why, status=422)
    if asks_basis(record) and basis.errors:
        return show(request, record, basis=basis, status=422)
    if reads_other_columns(record):
        why = read_with_basis(record)
        if why is not None:
            return show(request, record, columns_error=why, status=422)
        messages.warning(request, _("根拠の列を読みました。1人ずつの根拠を確かめてから取り込んでください。"))
        return redirect("people:import", number)
    uploads.ask_load(record)
    return redirect("people:import", number)


@require_POST
def discard(request: PageRequest, number: int) -> HttpResponse:
    """Throws an upload away that was not imported."""
    record = get_object_or_404(Import, pk=number)
    upload = record.upload
    uploads.discard(record)
    others = f"?upload={upload}" if together_with(upload) else ""
    return redirect(reverse("people:imports") + others)


@require_GET
def rejected(request: PageRequest, number: int) -> HttpResponse:
    """The rows that were not taken, under the file's own headers, with line and reason, as a CSV file."""
    record = get_object_or_404(Import, pk=number)
    data = uploads.rejected_file(record, get_language() or "ja")
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{record.pk}.rejected.csv"'
    return response


@pressed
def mended(request: PageRequest, number: int) -> HttpResponse:
    """The rejected rows come back, mended: an import of their own, with the same choices."""
    record = get_object_or_404(Import.objects.select_related("by"), pk=number)
    file = request.FILES.get("file")
    if file is None:
        error = Words("ファイルを選んでください。", "Choose a file.")
        return show(request, record, mend_error=error, status=422)
    try:
        again = uploads.keep(file, record.kind, record.known_from, request.user.pk)
    except MikomiError as refused:
        return show(request, record, mend_error=refused.words, status=422)
    # The file was written by this program: how the first one was read says nothing about it.
    options = replace(
        chosen.parse(record.options), delimiter=None, sheet=None, header=None, header_lines=None
    )
    uploads.set_options(again, options)
    return redirect("people:import", again.pk)


def keep_rest(request: PageRequest, record: Import, options: Options) -> BasisChoice:
    """Keeps what all leads of the file get; it changes nothing of what was checked. The ground for
    mail is kept once its evidence is complete, until then with the session."""
    options = choices.chosen_for_everybody(request.POST, options)
    basis = BasisChoice.of(options.basis)
    if "tags" in request.POST and asks_basis(record):
        basis = chosen_basis(request.POST, headers_of(record))
        options = replace(options, basis=basis.given)
        request.session[_draft(record)] = {
            name: value
            for name, value in request.POST.items()
            if name == "basis" or name.partition("-")[0] in (*chosen.BASIS_KINDS, chosen.EACH)
        }
    told = chosen.dump(options)
    if told != record.options and Import.objects.filter(pk=record.pk, status=Status.CHECKED).update(
        options=told
    ):
        record.options = told
    return basis


def set_rest(request: PageRequest, record: Import, options: Options) -> HttpResponse:
    """Keeps what all leads of the file get, and reads the file again where a column says it of each."""
    basis = keep_rest(request, record, options)
    small = record.report.get("size", 0) <= uploads.READ_AT_ONCE
    why = None
    read = (small or not request.htmx) and reads_other_columns(record)
    if read:
        why = read_with_basis(record)
    if not request.htmx:
        return show(request, record, basis=basis, columns_error=why)
    if not read:
        return HttpResponse(status=204)
    if record.status != Status.CHECKED:
        return anew(record.pk)
    return render(request, "people/import/answer_rest.html", context_of(request, record, columns_error=why))


def check_with(record: Import, before: Options, options: Options) -> Words | None:
    """Checks the file as it would be imported with `options`. Where that cannot be, what was chosen
    before holds again, and the reason is given."""
    if options == before:
        return None
    uploads.set_options(record, options)
    record.refresh_from_db()
    if record.status != Status.FAILED:
        return None
    why = Words(record.error_ja, record.error_en)
    uploads.set_options(record, before)
    record.refresh_from_db()
    return why


def reading_form(record: Import, data: Any = None) -> ReadingForm:
    """How the file is read now, to be changed."""
    options = chosen.parse(record.options)
    lines = options.header_lines or ()
    initial = {
        "kind": record.kind,
        "encoding": record.encoding,
        "delimiter": {"\t": "tab"}.get(options.delimiter or "", options.delimiter or ""),
        "sheet": options.sheet or "",
        "header": "・".join(map(str, lines)) if lines else (_("なし") if options.header is False else ""),
    }
    sheets = record.report.get("sheets") or []
    text = not sheets and (record.report.get("encoding") is not None or "format" not in record.report)
    return ReadingForm(data, sheets=sheets, text=text, initial=initial, auto_id="read-%s")


def show(request: PageRequest, record: Import, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of an import as it stands."""
    return render(request, "people/import.html", context_of(request, record, **more), status=status)


def context_of(
    request: PageRequest,
    record: Import,
    *,
    moved: Sequence[str] = (),
    basis: BasisChoice | None = None,
    reading: ReadingForm | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What the templates of one import read."""
    options = chosen.parse(record.options)
    groups, labels = groups_and_labels(record, options)
    facts = file_facts(record)
    odd = problems(record.report, labels, request.GET.get("problems", ""))
    draft = request.session.get(_draft(record))
    if basis is None:
        basis = BasisChoice.of(options.basis)
        if options.basis is None and draft:
            basis = replace(chosen_basis(draft, headers_of(record)), errors=())
    people = get_user_model().objects.order_by("name")
    bases = {value: label for value, label, _note in BASES}
    return more | {
        "record": record,
        "report": record.report,
        "options": options,
        "step": STEPS.get(record.status, 4),
        "busy": record.status in BUSY,
        "live": record.report.get("size", 0) <= uploads.READ_AT_ONCE,
        "kind": KIND_NAMES.get(record.kind, record.kind),
        "form_kind_name": KIND_NAMES.get(facts["form_kind"], ""),
        "file": facts,
        "reading": reading or reading_form(record),
        "field_groups": groups,
        "columns": column_rows(record, options, groups),
        "moved": moved,
        "field_kinds": FIELD_KINDS,
        "preview": preview(record, labels),
        "problems": odd,
        "mends": record.rejected > 0 or "left_out" in odd["counts"],
        "effect": effects(record),
        "conflict_rules": CONFLICT_RULES,
        "asks_basis": asks_basis(record),
        "has_mail": asks_basis(record),
        "basis": {
            "kind": basis.kind,
            "since": basis.since,
            "how": basis.how,
            "wording": basis.wording,
            "url": basis.url,
            "errors": basis.errors,
            "kind_column": basis.kind_column or (record.report.get("grounds") or {}).get("kind", ""),
            "columns": columns_with_values(record),
            "proposed": bases.get(facts["basis"], ""),
            "ways": basis_ways(record, basis),
            "told": grounds_told(record.report),
        },
        "known_tags": Tag.objects.filter(deleted_at=None)
        .order_by("-pk")
        .values_list("name", flat=True)[:NAMES_OFFERED],
        "known_lists": LeadList.objects.filter(deleted_at=None)
        .order_by("-pk")
        .values_list("name", flat=True)[:NAMES_OFFERED],
        "known_campaigns": campaigns(),
        "known_owners": people.values_list("name", flat=True)[:NAMES_OFFERED],
        "given": given_to_all(options, bases),
        "to_load": record.rows - record.rejected,
        "siblings": [one for one in together_with(record.upload) if record.upload],
        "asks_optouts": asks_optouts(request),
        "endings": ",".join(sorted(ENDINGS)),
        "error": Words(record.error_ja, record.error_en),
        "undo_sentences": all_said(record.undo_report.get("sentences")),
        "undo": record.undo_report,
        "kept": undo_kept(record.undo_report),
        "kept_total": record.undo_report.get("kept_leads", 0) + record.undo_report.get("kept_companies", 0),
        "stayed": undo_stayed(record.undo_report, labels),
    }


def _draft(record: Import) -> str:
    return f"import-basis-{record.pk}"


def _newest(model: type[Tag] | type[LeadList]) -> list[str]:
    """The names of the tags or lists that were made last."""
    there = model.objects.filter(deleted_at=None).order_by("-pk")
    return list(there.values_list("name", flat=True)[:NAMES_OFFERED])
