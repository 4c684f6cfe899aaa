"""Nobody gets where the table of `access.py` does not let them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mikomi.core.words import Words
from mikomi.hub.accounts import allowing, two_steps
from mikomi.hub.accounts.access import PUBLIC
from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import ROLE_NAMES, May, Role
from mikomi.hub.kit.name_users import listed
from mikomi.hub.kit.requests import PageRequest

ON_THE_WAY = {
    "language", "account_set_password", "account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp",
    "mfa_view_recovery_codes", "mfa_download_recovery_codes",
}  # fmt: skip
"""What a person needs while they have no second step yet but must."""

type GetResponse = Callable[[PageRequest], HttpResponse]


class AccessMiddleware:
    """Answers 403, on a page that says who may, whatever the table does not allow the person.

    Django's `LoginRequiredMiddleware` stands before it: who is not logged in was sent to the login
    unless the view is open to strangers, as the table says, too.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: PageRequest, view: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if allowing.allowed(request.user, name, request.method or "GET"):
            return _second_step(request, name)
        return refuse(request, allowing.roles_for(name, request.method or "GET"))


def _second_step(request: PageRequest, name: str) -> HttpResponse | None:
    """Where everybody must have a second step: the way to set it up, but for what leads there."""
    user = request.user
    if not isinstance(user, User) or name in ON_THE_WAY or allowing.needed(name) == PUBLIC:
        return None
    if not two_steps.required() or two_steps.has(user):
        return None
    if request.htmx:
        return HttpResponse(status=401)
    messages.info(request, _("管理者が、全員に2段階のログインを求めています。まず設定してください"))
    return redirect("mfa_activate_totp")


def refuse(request: PageRequest, may: Sequence[Role]) -> HttpResponse:
    """403 in words: what the person is here, and which roles may."""
    if request.htmx:
        # The script says so in words; nothing of the answer would be put into the page.
        return HttpResponse(status=403)
    role = getattr(request.user, "role", "")
    context = {
        "role": ROLE_NAMES[Role(role)] if role else None,
        "roles": listed(ROLE_NAMES[one] for one in may),
        "reading": request.method in ("GET", "HEAD"),
    }
    return render(request, "accounts/refused.html", context, status=403)


def may(request: HttpRequest) -> dict[str, May | Words | None]:
    """For templates: `{% if may.market %}` and so on hides what would be refused; `role_name`."""
    user = getattr(request, "user", None)
    role = getattr(user, "role", "")
    return {"may": allowing.may_of(user), "role_name": ROLE_NAMES[Role(role)] if role else None}
