"""What people say of submissions after the fact, and submissions of leads that are erased."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from mikomi.hub.capture import touches
from mikomi.hub.capture.models import DocumentLink, Download, Submission
from mikomi.hub.capture.webforms.content import content_from
from mikomi.hub.capture.webforms.leads import set_pitch
from mikomi.hub.people.queries import emails_of


def judge(number: int, pitch: bool, by: int | None) -> None:
    """Somebody says whether a submission wants to sell us something; its event counts accordingly."""
    with transaction.atomic():
        rows = Submission.objects.select_for_update(of=("self",)).select_related("form", "version")
        held = rows.filter(pk=number).first()
        if held is None:
            return
        Submission.objects.filter(pk=number).update(pitch=pitch, pitch_by=by)
        if held.state == Submission.State.TAKEN:
            set_pitch(held, content_from(held.version.content), pitch=pitch)


def forget(leads: Sequence[int]) -> None:
    """Deletes the submissions of leads (numbers) that are erased, those of their mail addresses that were
    held and became nobody's, the mails about them, and their links and downloads. The evidence of consent
    stays with the address, as its law asks. In a transaction."""
    sent = Submission.objects.filter(lead__in=leads)
    touches.forget_submissions(list(sent.values_list("pk", flat=True)))
    Download.objects.filter(lead__in=leads).delete()
    DocumentLink.objects.filter(lead__in=leads).delete()
    addresses = {*emails_of(leads), *sent.values_list("email", flat=True)}
    sent.delete()
    held = Submission.objects.filter(lead=None, email__in=addresses)
    touches.forget_submissions(list(held.values_list("pk", flat=True)))
    held.delete()
