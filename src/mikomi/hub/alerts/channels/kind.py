"""What every channel has: its fields, a check of them, and sending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.types import Told

type Config = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send. `key` is the same each time it is tried; `address` is for mail."""

    key: str
    told: Told
    address: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a channel must be told. A secret is never shown again."""

    name: str
    label: Words
    help: Words
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A service. `check` raises `MikomiError` where its settings cannot be right; `send` gives what came
    back, in short, and raises `RefusedError`, `LaterError` or `UnknownError`."""

    key: str
    label: Words
    how: Words
    fields: tuple[Field, ...]
    check: Callable[[Config], None]
    send: Callable[[Message, Config], str]


def need_https(url: str, hosts: tuple[str, ...], example: str) -> None:
    """Raises `MikomiError` unless `url` begins with https and is on one of `hosts` (or a part of them)."""
    try:
        parts = urlsplit(url)
        host, plain = parts.hostname or "", parts.scheme == "https" and "@" not in parts.netloc
    except ValueError:
        host, plain = "", False
    if not plain or "\\" in url or not any(host == one or host.endswith("." + one) for one in hosts):
        raise MikomiError(
            Words(
                f"アドレスが違うようです。{example} から始まるアドレスを、そのまま貼り付けてください",
                f"this does not look right; paste the address that begins with {example}",
            )
        )
