"""The collector by itself: `mikomi serve --only collector`. The data folder is `MIKOMI_DATA`."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable
from pathlib import Path

from mikomi.collector.app import Collector, Receive, Scope, Send

GROWN = 50_000
"""So many more containers than before make Python look for cycles among them. What an event is made of goes
by itself with its answer, but the hundreds that wait for one commit look as if something had grown."""
HEALTHY = b'{"ok":true}'
HEALTHY_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(HEALTHY))],
}


class Alone:
    """The collector, which also says that it is alive."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One HTTP request, or the server's beginning and end."""
        if scope["type"] == "lifespan":
            return lifespan(receive, send, self.collector)
        if scope["path"] == "/healthz":
            return _say_healthy(send)
        return self.collector(scope, receive, send)


async def _say_healthy(send: Send) -> None:
    await send(HEALTHY_START)
    await send({"type": "http.response.body", "body": HEALTHY})


async def lifespan(receive: Receive, send: Send, collector: Collector) -> None:
    """Answers the server's beginning, and writes what waits at its end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            collector.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "lifespan.startup.complete"})


def application() -> Alone:
    """For a server that asks for a factory."""
    gc.set_threshold(GROWN)
    secure = "https://" in os.environ.get("MIKOMI_HOSTS", "")
    return Alone(Collector(Path(os.environ["MIKOMI_DATA"]), forwarded=secure))
