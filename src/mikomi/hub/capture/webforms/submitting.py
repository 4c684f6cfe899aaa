"""A submission: stored first, as it was sent; then turned into a lead, an event, evidence and mails."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl
from django.db import transaction

from mikomi.core.machines.reasons import Reason
from mikomi.hub.capture import own_people, touches, traps, visitors
from mikomi.hub.capture.machines import judge_sending
from mikomi.hub.capture.models import ConsentWording, Form, FormVersion, Submission
from mikomi.hub.capture.seminars import seats
from mikomi.hub.capture.webforms import following
from mikomi.hub.capture.webforms.content import EMAIL, Content, consent_text, content_from
from mikomi.hub.capture.webforms.leads import write_lead
from mikomi.hub.capture.webforms.own_phrases import phrase_weights
from mikomi.hub.capture.webforms.pitches import judge_pitch
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.queries import full_name

log = logging.getLogger(__name__)

HONEYPOT = "honeypot"
"""Why a submission is held in which a field was filled in that nobody sees."""
PACE = timedelta(minutes=1)
MOST_BEFORE = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent. `answers`: stored texts by question key, checked. `mark` names the page that
    was opened (or the message): the same mark and answers are one submission. `page`: the address the
    form stood on. `held_why`: why it looks like a machine, "" for a person. `base`: where our own
    pages are reached."""

    answers: Mapping[str, str]
    consented: bool
    language: str
    mark: str
    at: datetime
    touch: Mapping[str, str] = field(default_factory=dict)
    visitor: str = ""
    page: str = ""
    trapped: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    told: bool = False
    base: str = ""


def submit(form: Form, version: FormVersion, sent: Sent) -> Submission:
    """Stores what was sent and takes it in; sent again, it is the submission that is there already.

    It is stored before anything is done with it. Where taking in fails, a job tries again: nothing
    that somebody sent is lost.
    """
    content = content_from(version.content)
    with transaction.atomic():
        made, fresh = _store(form, version, content, sent)
        if fresh and made.state == Submission.State.NEW:
            _answer(made, content, sent.base)
    if fresh and made.state == Submission.State.NEW:
        try:
            take_in(made.pk)
        except Exception:
            log.exception("submission %s could not be taken in; a worker tries again", made.pk)
            enqueue("capture.take_in_submission", number=made.pk)
    return made


def take_in(number: int) -> None:
    """Turns a stored submission into a lead (or adds it to one), once: values, event, consent."""
    with transaction.atomic():
        held = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("form", "version", "wording")
            .filter(pk=number, state=Submission.State.NEW)
            .first()
        )
        if held is None:
            return
        content = content_from(held.version.content)
        held.lead, held.subject = write_lead(held, content)
        held.state = Submission.State.TAKEN
        held.save(update_fields=["lead", "subject", "state"])
        touches.note_submission(held.pk, held.at, held.touch, held.page)
        touches.follow([held.lead])
        _identify(held)
        own_people.leave_out(pl.Series([held.lead], dtype=pl.Int32))
        if held.consented and not content.consent.double:
            following.record_consent(held, confirmed=False)
        enqueue("site.score_changed", once=True)


def forget_details(before: datetime) -> int:
    """Empties the details (address, browser) of submissions from before `before`; of how many."""
    return Submission.objects.filter(at__lt=before).exclude(details={}).update(details={})


def _identify(held: Submission) -> None:
    """Says whose browser the form was filled in with, where the tag gave its visitor along."""
    source, _, anonymous = held.visitor.partition(":")
    if anonymous and source.isdecimal() and held.lead is not None:
        visitors.identified(int(source), anonymous, held.lead, "form", round(held.at.timestamp() * 1_000_000))


def release(number: int, base: str) -> bool:
    """Takes in a submission that was held: somebody says that a person sent it. Whether it was held."""
    with transaction.atomic():
        held = Submission.objects.select_for_update(of=("self",)).select_related("form", "version", "wording")
        found = held.filter(pk=number, state=Submission.State.HELD).first()
        if found is None:
            return False
        found.state = Submission.State.NEW
        # By them it would be judged a machine's again, as all events are.
        found.details = {}
        found.save(update_fields=["state", "details"])
        _answer(found, content_from(found.version.content), base)
        take_in(number)
    return True


def _answer(made: Submission, content: Content, base: str) -> None:
    """Gives who sent a submission a place in its form's seminar, where it has one, and records the mails."""
    fields = following.fields_of(made, content)
    place = seats.take_place(made, fields, " ".join(full_name(fields).split()))
    following.write_mails(made, content, base, place.application if place else None)


def _store(form: Form, version: FormVersion, content: Content, sent: Sent) -> tuple[Submission, bool]:
    told = json.dumps([form.pk, sent.mark, sorted(sent.answers.items()), sent.consented], ensure_ascii=True)
    free = {question.key for question in content.questions if not question.field}
    said = (text for key, text in sent.answers.items() if key in free)
    verdict = judge_pitch(said, phrase_weights())
    once = hashlib.sha256(told.encode()).hexdigest()
    if known := Submission.objects.filter(once=once).first():
        return known, False
    held_why = _held_why(form, sent)
    return Submission.objects.get_or_create(
        once=once,
        defaults={
            "form": form,
            "version": version,
            "at": sent.at,
            "language": sent.language,
            "email": sent.answers.get(EMAIL, ""),
            "answers": dict(sent.answers),
            "touch": dict(sent.touch),
            "visitor": sent.visitor,
            "page": sent.page,
            "state": Submission.State.HELD if held_why else Submission.State.NEW,
            "held_why": held_why,
            "details": dict(sent.details),
            "wording": _wording(form, content, sent) if content.consent.ask else None,
            "consented": content.consent.ask and sent.consented,
            "pitch": verdict.pitch,
            "pitch_why": list(verdict.found),
        },
    )


def _held_why(form: Form, sent: Sent) -> str:
    """Why a submission looks like a machine's, "" for a person's."""
    if sent.trapped:
        return HONEYPOT
    if not sent.told and traps.opened_on_page(sent.mark, round(sent.at.timestamp() * 1_000_000)):
        return Reason.TRAP
    if not any(sent.details.values()):
        return ""
    lately = Submission.objects.filter(form=form, at__gt=sent.at - PACE, at__lte=sent.at)
    same = ("agent", "address")
    before = [
        round(at.timestamp() * 1_000_000)
        for at, details in lately.order_by("-at").values_list("at", "details")[:MOST_BEFORE]
        if all(details.get(name) == sent.details.get(name) for name in same)
    ]
    return judge_sending(round(sent.at.timestamp() * 1_000_000), sent.details, before, told=sent.told)


def _wording(form: Form, content: Content, sent: Sent) -> ConsentWording:
    """The row of the words as they were shown; publishing has made it."""
    text = consent_text(content, sent.language)
    held = ConsentWording.objects.filter(form=form, language=sent.language, text=text).first()
    return held or keep_wording(form, sent.language, text, sent.at)


def keep_wording(form: Form, language: str, text: str, at: datetime) -> ConsentWording:
    """The row of a wording, made where it is new."""
    held = ConsentWording.objects.filter(form=form, language=language).order_by("-number")
    for one in held:
        if one.text == text:
            return one
    last = held.first()
    number = last.number + 1 if last else 1
    return ConsentWording.objects.create(form=form, language=language, number=number, text=text, since=at)
