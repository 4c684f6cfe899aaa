"""Sending one mail, and what is known of it when that fails."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Mapping
from typing import Literal

from django.core.mail import EmailMessage

type Fate = Literal["again", "refused", "unknown"]
"""Of a mail whose sending failed: surely not taken, so send it again; refused for good; nobody knows."""

BEFORE_THE_MAIL = (
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
    if isinstance(error, ValueError):
        return "refused"
    return "unknown"
