"""Pages and collector as one ASGI application: one server, one address.

The collector answers on the event loop; the pages run in a few threads that keep their database
connections. A page that takes long holds up other pages, never an event.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from mikomi.collector.alone import lifespan
from mikomi.collector.app import Collector, Message, Receive, Scope, Send
from mikomi.collector.routes import takes
from mikomi.hub.wsgi import application as pages

THREADS = 4
"""Threads a process for pages: each holds a database connection of its own."""


class Together:
    """Hands each request to whom it is for."""

    def __init__(self) -> None:
        behind_tls = settings.SECURE_PROXY_SSL_HEADER is not None
        self.collector = Collector(settings.DATA_FOLDER, forwarded=behind_tls)
        # Its types are narrower than those of the specifications, which ours and Django's follow.
        self.pages: Any = WSGIMiddleware(cast(Any, pages), workers=THREADS)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One request, or the server's beginning and end."""
        if scope["type"] == "lifespan":
            return lifespan(receive, send, self.collector)
        if takes(scope["path"]):
            return self.collector(scope, receive, send)
        return self.pages(scope, _as_coroutine(receive), send)


def _as_coroutine(receive: Receive) -> Receive:
    """`receive` as a coroutine function: the pages' threads have the loop run it, which takes
    nothing else, and granian gives a future. Without this no page could read what was posted."""

    async def received() -> Message:
        return await receive()

    return received


application = Together()
