"""One value of a lead, edited where it stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import retarget

from mikomi.core.words import Language, Words
from mikomi.hub.accounts import queries as accounts
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import field_settings
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import FieldView, Person
from mikomi.hub.people.value_sources import BY_HAND
from mikomi.hub.site import lead_page as pages
from mikomi.hub.site.actions.edit_value import edit_value
from mikomi.hub.site.field_values import widget
from mikomi.hub.site.panels import Asked, details


@require_http_methods(["GET", "POST"])
def value(request: PageRequest, number: int) -> HttpResponse:
    """A form for `?field=`, and writing what was typed. Under htmx, the part of the page alone."""
    person = people.person(number) if number < 2**31 else None
    field = field_settings.view_of(request.GET.get("field", ""))
    if person is None or field is None or field.key in pages.NOT_BY_HAND:
        raise Http404
    if request.method == "POST":
        return _write(request, person, field)
    if "back" in request.GET:
        return _card(request, person)
    return _form(request, person, field, person.attributes.get(field.key, ""), None)


def _write(request: PageRequest, person: Person, field: FieldView) -> HttpResponse:
    typed = request.POST.getlist("value")
    text = ";".join(typed) if field.kind == "choices" else (typed[0] if typed else "")
    stored, reason = field_settings.check_value(field.key, text)
    if reason is not None:
        return _form(request, person, field, text, reason)
    name = words(field.label)
    batch = edit_value(
        person.number,
        field.key,
        stored,
        source=BY_HAND,
        label=_("%(field)sを書き換え") % {"field": name},
        by=request.user.pk,
    )
    if batch is None:
        messages.success(request, _("変わったところはありません"))
    else:
        said = _("%(field)sを書き換えました") if stored else _("%(field)sを空にしました")
        messages.success(request, said % {"field": name}, extra_tags=reverse("site:undo_act", args=[batch]))
    if not request.htmx:
        return redirect("site:lead", person.number)
    fresh = people.person(person.number)
    return _card(request, fresh or person)


def _form(
    request: PageRequest, person: Person, field: FieldView, text: str, reason: Words | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "called": person.name or person.email or person.key,
        "field": field,
        "widget": widget(field, text, _language(), accounts.names()),
        "reason": reason,
        "menu_key": "leads",
        "shared": field.scope == "company" and bool(person.company_number),
    }
    if not request.htmx:
        return render(request, "site/value.html", context, status=422 if reason else 200)
    answer = render(request, "site/partials/value_form.html", context)
    # What was typed comes back to its own place; only a value that was taken renews the card.
    return retarget(answer, "#value-form") if reason else answer


def _card(request: PageRequest, person: Person) -> HttpResponse:
    today = timezone.localdate()
    facts = pages.facts_of(person.number)
    template, panel = details(Asked(person, None, facts, today, today))
    back = reverse("site:lead", args=[person.number])
    return render(request, template, {"panel": panel, "person": person, "toast": True, "toast_next": back})


def _language() -> Language:
    return "ja" if (get_language() or "ja").startswith("ja") else "en"
