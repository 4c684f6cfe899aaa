"""Making people and the links that let them in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from mikomi.hub.accounts.models import LoginLink, User
from mikomi.hub.accounts.types import Role
from mikomi.hub.kit.leases import hold

LINK_LIFE = timedelta(hours=24)


def create_user(
    email: str, name: str, password: str | None = None, *, language: str = "", role: Role = Role.ADMIN
) -> User:
    """A new person; the password is to have been validated."""
    return User.objects.create_user(email, password, name=name, language=language, role=role)


def make_login_link(user: User, *, life: timedelta = LINK_LIFE, reusable: bool = False) -> str:
    """A token that lets `user` in once, or as often as wanted until it ends when `reusable`."""
    return _make_link(user, life, reusable)


def make_setup_link(life: timedelta = LINK_LIFE) -> str:
    """A token with which the first person makes their account. Older ones end."""
    LoginLink.objects.filter(user=None).delete()
    return _make_link(None, life, reusable=False)


def _make_link(user: User | None, life: timedelta, reusable: bool) -> str:
    LoginLink.objects.filter(expires_at__lt=timezone.now()).delete()
    token = secrets.token_urlsafe(32)
    LoginLink.objects.create(key=_key(token), user=user, reusable=reusable, expires_at=timezone.now() + life)
    return token


def find_login_link(token: str) -> LoginLink | None:
    """The link with this token, if it still lets somebody in; it is not used up."""
    link = LoginLink.objects.select_related("user").filter(key=_key(token), user__is_active=True).first()
    return link if link is not None and _is_open(link) else None


def find_setup_link(token: str) -> LoginLink | None:
    """The link of the first set-up with this token, while nobody has an account."""
    link = LoginLink.objects.filter(key=_key(token), user=None).first()
    return link if link is not None and _is_open(link) and not User.objects.exists() else None


def use_login_link(token: str) -> User | None:
    """The person the token lets in; None when it is spent, ended or wrong. It is used up by this."""
    link = find_login_link(token)
    return link.user if link is not None and _use(link) else None


def set_up_first_user(token: str, email: str, name: str, password: str, language: str) -> User | None:
    """Makes the first person; None when the token is spent or somebody was quicker."""
    with hold("accounts.setup"), transaction.atomic():
        link = find_setup_link(token)
        if link is None or not _use(link):
            return None
        return create_user(email, name, password, language=language)


def set_profile(user: User, *, name: str, language: str) -> None:
    """Changes how the person is called and the language of their pages."""
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])


def set_setting(user: User, key: str, value: Any) -> None:
    """Keeps one choice of a person, a JSON value, under `key`."""
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        fresh.settings[key] = value
        fresh.save(update_fields=["settings"])
    user.settings = fresh.settings


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_open(link: LoginLink) -> bool:
    return link.expires_at > timezone.now() and (link.reusable or link.used_at is None)


def _use(link: LoginLink) -> bool:
    unused = LoginLink.objects.filter(pk=link.pk)
    if not link.reusable:
        unused = unused.filter(used_at=None)
    return unused.update(used_at=timezone.now()) == 1
