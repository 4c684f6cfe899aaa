"""What follows a submission: the evidence of consent, its confirmation, and the mails."""

from __future__ import annotations

from urllib.parse import urljoin

import polars as pl
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.accounts.queries import addresses_of
from mikomi.hub.capture.documents.keeping import link_for, token_of
from mikomi.hub.capture.models import Application, FormMail, Submission
from mikomi.hub.capture.seminars import telling
from mikomi.hub.capture.webforms import mails
from mikomi.hub.capture.webforms.answers import shown_answers
from mikomi.hub.capture.webforms.content import Content, content_from, said
from mikomi.hub.capture.webforms.tokens import confirm_token
from mikomi.hub.consent import services as consent
from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.queries import full_name
from mikomi.hub.people.services import mark_addresses

_CONFIRM_SUBJECT = Words("「{form}」の確認のお願い", "Please confirm “{form}”")
_CONFIRM_BODY = Words(
    "{sender}の「{form}」に、このメールアドレスが記入されました。\n\n"
    "次のリンクを開いて「確認する」を押すと、下の内容に同意したことになります。\n{link}\n\n"
    "――\n{wording}\n――\n\n"
    "心当たりがないときは、何もしなくてかまいません。ご案内は届きません。リンクは30日で切れます。\n",
    "This mail address was entered in “{form}” of {sender}.\n\n"
    "Open this link and press “Confirm” to agree to what stands below.\n{link}\n\n"
    "--\n{wording}\n--\n\n"
    "If it was not you, you need do nothing, and you will get no mail. The link ends after 30 days.\n",
)
_DOCUMENT = Words(
    "\n\n資料はこちらから開けます（30日間）:\n{document}\n",
    "\n\nOpen the document here (for 30 days):\n{document}\n",
)
_NOTICE_SUBJECT = Words("フォーム「{form}」に送信がありました", "Somebody has sent the form “{form}”")
_NOTICE_PITCH = Words("（営業目的のようです）", " (it seems to be a sales pitch)")
_NOTICE_BODY = Words("{answers}\n\nくわしく見る: {link}\n", "{answers}\n\nHave a look: {link}\n")


def write_mails(held: Submission, content: Content, base: str, seat: Application | None = None) -> None:
    """Records the mails of a submission: to confirm, to thank, and to those who are to know of it.

    `base`: where our pages are reached, `https://mikomi.example.com/`. `seat`: what it came to where the
    form is a seminar's; then there is always a mail. In the caller's transaction.
    """
    told = _told(held, content)
    subject, body = content.mail_subject, content.mail_body
    if seat is not None:
        told |= telling.told_of(seat, held.language, base)
        subject, body = telling.thanks(seat, subject, body)
    language = held.language
    link = link_for(content.document, held) if content.document else None
    told["document"] = urljoin(base, reverse("capture:give", args=[token_of(link)])) if link else ""
    if held.consented and content.consent.double:
        link = urljoin(base, reverse("capture:confirm", args=[confirm_token(held.pk)]))
        wording = held.wording.text if held.wording else ""
        mails.write_down(
            held,
            FormMail.Kind.CONFIRM,
            held.email,
            mails.filled(said(_CONFIRM_SUBJECT, language), told),
            mails.filled(said(_CONFIRM_BODY, language), {**told, "link": link, "wording": wording}),
        )
    if content.mail or seat is not None:
        mails.write_down(
            held,
            FormMail.Kind.THANKS,
            held.email,
            mails.filled(said(subject, language), told),
            mails.filled(_body(body, language, bool(link)), told),
        )
    link = urljoin(base, reverse("capture:submission", args=[held.form.pk, held.pk]))
    for address, reads in addresses_of(content.notify):
        speaks = reads or "ja"
        lines = [f"{label}: {answer}" for label, answer in shown_answers(content, held.answers, speaks)]
        subject = mails.filled(_NOTICE_SUBJECT.text(speaks), {"form": held.form.name})
        mails.write_down(
            held,
            FormMail.Kind.NOTICE,
            address,
            subject + (_NOTICE_PITCH.text(speaks) if held.pitch else ""),
            mails.filled(_NOTICE_BODY.text(speaks), {"answers": "\n".join(lines), "link": link}),
        )


def record_consent(held: Submission, *, confirmed: bool) -> None:
    """Writes the evidence of a submission's consent: the words as shown, their version, when and where."""
    if held.wording is None:
        return
    how = (
        f"フォーム「{held.form.name}」で同意文 第{held.wording.number}版（{held.wording.language}）にチェック"
        f"。送信番号 {held.pk}"
    )
    if confirmed:
        how += "。確認メールのリンクで本人が確認"
    at = held.confirmed_at if confirmed and held.confirmed_at else held.at
    consent.record_bases(
        pl.Series([held.email], dtype=pl.String),
        "consent",
        timezone.localdate(at),
        how,
        wording=held.wording.text,
        url=held.page,
    )


def confirm(number: int) -> Submission | None:
    """The person behind a submission's address confirms the consent: evidence is written, and refusals
    of that address end. Twice is once. None where there is nothing to confirm any more."""
    with transaction.atomic():
        rows = Submission.objects.select_for_update(of=("self",)).select_related("form", "version", "wording")
        held = rows.filter(pk=number, consented=True).first()
        if held is None or not content_from(held.version.content).consent.double:
            return None
        if held.confirmed_at is None:
            held.confirmed_at = timezone.now()
            held.save(update_fields=["confirmed_at"])
            record_consent(held, confirmed=True)
            address = pl.Series([held.email], dtype=pl.String)
            consent.lift_refusals(address, held.confirmed_at)
            mark_addresses(folded_addresses(address))
            enqueue("site.score_changed", once=True)
    return held


def shown_to_confirm(number: int) -> tuple[Submission, Content] | None:
    """A submission whose consent can be confirmed, or was, and its form; None for any other."""
    rows = Submission.objects.select_related("form", "version", "wording")
    held = rows.filter(pk=number, consented=True).first()
    if held is None:
        return None
    content = content_from(held.version.content)
    return (held, content) if content.consent.double else None


def fields_of(held: Submission, content: Content) -> dict[str, str]:
    """What was filled in, by field of the lead."""
    return {q.field: held.answers.get(q.key, "") for q in content.questions if q.field}


def _body(text: Words, language: str, document: bool) -> str:
    """The text of the thank-you mail; where to find the document, where the text does not say it."""
    body = said(text, language)
    if document and "{document}" not in body:
        return body + _DOCUMENT.text(language)
    return body


def _told(held: Submission, content: Content) -> dict[str, str]:
    fields = fields_of(held, content)
    name = " ".join(full_name(fields).split())
    return {
        "form": said(content.title, held.language),
        "sender": content.consent.sender,
        "name": name or held.email,
        "company": fields.get("company", ""),
    }
