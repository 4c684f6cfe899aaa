"""The map for a meeting: to be printed, as a PDF, as a picture."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mikomi.core.journey.edits import called_now
from mikomi.core.words import Words
from mikomi.hub.activity import content_moves
from mikomi.hub.journey import paper, queries
from mikomi.hub.journey.board import Board, Lane, laid
from mikomi.hub.journey.overlaid import Overlaid, overlaid
from mikomi.hub.journey.views.work import Work, board_of, language, open_work
from mikomi.hub.kit import formats

KINDS: dict[str, tuple[paper.Paper, str]] = {
    "a4.pdf": ("a4", "application/pdf"),
    "a3.pdf": ("a3", "application/pdf"),
    "map.png": ("picture", "image/png"),
}


@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The map in force, black on white, to be printed by the browser."""
    work = open_work()
    if work is None:
        return redirect("journey:map")
    return _sheet(request, work, None)


def _sheet(request: HttpRequest, work: Work, failed: Words | None) -> HttpResponse:
    board, lanes, real = _shown(work)
    size = "a3" if request.GET.get("paper") == "a3" else "a4"
    context = {"work": work, "board": board, "lanes": lanes, "real": real, "paper": size, "failed": failed}
    return render(request, "journey/sheet.html", context, status=409 if failed else 200)


@require_GET
def file(request: HttpRequest, name: str) -> HttpResponse:
    """The map as a file. Without a font for it, the page to be printed, which says why."""
    work = open_work()
    if work is None or name not in KINDS:
        raise Http404
    size, kind = KINDS[name]
    board, lanes, real = _shown(work)
    try:
        made = paper.set_map(board, lanes, real, _sub(work), size, language())
    except paper.NoFontError as error:
        return _sheet(request, work, error.words)
    ending = name.rpartition(".")[2]
    stem = f"journey-{work.kept.number}" if work.kept else "journey-draft"
    return HttpResponse(
        made, kind, headers={"Content-Disposition": f'attachment; filename="{stem}-{size}.{ending}"'}
    )


def _shown(work: Work) -> tuple[Board, list[Lane], Overlaid | None]:
    shown = called_now(work.kept.map if work.kept else work.map, content_moves.now_at())
    board = board_of(work, shown)
    figures = queries.figures(work.kept.number) if work.kept else None
    real = overlaid(figures, shown, language()) if figures else None
    if real is not None:
        board = laid(board, real.marks, real.used)
    return board, [lane for lane in board.lanes if not lane.empty], real


def _sub(work: Work) -> str:
    if work.kept is None:
        return _("下書き")
    day = formats.day(timezone.localtime(work.kept.at).date(), language(), timezone.localdate(), year=True)
    return _("第%(number)s版") % {"number": work.kept.number} + _("・") + day
