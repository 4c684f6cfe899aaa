"""Editing many leads at once: what, a look at what would happen, and doing it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.campaigns.queries import choices
from mikomi.hub.kit.templatetags.kit import count as counted
from mikomi.hub.people import edits, field_values, labels
from mikomi.hub.people.field_tests import TestedField
from mikomi.hub.site.actions.edit_leads import AT_ONCE, Deed, edit_leads
from mikomi.hub.site.lists import address
from mikomi.hub.site.lists.pages import count_of, numbers_in_order, rows_of
from mikomi.hub.site.models import Act
from mikomi.hub.site.rows import cells
from mikomi.hub.site.rows.store import Numbers

SAMPLE = 5
MOST_ON_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom an edit is for: `leads` by number, or all that `query` finds."""

    leads: tuple[int, ...]
    query: str
    every: bool

    def count(self) -> int:
        """How many they are."""
        if not self.every:
            return len(self.leads)
        return count_of(address.read(QueryDict(self.query), size=1))

    def numbers(self) -> Numbers:
        """Their numbers, in the order of the list."""
        if not self.every:
            return np.array(self.leads, dtype=np.int64)
        return numbers_in_order(address.read(QueryDict(self.query), size=1))


@require_POST
def edit(request: HttpRequest) -> HttpResponse:
    """One step further: which deed, its value, the look at it, the deed."""
    chosen = _chosen(request)
    count = chosen.count()
    if not count:
        messages.error(request, _("人が選ばれていません"))
        return _back(chosen)
    context = {"chosen": chosen, "count": count, "back": _back_url(chosen), "menu_key": "leads"}
    deed = request.POST.get("do", "")
    if deed not in ("set", "tag", "untag", "list", "unlist", "campaign", "trash"):
        return render(request, "site/edit.html", context | _offers())
    field = next((f for f in _fields() if f.key == request.POST.get("field", "")), None)
    if deed == "set" and field is None:
        return render(request, "site/edit.html", context | _offers())
    if deed == "set" and "value" not in request.POST:
        return render(request, "site/edit_value.html", context | _value_of(field))
    try:
        planned, words, label = _planned(request, deed, field)
    except MikomiError as error:
        refused = {"error": error.words, "tried": request.POST.get("value", "")}
        page = "site/edit_value.html" if deed == "set" else "site/edit.html"
        return render(request, page, context | _offers() | _value_of(field) | refused, status=422)
    if request.POST.get("sure") != str(count):
        # Also where the list has changed since it was looked at: the number is shown once more.
        sample = chosen.numbers()[:SAMPLE].tolist()
        look = {
            "words": words,
            "sample": _sample(sample, field),
            "after": _shown(field, planned.value) if field else "",
            "field": field,
            "do": deed,
            "target": label,
            "value": request.POST.get("value", ""),
            "slow": count > AT_ONCE,
            "moved": "sure" in request.POST,
        }
        return render(request, "site/edit_sure.html", context | look)
    if planned.label == 0 and deed in ("tag", "list"):
        planned = Deed(planned.do, label=labels.make_label(planned.kind, label, request.user.pk))
    act = edit_leads(planned, chosen.numbers(), words, request.user.pk)
    if act.state != Act.State.DONE:
        return redirect("site:act", act.batch)
    said = _("%(words)s（%(count)s）") % {"words": words, "count": counted(act.changed, "人")}
    messages.success(request, said, extra_tags=reverse("site:undo_act", args=[act.batch]))
    return _back(chosen)


def _chosen(request: HttpRequest) -> Chosen:
    leads = dict.fromkeys(
        int(n)
        for n in request.POST.getlist("lead")[:MOST_ON_PAGE]
        if n.isascii() and n.isdigit() and len(n) < 10
    )
    return Chosen(tuple(leads), request.POST.get("query", ""), "every" in request.POST)


def _planned(request: HttpRequest, do: str, field: TestedField | None) -> tuple[Deed, str, str]:
    """The deed, how it is called, and the name of its tag or list. Raises `MikomiError`."""
    if do == "trash":
        return Deed("trash"), _("ごみ箱に入れる"), ""
    if do == "set" and field is not None:
        value = edits.read_value(field.key, request.POST.get("value", ""))
        if not value:
            return Deed("set", field.key, ""), _("%(field)sを空にする") % {"field": _name(field)}, ""
        words = _("%(field)sを「%(value)s」にする") % {"field": _name(field), "value": _shown(field, value)}
        return Deed("set", field.key, value), words, ""
    if do == "campaign":
        return _joining(request.POST.get("name", ""))
    kind: labels.Kind = "list" if do in ("list", "unlist") else "tag"
    name = " ".join(request.POST.get("name", "").split())
    known = next((one for one in labels.labels(kind) if one.name == name), None)
    if (do in ("untag", "unlist") and known is None) or not name:
        raise MikomiError(Words("タグかリストを選んでください", "choose a tag or a list"))
    labels.check_name(name)
    number = known.number if known else 0
    words = {
        "tag": _("タグ「%(name)s」をつける"),
        "untag": _("タグ「%(name)s」を外す"),
        "list": _("リスト「%(name)s」に入れる"),
        "unlist": _("リスト「%(name)s」から外す"),
    }[do] % {"name": name}
    # `do` was looked up among the words that a deed may be.
    return Deed(do, label=number), words, name  # pyright: ignore[reportArgumentType]


def _joining(text: str) -> tuple[Deed, str, str]:
    """The deed of joining the campaign whose number was chosen. Raises `MikomiError`."""
    found = next((one for one in choices() if str(one.number) == text), None)
    if found is None:
        raise MikomiError(Words("施策を選んでください", "choose a campaign"))
    words = _("施策「%(name)s」に加える") % {"name": found.name}
    return Deed("campaign", label=found.number), words, text


def _offers() -> dict[str, object]:
    counted_cells = cells.all_cells()
    return {
        "fields": [(f.key, _name(f)) for f in _fields() if f.key != "owner"],
        "owners": sorted({owner for owner in counted_cells["owner"].to_list() if owner}),
        "tags": labels.labels("tag"),
        "lists": labels.labels("list"),
        "campaigns": choices(),
    }


def _value_of(field: TestedField | None) -> dict[str, object]:
    if field is None:
        return {}
    english = _english()
    options = [(key, words.en if english else words.ja) for key, words in field.choices]
    if field.kind == "yes_no":
        options = [(key, names[int(english)]) for key, names in field_values.YES.items()]
    return {"field": field, "label": _name(field), "options": options}


def _sample(leads: list[int], field: TestedField | None) -> list[tuple[object, str]]:
    held = field_values.values_of(leads, [field.key]) if field else {}
    return [
        (row, _shown(field, held.get(row.lead_id, {}).get(field.key, "")) if field else "")
        for row in rows_of(leads)
    ]


def _shown(field: TestedField | None, value: str) -> str:
    return field_values.shown(value, field, english=_english()) if field else value


def _fields() -> list[TestedField]:
    return edits.editable_fields()


def _name(field: TestedField) -> str:
    return field.label.en if _english() else field.label.ja


def _english() -> bool:
    return not (get_language() or "ja").startswith("ja")


def _back_url(chosen: Chosen) -> str:
    return f"{reverse('site:leads')}?{chosen.query}"


def _back(chosen: Chosen) -> HttpResponse:
    return redirect(_back_url(chosen))
