"""The people of the product: who is here and as what, who is invited, who leaves."""

from __future__ import annotations

import logging
import smtplib
from typing import Any, cast

from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import leaving, queries, two_steps
from mikomi.hub.accounts import people as services
from mikomi.hub.accounts.allowing import may_of
from mikomi.hub.accounts.forms import InvitedForm, InviteForm, number_of_person
from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import CAPABILITY_WORDS, GIVEN, ROLE_NAMES, ROLE_WORDS, Role
from mikomi.hub.kit.environment import MAIL_BOX
from mikomi.hub.kit.mailing import send

log = logging.getLogger(__name__)
BACKEND = settings.AUTHENTICATION_BACKENDS[0]
FRESH_LINK = "accounts.fresh_link"
"""In the session: the link of the invitation just made, which is shown once."""


@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, the open invitations, and a form to invite one more."""
    return _page(request, InviteForm())


@never_cache
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """POST `email`, `role`: mails the invitation and shows its link once; 422 where it cannot be."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            _invite(request, form.cleaned_data["email"], Role(form.cleaned_data["role"]))
        except MikomiError as error:
            form.add_error("email", _said(error.words))
        else:
            return redirect("accounts_people")
    return _page(request, form, status=422)


@require_POST
def invite_again(request: HttpRequest, number: int) -> HttpResponse:
    """A new link for an open invitation, mailed again; the old one ends."""
    found = services.open_invitations().filter(pk=number).first()
    if found is None:
        messages.error(request, _("その招待は、もう終わっています"))
    else:
        try:
            _invite(request, found.email, Role(found.role))
        except MikomiError as error:
            messages.error(request, _said(error.words))
    return redirect("accounts_people")


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Ends an open invitation; its link lets nobody in any more."""
    address = services.revoke(number, request.user)
    if address is None:
        messages.error(request, _("その招待は、もう終わっています"))
    else:
        messages.success(request, _("%(email)s の招待を取り消しました") % {"email": address})
    return redirect("accounts_people")


@never_cache
@require_http_methods(["GET", "POST"])
def set_role(request: HttpRequest, number: int) -> HttpResponse:
    """Asks which role and, with POST `role`, says what would change; POST `role` and `sure` changes it."""
    user = _person(number)
    asked = request.POST.get("role", "")
    if request.method == "POST" and asked not in set(Role):
        messages.error(request, _("その役割はありません。何も変えていません"))
        return redirect("accounts_people")
    if "sure" in request.POST:
        try:
            services.set_role(user, Role(asked), request.user)
        except MikomiError as error:
            messages.error(request, _said(error.words))
        else:
            role = _said(ROLE_NAMES[Role(asked)])
            messages.success(
                request, _("%(name)s を「%(role)s」にしました") % {"name": user.name, "role": role}
            )
        return redirect(settings.LOGIN_REDIRECT_URL if user == request.user else "accounts_people")
    before, after = Role(user.role), Role(asked or user.role)
    context = {
        "person": user,
        "roles": [(role.value, name, ROLE_WORDS[role]) for role, name in ROLE_NAMES.items()],
        "before": ROLE_NAMES[before],
        "after": ROLE_NAMES[after],
        "chosen": after.value,
        "look": before != after,
        "gained": [CAPABILITY_WORDS[one] for one in GIVEN[after] & ~GIVEN[before]],
        "lost": [CAPABILITY_WORDS[one] for one in GIVEN[before] & ~GIVEN[after]],
        "menu_key": "people",
    }
    return render(request, "accounts/role.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, number: int) -> HttpResponse:
    """Asks who takes over; POST `to` (a user's number, or empty: by the rules) ends the login."""
    user = _person(number)
    refused = ""
    if request.method == "POST":
        to = request.POST.get("to", "")
        try:
            services.deactivate(user, number_of_person(to), request.user)
        except MikomiError as error:
            refused = _said(error.words)
        else:
            messages.success(request, _("%(name)s は、もうログインできません") % {"name": user.name})
            return redirect("accounts_people")
    context = {
        "person": user,
        "in_hand": leaving.in_hand(user.pk),
        "others": [one for one in queries.people() if one != user and may_of(one).contact],
        "refused": refused,
        "menu_key": "people",
    }
    return render(request, "accounts/leave.html", context, status=422 if refused else 200)


@require_POST
def let_back(request: HttpRequest, number: int) -> HttpResponse:
    """Lets somebody who left log in again."""
    user = _person(number)
    services.let_back(user, request.user)
    messages.success(request, _("%(name)s は、またログインできます") % {"name": user.name})
    return redirect("accounts_people")


@require_POST
def require_two_steps(request: HttpRequest) -> HttpResponse:
    """POST `required` (`yes` or anything else): whether everybody must log in with a second step."""
    yes = request.POST.get("required") == "yes"
    two_steps.require(yes, cast(User, request.user))
    if yes:
        messages.success(
            request, _("2段階のログインを全員に求めます。まだの人は、次に開いたときに設定します")
        )
    else:
        messages.success(request, _("2段階のログインを、それぞれに任せます"))
    return redirect("accounts_people")


@require_POST
def reset_two_steps(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a person's second step away."""
    user = _person(number)
    two_steps.reset(user, cast(User, request.user))
    messages.success(request, _("%(name)s の2段階のログインを外しました") % {"name": user.name})
    return redirect("accounts_people")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person says their name and chooses a password; 410 where the link ended."""
    found = services.find_invitation(token)
    if found is None or queries.find_user(found.email) is not None:
        return render(request, "accounts/link_ended.html", {"invitation": True}, status=410)
    form = InvitedForm(found.email, request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        user = services.accept(token, given["name"], given["password"], language="")
        if user is None:
            return render(request, "accounts/link_ended.html", {"invitation": True}, status=410)
        login(request, user, backend=BACKEND)
        return redirect(settings.LOGIN_REDIRECT_URL)
    role = Role(found.role)
    context = {"form": form, "invitation": found, "role": ROLE_NAMES[role], "does": ROLE_WORDS[role]}
    return render(request, "accounts/invited.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    context = {
        "people": queries.everybody(),
        "invitations": [
            (one, ROLE_NAMES[Role(one.role)]) for one in services.open_invitations().select_related("by")
        ],
        "roles": [(role.value, name, ROLE_WORDS[role]) for role, name in ROLE_NAMES.items()],
        "form": form,
        "two_steps": two_steps.required(),
        "with_two_steps": two_steps.those_with(),
        "fresh": request.session.pop(FRESH_LINK, None),
        "menu_key": "people",
    }
    return render(request, "accounts/people.html", context, status=status)


def _person(number: int) -> User:
    user = User.objects.filter(pk=number).first()
    if user is None:
        raise Http404
    return user


def _invite(request: HttpRequest, email: str, role: Role) -> None:
    email = email.strip().lower()
    token = services.invite(email, role, request.user)
    link = request.build_absolute_uri(reverse("invited", args=[token]))
    request.session[FRESH_LINK] = {
        "email": email,
        "link": link,
        "mailed": _mail(request.user, email, role, link),
    }


def _mail(by: Any, email: str, role: Role, link: str) -> bool:
    """Whether the invitation went out; in both languages, since nobody knows the reader's yet.

    While no mail server is set, mail stays on this machine: then it did not.
    """
    name = ROLE_NAMES[role]
    body = (
        f"{by} さんが、Mikomi（見込み）にあなたを「{name.ja}」として招いています。\n"
        f"7日以内に、次のリンクを開いてアカウントを作ってください。\n\n{link}\n\n"
        "心当たりがなければ、何もしないでください。\n\n"
        "--\n"
        f"{by} invites you to Mikomi as {name.en}.\n"
        "Open this link within 7 days to make your account:\n\n"
        f"{link}\n\nIf you do not know why you got this, do nothing.\n"
    )
    try:
        send("Mikomi への招待 / Invitation to Mikomi", body, email)
    except (OSError, smtplib.SMTPException, ValueError, AnymailError):
        log.warning("the invitation could not be mailed", exc_info=True)
        return False
    return settings.MAILERS["default"]["BACKEND"] != MAIL_BOX


def _said(words: Words) -> str:
    return words.text(get_language() or "ja")
