"""Our own people: their browsers, and what is done under their mail addresses, count for nobody."""

from __future__ import annotations

import polars as pl
from django.conf import settings
from django.http import HttpResponse

from mikomi.collector.cookies import LIVES_SECONDS
from mikomi.collector.request import STAFF_COOKIE
from mikomi.core.machines.reasons import Reason
from mikomi.hub.accounts.queries import addresses
from mikomi.hub.activity.queries import counted_of
from mikomi.hub.activity.services import set_automated
from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.people.queries import leads_by_email


def mark_browser(response: HttpResponse, *, ours: bool) -> None:
    """Says for thirteen months that a browser is our own people's, or that its visits count all the same."""
    response.set_cookie(
        STAFF_COOKIE,
        "1" if ours else "0",
        max_age=LIVES_SECONDS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def leave_out(leads: pl.Series) -> None:
    """Takes back what counts of those of `leads` (numbers that changed) who bear the mail address of
    somebody who uses Mikomi; what somebody said by hand stands. In the caller's transaction."""
    if leads.is_empty():
        return
    mails = folded_addresses(pl.Series(addresses(), dtype=pl.String))
    ours = set(leads_by_email(mails)["number"]) & set(leads)
    if ours and (counted := counted_of(ours)).height:
        set_automated(counted, True, reason=Reason.OWN_MAIL)
