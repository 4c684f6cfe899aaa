"""Pages of one's own account: the first set-up, login by link, settings."""

from __future__ import annotations

from allauth.account.utils import perform_login
from allauth.mfa.totp.views import activate_totp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import Words
from mikomi.hub.accounts import audit, services
from mikomi.hub.accounts import devices as browsers
from mikomi.hub.accounts.forms import ProfileForm, SetupForm
from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.people import end_devices as end_all_but

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def login_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks before it logs in (mail scanners follow links); a demo's link logs in at once."""
    link = services.find_login_link(token)
    if link is None:
        return render(request, "accounts/link_ended.html", status=410)
    if request.user.is_authenticated and request.user == link.user:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "GET" and not link.reusable:
        return render(request, "accounts/by_link.html", {"person": link.user})
    user = services.use_login_link(token)
    if user is None:
        return render(request, "accounts/link_ended.html", status=410)
    # As every login: whoever has a second step is asked for it.
    return perform_login(request, user, redirect_url=settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """The first person makes their account, with the link that `mikomi serve` printed."""
    if services.find_setup_link(token) is None:
        return render(request, "accounts/link_ended.html", {"setup": True}, status=410)
    form = SetupForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        user = services.set_up_first_user(
            token, given["email"], given["name"], given["password"], language=""
        )
        if user is None:
            return render(request, "accounts/link_ended.html", {"setup": True}, status=410)
        login(request, user, backend=BACKEND)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/set_up.html", {"form": form})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """POST `language` (`ja`, `en` or empty for the browser's) and `next`; only our own pages follow."""
    user = request.user
    assert isinstance(user, User)
    chosen = request.POST.get("language", "")
    if chosen in ("", *(code for code, _name in settings.LANGUAGES)):
        services.set_profile(user, name=user.name, language=chosen)
    following = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        following, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(following if safe else settings.LOGIN_REDIRECT_URL)


@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name and language."""
    user = request.user
    assert isinstance(user, User)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if form.is_valid():
        services.set_profile(user, **form.cleaned_data)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("保存しました"))
        return redirect("account_profile")
    return render(request, "accounts/profile.html", {"form": form})


@never_cache
def two_steps_on(request: HttpRequest) -> HttpResponseBase:
    """allauth's set-up of the second step; who came by a link alone chooses a password first."""
    user = request.user
    assert isinstance(user, User)
    if not user.has_usable_password():
        messages.info(request, _("先にパスワードを決めてください。そのあとで2段階のログインを設定できます"))
        return redirect("account_set_password")
    return activate_totp(request)


@never_cache
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """Where one is logged in."""
    user = request.user
    assert isinstance(user, User)
    held = browsers.devices_of(user, request.session.session_key or "")
    return render(request, "accounts/devices.html", {"devices": held})


@require_POST
def end_device(request: HttpRequest, number: int) -> HttpResponse:
    """Logs oneself out of one browser."""
    user = request.user
    assert isinstance(user, User)
    if browsers.end(user, number):
        messages.success(request, _("その端末からログアウトしました"))
    else:
        messages.error(request, _("その端末は、もうログアウトしています"))
    return redirect("account_devices")


@require_POST
def end_devices(request: HttpRequest) -> HttpResponse:
    """Logs oneself out everywhere but here."""
    user = request.user
    assert isinstance(user, User)
    with transaction.atomic():
        end_all_but(user, but=request.session.session_key or "")
        audit.record(
            user,
            "login.ended",
            "",
            Words("ほかの端末すべてからログアウトした", "Logged out on all other devices"),
        )
    messages.success(request, _("ほかの端末すべてからログアウトしました"))
    return redirect("account_devices")
