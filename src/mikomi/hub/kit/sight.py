"""Whose leads whoever asks may see: set for each request, asked by every read that names leads.

Where nothing is set (no restriction, jobs, commands) everything is seen, at no cost.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Sight(Protocol):
    """What one person may see, where that is not everything."""

    @property
    def user(self) -> int:
        """Whose sight it is (a user's number)."""
        ...

    @property
    def name(self) -> str:
        """What the person is called where 担当 names somebody."""
        ...

    def hidden(self, leads: Collection[int]) -> set[int]:
        """Those of `leads` (numbers) that the person may not see."""
        ...


_PRESENT: ContextVar[Sight | None] = ContextVar("mikomi_sight", default=None)


def present() -> Sight | None:
    """The sight of whoever asks; None: they see everything."""
    return _PRESENT.get()


def hidden(leads: Collection[int]) -> set[int]:
    """Those of `leads` (numbers) that whoever asks may not see."""
    sight = _PRESENT.get()
    return sight.hidden(leads) if sight is not None and leads else set()


@contextmanager
def looking(sight: Sight | None) -> Generator[None]:
    """Whatever is read within is read with this sight."""
    before = _PRESENT.set(sight)
    try:
        yield
    finally:
        _PRESENT.reset(before)
