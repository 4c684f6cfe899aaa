"""Sending one mail, and what is known of it when that fails."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Mapping
from typing import Literal

from django.core.mail import EmailMessage

from mikomi.hub.kit.smtp import NotOpenedError

type Fate = Literal["again", "refused", "unknown"]
"""Of a mail whose sending failed: surely not taken, so send it again; refused for good; nobody knows."""

BEFORE_THE_MAIL = (
    NotOpenedError,
    ConnectionRefusedError,
    socket.gaierror,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPDataError,
)
_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def send(subject: str, body: str, to: str, headers: Mapping[str, str] | None = None) -> None:
    """Hands one mail to the mail server, as one that a program wrote (RFC 3834)."""
    EmailMessage(subject, body, to=[to], headers=_AUTOMATIC | dict(headers or {})).send()


def fate_after(error: Exception) -> Fate:
    """What became of the mail whose sending raised `error`."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        return "refused" if all(code >= 500 for code in codes) else "again"
    if isinstance(error, BEFORE_THE_MAIL):
        return "again"
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        # A service's answer (django-anymail): it says that it did not take the mail.
        return "refused" if status in (400, 406, 413, 422) else "again"
    if _never_connected(error):
        return "again"
    if isinstance(error, ValueError):
        return "refused"
    return "unknown"


def _never_connected(error: Exception) -> bool:
    """Whether a service (django-anymail, which asks by requests and urllib3) was not even reached."""
    cause = error.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    names = {one.__name__ for one in type(reason).__mro__}
    return bool(names & {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"})
