"""Progress of long work, shown on stderr where stderr is a terminal."""

from __future__ import annotations

import shutil
import sys
import time
import unicodedata
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from mikomi.core.words import Language, Words

SECONDS_BETWEEN_DRAWINGS = 0.1
SECONDS_BEFORE_A_GUESS = 1.0
BAR_CELLS = 24


class Progress:
    """A bar with percentage and remaining time; silent where `stream` is no terminal.

    Call it with the units done and the units there are, in any unit: `progress(3, 40)`. Use it as a
    context manager: the line is cleared at the end, so that what is printed next stands alone.
    """

    def __init__(
        self,
        label: Words,
        language: Language,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label = label.text(language)
        self._language: Language = language
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._shown = self._stream.isatty()
        self._started = clock()
        self._drawn_at = float("-inf")
        self._drawn = False

    def __enter__(self) -> Self:
        self._started = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, done: float, total: float) -> None:
        """Says that `done` of `total` units are done; draws at most ten times a second."""
        if not self._shown:
            return
        now = self._clock()
        if now - self._drawn_at < SECONDS_BETWEEN_DRAWINGS and done < total:
            return
        self._drawn_at = now
        self._drawn = True
        width = shutil.get_terminal_size().columns
        self._stream.write("\r" + _cut(self._line(done, total, now - self._started), width - 1) + "\x1b[K")
        self._stream.flush()

    def _line(self, done: float, total: float, elapsed: float) -> str:
        share = min(max(done / total, 0.0), 1.0) if total > 0 else 1.0
        full = round(share * BAR_CELLS)
        line = f"{self._label} {'█' * full}{'░' * (BAR_CELLS - full)} {int(share * 100):3d}%"
        if 0 < share < 1 and elapsed >= SECONDS_BEFORE_A_GUESS:
            line += "  " + remaining(elapsed * (1 - share) / share).text(self._language)
        return line


def remaining(seconds: float) -> Words:
    """`seconds` still to wait, in words."""
    if seconds < 60:
        whole = max(1, round(seconds))
        return Words(f"あと{whole}秒", f"{whole} s left")
    minutes = round(seconds / 60)
    if minutes < 90:
        return Words(f"あと{minutes}分", f"{minutes} min left")
    hours = round(minutes / 60)
    return Words(f"あと約{hours}時間", f"about {hours} h left")


def _cut(line: str, cells: int) -> str:
    """`line` cut to `cells` columns, counting a wide character as two."""
    used = 0
    for index, character in enumerate(line):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > cells:
            return line[:index]
    return line
