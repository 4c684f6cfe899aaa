"""The mail box of this machine: where mails go while no mail server is set. None leaves the machine."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.utils import timezone

from mikomi.hub.kit.environment import MAIL_BOX
from mikomi.hub.kit.models import KeptMail

MOST = 500
"""So many mails are kept, the newest ones."""


class MailBoxBackend(BaseEmailBackend):
    """Django's way of sending mail, into the box."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keeps the mails; says how many."""
        now = timezone.now()
        KeptMail.objects.bulk_create(
            KeptMail(
                at=now,
                sender=str(one.from_email)[:320],
                to=", ".join(one.recipients())[:1000],
                subject=str(one.subject)[:400],
                text=str(one.body),
            )
            for one in email_messages
        )
        kept = KeptMail.objects.order_by("-pk").values_list("pk", flat=True)[MOST : MOST + 1].first()
        if kept is not None:
            KeptMail.objects.filter(pk__lte=kept).delete()
        return len(email_messages)


def forget(words: Sequence[str]) -> None:
    """Deletes the mails that hold any of the words, in whatever place."""
    if not words:
        return
    kept = pl.DataFrame(
        list(KeptMail.objects.values_list("pk", "to", "subject", "text")),
        schema={"pk": pl.Int64, "to": pl.String, "subject": pl.String, "text": pl.String},
        orient="row",
    )
    whole = pl.concat_str("to", "subject", "text", separator="\n")
    gone = kept.filter(whole.str.contains_any(list(words)))["pk"].to_list()
    KeptMail.objects.filter(pk__in=gone).delete()


def in_use() -> bool:
    """Whether mails go into the box, since no mail server is set."""
    return settings.MAILERS["default"]["BACKEND"] == MAIL_BOX


def mails() -> QuerySet[KeptMail]:
    """The mails in the box, the newest first."""
    return KeptMail.objects.order_by("-pk")
