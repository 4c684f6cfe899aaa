"""The mails of forms: each sent once, and to nobody who did not ask."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.capture.models import FormMail
from mikomi.hub.capture.webforms import mails
from mikomi.hub.kit.jobs import run_pending
from tests.hub.capture.forms_world import AYA, publish_form, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def test_a_mail_is_never_sent_twice(monkeypatch) -> None:
    form = publish_form()
    send(form, AYA)
    sent = FormMail.objects.get()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("django.core.mail.EmailMessage.send", die)
        with pytest.raises(KeyboardInterrupt):
            mails.send(sent.pk)
    mails.send(sent.pk)
    sent.refresh_from_db()
    assert sent.state == "sending"
    assert mail.outbox == []


def test_a_mail_that_surely_was_not_taken_is_tried_again(monkeypatch) -> None:
    form = publish_form()
    send(form, AYA)
    sent = FormMail.objects.get()

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    with monkeypatch.context() as down:
        down.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            mails.send(sent.pk)
    sent.refresh_from_db()
    assert (sent.state, "refused" in sent.error) == ("waiting", True)
    mails.send(sent.pk)
    assert len(mail.outbox) == 1


def test_a_mail_that_was_refused_is_sent_again_by_a_button_and_one_that_was_sent_is_not(monkeypatch) -> None:
    form = publish_form()

    def refuse(*_: object, **__: object) -> None:
        raise smtplib.SMTPRecipientsRefused({"aya@setouchi.example": (550, b"no such user")})

    with monkeypatch.context() as strict:
        strict.setattr("django.core.mail.EmailMessage.send", refuse)
        send(form, AYA)
        run_pending()
    held = FormMail.objects.get()
    assert held.state == "failed"
    staff = Client(headers={"accept-language": "ja"})
    staff.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    page = f"/forms/{form.pk}/submissions/{held.submission.pk}/"
    assert "もう一度送る" in staff.get(page).content.decode()
    staff.post(f"{page}mails/{held.pk}/again/")
    run_pending()
    held.refresh_from_db()
    assert (held.state, len(mail.outbox)) == ("sent", 1)
    staff.post(f"{page}mails/{held.pk}/again/")
    run_pending()
    assert len(mail.outbox) == 1
    # Of one that was handed over long ago nobody will hear any more; of one just now somebody may.
    for ago, again in ((1, False), (11, True)):
        tried = timezone.now() - timedelta(minutes=ago)
        FormMail.objects.update(state="sending", tried_at=tried)
        assert ("送り直す" in staff.get(page).content.decode()) is again
        assert mails.send_again(held.submission.pk, held.pk) is again


def test_nobody_is_flooded_with_mail_by_a_form() -> None:
    form = publish_form()
    for n in range(8):
        send(form, AYA | {"q-phone": f"06-5555-01{n:02}"})
    run_pending()
    assert len(mail.outbox) == 5
    assert FormMail.objects.filter(state="left_out").count() == 3
