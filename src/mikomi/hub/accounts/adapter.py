"""How allauth behaves here: nobody signs up by themselves, no redirect leaves the site, logins are logged."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from mikomi.core.words import Words
from mikomi.hub.accounts import audit, queries


class AccountAdapter(DefaultAccountAdapter):
    """allauth's account adapter, closed to strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the first set-up and by invitation."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Logs in, and says so in the audit log."""
        with transaction.atomic():
            super().login(request, user)
            audit.record(user, "login.done", f"user:{user.pk}", Words("ログインした", "Logged in"))

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether the password is the person's; asked by the address that they log in with."""
        request = cast(HttpRequest, self.request)
        found = self.authenticate(request, email=getattr(user, "email", ""), password=password)
        return found is not None and found.pk == user.pk

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password is logged; an address that nobody here has is not kept."""
        _failed("login.failed", credentials, Words("ログインに失敗した", "A login failed"))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Being locked for too many tries is logged, too."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _failed(
                "login.locked",
                credentials,
                Words(
                    "ログインに何度も失敗したので、しばらく止めた",
                    "Too many logins failed: locked for a while",
                ),
            )
            raise


def _failed(action: str, credentials: dict[str, Any], words: Words) -> None:
    user = queries.find_user(str(credentials.get("email") or credentials.get("username") or ""))
    if user is not None:
        words = Words(f"{words.ja}（{user.name}）", f"{words.en} ({user.name})")
    with transaction.atomic():
        audit.record(None, action, f"user:{user.pk}" if user else "", words)
