"""What people ask for about their own data: given out, no longer used, erased; and the log of it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.words import Words
from mikomi.hub.people import exclusions
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person
from mikomi.hub.site.actions import privacy_requests
from mikomi.hub.site.actions.give_out import everything_of
from mikomi.hub.site.models import PrivacyRequest

LOG_SIZE = 50


@require_safe
def requests_of(request: HttpRequest, number: int) -> HttpResponse:
    """What can be done for a person who asks."""
    return _page(request, _person(number), None)


@require_POST
def give_out(request: HttpRequest, number: int) -> HttpResponse:
    """All that is known of the person, as a file."""
    person = _person(number)
    text = json.dumps(everything_of(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    privacy_requests.note_given_out(person, request.user.get_username())
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="lead-{number}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def stop_use(request: HttpRequest, number: int) -> HttpResponse:
    """Stops the use of the person's data."""
    person = _person(number)
    privacy_requests.stop_use(person, request.user.get_username(), request.user.pk)
    messages.success(request, _("利用を止めました。どの一覧にも出さず、メールも送りません"))
    return redirect("site:lead", number)


@require_POST
def erase(request: HttpRequest, number: int) -> HttpResponse:
    """Erases the person, where the name was typed as it is shown."""
    person = _person(number)
    if request.POST.get("name", "").strip() != _called(person):
        said = Words(
            "表示されている名前と違います。同じように入れてください。まだ何も消していません",
            "That is not the name shown. Type it as it stands; nothing was erased",
        )
        return _page(request, person, said)
    privacy_requests.erase(person, request.user.get_username())
    messages.success(
        request, _("消去しました。元には戻せません。メールアドレスは、送らないためにだけ覚えています")
    )
    return redirect("site:leads")


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What was done, newest first; `?q=` an address whose requests are looked for."""
    rows = PrivacyRequest.objects.order_by("-at", "-pk")
    asked = request.GET.get("q", "").strip()
    if asked:
        rows = rows.filter(mark=privacy_requests.mark_of(asked))
    page = Paginator(rows, LOG_SIZE).get_page(request.GET.get("page"))
    return render(request, "site/privacy/log.html", {"page": page, "asked": asked, "menu_key": "privacy"})


def _person(number: int) -> Person:
    person = people.person(number) if number < 2**31 else None
    if person is None:
        raise Http404(_("このリードは見つかりません。消されたか、アドレスが違っているのかもしれません。"))
    return person


def _called(person: Person) -> str:
    return person.name or person.email or person.key


def _page(request: HttpRequest, person: Person, refused: Words | None) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "called": _called(person),
        "stopped": any(held.reason == "asked" for held in exclusions.exclusions_of(person.number)),
        "refused": refused,
        "menu_key": "leads",
    }
    return render(request, "site/privacy/requests.html", context, status=422 if refused else 200)
