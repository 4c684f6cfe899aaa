"""Slack: an incoming webhook, or `chat.postMessage` with a bot's token.

docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, …/reference/methods/chat.postMessage,
…/apis/web-api/rate-limits (one message a second and channel; 429 with `Retry-After`).
"""

from __future__ import annotations

import json
from typing import Any

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.channels.calling import post
from mikomi.hub.alerts.channels.fates import LaterError, RefusedError, judge, wait_of
from mikomi.hub.alerts.channels.kind import Config, Field, Kind, Message, need_https
from mikomi.hub.alerts.types import Told

HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
API = "https://slack.com/api/chat.postMessage"
MOST_TEXT = 2900
"""A section's text holds 3,000 characters."""
MOST_FIELDS = 10
"""In one section; more are the next section."""
MOST_SECTIONS = 40
"""A message holds 50 blocks."""
MOST_IN_FIELD = 1900
"""A field holds 2,000."""
_FIX = Words(
    "Slack でアプリの Webhook を作り直し、連携先の URL を入れ替えてください",
    "make the app's webhook anew in Slack and replace the address of this channel",
)
_TOKEN_FIX = Words(
    "Slack でトークンの権限（chat:write）と、アプリがチャンネルに入っているかを確かめてください",
    "see in Slack whether the token may chat:write and the app is in the channel",
)
_OF_THE_MESSAGE = (
    "msg_too_long",
    "no_text",
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
)


def check(config: Config) -> None:
    """An address of a webhook, or a token and a channel."""
    if config.get("token"):
        if not config["token"].startswith("xoxb-") or not config.get("room"):
            raise MikomiError(
                Words(
                    "トークンは xoxb- で始まります。チャンネルの ID（C から始まる）も入れてください",
                    "a bot's token begins with xoxb-; give the channel's id (it begins with C), too",
                )
            )
        return
    need_https(config.get("url", ""), HOSTS, "https://hooks.slack.com/services/")


def send(message: Message, config: Config) -> str:
    """Sends one message; gives what Slack said."""
    body: dict[str, Any] = {
        "text": _escaped(f"{message.told.title} {message.told.sentence}".strip())[:MOST_TEXT]
    }
    body["blocks"] = blocks(message.told)
    if not config.get("token"):
        answer = post(config["url"], _json(body), {"Content-Type": "application/json; charset=utf-8"})
        judge(answer, _FIX)
        return f"{answer.status} {answer.text[:100]}"
    body["channel"] = config["room"]
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Authorization": f"Bearer {config['token']}",
    }
    answer = post(API, _json(body), headers)
    judge(answer, _TOKEN_FIX)
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = {}
    if isinstance(said, dict) and said.get("ok") is True:
        return f"{answer.status} ok {said.get('ts', '')}".strip()
    error = str(said.get("error", answer.text[:100])) if isinstance(said, dict) else answer.text[:100]
    told = Words(f"Slack が「{error}」と答えました。", f"Slack answered {error}; ")
    if error in _OF_THE_MESSAGE:
        raise RefusedError(
            Words(told.ja + "このお知らせは受け取られませんでした", told.en + "this one alert was not taken")
        )
    raise LaterError(
        Words(told.ja + _TOKEN_FIX.ja, told.en + _TOKEN_FIX.en),
        wait_of(answer.headers) if error in ("ratelimited", "rate_limited") else None,
    )


def blocks(told: Told) -> list[dict[str, Any]]:
    """The message in Slack's blocks: title, sentence, facts, and links as buttons."""
    head = f"*{_escaped(told.title)}*\n{_escaped(told.sentence)}".strip()
    parts: list[dict[str, Any]] = [{"type": "section", "text": _mrkdwn(head)}]
    for at in range(0, min(len(told.facts), MOST_FIELDS * MOST_SECTIONS), MOST_FIELDS):
        fields = [
            _mrkdwn(f"*{_escaped(name)}*\n{_escaped(value)}"[:MOST_IN_FIELD])
            for name, value in told.facts[at : at + MOST_FIELDS]
        ]
        parts.append({"type": "section", "fields": fields})
    links = ([(told.url_label, told.url)] if told.url else []) + list(told.buttons)
    if links:
        said = "　".join(f"<{url}|{_escaped(label).replace('|', '｜')}>" for label, url in links)
        parts.append({"type": "section", "text": _mrkdwn(said)})
    return parts


def _mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text[:MOST_TEXT] or " "}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


SLACK = Kind(
    "slack",
    Words("Slack", "Slack"),
    Words(
        "Slack のアプリの「Incoming Webhooks」で URL を作るか、"
        "ボットのトークンとチャンネルの ID を入れます。",
        "Make an address under “Incoming Webhooks” of a Slack app, or give a bot's token and a channel's id.",
    ),
    (
        Field(
            "url",
            Words("Webhook の URL", "Webhook address"),
            Words(
                "https://hooks.slack.com/services/ から始まります",
                "Begins with https://hooks.slack.com/services/",
            ),
            secret=True,
            required=False,
        ),
        Field(
            "token",
            Words("または、ボットのトークン", "Or a bot's token"),
            Words("xoxb- から始まります（権限 chat:write）", "Begins with xoxb- (scope chat:write)"),
            secret=True,
            required=False,
        ),
        Field(
            "room",
            Words("チャンネルの ID", "Channel id"),
            Words("トークンのときだけ。C から始まります", "With a token only; begins with C"),
            required=False,
        ),
    ),
    check,
    send,
)
