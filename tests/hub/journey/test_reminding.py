from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from mikomi.core.journey.defaults import default_map
from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import Role
from mikomi.hub.journey import services
from mikomi.hub.journey.models import Draft, Looked, Reminder
from mikomi.hub.journey.reminding import remind, send
from mikomi.hub.kit import mailbox


@pytest.fixture
def forgotten(user: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """A map that nobody looked at for 31 days; a marketer and a seller who may not change it."""
    services.keep_map(default_map("ja"), user.pk)
    services.look(user)
    User.objects.filter(pk=user.pk).update(role=Role.MARKETER)
    User.objects.create_user("seller@works.example", name="村井", role=Role.SALES)
    long_ago = timezone.now() - timedelta(days=31)
    Looked.objects.update(at=long_ago)
    Draft.objects.update(changed_at=long_ago)
    return user


def test_those_who_may_change_the_map_are_reminded_once_a_month(forgotten: User, settings):
    settings.OWN_URL = "https://mikomi.works.example"
    now = timezone.now()
    assert remind(now) == 1
    assert remind(now + timedelta(days=1)) == 0
    number = Reminder.objects.get().pk
    send(number)
    send(number)
    (one,) = mail.outbox
    assert (one.to, one.subject) == (["ishida@example.jp"], "ジャーニーの地図をひと月見ていません")
    assert "https://mikomi.works.example/journey/" in one.body
    assert "石田 彩さん" in one.body
    assert remind(now + timedelta(days=30)) == 1


def test_a_mail_server_that_took_nothing_is_tried_again(forgotten: User, monkeypatch):
    remind(timezone.now())
    number = Reminder.objects.get().pk

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as down:
        down.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            send(number)
    send(number)
    assert len(mail.outbox) == 1

    def nobody(*_: object, **__: object) -> None:
        raise smtplib.SMTPRecipientsRefused({"ishida@example.jp": (550, b"no such user")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", nobody)
    Reminder.objects.update(state=Reminder.State.WAITING)
    send(number)
    assert Reminder.objects.get().state == "failed"


def test_nothing_is_sent_where_the_map_was_looked_at_or_no_mail_is_set_up(
    forgotten: User, client: Client, monkeypatch
):
    with monkeypatch.context() as box:
        box.setattr(mailbox, "in_use", lambda: True)
        assert remind(timezone.now()) == 0
    remind(timezone.now())
    assert "から見られていませんでした" in client.get("/journey/").content.decode()
    send(Reminder.objects.get().pk)
    assert not mail.outbox
    assert remind(timezone.now()) == 0
