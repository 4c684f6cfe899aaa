"""What became of a message that was not sent."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.outgoing import Answer


class RefusedError(MikomiError):
    """This message is not taken and never will be; others may."""


class LaterError(MikomiError):
    """The channel takes nothing now: everything waits. `after`: seconds that it asked for."""

    def __init__(self, words: Words, after: float | None = None, *, pause: bool = False) -> None:
        super().__init__(words)
        self.after = after
        self.pause = pause
        """Whether it asked for nothing more at all."""


class UnknownError(MikomiError):
    """It may have been taken or not. A person must look; it is not sent again by itself."""


def judge(answer: Answer, fix: Words) -> None:
    """Raises what an answer by HTTP means (RFC 9110); `fix` says what to do where the settings are wrong."""
    status = answer.status
    if 200 <= status < 300:
        return
    said = " ".join(answer.text.split())[:200]
    told = Words(f"{status} と答えました（{said}）。", f"the answer was {status} ({said}); ")
    if status in (400, 413, 415, 422):
        raise RefusedError(
            Words(told.ja + "このお知らせは受け取られませんでした", told.en + "this one alert was not taken")
        )
    if status == 429:
        raise LaterError(
            Words(told.ja + "少し待ってから自動で続けます", told.en + "it goes on by itself in a while"),
            wait_of(answer.headers),
        )
    if status == 408 or status >= 500:
        raise LaterError(
            Words(told.ja + "相手の不調です。自動で試し直します", told.en + "it is tried again by itself"),
            wait_of(answer.headers),
        )
    raise LaterError(Words(told.ja + fix.ja, told.en + fix.en))


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `Retry-After` (RFC 9110, 10.2.3: seconds or a date)."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
