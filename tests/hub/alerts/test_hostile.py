"""Names, addresses, answers and notes that mean harm, and people who may no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast

import polars as pl
import pytest
from django.core import mail
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.types import Role
from mikomi.hub.alerts import digest, queue, services
from mikomi.hub.alerts.channels import chatwork, slack, teams
from mikomi.hub.alerts.models import Alert, Channel, Delivery
from mikomi.hub.alerts.types import Told
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff import services as handoff
from mikomi.hub.handoff.types import Cause
from mikomi.hub.kit import mailbox
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import services as people
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.site.actions.erase_leads import erase_leads
from tests.hub.alerts.test_queue import tell
from tests.hub.alerts.test_telling import link
from tests.hub.alerts.world import given, serving, webhook
from tests.hub.handoff.team import ON, handing, seat

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"accept-language": "ja"}


def test_the_link_of_somebody_who_may_only_read_by_now_records_nothing() -> None:
    user, number, _lead = given()
    run_pending()
    path = link("商談化")
    user.role = Role.VIEWER
    user.save()
    phone = Client(headers=PHONE)
    for answer in (phone.get(path), phone.post(path)):
        assert (answer.status_code, "閲覧のみ" in answer.content.decode()) == (410, True)
    assert handoffs.results_of(number) == []


@pytest.mark.parametrize("size", [11_000, 12 << 20])
def test_a_note_that_is_far_too_long_is_refused_in_words_and_leaves_nothing(size: int) -> None:
    _user, number, _lead = given()
    run_pending()
    path = link("会話できた")
    answer = Client(headers=PHONE).post(path, {"note": "長" * (size // 3 if size > 1 << 20 else size)})
    assert answer.status_code in (400, 422)
    assert "長すぎ" in answer.content.decode() or "大きすぎ" in answer.content.decode()
    assert handoffs.results_of(number) == []
    assert Alert.objects.get().answered_at is None


def test_what_a_company_is_called_calls_nobody_and_opens_nothing() -> None:
    name = "<!channel> [toall] [To:1] *x* @here [偽](https://evil.example) \r\nBcc: a@evil.example"
    told = Told(
        f"ホット: {name}", name, facts=(("会社", name),), url="http://mikomi/leads/1/", url_label="開く"
    )
    said = json.dumps(slack.blocks(told), ensure_ascii=False)
    assert "<!channel>" not in said
    # docs.slack.dev/reference/block-kit/blocks/section-block: a field holds 2,000 characters.
    long = slack.blocks(Told("x", "", facts=(("会社", "長" * 5000),)))
    assert len(long[1]["fields"][0]["text"]) <= 2000
    text = chatwork.written(told)
    assert "[toall]" not in text
    assert "[To:1]" not in text
    card = json.dumps(teams.card(told), ensure_ascii=False)
    assert "[偽](https" not in card


def test_a_name_with_line_ends_makes_one_subject(settings) -> None:
    frame = pl.DataFrame(
        [("a1", "三宅\r\nBcc: x@evil.example", "北浜精機")], schema=["lead", "name", "company"], orient="row"
    )
    given()
    people.upsert_leads(frame, origin("名簿2"))
    run_pending()
    (sent,) = mail.outbox
    assert "\n" not in sent.subject
    assert sent.recipients() == sent.to
    assert "Bcc" not in dict(sent.message().items())


@pytest.mark.parametrize("asked", ["99999999", "9" * 400, "-5", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_server_that_asks_for_years_of_silence_is_tried_again_within_hours(asked: str) -> None:
    with serving(lambda _asked: (503, {"Retry-After": asked}, "")) as server:
        channel = webhook(server.url)
        tell(1)
        queue.deliver(channel.pk)
        channel.refresh_from_db()
        assert channel.next_at is not None
        assert channel.next_at < timezone.now() + timedelta(hours=2)
        assert Delivery.objects.filter(channel=channel, state="waiting").count() == 1


def test_after_a_clock_that_was_ahead_nothing_waits_for_it() -> None:
    with serving() as server:
        channel = webhook(server.url)
        tell(1)
        ahead = timezone.now() + timedelta(days=300)
        Delivery.objects.update(due_at=ahead, recorded_at=ahead)
        Channel.objects.filter(pk=channel.pk).update(next_at=ahead)
        queue.deliver_due()
        run_pending()
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example?.hooks.slack.com/",
        "https://evil.example#.hooks.slack.com/",
        "https://hooks.slack.com@evil.example/",
        "https://evil.example\\.hooks.slack.com/",
        "https://evilhooks.slack.com.evil.example/",
    ],
)
def test_an_address_that_only_looks_like_the_services_is_refused(url: str) -> None:
    with pytest.raises(MikomiError):
        services.save_channel(None, "slack", {"url": url}, ("hot",), "ja")


def test_an_erased_lead_stands_in_no_morning_and_no_mail_box(settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "mikomi.hub.kit.mailbox.MailBoxBackend"}}
    _user, _number, lead = given()
    run_pending()
    assert digest.send_due(timezone.make_aware(datetime(2026, 11, 24, 8, 31))) == 1
    run_pending()
    assert mailbox.mails().filter(text__contains="三宅").exists()
    assert Alert.objects.get(kind="digest")
    erase_leads([lead])
    assert not mailbox.mails().filter(text__contains="三宅").exists()
    assert [one for one in Alert.objects.all() if "三宅" in json.dumps(one.told, ensure_ascii=False)] == []


def test_what_is_over_or_went_on_before_it_was_told_is_told_to_nobody() -> None:
    user, number, lead = given()
    other = seat("上田")
    handoff.reassign(number, other.pk, user.pk)
    handoff.record_result(number, lead, "meeting", other.pk, timezone.now())
    run_pending()
    assert mail.outbox == []
    one, another = handoff.hand_over(handing(lead, Cause.URGENT, "form:1", urgent=True), ON), seat("森")
    handoff.reassign(one.handoff or 0, another.pk, one.owner)
    run_pending()
    assert [sent.to for sent in mail.outbox] == [[another.email]]


def test_a_list_for_the_sfa_computes_nothing() -> None:
    frame = pl.DataFrame(
        [("x1", "=1+1", '=HYPERLINK("https://evil.example")', "+81-3-0000-0000")],
        schema=["lead", "name", "company", "phone"],
        orient="row",
    )
    people.upsert_leads(frame, origin("名簿"))
    handoff.hand_over(handing(numbers_of(["x1"])["x1"]), ON)
    client = Client()
    client.force_login(seat("伊藤"))
    answer = client.get("/handoffs/file/?as=csv")
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(cast(Iterator[bytes], answer.streaming_content)).decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",=1" not in text
    assert ",+81-3-0000-0000," in text
