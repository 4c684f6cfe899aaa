"""タグとリスト: making, renaming, deleting."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import labels
from mikomi.hub.people.types import Label
from mikomi.hub.site.condition_uses import segments_with_label


@require_safe
def all_labels(request: HttpRequest) -> HttpResponse:
    """Every tag and list, how many leads each is on, and the forms to make and rename them."""
    context = {
        "labels": [
            (kind, [(label, counts.get(label.number, 0)) for label in labels.labels(kind)])
            for kind in ("tag", "list")
            for counts in [labels.lead_counts(kind)]
        ],
        "deleted": [
            (kind, label, counts.get(label.number, 0))
            for kind in ("tag", "list")
            for counts in [labels.lead_counts(kind)]
            for label in labels.deleted_labels(kind)
        ],
        "kept_days": labels.KEPT.days,
        "longest": labels.LONGEST,
        "menu_key": "leads",
    }
    return render(request, "site/labels.html", context)


@require_POST
def make(request: HttpRequest, kind: str) -> HttpResponse:
    """A new tag or list."""
    try:
        labels.make_label(_kind(kind), request.POST.get("name", ""), request.user.pk)
    except MikomiError as error:
        messages.error(request, words(error.words))
    return redirect("site:labels")


@require_POST
def rename(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Another name."""
    label = _label(kind, number)
    try:
        labels.rename_label(_kind(kind), label.number, request.POST.get("name", ""))
        messages.success(request, _("名前を変えました"))
    except MikomiError as error:
        messages.error(request, words(error.words))
    return redirect("site:labels")


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Asks first, then takes the label off all pages; the toast brings it back."""
    label = _label(kind, number)
    if request.method == "POST":
        labels.delete_label(_kind(kind), number)
        enqueue("site.score_changed", once=True)
        undo = reverse("site:restore_label", args=[kind, number])
        messages.success(request, _("「%(name)s」を消しました") % {"name": label.name}, extra_tags=undo)
        return redirect("site:labels")
    context = {
        "label": label,
        "kind": kind,
        "count": labels.lead_counts(_kind(kind)).get(number, 0),
        "kept_days": labels.KEPT.days,
        "asked_by": segments_with_label(_kind(kind), number),
        "menu_key": "leads",
    }
    return render(request, "site/label_delete.html", context)


@require_POST
def restore(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """元に戻す: a deleted label, on the leads it was on."""
    try:
        if not labels.restore_label(_kind(kind), number):
            raise Http404
        enqueue("site.score_changed", once=True)
        messages.success(request, _("元に戻しました"))
    except MikomiError as error:
        messages.error(request, words(error.words))
    return redirect("site:labels")


def _kind(kind: str) -> labels.Kind:
    if kind not in labels.HUNG:
        raise Http404
    return cast(labels.Kind, kind)


def _label(kind: str, number: int) -> Label:
    label = labels.label(_kind(kind), number)
    if label is None:
        raise Http404
    return label
