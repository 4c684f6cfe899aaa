"""A webhook of one's own, signed as the Standard Webhooks specification says.

github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: `webhook-id` stays the
same over all tries, `webhook-timestamp` is of this try (a receiver allows some minutes), `webhook-signature`
is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; the key is the base64 after `whsec_`. For a
day after the secret was replaced the signature of the one before follows after a space. 410 ends it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from datetime import UTC, datetime

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.channels.calling import post
from mikomi.hub.alerts.channels.fates import LaterError, judge
from mikomi.hub.alerts.channels.kind import Config, Field, Kind, Message

PREFIX = "whsec_"
KEY_BYTES = 32
BOTH_FOR = 24 * 60 * 60
"""Seconds for which a secret that was replaced still signs, too."""
_SHORTEST, _LONGEST = 24, 64
_FIX = Words(
    "受け取る側の設定と、連携先の URL を確かめてください",
    "check the receiver and the address of this channel",
)


def make_secret() -> str:
    """A new signing secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def check(config: Config) -> None:
    """An address, and a secret of 24 to 64 bytes."""
    url = config.get("url", "")
    if not url.startswith(("https://", "http://")):
        raise MikomiError(Words("URL は https:// から書いてください", "begin the address with https://"))
    if not _SHORTEST <= len(_key(config.get("secret", ""))) <= _LONGEST:
        raise MikomiError(
            Words(
                "署名の秘密は whsec_ に続く base64（24〜64バイト）です。空にすると自動で作ります",
                "the secret is base64 of 24 to 64 bytes after whsec_; leave it empty to have one made",
            )
        )


def send(message: Message, config: Config) -> str:
    """Sends one message; gives what the server said."""
    body = json.dumps(
        {
            "type": message.told.event,
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "data": dict(message.told.data)
            | {"title": message.told.title, "sentence": message.told.sentence},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    stamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.key,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(
            sign(secret, message.key, stamp, body) for secret in _secrets(config, stamp)
        ),
    }
    # The receiver knows a message by its id, so what may have been taken may be sent again.
    answer = post(config["url"], body, headers, again=True)
    if answer.status == 410:
        raise LaterError(
            Words(
                "受け取る側が「もう要らない」（410）と答えたため、止めました。URL を直して再開してください",
                "the receiver wants nothing more (410), so it is paused; correct the address and go on",
            ),
            pause=True,
        )
    judge(answer, _FIX)
    return f"{answer.status} {answer.text[:100]}".strip()


def replaced(before: Config, after: Config, now: float) -> dict[str, str]:
    """What is kept of a secret that another one replaces (or that was replaced lately), beside `after`."""
    if not before.get("secret"):
        return {}
    if before["secret"] != after["secret"]:
        return {"old_secret": before["secret"], "old_until": str(int(now) + BOTH_FOR)}
    return {name: before[name] for name in ("old_secret", "old_until") if name in before}


def _secrets(config: Config, now: int) -> list[str]:
    both = now < int(config.get("old_until", "0"))
    return [config["secret"], config["old_secret"]] if both else [config["secret"]]


def sign(secret: str, key: str, stamp: int, body: bytes) -> str:
    """The signature of one try."""
    signed = hmac.new(_key(secret), f"{key}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _key(secret: str) -> bytes:
    try:
        return (
            base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
        )
    except binascii.Error:
        return b""


WEBHOOK = Kind(
    "webhook",
    Words("Webhook", "Webhook"),
    Words(
        "お知らせを JSON で、Standard Webhooks の署名をつけて送ります。",
        "Sends alerts as JSON, signed as the Standard Webhooks specification says.",
    ),
    (
        Field(
            "url",
            Words("送り先の URL", "Address"),
            Words("https:// から始まります", "Begins with https://"),
        ),
        Field(
            "secret",
            Words("署名の秘密", "Signing secret"),
            Words(
                "空にすると自動で作り、一度だけ表示します。入れ替えたあと1日は、前の秘密の署名も付けます",
                "Left empty, one is made and shown once. For a day after a change the one before signs, too",
            ),
            secret=True,
            required=False,
        ),
    ),
    check,
    send,
)
