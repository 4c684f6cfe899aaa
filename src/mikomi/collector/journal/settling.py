"""Waiting until what is committed together is durable: many tasks, one thing to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context

RETRY_SECONDS = 5


class JournalBusy(Exception):
    """The journal cannot take more now; nothing of the entry was stored. Send it again later."""

    def __init__(self, why: str, retry_after: int = RETRY_SECONDS) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


class Settling:
    """To be awaited, by any number of tasks: returns once all is durable, or raises `JournalBusy`.

    A future for each of them, and the turn of the loop that it takes to tell it, would cost more than
    all that is checked of an event.
    """

    __slots__ = ("_told", "_waiting", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._told = False
        self._waiting = _Waiting(loop)

    def __await__(self) -> Generator[_Waiting]:
        # What is awaited need be no generator, which would be two frames for every event: so both answers
        # are plain iterators. The task asks for `result` before it goes on, and that raises where nothing
        # was stored.
        waiting = self._waiting
        if self._told:
            waiting.result()
            return iter(())  # type: ignore[return-value]
        waiting._asyncio_future_blocking = True
        return iter((waiting,))  # type: ignore[return-value]

    def tell(self, failure: JournalBusy | None) -> None:
        """Lets all who wait go on, in one turn of the loop. Called by the loop."""
        self._told = True
        self._waiting.end(failure)


class _Waiting:
    """As much of a future as a task asks of what it waits for (`asyncio.isfuture` says how it is known).

    It belongs to many: a task that is cancelled takes nobody along, and ends when the others go on.
    """

    __slots__ = ("_asyncio_future_blocking", "_callbacks", "_failure", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._asyncio_future_blocking = False
        self._callbacks: list[tuple[Callable[[_Waiting], object], Context]] = []
        self._failure: JournalBusy | None = None
        self._loop = loop

    def add_done_callback(self, callback: Callable[[_Waiting], object], *, context: Context) -> None:
        self._callbacks.append((callback, context))

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def result(self) -> None:
        if self._failure is not None:
            raise JournalBusy(self._failure.why, self._failure.retry_after)

    def cancel(self, msg: object = None) -> bool:
        return False

    def end(self, failure: JournalBusy | None) -> None:
        self._failure = failure
        for callback, context in self._callbacks:
            context.run(callback, self)
