"""One-tap results: links that carry who says what of whom, signed, good for a week and once.

They open a page that asks; whatever follows a link by itself (RFC 9110: GET is safe) changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core import signing
from django.urls import reverse

LIFE = timedelta(days=7)
LONGEST = 300
_SALT = "mikomi.alerts.result"


@dataclass(frozen=True, slots=True)
class Tap:
    """A result that a link names: numbers of the alert, hand-off, lead and user, and which result."""

    alert: str
    handoff: int
    lead: int
    user: int
    kind: str


def address_of(tap: Tap) -> str:
    """The whole address of the link."""
    told = [tap.alert, tap.handoff, tap.lead, tap.user, tap.kind]
    token = signing.dumps(told, salt=_SALT, compress=False)
    return settings.OWN_URL + reverse("alerts:result", args=[token])


def read(token: str) -> Tap | Literal["forged", "expired"]:
    """What a link names, or why it names nothing."""
    if len(token) > LONGEST:
        return "forged"
    try:
        alert, handoff, lead, user, kind = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.SignatureExpired:
        return "expired"
    except (signing.BadSignature, ValueError, TypeError):
        return "forged"
    return Tap(str(alert), int(handoff), int(lead), int(user), str(kind))
