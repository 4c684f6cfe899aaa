"""Signed texts that stand in pages and mails: they carry what a cookie would, where none may be set."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

_PAGE = "mikomi.form.page"
_CONFIRM = "mikomi.form.confirm"
PAGE_LIFE = timedelta(hours=24)
CONFIRM_LIFE = timedelta(days=30)
TOO_FAST = timedelta(seconds=1)
"""Nobody reads and fills in a form sooner."""


@dataclass(frozen=True, slots=True)
class PageToken:
    """What was opened when: which form, in which version and language. `mark` is another one each time."""

    form: int
    version: int
    language: str
    mark: str
    opened_at: datetime


def page_token(form: int, version: int, language: str, now: datetime) -> str:
    """A token for a page of a form (numbers of form and version) that is opened `now` (aware)."""
    told = {
        "f": form,
        "v": version,
        "l": language,
        "m": secrets.token_urlsafe(9),
        "t": round(now.timestamp() * 1000),
    }
    return signing.dumps(told, salt=_PAGE, compress=False)


def read_page_token(token: str, form: int, now: datetime) -> PageToken | None:
    """The token of a page of this form; None for one that is forged, another form's or too old."""
    try:
        told = signing.loads(token, salt=_PAGE)
        opened_at = datetime.fromtimestamp(told["t"] / 1000, UTC)
        read = PageToken(told["f"], told["v"], told["l"], told["m"], opened_at)
    except (signing.BadSignature, KeyError, TypeError, ValueError, OverflowError):
        return None
    fresh = opened_at <= now + timedelta(minutes=1) and now - opened_at <= PAGE_LIFE
    return read if fresh and read.form == form else None


def confirm_token(submission: int) -> str:
    """A token for the link that confirms the consent of a submission."""
    return signing.dumps(submission, salt=_CONFIRM)


def read_confirm_token(token: str) -> int | None:
    """The submission that a link confirms; None for one that is forged or too old."""
    try:
        number = signing.loads(token, salt=_CONFIRM, max_age=CONFIRM_LIFE)
    except signing.BadSignature:
        return None
    return number if isinstance(number, int) else None
