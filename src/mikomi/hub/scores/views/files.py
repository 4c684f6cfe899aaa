"""The model as a file: seen, edited, brought and taken as YAML."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mikomi.core.conditions.document import DocumentError
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import dump_model, parse_model
from mikomi.core.words import MikomiError, Words
from mikomi.hub.scores import queries, services
from mikomi.hub.scores.views import work as working
from mikomi.hub.scores.views.work import open_work

LARGEST = 1024 * 1024
FILE_NAME = "model.yaml"


@require_http_methods(["GET", "POST"])
def edit_file(request: HttpRequest) -> HttpResponse:
    """The draft as YAML. What is sent becomes the draft where it can be read, else says what is wrong."""
    work = open_work()
    text, failed = dump_model(work.model), None
    line: int | None = None
    if request.method == "POST":
        try:
            text, name = _sent(request)
            model = parse_model(text, file=name)
            services.save_draft(
                model, cast(Any, request.user), revision=_revision(request, work.revision), undoable=True
            )
            services.show_details()
        except MikomiError as error:
            failed = error.words
            line = error.line if isinstance(error, DocumentError) else None
        else:
            messages.success(
                request,
                _("下書きにしました。公開するまで点数は変わりません"),
                extra_tags=working.way_back(work),
            )
            return redirect("scores:edit")
    context = {"work": work, "text": text, "failed": failed, "line": line}
    return render(request, "scores/file.html", context, status=422 if failed else 200)


def _sent(request: HttpRequest) -> tuple[str, str]:
    """The YAML that was typed or uploaded, and what to call it in errors."""
    upload = request.FILES.get("file")
    if upload is None:
        return request.POST.get("yaml", ""), FILE_NAME
    name = upload.name or FILE_NAME
    if (upload.size or 0) > LARGEST:
        raise MikomiError(
            Words(
                f"{name}: 1MBより大きいファイルです。モデルのYAMLを選んでください",
                f"{name}: larger than 1 MB; choose the YAML file of a model",
            )
        )
    try:
        return upload.read().decode("utf-8-sig"), name
    except UnicodeDecodeError as error:
        raise MikomiError(
            Words(
                f"{name}: UTF-8で読めません。UTF-8で保存し直してください",
                f"{name}: not UTF-8 text; save the file as UTF-8",
            )
        ) from error


def _revision(request: HttpRequest, current: int | None) -> int | None:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() and current is not None else None


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The draft as a file."""
    return _file(open_work().model, "draft")


@require_GET
def download_version(request: HttpRequest, number: int) -> HttpResponse:
    """A version as a file."""
    found = queries.version(number)
    if found is None:
        raise Http404
    return _file(found.model, f"v{number}")


def _file(model: Model, which: str) -> HttpResponse:
    answer = HttpResponse(dump_model(model), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="mikomi-model-{which}.yaml"'
    return answer
