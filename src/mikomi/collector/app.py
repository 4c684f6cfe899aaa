"""The collector as an ASGI application: accept, check, journal, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from mikomi.collector import answers
from mikomi.collector.cookies import name_trapped
from mikomi.collector.gate import AFTER_BODY, BEFORE_BODY, Gate, refuse_flooding_address
from mikomi.collector.journal import Journal, JournalBusy
from mikomi.collector.messages import MOST_BYTES
from mikomi.collector.openapi import description
from mikomi.collector.reasons import Reason
from mikomi.collector.request import Refuse, Request, request_of
from mikomi.collector.routes import ROUTES, SETTINGS_END, SETTINGS_START, WITH_EVENTS, Route, route_of
from mikomi.collector.settings import Kept, Source
from mikomi.collector.tag import Script, script_of

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

BODY_SECONDS = 30.0
"""For a body to arrive whole."""
AHEAD = frozenset({b"purpose", b"x-purpose", b"x-moz", b"sec-purpose"})
"""What browsers say that fetch a page before anybody asked for it."""
NOWHERE = Route("description")
FETCHED_AGAIN = (b"cache-control", b"public, max-age=60")


class Collector:
    """Answers for the addresses that `routes.takes` names. One for one event loop."""

    def __init__(self, folder: Path, *, forwarded: bool = False, journal: Journal | None = None) -> None:
        """`folder`: the data folder. `forwarded`: whether TLS stands in front and tells addresses."""
        self.journal = journal or Journal(folder)
        self._forwarded = forwarded
        self._gate = Gate(Kept(folder))
        self._description = msgspec.json.encode(description())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One HTTP request. Gives the coroutine that answers: each one more around it costs every event."""
        path = scope["path"]
        route = ROUTES.get(path) or route_of(path)
        request = request_of(scope, route or NOWHERE, forwarded=self._forwarded)
        if request.route.kind in WITH_EVENTS and scope["method"] == "POST":
            return self._take(request, receive, send)
        return self._answer(request, route, send)

    def close(self) -> None:
        """Writes what waits, and ends."""
        self.journal.close()

    async def _take(self, request: Request, receive: Receive, send: Send) -> None:
        """Takes events: they are durable before the answer."""
        gate = self._gate
        try:
            for step in BEFORE_BODY:
                step(gate, request)
            told = request.headers.get(b"content-length", b"")
            length = int(told) if told.isdigit() and len(told) < 20 else -1
            if length > MOST_BYTES:
                raise Refuse(Reason.BODY_TOO_LARGE)
            message = await receive()
            body: bytes = message.get("body", b"")
            # The server says only with one more message that nothing more comes; the length says it now.
            request.body = body if len(body) == length else await _rest_of_body(message, receive)
            for step in AFTER_BODY[request.route.kind]:
                step(gate, request)
            source, checked = request.source, request.checked
            assert source is not None
            assert checked is not None
            plain = not (checked.refused or request.tagged is not None or b"origin" in request.headers)
            if checked.accepted:
                kept = self._keep(request, source, checked.body)
                if plain:
                    request.let_go()
                    del message, body
                await kept
        except (Refuse, JournalBusy) as why:
            await self._refuse(send, request, why)
        else:
            if plain:
                await send(answers.PLAIN_START)
                await send(answers.PLAIN_BODY)
            else:
                for one in checked.refused:
                    self.journal.count(source.id, one.reason)
                await answers.accept(send, request, checked)

    async def _answer(self, request: Request, route: Route | None, send: Send) -> None:
        """Answers whatever brings no events."""
        method = request.scope["method"]
        try:
            if route is None:
                raise Refuse(Reason.PATH)
            if method == "OPTIONS":
                await answers.preflight(send, request, route)
            elif method not in route.methods:
                raise Refuse(Reason.METHOD, method)
            elif route.kind == "trap":
                await self._spring(request)
                await answers.give_trap(send, request)
            elif route.kind == "script":
                await answers.give_script(send, request, self._script(request))
            else:
                await answers.send_json(send, request, 200, self._tell(request, route), (FETCHED_AGAIN,))
        except (Refuse, JournalBusy) as why:
            await self._refuse(send, request, why)

    def _keep(self, request: Request, source: Source, body: bytes) -> Awaitable[None]:
        """To be awaited: `body` is durable when it returns. Raises `JournalBusy`."""
        return self.journal.append(
            request.received, source.id, body, "batch", request.address, request.agent(), request.flags()
        )

    async def _spring(self, request: Request) -> None:
        """Notes that somebody opened the link that no person can see."""
        refuse_flooding_address(self._gate, request)
        query = dict(parse_qsl(request.scope["query_string"][:2048].decode("latin-1")))
        request.source = source = self._source(query.get("k", ""), request.now)
        settings = self._gate.settings.settings
        self._gate.addresses.take(request.address, 1, settings.limits.requests_per_minute, request.now)
        if not request.headers.keys().isdisjoint(AHEAD):
            # A browser that fetches ahead is no machine that follows links.
            return
        body = name_trapped(
            query.get("mk_visitor", ""),
            source,
            request.headers,
            address=request.address,
            received=request.received,
            salt=settings.salt,
        )
        await self._keep(request, source, body)

    def _script(self, request: Request) -> Script:
        query = request.scope["query_string"][:2048].decode("latin-1")
        try:
            return script_of(self._source(dict(parse_qsl(query)).get("k", ""), request.now))
        except OSError as error:
            raise Refuse(Reason.BUSY, "the tag is not built", retry_after=60) from error

    async def _refuse(self, send: Send, request: Request, why: Refuse | JournalBusy) -> None:
        busy = isinstance(why, JournalBusy)
        refusal = Refuse(Reason.BUSY, retry_after=why.retry_after) if busy else why
        self._count(request, refusal)
        await answers.refuse(send, request, refusal)

    def _count(self, request: Request, refusal: Refuse) -> None:
        """Counts a request that was refused as a whole, by its messages where they are known."""
        checked, source = request.checked, request.source
        if refusal.reason is Reason.BUSY and checked is not None:
            n = checked.accepted
        elif checked is not None and checked.refused and not checked.accepted:
            n = len(checked.refused)
        else:
            n = 1
        self.journal.count(0 if source is None else source.id, refusal.reason, n)
        if refusal.reason not in (Reason.BUSY, Reason.RATE_OF_KEY, Reason.RATE_OF_ADDRESS):
            limits = self._gate.settings.settings.limits
            self._gate.addresses.take(request.address, 1, limits.requests_per_minute, request.now)

    def _tell(self, request: Request, route: Route) -> bytes:
        """What a GET asks for."""
        if route.kind == "description":
            return self._description
        if route.kind == "settings":
            key = request.scope["path"][len(SETTINGS_START) : -len(SETTINGS_END)]
            return msgspec.json.encode(
                answers.settings_of(self._source(key, request.now), self._host(request))
            )
        return msgspec.json.encode(answers.source_config_of(self._source(request.key_outside(), request.now)))

    def _source(self, key: str, now: float) -> Source:
        if not key:
            raise Refuse(Reason.NO_KEY)
        source = self._gate.settings.source(key, now)
        if source is None:
            raise Refuse(Reason.UNKNOWN_KEY)
        return source

    def _host(self, request: Request) -> tuple[str, str]:
        """By which protocol and host we were asked."""
        return "https" if request.https else "http", request.headers.get(b"host", b"localhost")[:255].decode(
            "latin-1"
        )


async def _rest_of_body(message: Message, receive: Receive) -> bytes:
    """A body that comes in parts, of which `message` is the first."""
    parts: list[bytes] = [message.get("body", b"")]
    size = len(parts[0])
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while message.get("more_body") and size <= MOST_BYTES:
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
    except TimeoutError as error:
        raise Refuse(Reason.BODY_BROKEN, "it did not come whole in time") from error
    if size > MOST_BYTES:
        raise Refuse(Reason.BODY_TOO_LARGE)
    if message["type"] != "http.request":
        raise Refuse(Reason.BODY_BROKEN, "it stopped halfway")
    return b"".join(parts)
