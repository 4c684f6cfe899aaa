"""What a worker does for this app: mails of forms, and forgetting what is not needed any more."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from mikomi.hub.activity.retention import strip_payloads
from mikomi.hub.capture import intake, machines, privacy, pump, touches, visiting, visitors
from mikomi.hub.capture.campaigns import following
from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.capture.documents import keeping
from mikomi.hub.capture.seminars import lists, planning
from mikomi.hub.capture.tagging import returning, seen_pages
from mikomi.hub.capture.webforms import captured, mails, submitting
from mikomi.hub.capture.webforms.asked_fields import asked_fields
from mikomi.hub.kit.jobs import enqueue, job, periodic
from mikomi.hub.people.field_users import tell_fields_in_use
from mikomi.hub.people.importing.expected import tell_expected
from mikomi.hub.people.importing.joining import tell_campaigns

tell_fields_in_use(asked_fields)
tell_campaigns(lambda: [(one.number, one.name) for one in campaigns.choices()])
tell_expected(lists.applicants_of)

LOOK_DAYS = 7


@periodic("capture.forget_names", at="02:20")
def forget_names(slot: str) -> None:
    """Forgets the names of messages that are too old to be sent again."""
    intake.forget_names(date.fromisoformat(slot) - timedelta(days=intake.KEEP_NAMES_DAYS))


@periodic("capture.look_again_soon", minutes=60)
def look_again_soon(slot: str) -> None:
    """Judges today's events again: with what came after them, more is recognised."""
    _look_again(1)


@periodic("capture.look_again_late", at="03:20")
def look_again_late(slot: str) -> None:
    """Judges the last days' events again, also by lists that have changed since."""
    _look_again(LOOK_DAYS)


@job("capture.look_again")
def look_again(days: int) -> None:
    """Judges all events of so many days again. Enqueue with `once=True`."""
    _look_again(days)


def _look_again(days: int) -> None:
    if machines.look_again(timezone.localdate(), days).leads:
        enqueue("site.score_changed", once=True)


@job("capture.judge_touches")
def judge_touches(subjects: list[int]) -> None:
    """Brings the ways by which visitors came to what was said of their events since."""
    touches.judge_anew(subjects)


@periodic("capture.keep_no_longer", at="02:25")
def keep_no_longer(slot: str) -> None:
    """Empties the details of old events and forgets visitors of whom nobody knows who they are."""
    today, kept = date.fromisoformat(slot), privacy.settings()
    strip_payloads((today - timedelta(days=kept.details_days)).toordinal() - intake.EPOCH)
    last = datetime.combine(today - timedelta(days=kept.unknown_days), time(), UTC)
    old = datetime.combine(today - timedelta(days=kept.details_days), time(), UTC)
    pump.forget_aside(old)
    visiting.forget_addresses(round(old.timestamp() * 1_000_000))
    submitting.forget_details(old)
    while visitors.forget_unknown(round(last.timestamp() * 1_000_000)):
        pass


@periodic("capture.forget_pages", at="02:28")
def forget_pages(slot: str) -> None:
    """Forgets where the tag was long ago; the events stay."""
    seen_pages.forget_pages(date.fromisoformat(slot) - timedelta(days=seen_pages.KEEP_DAYS))


@periodic("capture.sweep_documents", at="02:36")
def sweep_documents(slot: str) -> None:
    """Deletes files that a crash left over."""
    keeping.sweep_files(timezone.now())


@periodic("capture.guess_companies", minutes=10)
def guess_companies(slot: str) -> None:
    """Guesses which companies visited, and counts them."""
    now = timezone.now()
    visiting.guess(now)
    visiting.summarise(now)


@periodic("capture.count_returning", minutes=60)
def count_returning(slot: str) -> None:
    """Counts how long each site's browsers are known again."""
    returning.count_again(round(timezone.now().timestamp() * 1_000_000))


@job("capture.follow_campaign")
def follow_campaign(number: int) -> None:
    """Works out anew who belongs to a campaign. Enqueue with `once=True`."""
    following.follow_campaign(number)


@job("capture.send_form_mail")
def send_form_mail(number: int) -> None:
    """Sends one mail of a form, if it waits."""
    mails.send(number)


@job("capture.take_in_submission")
def take_in_submission(number: int) -> None:
    """Takes in a submission whose first try failed."""
    submitting.take_in(number)


@job("capture.take_captured")
def take_captured(
    source: int,
    slug: str,
    traits: dict[str, Any],
    message: int,
    at: int,
    anonymous: str,
    touch: dict[str, str],
    details: dict[str, str] | None = None,
) -> None:
    """Takes in what the tag saw in a form of the site."""
    captured.take_captured(
        source, slug, traits, message=message, at=at, anonymous=anonymous, touch=touch, details=details
    )


@job("capture.take_list")
def take_list(number: int) -> None:
    """Takes over what the list of a seminar (an import) says of its applications."""
    lists.take_list(number)


@job("capture.take_list_back")
def take_list_back(number: int, heir: int | None) -> None:
    """Takes it back when the import is."""
    lists.take_list_back(number, heir)


@job("capture.tell_called_off")
def tell_called_off(number: int) -> None:
    """Tells the people of a seminar that it is not held."""
    planning.tell_called_off(number)
