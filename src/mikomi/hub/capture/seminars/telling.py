"""What applicants are told: when and where, whether they have a place, how they cancel."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.capture.models import Application, FormMail, Seminar
from mikomi.hub.capture.webforms import mails
from mikomi.hub.kit import formats

_CANCEL = "mikomi.seminar.cancel"
ONLINE = Words("オンライン", "Online")
WAITING = Words(
    "満席のため、キャンセル待ちでお受けしました。席が空きましたら、メールでお知らせします。",
    "The seminar is full, so you are on the waiting list. We will mail you as soon as a place is free.",
)
AGAIN = Words("すでにお申し込みいただいています。", "You have applied already.")
_WAITING_SUBJECT = Words("「{form}」はキャンセル待ちです", "You are on the waiting list of “{form}”")
_WAITING_BODY = Words(
    "{name} 様\n\n「{form}」にお申し込みいただき、ありがとうございます。\n"
    "満席のため、キャンセル待ちでお受けしました。席が空きましたら、メールでお知らせします。\n\n{seminar}\n\n"
    "キャンセル待ちをやめるときは、こちらを開いてください:\n{cancel}\n\n{sender}",
    "Dear {name},\n\nThank you for applying to “{form}”.\n"
    "It is full, so you are on the waiting list. We will mail you as soon as a place is free.\n\n"
    "{seminar}\n\nTo leave the waiting list, open this link:\n{cancel}\n\n{sender}",
)
_MOVED_SUBJECT = Words("「{form}」に席が空きました", "You have a place at “{form}” now")
_MOVED_BODY = Words(
    "{name} 様\n\nお待たせしました。「{form}」に席が空き、ご参加いただけることになりました。\n\n{seminar}\n\n"
    "ご都合が悪くなったときは、こちらからキャンセルできます:\n{cancel}\n",
    "Dear {name},\n\nA place at “{form}” has become free, and it is yours.\n\n{seminar}\n\n"
    "If you cannot come, please cancel here:\n{cancel}\n",
)
_OFF_SUBJECT = Words("「{form}」は中止になりました", "“{form}” is called off")
_OFF_BODY = Words(
    "{name} 様\n\nお申し込みいただいた「{form}」は、都合により中止になりました。\n\n{seminar}\n\n"
    "ご予定をいただいていたところ、申し訳ありません。\n",
    "Dear {name},\n\n“{form}”, to which you have applied, is called off.\n\n{seminar}\n\n"
    "We are sorry for the trouble.\n",
)
MAIL_SUBJECT = Words(
    "「{form}」のお申し込みを受け付けました", "We have received your application to “{form}”"
)
MAIL_BODY = Words(
    "{name} 様\n\n「{form}」にお申し込みいただき、ありがとうございます。\n\n{seminar}\n\n"
    "ご都合が悪くなったときは、こちらからキャンセルできます:\n{cancel}\n\n{sender}",
    "Dear {name},\n\nThank you for applying to “{form}”.\n\n{seminar}\n\n"
    "If you cannot come, please cancel here:\n{cancel}\n\n{sender}",
)
_LATER = Words("\n\n{seminar}\n", "\n\n{seminar}\n")
_CANCEL_HERE = Words("\n\nキャンセルはこちら:\n{cancel}\n", "\n\nCancel here:\n{cancel}\n")


def when(seminar: Seminar, language: str) -> str:
    """The day with its year, and from when to when, in the folder's time zone."""
    begins, ends = timezone.localtime(seminar.starts_at), timezone.localtime(seminar.ends_at)
    shown = formats.day(begins.date(), language, begins.date(), year=True)
    between = "〜" if language == "ja" else "–"
    return f"{shown} {formats.clock(begins)}{between}{formats.clock(ends)}"


def where(seminar: Seminar, language: str) -> str:
    """The place, or that it is online; both where there are both."""
    parts = [seminar.place, ONLINE.text(language) if seminar.url else ""]
    return (" / ").join(part for part in parts if part)


def facts(seminar: Seminar, language: str, *, seated: bool) -> str:
    """The seminar in lines, for a mail; the address to take part only for those who have a place."""
    heads = ("日時: ", "会場: ", "参加用URL: ") if language == "ja" else ("When: ", "Where: ", "Join: ")
    lines = [heads[0] + when(seminar, language)]
    if at := where(seminar, language):
        lines.append(heads[1] + at)
    if seminar.url and seated:
        lines.append(heads[2] + seminar.url)
    return "\n".join(lines)


def told_of(application: Application, language: str, base: str) -> dict[str, str]:
    """What fills `{seminar}` and `{cancel}` in. `base`: where our pages are reached."""
    seated = application.state == Application.State.APPLIED
    return {
        "seminar": facts(application.seminar, language, seated=seated),
        "cancel": urljoin(base, reverse("capture:cancel_seat", args=[cancel_token(application.pk)])),
    }


def thanks(application: Application, subject: Words, body: Words) -> tuple[Words, Words]:
    """Subject and text of the mail after applying: the form's own (with date, place and the link to cancel
    where they do not have them), or that there is a waiting list."""
    if application.state == Application.State.WAITING:
        return _WAITING_SUBJECT, _WAITING_BODY
    if not (subject.ja and body.ja):
        return MAIL_SUBJECT, MAIL_BODY
    for part, more in (("{seminar}", _LATER), ("{cancel}", _CANCEL_HERE)):
        body = Words(
            body.ja if part in body.ja else body.ja + more.ja,
            body.en if not body.en or part in body.en else body.en + more.en,
        )
    return subject, body


def tell_moved(application: Application, title: str, base: str) -> None:
    """Records the mail that says that a place is free now; those who came by no form get none."""
    held = application.submission
    if held is None or not held.email:
        return
    told = told_of(application, held.language, base)
    told |= {"form": title, "name": application.name or held.email}
    subject, body = _MOVED_SUBJECT.text(held.language), _MOVED_BODY.text(held.language)
    mails.write_down(
        held, FormMail.Kind.MOVED, held.email, mails.filled(subject, told), mails.filled(body, told)
    )


def tell_called_off(application: Application) -> None:
    """Records the mail that says that the seminar is not held, once; those who came by no form get none."""
    held = application.submission
    if held is None or not held.email:
        return
    told = {
        "seminar": facts(application.seminar, held.language, seated=False),
        "form": application.seminar.title,
        "name": application.name or held.email,
    }
    subject, body = _OFF_SUBJECT.text(held.language), _OFF_BODY.text(held.language)
    mails.write_down(
        held, FormMail.Kind.OFF, held.email, mails.filled(subject, told), mails.filled(body, told)
    )


def cancel_token(application: int) -> str:
    """A token for the link that cancels an application."""
    return signing.dumps(application, salt=_CANCEL)


def read_cancel_token(token: str) -> int | None:
    """The application that a link cancels; None for a forged one."""
    try:
        number = signing.loads(token, salt=_CANCEL)
    except signing.BadSignature:
        return None
    return number if isinstance(number, int) else None


def last_moment(seminar: Seminar) -> datetime:
    """Until when one can apply."""
    return min(seminar.deadline or seminar.starts_at, seminar.starts_at)
