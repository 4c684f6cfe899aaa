"""Asks the collector as a server would, without one."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mikomi.collector.app import Collector
from mikomi.collector.journal import Entry, read_after, take_refused
from mikomi.collector.settings import FILE

KEY = "public-key"
SERVER_KEY = "server-key"
PAGE = {"type": "page", "anonymousId": "a", "messageId": "m"}


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.said["code"]


class Asking:
    """A collector on a folder of its own. `source` changes the web source, `limits` the limits."""

    def __init__(
        self, folder: Path, *, source: Any = None, limits: Any = None, forwarded: bool = False, **journal: Any
    ) -> None:
        self.folder = folder
        self.tell(source=source, limits=limits)
        self.collector = Collector(folder, forwarded=forwarded, **journal)

    def tell(self, *, source: Any = None, limits: Any = None) -> None:
        """Writes what the hub would."""
        web = {"id": 1, "name": "Site", "kind": "web", "write_key": KEY, **(source or {})}
        server = {"id": 2, "name": "Shop", "kind": "server", "write_key": SERVER_KEY}
        said = {"format": 1, "sources": [web, server], "limits": limits or {}, "salt": "s", "unknown": 1}
        (self.folder / FILE).write_text(json.dumps(said))

    def many(self, requests: Iterable[dict[str, Any]]) -> list[Answer]:
        """Answers to requests that come at once; each a dictionary of `ask`'s arguments."""

        async def all_of_them() -> list[Answer]:
            return await asyncio.gather(*(self._one(**request) for request in requests))

        return asyncio.run(all_of_them())

    def ask(self, method: str, path: str, **more: Any) -> Answer:
        """One request: `body` bytes or what JSON can say, `headers`, `key`, `query`, `parts`, `address`."""
        [answer] = self.many([{"method": method, "path": path, **more}])
        return answer

    def post(self, path: str, body: object, **more: Any) -> Answer:
        """One POST, with the web source's key unless `key` says otherwise."""
        return self.ask("POST", path, body=body, **{"key": KEY, **more})

    async def _one(
        self,
        method: str,
        path: str,
        *,
        body: object = b"",
        headers: dict[str, str] | None = None,
        key: str | None = None,
        query: str = "",
        parts: list[bytes] | None = None,
        address: str = "192.0.2.1",
        gone: bool = False,
    ) -> Answer:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"host": "mikomi.example.com", **(headers or {})}
        if key:
            given["authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        pieces = parts if parts is not None else [sent]
        if parts is None:
            given.setdefault("content-length", str(len(sent)))
        coming: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": gone or number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        ]
        coming.append({"type": "http.disconnect"})
        went: list[Any] = []

        async def receive() -> Any:
            return coming.pop(0)

        async def send(message: Any) -> None:
            went.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "scheme": "http",
            "client": (address, 4711),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        await self.collector(scope, receive, send)
        start, *rest = went
        back = {name.decode(): value.decode() for name, value in start["headers"]}
        cookies = tuple(value.decode() for name, value in start["headers"] if name == b"set-cookie")
        return Answer(start["status"], back, b"".join(one["body"] for one in rest), cookies)

    def stored(self) -> list[Entry]:
        """What is in the journal."""
        return read_after(self.folder, 0)

    def refused(self) -> dict[tuple[int, str], int]:
        """What was counted as refused: by source and reason. Ends the collector."""
        self.collector.close()
        return {(one.source, one.reason): one.n for one in take_refused(self.folder)}
