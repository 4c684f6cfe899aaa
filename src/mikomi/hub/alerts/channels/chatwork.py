"""Chatwork: a message in a room, by the API v2.

developer.chatwork.com/docs/endpoints (token in `X-ChatWorkToken`, bodies form-encoded),
…/reference/post-rooms-room_id-messages, …/docs/limits (429: 300 calls in five minutes and token, with
`x-ratelimit-remaining` and `x-ratelimit-reset` in UNIX seconds; or ten messages in ten seconds and room).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.channels.calling import post
from mikomi.hub.alerts.channels.fates import LaterError, judge
from mikomi.hub.alerts.channels.kind import Config, Field, Kind, Message
from mikomi.hub.alerts.types import Told

API = "https://api.chatwork.com/v2"
MOST_TEXT = 10_000
_LONGEST_WAIT = 3600.0
_ROOM_WAIT = 10.0
_FIX = Words(
    "Chatwork の API トークンとルーム ID を確かめて、連携先を直してください",
    "check the API token and the room's id of Chatwork and correct this channel",
)


def check(config: Config) -> None:
    """A token, and a room's number."""
    room = config.get("room", "").strip().removeprefix("rid")
    if not config.get("token") or not (room.isascii() and room.isdigit()):
        raise MikomiError(
            Words(
                "API トークンと、ルーム ID（数字。チャットの URL の rid のあと）を入れてください",
                "give the API token and the room's id (digits: what follows rid in the chat's address)",
            )
        )


def send(message: Message, config: Config) -> str:
    """Sends one message; gives what Chatwork said."""
    room = config["room"].strip().removeprefix("rid")
    body = urlencode({"body": written(message.told), "self_unread": "1"}).encode()
    headers = {
        "X-ChatWorkToken": config["token"],
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    answer = post(f"{API}/rooms/{room}/messages", body, headers)
    if answer.status == 429:
        raise LaterError(
            Words(
                "Chatwork の回数の制限に達しました。自動で続けます",
                "Chatwork's limit is reached; it goes on by itself",
            ),
            _wait(answer.headers),
        )
    judge(answer, _FIX)
    return f"{answer.status} {answer.text[:100]}"


def written(told: Told) -> str:
    """The message in Chatwork's notation."""
    lines = [_plain(told.sentence)] if told.sentence else []
    lines += [f"{_plain(name)}: {_plain(value)}" for name, value in told.facts]
    links = ([(told.url_label, told.url)] if told.url else []) + list(told.buttons)
    lines += [f"{_plain(label)}: {url}" for label, url in links]
    return f"[info][title]{_plain(told.title)}[/title]{chr(10).join(lines)[:MOST_TEXT]}[/info]"


def _plain(text: str) -> str:
    return text.replace("[", "［").replace("]", "］")


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds: where calls of the five minutes are left, it was the room's limit that was reached."""
    left, reset = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", "")
    if left.isascii() and left.isdigit() and int(left) > 0:
        return _ROOM_WAIT
    if not (reset.isascii() and reset.isdigit()):
        return None
    return min(max(float(reset) - time.time(), 1.0), _LONGEST_WAIT)


CHATWORK = Kind(
    "chatwork",
    Words("Chatwork", "Chatwork"),
    Words(
        "Chatwork の「サービス連携 > API トークン」のトークンと、送り先のルーム ID を入れます。",
        "Give the token of “Service integration > API token” in Chatwork and the id of the room.",
    ),
    (
        Field(
            "token",
            Words("API トークン", "API token"),
            Words("だれとして書くかは、このトークンの持ち主で決まります", "Its owner is who writes"),
            secret=True,
        ),
        Field(
            "room",
            Words("ルーム ID", "Room id"),
            Words("チャットの URL の rid のあとの数字です", "The digits after rid in the chat's address"),
        ),
    ),
    check,
    send,
)
