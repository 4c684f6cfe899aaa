"""Where people are logged in: noted every few minutes, shown to themselves, ended by them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone

from mikomi.hub.accounts.models import Device, User
from mikomi.hub.kit.requests import PageRequest

EVERY = 300
"""Seconds between two notes of the same browser."""
NOTED = "noted"
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip

type GetResponse = Callable[[PageRequest], HttpResponse]


class SeenMiddleware:
    """Notes which browser a person uses, from which address, and when they were last seen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        if isinstance(request.user, User):
            _note(request, request.user)
        return self.get_response(request)


def _note(request: PageRequest, user: User) -> None:
    key, before = request.session.session_key, request.session.get(NOTED)
    if key is None or (before and before[0] == key and time.time() - before[1] < EVERY):
        return
    now = timezone.now()
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        address = None
    told = request.headers.get("User-Agent", "")[:300]
    Device.objects.bulk_create(
        [Device(session_key=key, user=user, address=address, user_agent=told, came_at=now, seen_at=now)],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "address", "user_agent", "seen_at"],
    )
    User.objects.filter(pk=user.pk).update(last_seen_at=now)
    request.session[NOTED] = [key, time.time()]


@dataclass(frozen=True, slots=True)
class Shown:
    """One browser that a person is logged in with; `here` is the one they look at it with."""

    number: int
    name: str
    address: str
    came_at: datetime
    seen_at: datetime
    here: bool


def devices_of(user: User, here: str) -> list[Shown]:
    """Where the person is logged in now, this browser first, then the one seen last."""
    held = Device.objects.filter(user=user)
    open_keys = Session.objects.filter(
        session_key__in=list(held.values_list("session_key", flat=True)), expire_date__gt=timezone.now()
    ).values_list("session_key", flat=True)
    held.exclude(session_key__in=list(open_keys)).delete()
    shown = [
        Shown(
            one.pk,
            called(one.user_agent),
            one.address or "",
            one.came_at,
            one.seen_at,
            one.session_key == here,
        )
        for one in held.order_by("-seen_at")
    ]
    return sorted(shown, key=lambda one: not one.here)


def end(user: User, number: int) -> bool:
    """Logs a person out of one browser; False where it is not theirs."""
    found = Device.objects.filter(user=user, pk=number).first()
    if found is None:
        return False
    SessionStore(found.session_key).delete()
    found.delete()
    return True


def called(user_agent: str) -> str:
    """What a person calls a browser: `Chrome · Windows`; empty where nothing is known."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"{mark}\w*/", user_agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)
