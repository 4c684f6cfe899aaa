"""Microsoft Teams: a workflow that takes a webhook and posts an Adaptive Card.

learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors (Workflows take Adaptive Cards only,
messages up to 28 KB, four requests a second), …/how-to/connectors-using; adaptivecards.io/explorer. The
addresses are those of Power Automate. The connectors before (webhook.office.com) are retired.
"""

from __future__ import annotations

import json
from typing import Any

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.channels.calling import post
from mikomi.hub.alerts.channels.fates import judge
from mikomi.hub.alerts.channels.kind import Config, Field, Kind, Message, need_https
from mikomi.hub.alerts.types import Told

HOSTS = ("logic.azure.com", "api.powerplatform.com", "api.powerautomate.com", "logic.azure.us")
MOST_BYTES = 28_000
MOST_TEXT = 3_000
_MARKS = "\\*_[]()#~`>"
_FIX = Words(
    "Teams のワークフローを作り直し、連携先の URL を入れ替えてください",
    "make the workflow anew in Teams and replace the address of this channel",
)


def check(config: Config) -> None:
    """An address of a workflow, not of a retired connector."""
    url = config.get("url", "")
    if "webhook.office.com" in url:
        raise MikomiError(
            Words(
                "これは廃止された「Incoming Webhook」コネクタの URL です。Teams の「ワークフロー」で"
                "「Webhook 要求を受信したらチャネルに投稿する」を作り、その URL を入れてください",
                "this is a retired connector; make the workflow “Post to a channel when a webhook request is"
                " received” in Teams and give its address",
            )
        )
    need_https(url, HOSTS, "https://….api.powerplatform.com/ (https://….logic.azure.com/)")


def send(message: Message, config: Config) -> str:
    """Sends one message; gives what Teams said (202: taken)."""
    body = _json(card(message.told))
    if len(body) > MOST_BYTES:
        body = _json(card(Told(message.told.title[:200], message.told.sentence[:1000], url=message.told.url)))
    answer = post(config["url"], body, {"Content-Type": "application/json"})
    judge(answer, _FIX)
    return f"{answer.status} {answer.text[:100]}".strip()


def card(told: Told) -> dict[str, Any]:
    """The message that carries one Adaptive Card."""
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _plain(told.title), "weight": "Bolder", "size": "Medium", "wrap": True}
    ]
    if told.sentence:
        body.append({"type": "TextBlock", "text": _plain(told.sentence), "wrap": True})
    if told.facts:
        facts = [{"title": _plain(name), "value": _plain(value)} for name, value in told.facts]
        body.append({"type": "FactSet", "facts": facts})
    links = ([(told.url_label or "Mikomi", told.url)] if told.url else []) + list(told.buttons)
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in links],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _plain(text: str) -> str:
    """Text that Teams' Markdown leaves as it is."""
    return "".join("\\" + one if one in _MARKS else one for one in text[:MOST_TEXT])


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


TEAMS = Kind(
    "teams",
    Words("Microsoft Teams", "Microsoft Teams"),
    Words(
        "Teams の「ワークフロー」で「Webhook 要求を受信したらチャネルに投稿する」を選び、"
        "できた URL を入れます。",
        "In Teams choose the workflow “Post to a channel when a webhook request is received”"
        " and give its address.",
    ),
    (
        Field(
            "url",
            Words("ワークフローの URL", "Workflow address"),
            Words("https:// から始まる長いアドレスです", "A long address that begins with https://"),
            secret=True,
        ),
    ),
    check,
    send,
)
