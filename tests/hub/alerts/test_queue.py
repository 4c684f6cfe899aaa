"""Every alert is recorded first, sent once and in order; none is lost while a channel is down."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.alerts import gathering, health, queue, recording, services
from mikomi.hub.alerts.models import Alert, Channel, Delivery
from mikomi.hub.alerts.types import Told
from mikomi.hub.kit.jobs import run_pending
from tests.hub.alerts.world import Asked, given, serving, webhook
from tests.hub.handoff.team import seat

pytestmark = pytest.mark.django_db(transaction=True)


def tell(number: int) -> None:
    """One alert for the team, without a hand-off."""
    recording.tell_team("hot", f"test:{number}", {"ja": Told(f"{number}", "", event="handoff.given")})


def due(channel: Channel) -> None:
    """The pause is over."""
    Channel.objects.filter(pk=channel.pk).update(next_at=timezone.now() - timedelta(seconds=1))


def test_a_channel_that_fails_for_days_loses_nothing_and_then_empties_in_order() -> None:
    with serving(lambda _asked: (503, {}, "down")) as server:
        channel = webhook(server.url)
        pauses = []
        for number in range(12):
            tell(number)
            due(channel)
            assert queue.deliver(channel.pk) == 0
            channel.refresh_from_db()
            pauses.append((channel.next_at - timezone.now()).total_seconds())
        assert all(later > 0.5 * before for before, later in pairwise(pauses))
        assert (pauses[0] < 10, 1500 < pauses[-1] < 2000) == (True, True)
        # Three days later it is still tried, each half hour; nothing was given up.
        Delivery.objects.update(recorded_at=timezone.now() - timedelta(days=3))
        queue.deliver_due()
        assert Delivery.objects.filter(state="waiting").count() == 12
        light = health.trouble()
        assert light
        assert "「基幹」に届きません（12件待ち）" in light.ja
        assert "503" in light.en
        server.answer = lambda _asked: (200, {}, "ok")
        server.seen.clear()
        due(channel)
        assert queue.deliver(channel.pk) == gathering.MOST
        quarter_later()
        assert queue.deliver(channel.pk) == 1
        *alone, last = [one.json for one in server.seen]
        titles = [
            one["data"]["title"] for one in (*alone, *({"data": data} for data in last["data"]["alerts"]))
        ]
        assert titles == [str(number) for number in range(12)]
        assert health.trouble() is None
        assert queue.deliver(channel.pk) == 0


def quarter_later() -> None:
    """A quarter of an hour passes."""
    passed = gathering.WINDOW + timedelta(seconds=1)
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    for one in Delivery.objects.exclude(sent_at=None):
        Delivery.objects.filter(pk=one.pk).update(sent_at=one.sent_at - passed)


def test_a_flood_comes_to_a_teams_channel_as_one_message_that_names_all_and_urgent_ones_at_once() -> None:
    with serving() as server:
        channel = webhook(server.url)
        for number in range(gathering.MOST + gathering.MOST_IN_ONE + 2):
            tell(number)
        assert queue.deliver(channel.pk) == gathering.MOST
        recording.tell_team("urgent", "now", {"ja": Told("急ぎ", "", event="handoff.given")})
        assert queue.deliver(channel.pk) == 1
        assert server.seen[-1].json["data"]["title"] == "急ぎ"
        assert health.trouble() is None, "what waits for the quarter of an hour is no trouble"
        quarter_later()
        server.answer = lambda _asked: (503, {}, "down")
        assert queue.deliver(channel.pk) == 0
        first = server.seen[-1]
        server.answer = lambda _asked: (200, {}, "ok")
        tell(99)
        due(channel)
        assert queue.deliver(channel.pk) == 3
        again, rest, alone = server.seen[-3:]
        # The receiver knows a message by its number: under it the same ones come again.
        assert (again.headers["webhook-id"], again.json["data"]) == (
            first.headers["webhook-id"],
            first.json["data"],
        )
        assert again.json["type"] == "alerts.gathered"
        assert again.json["data"]["title"] == f"お知らせ{gathering.MOST_IN_ONE}件をまとめて届けます"
        told = [one.json["data"]["title"] for one in server.seen[: gathering.MOST]]
        told += [one["title"] for part in (again, rest) for one in part.json["data"]["alerts"]]
        told.append(alone.json["data"]["title"])
        assert told == [str(n) for n in range(gathering.MOST + gathering.MOST_IN_ONE + 2)] + ["99"]
        assert not Delivery.objects.exclude(state="sent").exists()


def test_what_one_message_cannot_do_does_not_hold_up_the_others() -> None:
    def answer(asked: Asked) -> tuple[int, dict[str, str], str]:
        return (500, {}, "oops") if asked.json["data"]["title"] == "0" else (200, {}, "ok")

    with serving(answer) as server:
        channel = webhook(server.url)
        for number in range(3):
            tell(number)
        for _turn in range(queue.STUBBORN):
            due(channel)
            queue.deliver(channel.pk)
        held = Delivery.objects.order_by("pk")
        assert [one.state for one in held] == ["waiting", "sent", "sent"]
        channel.refresh_from_db()
        assert channel.failing_since is None


def test_an_alert_is_never_sent_twice_when_the_process_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    given()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("django.core.mail.EmailMessage.send", die)
        with pytest.raises(KeyboardInterrupt):
            run_pending()
    channel = recording.mail_channel()
    assert queue.deliver(channel.pk) == 0
    assert mail.outbox == []
    held = Delivery.objects.get()
    assert held.state == "sending"
    assert not queue.send_again(held.pk)
    Delivery.objects.update(started_at=timezone.now() - timedelta(hours=1))
    # It is a line to look at, and a person decides.
    admin = Client(headers={"accept-language": "ja"})
    admin.force_login(User.objects.get(name="伊藤"))
    assert "届いたかどうかわかりません" in admin.get("/settings/channels/").content.decode()
    assert health.trouble()
    admin.post(f"/settings/channels/deliveries/{held.pk}/again/")
    assert queue.deliver(channel.pk) == 1
    assert len(mail.outbox) == 1


def test_a_mail_address_that_is_refused_is_shown_and_the_next_one_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = seat("伊藤"), seat("上田")
    for user in (first, second):
        recording.tell_person(user.pk, "hot", "test", {"ja": Told("題", "文")})
    real = mail.EmailMessage.send

    def send(self: mail.EmailMessage, **more: object) -> int:
        if self.to == [first.email]:
            raise smtplib.SMTPRecipientsRefused({first.email: (550, b"no such user")})
        return real(self)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    assert queue.deliver(recording.mail_channel().pk) == 1
    assert [one.to for one in mail.outbox] == [[second.email]]
    failed = Delivery.objects.get(state="failed")
    assert first.email in failed.error["ja"]


def test_what_waits_too_long_is_given_up_in_words_and_can_be_sent_again() -> None:
    with serving() as server:
        channel = webhook(server.url)
        services.pause(channel, paused=True)
        tell(1)
        assert queue.deliver(channel.pk) == 0
        Delivery.objects.update(recorded_at=timezone.now() - queue.KEPT - timedelta(hours=1))
        queue.deliver_due()
        held = Delivery.objects.get()
        assert held.state == "failed"
        assert "1週間" in held.error["ja"]
        services.pause(channel, paused=False)
        assert queue.send_again(held.pk)
        assert queue.deliver(channel.pk) == 1


def test_a_receiver_that_wants_nothing_more_is_left_alone() -> None:
    with serving(lambda _asked: (410, {}, "")) as server:
        channel = webhook(server.url)
        tell(1)
        queue.deliver(channel.pk)
        channel.refresh_from_db()
        assert not channel.is_active
        due(channel)
        queue.deliver(channel.pk)
        assert len(server.seen) == 1
        assert Delivery.objects.get().state == "waiting"
        assert health.trouble()


def test_an_erased_lead_is_told_of_no_more() -> None:
    _user, _handoff, lead = given()
    tell_job = run_pending(limit=1)
    assert (tell_job, Alert.objects.count(), Delivery.objects.count()) == (1, 1, 1)
    services.forget([lead])
    run_pending()
    assert (Alert.objects.count(), Delivery.objects.count(), mail.outbox) == (0, 0, [])
