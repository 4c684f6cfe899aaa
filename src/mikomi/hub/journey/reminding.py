"""A mail where nobody looked at the map for a month: once a month, to those who may change it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mikomi.hub.accounts import queries as accounts
from mikomi.hub.accounts.types import GIVEN, Capability
from mikomi.hub.journey import queries
from mikomi.hub.journey.models import Reminder
from mikomi.hub.kit import formats, mailbox, mailing
from mikomi.hub.kit.jobs import enqueue

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

log = logging.getLogger(__name__)

EVERY = timedelta(days=30)
_STATES: Mapping[mailing.Fate, Reminder.State] = {
    "again": Reminder.State.WAITING,
    "refused": Reminder.State.FAILED,
    "unknown": Reminder.State.SENDING,
}


def remind(now: datetime) -> int:
    """Writes down a mail to everybody who may change the map, where it was forgotten, and has them sent.

    Says how many. None where no mail server is set up, nor within `EVERY` of the ones before.
    """
    if mailbox.in_use() or queries.forgotten_since(now) is None:
        return 0
    roles = [role for role, able in GIVEN.items() if Capability.MARKET in able]
    with transaction.atomic():
        # A morning's look comes some minutes sooner or later than the one a month before.
        if Reminder.objects.filter(recorded_at__gt=now - EVERY + timedelta(hours=1)).exists():
            return 0
        told = Reminder.objects.bulk_create(
            Reminder(user=person, recorded_at=now) for person in accounts.people(*roles)
        )
        for one in told:
            enqueue("journey.send_reminder", number=one.pk)
    return len(told)


def send(number: int) -> None:
    """Sends a reminder that waits; one that was handed over before is left alone.

    Raises what the mail server said where it surely took nothing, so that the job is tried again.
    """
    waiting = Reminder.objects.filter(pk=number, state=Reminder.State.WAITING)
    since = queries.forgotten_since(timezone.now())
    if since is None:
        waiting.delete()
    if not waiting.update(state=Reminder.State.SENDING):
        return
    one = Reminder.objects.select_related("user").get(pk=number)
    with translation.override(one.user.language or settings.LANGUAGE_CODE):
        subject, body = _("ジャーニーの地図をひと月見ていません"), _text(one.user, since)
    try:
        mailing.send(subject, body, one.user.email)
    except Exception as error:
        state = _STATES[mailing.fate_after(error)]
        Reminder.objects.filter(pk=number).update(state=state)
        if state == Reminder.State.WAITING:
            raise
        log.warning("the reminder %s of the journey map may not have been sent: %s", number, error)
    else:
        Reminder.objects.filter(pk=number).update(state=Reminder.State.SENT)


def _text(user: User, since: datetime | None) -> str:
    language = translation.get_language() or "ja"
    today = timezone.localdate()
    day = formats.day(timezone.localtime(since).date(), language, today) if since else ""
    kept = queries.current_map()
    figures = queries.figures(kept.number) if kept else None
    gaps = len(figures.document["gaps"]) if figures else 0
    parts = [
        _("%(name)sさん") % {"name": user.name} if user.name else "",
        _("この地図は%(day)sから見られていませんでした。") % {"day": day},
        ngettext("仮説と実態のズレが%(n)sか所あります。", "仮説と実態のズレが%(n)sか所あります。", gaps)
        % {"n": gaps}
        if gaps
        else "",
        _(
            "仮説は、ときどき実態とくらべて直すと役に立ちます。変わったところがないか、月に一度は見てください。"
        ),
        settings.OWN_URL + reverse("journey:map"),
        _("このメールは、だれも地図を見ない間、月に1回だけ届きます。だれかが地図を開くと止まります。"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
