"""Planning a seminar: what is written down of it, its application form, opening and closing it."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import polars as pl
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mikomi.core.values.links import read_urls
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.services import put_titles
from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.capture.models import Application, Campaign, Form, Seminar
from mikomi.hub.capture.seminars import telling
from mikomi.hub.capture.seminars.seats import move_up
from mikomi.hub.capture.seminars.telling import MAIL_BODY, MAIL_SUBJECT
from mikomi.hub.capture.webforms import editing, starters
from mikomi.hub.capture.webforms.content import Content, Question
from mikomi.hub.capture.webforms.showing import free_name
from mikomi.hub.kit.jobs import enqueue

LONGEST_TITLE = 80
LONGEST_LINE = 300
LARGEST = 100_000
"""Places that a seminar may have."""
KEY = "seminar/"
"""What the content of a seminar's events begins with."""
_THANKS = Words(
    "お申し込みありがとうございます。日時と会場をメールでお送りしました。",
    "Thank you for applying. We have mailed you when and where it is.",
)
_INTRO = Words("下の項目をご記入のうえ、お申し込みください。", "Please fill in the fields below to apply.")


@dataclass(frozen=True, slots=True)
class Plan:
    """A seminar as it is written down; times are aware. `capacity` 0: no limit. `campaign_id`: the
    number of the campaign that its people join."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    url: str = ""
    capacity: int = 0
    deadline: datetime | None = None
    campaign_id: int | None = None


def read_plan(given: Mapping[str, str]) -> Plan:
    """A plan out of the page's inputs (`title`, `day`, `begins`, `ends`, `place`, `url`, `capacity`,
    `deadline`, `campaign`), times in the folder's time zone. Raises `MikomiError` in words for what does
    not fit."""
    day = _day(given.get("day", ""))
    begins = _clock(given.get("begins", ""), Words("始まる時刻", "the time it begins"))
    ends = _clock(given.get("ends", ""), Words("終わる時刻", "the time it ends"))
    if ends <= begins:
        raise MikomiError(
            Words("終わる時刻は、始まる時刻より後にしてください", "it must end after it begins")
        )
    starts_at = _aware(datetime.combine(day, begins))
    deadline = _deadline(given.get("deadline", ""))
    if deadline is not None and deadline > starts_at:
        raise MikomiError(
            Words("申込の締切は、始まる時刻までにしてください", "the deadline must lie before it begins")
        )
    url = given.get("url", "").strip()
    if url and (len(url) > 2_000 or read_urls(pl.Series([url]))[0] is None):
        raise MikomiError(
            Words(
                "参加用 URL は https:// から始まるアドレスを入れてください",
                "the address to take part must be a web address (https://…)",
            )
        )
    return Plan(
        title=_line(given.get("title", ""), LONGEST_TITLE, Words("セミナーの名前", "title"), must=True),
        starts_at=starts_at,
        ends_at=_aware(datetime.combine(day, ends)),
        place=_line(given.get("place", ""), LONGEST_LINE, Words("会場", "place")),
        url=url,
        capacity=_capacity(given.get("capacity", "")),
        deadline=deadline,
        campaign_id=_campaign(given.get("campaign", "")),
    )


def make_seminar(plan: Plan, by: int | None) -> Seminar:
    """A new seminar, as a draft."""
    with transaction.atomic():
        made = Seminar.objects.create(
            key=_free_key(plan),
            title=plan.title,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            place=plan.place,
            url=plan.url,
            capacity=plan.capacity,
            deadline=plan.deadline,
            campaign_id=plan.campaign_id,
            created_at=timezone.now(),
            created_by_id=by,
        )
        put_title(made)
    return made


def change_seminar(number: int, plan: Plan, base: str) -> list[str]:
    """Writes a seminar down anew; where more places come of it, those who wait longest get them. The names
    of those who have a place now. Raises LookupError where there is no such seminar."""
    with transaction.atomic():
        held = _locked(number)
        _follow(held.campaign, plan.campaign_id)
        for name in Plan.__slots__:
            setattr(held, name, getattr(plan, name))
        held.save(update_fields=Plan.__slots__)
        put_title(held)
        return move_up(held, base)


def open_seminar(number: int, organiser: str, by: int | None) -> Seminar:
    """Takes applications from now on. Without a form, one is made and published first; `organiser` stands
    beside its consent. Raises `MikomiError` where that cannot be, LookupError where there is none."""
    with transaction.atomic():
        held = _locked(number)
        if held.form is None:
            sender = " ".join(organiser.split())[:LONGEST_LINE]
            name = free_name(held.title)[: editing.LONGEST_NAME]
            held.form = editing.make_form(name, application_form(held.title, sender), by)
            editing.publish(held.form.pk, by)
        elif held.form.version is None:
            editing.publish(held.form.pk, by)
        else:
            editing.reopen(held.form.pk)
        held.state = Seminar.State.OPEN
        held.save(update_fields=["form", "state"])
    return held


def choose_form(number: int, form: int) -> None:
    """Takes a form that is there already as the application to a seminar. Raises `MikomiError` where it is
    another seminar's, LookupError where one of them is not there."""
    with transaction.atomic():
        held = _locked(number)
        # A form of the site itself knows nothing of places that are left.
        chosen = Form.objects.filter(pk=form, place=Form.Place.HOSTED).first()
        if chosen is None:
            raise LookupError(form)
        if Seminar.objects.filter(form=chosen).exclude(pk=number).exists():
            raise MikomiError(
                Words(
                    "このフォームは、別のセミナーの申込に使われています",
                    "this form is the application to another seminar",
                )
            )
        held.form = chosen
        held.save(update_fields=["form"])


