"""Django's way to a mail server, that says when nothing was handed over yet."""

from __future__ import annotations

from django.core.mail.backends.smtp import EmailBackend


class NotOpenedError(ConnectionError):
    """The mail server was not reached, or let nobody in: no mail was handed over."""


class SmtpBackend(EmailBackend):
    """Sends by SMTP; a server that cannot be talked to raises `NotOpenedError`, however that showed."""

    def open(self) -> bool | None:
        """Connects, begins TLS and logs in."""
        try:
            return super().open()
        except OSError as error:
            # A server that does not answer while it is connected to is no mail of unknown fate.
            raise NotOpenedError(f"{type(error).__name__}: {error}") from error
