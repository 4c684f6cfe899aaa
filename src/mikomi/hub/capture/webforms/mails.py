"""Mails that a submission brings: written down with it, sent by a job after the commit, never twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from mikomi.hub.capture.models import FormMail, Submission
from mikomi.hub.kit import mailing
from mikomi.hub.kit.jobs import enqueue

log = logging.getLogger(__name__)

MOST_A_DAY = 5
"""So many mails of a kind one address gets within a day: a form must not be a way to flood somebody."""
LONGEST_SUBJECT = 200
_STATES: Mapping[mailing.Fate, FormMail.State] = {
    "again": FormMail.State.WAITING,
    "refused": FormMail.State.FAILED,
    "unknown": FormMail.State.SENDING,
}
STILL_SENDING = timedelta(minutes=10)
"""So long a mail server may take to say what became of a mail."""


def write_down(submission: Submission, kind: FormMail.Kind, to: str, subject: str, body: str) -> None:
    """Records a mail in the caller's transaction and has it sent after the commit. The same kind to the
    same address for the same submission is recorded once."""
    now = timezone.now()
    lately = FormMail.objects.filter(to=to, kind=kind, recorded_at__gt=now - timedelta(days=1))
    flooded = kind != FormMail.Kind.NOTICE and lately.count() >= MOST_A_DAY
    mail, made = FormMail.objects.get_or_create(
        submission=submission,
        kind=kind,
        to=to,
        defaults={
            # A header is one line; whatever a visitor wrote into it must not begin another.
            "subject": " ".join(subject.split())[:LONGEST_SUBJECT],
            "body": body,
            "state": FormMail.State.LEFT_OUT if flooded else FormMail.State.WAITING,
            "recorded_at": now,
        },
    )
    if made and not flooded:
        enqueue("capture.send_form_mail", number=mail.pk)


def send(number: int) -> None:
    """Sends a mail that waits; one that was handed over before is left alone, whatever became of it.

    Where the mail server surely has not taken it, it waits again and the error is raised: the job is
    tried anew later.
    """
    waiting = FormMail.objects.filter(pk=number, state=FormMail.State.WAITING)
    if not waiting.update(state=FormMail.State.SENDING, tried_at=timezone.now()):
        return
    mail = FormMail.objects.get(pk=number)
    try:
        mailing.send(mail.subject, mail.body, mail.to)
    except Exception as error:
        state = _STATES[mailing.fate_after(error)]
        FormMail.objects.filter(pk=number).update(state=state, error=str(error)[:500])
        if state == FormMail.State.WAITING:
            raise
        log.warning("the mail %s of a form may not have been sent: %s", number, error)
    else:
        FormMail.objects.filter(pk=number).update(state=FormMail.State.SENT, error="")


def filled(text: str, told: Mapping[str, str]) -> str:
    """The text with `{name}` and the like filled in; what nobody knows stays as it is written."""
    for name, value in told.items():
        text = text.replace("{" + name + "}", value.replace("{", "｛"))
    return text


def may_go_again(mail: FormMail) -> bool:
    """Whether a person may have a mail sent again: it was refused or left out, or handed over so long ago
    that its server will say no more about it."""
    if mail.state == FormMail.State.SENDING:
        return mail.tried_at is not None and mail.tried_at < timezone.now() - STILL_SENDING
    return mail.state in (FormMail.State.FAILED, FormMail.State.LEFT_OUT)


def send_again(submission: int, number: int) -> bool:
    """Has a mail of a submission sent again, once; whether it may be."""
    with transaction.atomic():
        mail = FormMail.objects.select_for_update().filter(pk=number, submission=submission).first()
        if mail is None or not may_go_again(mail):
            return False
        mail.state, mail.error = FormMail.State.WAITING, ""
        mail.save(update_fields=["state", "error"])
        enqueue("capture.send_form_mail", number=number)
    return True
