"""One-tap results: links that name an alert and a result, signed, good for a week and once.

The alert's row, which never changes, says whose word it is, and of which hand-off and lead. A link opens a
page that asks; whatever follows a link by itself (RFC 9110: GET is safe) changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core import signing
from django.urls import reverse

from mikomi.hub.handoff.types import KIND_WORDS

LIFE = timedelta(days=7)
LONGEST = 200
_SALT = "mikomi.alerts.result"


@dataclass(frozen=True, slots=True)
class Tap:
    """What a link names: an alert (its number) and which result."""

    alert: int
    kind: str


def address_of(tap: Tap) -> str:
    """The whole address of the link."""
    token = signing.TimestampSigner(salt=_SALT).sign(f"{tap.alert}.{tap.kind}")
    return settings.OWN_URL + reverse("alerts:result", args=[token])


def buttons_of(alert: int, language: str) -> tuple[tuple[str, str], ...]:
    """A label and an address for each result."""
    return tuple(
        (words.text(language), address_of(Tap(alert, str(kind)))) for kind, words in KIND_WORDS.items()
    )


def read(token: str) -> Tap | Literal["forged", "expired"]:
    """What a link names, or why it names nothing."""
    if len(token) > LONGEST:
        return "forged"
    try:
        said = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=LIFE)
        alert, _, kind = said.partition(".")
        return Tap(int(alert), kind)
    except signing.SignatureExpired:
        return "expired"
    except (signing.BadSignature, ValueError):
        return "forged"
