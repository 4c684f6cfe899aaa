"""Each channel speaks to its service as the service's own documents say; the sources stand in the servers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from django.test import Client

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import AuditEntry, User
from mikomi.hub.alerts import services
from mikomi.hub.alerts.channels import calling, chatwork, slack, teams, webhook
from mikomi.hub.alerts.channels.fates import LaterError, RefusedError, UnknownError
from mikomi.hub.alerts.channels.kind import Message
from mikomi.hub.alerts.channels.known import KINDS
from mikomi.hub.alerts.models import Channel
from mikomi.hub.alerts.types import Told
from tests.hub.alerts.world import Asked, Served, serving

pytestmark = pytest.mark.django_db

TOLD = Told(
    title="ホット: <北浜精機> 三宅 浩司 様",
    sentence="料金ページを2回閲覧 [info] & *強調*",
    facts=(("スコア", "55.0"), ("電話", "03-1234-5678")),
    url="https://mikomi.works.example/leads/1/",
    url_label="リードのページを開く",
    event="handoff.given",
    data={"handoff": 7, "score": 55.0},
)
MESSAGE = Message("msg_mikomi_1", TOLD)


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as held:
        yield held


def test_slack_by_an_incoming_webhook(server: Served) -> None:
    # docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: JSON with `text` and `blocks`,
    # & < > escaped, "ok" comes back; errors:
    # api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
    config = {"url": f"{server.url}/services/T0/B0/x"}
    assert slack.send(MESSAGE, config) == "200 ok"
    (asked,) = server.seen
    assert asked.headers["content-type"] == "application/json; charset=utf-8"
    assert asked.json["text"].startswith("ホット: &lt;北浜精機&gt; 三宅 浩司 様")
    assert [one["type"] for one in asked.json["blocks"]] == ["section"] * 3
    assert asked.json["blocks"][2]["text"]["text"] == f"<{TOLD.url}|リードのページを開く>"
    for status, said, kind in (
        (400, "invalid_payload", RefusedError),
        (403, "action_prohibited", LaterError),
        (404, "channel_not_found", LaterError),
        (410, "channel_is_archived", LaterError),
        (500, "rollup_error", LaterError),
    ):
        server.answer = lambda _asked, status=status, said=said: (status, {}, said)
        with pytest.raises(kind, match=said):
            slack.send(MESSAGE, config)
    server.answer = lambda _asked: (429, {"Retry-After": "30"}, "rate_limited")
    with pytest.raises(LaterError) as later:
        slack.send(MESSAGE, config)
    assert later.value.after == 30.0


def test_a_long_list_is_whole_in_slack() -> None:
    # docs.slack.dev/reference/block-kit/blocks/section-block: ten fields a section; fifty blocks a message.
    told = Told("題", "文", facts=tuple((f"会社{n}", "理由 & 2") for n in range(30)))
    sections = [part["fields"] for part in slack.blocks(told) if "fields" in part]
    assert [len(fields) for fields in sections] == [10, 10, 10]
    assert sections[2][9]["text"] == "*会社29*\n理由 &amp; 2"


def test_slack_by_a_bots_token(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    # docs.slack.dev/reference/methods/chat.postMessage: a bearer token, 200 with "ok" or an error.
    monkeypatch.setattr(slack, "API", f"{server.url}/api/chat.postMessage")
    config = {"token": "xoxb-1", "room": "C0123"}

    def answer(asked: Asked) -> tuple[int, dict[str, str], str]:
        if asked.headers.get("authorization") != "Bearer xoxb-1":
            return 200, {}, '{"ok":false,"error":"invalid_auth"}'
        if asked.json["channel"] != "C0123":
            return 200, {}, '{"ok":false,"error":"channel_not_found"}'
        return 200, {}, '{"ok":true,"ts":"1503435956.000247"}'

    server.answer = answer
    assert slack.send(MESSAGE, config) == "200 ok 1503435956.000247"
    with pytest.raises(LaterError, match="invalid_auth"):
        slack.send(MESSAGE, config | {"token": "xoxb-2"})
    with pytest.raises(LaterError, match="channel_not_found"):
        slack.send(MESSAGE, config | {"room": "C9"})
    server.answer = lambda _asked: (200, {}, '{"ok":false,"error":"msg_too_long"}')
    with pytest.raises(RefusedError):
        slack.send(MESSAGE, config)


def test_teams_by_a_workflow(server: Served) -> None:
    # learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors: a message with one Adaptive
    # Card as its attachment, 202 comes back, 28 KB at most, 429 with Retry-After.
    server.answer = lambda _asked: (202, {}, "")
    config = {"url": f"{server.url}/workflows/1/triggers/manual/paths/invoke?sig=x"}
    assert teams.send(MESSAGE, config) == "202"
    (asked,) = server.seen
    assert asked.path.endswith("?sig=x")
    (attachment,) = asked.json["attachments"]
    assert (asked.json["type"], attachment["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][1]["text"] == r"料金ページを2回閲覧 \[info\] & \*強調\*"
    assert card["body"][2]["facts"][0] == {"title": "スコア", "value": "55.0"}
    assert card["actions"][0] == {"type": "Action.OpenUrl", "title": TOLD.url_label, "url": TOLD.url}
    long = Told("題", "文", tuple(("項目", "長" * 3000) for _ in range(20)), url=TOLD.url)
    teams.send(Message("m", long), config)
    assert len(server.seen[-1].body) < teams.MOST_BYTES
    with pytest.raises(MikomiError, match="retired"):
        teams.check({"url": "https://works.webhook.office.com/webhookb2/1"})


def test_chatwork_by_its_api(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    # developer.chatwork.com/docs/endpoints and /reference/post-rooms-room_id-messages: the token in a header,
    # a form-encoded body, the message's number comes back; 401 with `errors`; 429 with x-ratelimit-reset.
    monkeypatch.setattr(chatwork, "API", f"{server.url}/v2")

    def answer(asked: Asked) -> tuple[int, dict[str, str], str]:
        if asked.headers.get("x-chatworktoken") != "token-1":
            return 401, {}, '{"errors":["Invalid API token"]}'
        assert asked.path == "/v2/rooms/123/messages"
        return 200, {}, '{"message_id":"1234"}'

    server.answer = answer
    config = {"token": "token-1", "room": "rid123"}
    chatwork.check(config)
    assert "1234" in chatwork.send(MESSAGE, config)
    asked = server.seen[0]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    said = parse_qs(asked.body.decode())
    assert said["self_unread"] == ["1"]
    (body,) = said["body"]
    assert body.startswith("[info][title]ホット: <北浜精機> 三宅 浩司 様[/title]料金ページを2回閲覧 ［info］")
    assert body.count("[info]") == 1
    with pytest.raises(LaterError, match="Invalid API token"):
        chatwork.send(MESSAGE, config | {"token": "wrong"})
    server.answer = lambda _asked: (429, {"x-ratelimit-reset": str(int(time.time()) + 120)}, "{}")
    with pytest.raises(LaterError) as later:
        chatwork.send(MESSAGE, config)
    assert 100 < (later.value.after or 0) <= 120
    # Of the five minutes' calls some are left: it is the room's limit, ten messages in ten seconds.
    room = {"x-ratelimit-remaining": "250", "x-ratelimit-reset": str(int(time.time()) + 120)}
    server.answer = lambda _asked: (429, room, "{}")
    with pytest.raises(LaterError) as soon:
        chatwork.send(MESSAGE, config)
    assert soon.value.after == 10


def test_a_webhook_is_signed_as_standard_webhooks_says(server: Served) -> None:
    # github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, as a
    # receiver checks it, and against openssl: printf … | openssl dgst -sha256 -mac HMAC -binary | base64.
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    assert webhook.send(MESSAGE, {"url": f"{server.url}/in", "secret": secret}) == "200 ok"
    (asked,) = server.seen
    key, stamp = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    assert key == "msg_mikomi_1"
    assert abs(int(stamp) - time.time()) < 300
    signed = hmac.new(bytes(range(32)), f"{key}.{stamp}.".encode() + asked.body, hashlib.sha256).digest()
    assert asked.headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert asked.json["type"] == "handoff.given"
    assert asked.json["data"]["handoff"] == 7
    known = "v1,GbtDN0VSUl5Aok/EHpreMIV2KXhA0PaAdQy/DJ6Mq0Q="
    assert webhook.sign(secret, "msg_1", 1674087231, b'{"type":"test"}') == known
    server.answer = lambda _asked: (410, {}, "")
    with pytest.raises(LaterError) as gone:
        webhook.send(MESSAGE, {"url": f"{server.url}/in", "secret": secret})
    assert gone.value.pause
    made = services.save_channel(None, "webhook", {"url": f"{server.url}/in"}, (), "ja")
    webhook.check(made.config)
    # Rotation without a gap: for a day both secrets sign, with a space between.
    services.save_channel(made, "webhook", {"url": f"{server.url}/in", "secret": secret}, (), "ja")
    old, server.answer = made.config["old_secret"], lambda _asked: (200, {}, "ok")
    webhook.send(MESSAGE, made.config)
    stamp, body = int(server.seen[-1].headers["webhook-timestamp"]), server.seen[-1].body
    both = [webhook.sign(one, "msg_mikomi_1", stamp, body) for one in (secret, old)]
    assert server.seen[-1].headers["webhook-signature"].split(" ") == both
    services.save_channel(made, "webhook", {"url": f"{server.url}/in"}, (), "ja")
    assert made.config["old_secret"] == old, "another change forgets nothing"
    webhook.send(MESSAGE, made.config | {"old_until": str(int(time.time()))})
    assert " " not in server.seen[-1].headers["webhook-signature"]
    with pytest.raises(MikomiError):
        webhook.check({"url": "https://works.example/", "secret": "whsec_c2hvcnQ="})


def test_what_may_have_been_taken_is_told_from_what_was_not(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chatwork, "API", f"{server.url}/v2")

    def break_off(_asked: Asked) -> tuple[int, dict[str, str], str]:
        raise ConnectionAbortedError

    server.answer = break_off
    with pytest.raises(UnknownError):
        chatwork.send(MESSAGE, {"token": "t", "room": "1"})
    # A receiver of webhooks knows the message by its number, so it may come again.
    with pytest.raises(LaterError):
        webhook.send(MESSAGE, {"url": server.url, "secret": webhook.make_secret()})


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.100.100.200/",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://user:pw@example.com/",
        "http://8.8.8.8/",
        "https://8.8.8.8:22/",
        "gopher://8.8.8.8/",
    ],
)
def test_nothing_inside_is_called_unless_an_admin_says_so(url: str) -> None:
    with pytest.raises(LaterError):
        calling.post(url, b"{}", {})


def test_where_a_machines_keys_lie_is_never_called_whatever_an_admin_says(server: Served) -> None:
    assert calling.post(f"{server.url}/", b"{}", {}).status == 200
    server.answer = lambda _asked: (302, {"Location": "http://169.254.169.254/"}, "")
    assert calling.post(f"{server.url}/", b"{}", {}).status == 302
    calling.allow_inside("169.254.0.0/16\nfd00::/8")
    for url in ("http://169.254.169.254/", "http://[fd00:ec2::254]/"):
        with pytest.raises(LaterError):
            calling.post(url, b"{}", {})
    for wrong in ("0.0.0.0/0", "::/0", "intranet"):
        with pytest.raises(MikomiError):
            calling.allow_inside(wrong)


def test_the_pages_of_channels_make_test_and_never_show_a_secret_again(server: Served) -> None:
    admin = Client(headers={"accept-language": "ja"})
    admin.force_login(User.objects.create_user("kanri@works.example", name="管理"))
    assert "連携先を加える" in admin.get("/settings/channels/").content.decode()
    for kind in KINDS:
        if kind != "mail":
            assert admin.get(f"/settings/channels/new/{kind}/").status_code == 200
    assert admin.post("/settings/channels/new/slack/", {"url": "https://evil.example/"}).status_code == 422
    made = admin.post("/settings/channels/new/webhook/", {"url": f"{server.url}/in", "hears": ["hot"]})
    channel = Channel.objects.get(kind="webhook")
    assert channel.config["secret"] in made.content.decode()
    page = f"/settings/channels/{channel.pk}/"
    assert channel.config["secret"] not in admin.get(page).content.decode()
    assert "相手の答え: 200 ok" in admin.post(f"{page}test/").content.decode()
    assert server.seen[-1].json["data"]["test"] is True
    server.answer = lambda _asked: (404, {}, "no such hook")
    failed = admin.post(f"{page}test/")
    assert (failed.status_code, "404 と答えました" in failed.content.decode()) == (422, True)
    # The secret stays where the field is left empty.
    before = channel.config["secret"]
    admin.post(page, {"url": f"{server.url}/other", "name": "基幹", "secret": ""})
    channel.refresh_from_db()
    assert (channel.config["secret"], channel.config["url"]) == (before, f"{server.url}/other")
    assert "削除しますか" in admin.get(f"{page}delete/").content.decode()
    admin.post(f"{page}delete/")
    assert not Channel.objects.filter(kind="webhook").exists()
    log = [entry.action for entry in AuditEntry.objects.order_by("-pk")[:3]]
    assert log == ["channel.deleted", "channel.saved", "channel.saved"]
