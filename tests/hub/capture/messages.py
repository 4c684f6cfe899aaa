"""Messages as SDKs send them, as entries of a journal."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from mikomi.collector.journal import Entry

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
_numbers = itertools.count(1)


def moment(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()


def message(type_: str, minutes: float, anonymous: str = "", **said: Any) -> dict[str, Any]:
    made = {"type": type_, "messageId": f"m{next(_numbers)}", "timestamp": moment(minutes)}
    return made | ({"anonymousId": anonymous} if anonymous else {}) | said


def page(minutes: float, anonymous: str, path: str = "/pricing", **said: Any) -> dict[str, Any]:
    url = said.pop("url", f"https://www.example.co.jp{path}")
    properties = {"path": path, "url": url, "title": f"{path} の題", **said.pop("properties", {})}
    return message("page", minutes, anonymous, properties=properties, **said)


def entry(seq: int, source: int, *messages: dict[str, Any], agent: str = CHROME) -> Entry:
    received = int((START + timedelta(days=1)).timestamp() * 1_000_000)
    body = json.dumps({"batch": messages}, ensure_ascii=False).encode()
    return Entry(seq, received, source, "batch", "192.0.2.1", agent, "{}", body)