def free_forms() -> list[Form]:
    """The forms for seminars that belong to none yet."""
    used = Seminar.objects.exclude(form=None).values("form")
    rows = Form.objects.filter(place=Form.Place.HOSTED).exclude(pk__in=used).order_by("-pk")
    return [form for form in rows if form.draft.get("purpose") == "seminar"]


def set_state(number: int, state: Seminar.State) -> bool:
    """Closes a seminar for applications, or calls it off, of which a job tells its people; its form takes
    nothing more. Whether it changed."""
    with transaction.atomic():
        held = _locked(number)
        if held.state == state:
            return False
        held.state = state
        held.save(update_fields=["state"])
        if held.form is not None:
            editing.close(held.form.pk)
        if state == Seminar.State.CANCELLED:
            enqueue("capture.tell_called_off", number=number)
    return True


def to_be_told(number: int) -> QuerySet[Application]:
    """Who gets a mail where a seminar is called off: those with a place and those who wait, by a form."""
    told = (Application.State.APPLIED, Application.State.WAITING)
    return Application.objects.filter(seminar=number, state__in=told, submission__isnull=False)


def tell_called_off(number: int) -> None:
    """Records the mails that a seminar is called off, where it still is; twice is once."""
    with transaction.atomic():
        rows = to_be_told(number).filter(seminar__state=Seminar.State.CANCELLED)
        for one in rows.select_related("seminar", "submission__form"):
            telling.tell_called_off(one)


def delete_draft(number: int) -> bool:
    """Deletes a seminar that nobody has applied to; its form stays. Whether it was one."""
    with transaction.atomic():
        held = _locked(number)
        if held.state != Seminar.State.DRAFT or Application.objects.filter(seminar=held).exists():
            return False
        held.delete()
    return True


def application_form(title: str, sender: str) -> Content:
    """The application form of a seminar: company, name, mail, phone and consent, in both languages."""
    begun = starters.start("seminar", sender)
    asked = [q for q in begun.questions if q.required]
    return replace(
        begun,
        title=Words(title, title),
        intro=_INTRO,
        questions=(*asked, Question("phone", "phone")),
        thanks=_THANKS,
        consent=replace(begun.consent, ask=bool(sender)),
        mail=True,
        mail_subject=MAIL_SUBJECT,
        mail_body=MAIL_BODY,
    )


def put_title(held: Seminar) -> None:
    """What the seminar is called where its events are spoken of: title and day."""
    day = timezone.localdate(held.starts_at)
    title = f"{held.title}（{day.month}月{day.day}日）"
    put_titles(pl.DataFrame({"content": [held.key], "title": [title]}))


def _follow(before: Campaign | None, now: int | None) -> None:
    """Has the people of both campaigns worked out anew where a seminar goes from one to the other."""
    was = before.pk if before else None
    for number in {was, now} - {None} if was != now else ():
        enqueue("capture.follow_campaign", once=True, number=number)


def _campaign(text: str) -> int | None:
    if not text.isdecimal() or len(text) > 9 or campaigns.campaign(int(text)) is None:
        return None
    return int(text)


def _locked(number: int) -> Seminar:
    held = Seminar.objects.select_for_update().filter(pk=number).first()
    if held is None:
        raise LookupError(number)
    return held


def _free_key(plan: Plan) -> str:
    day = timezone.localdate(plan.starts_at)
    while True:
        key = f"{KEY}{day:%Y-%m-%d}-{secrets.token_hex(3)}"
        if not Seminar.objects.filter(key=key).exists():
            return key


def _aware(at: datetime) -> datetime:
    return timezone.make_aware(at)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise MikomiError(Words("開催日を入れてください", "say on which day it is held"))
    return day


def _clock(text: str, what: Words) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError as error:
        raise MikomiError(
            Words(f"{what.ja}を 14:00 のように入れてください", f"write {what.en} like 14:00")
        ) from error


def _deadline(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        return _aware(at)
    except (ValueError, OverflowError) as error:
        raise MikomiError(
            Words("申込の締切の日時が読めません", "the deadline is no date and time")
        ) from error


def _capacity(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if not plain:
        return 0
    if not plain.isdecimal() or len(plain) > 6 or int(plain) > LARGEST:
        raise MikomiError(
            Words(
                f"定員は {LARGEST:,} までの数で入れてください（空なら定員なし）",
                f"write the capacity as a number up to {LARGEST:,} (empty: no limit)",
            )
        )
    return int(plain)


def _line(text: str, longest: int, what: Words, *, must: bool = False) -> str:
    shown = " ".join(text.replace("\0", "").split())
    if len(shown) > longest or (must and not shown):
        raise MikomiError(
            Words(
                f"{what.ja}を{longest}文字までで入れてください",
                f"give the {what.en} in {longest} characters at most",
            )
        )
    return shown
