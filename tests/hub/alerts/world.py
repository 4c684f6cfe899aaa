"""A hand-off to tell of, and servers on this machine that answer as the services' documents say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from mikomi.hub.accounts.models import User
from mikomi.hub.alerts import services
from mikomi.hub.alerts.channels import calling
from mikomi.hub.alerts.models import Channel
from mikomi.hub.handoff import services as handoff
from mikomi.hub.handoff.types import Cause
from tests.hub.handoff.team import NOW, ON, handing, leads, seat


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A server, what it was asked, and how it answers the next ones: status, headers and body."""

    url: str
    seen: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, dict[str, str], str]] = lambda _asked: (200, {}, "ok")


@contextmanager
def serving(answer: Callable[[Asked], tuple[int, dict[str, str], str]] | None = None) -> Iterator[Served]:
    """A server on this machine, which is allowed for as long as it runs."""
    held = Served("")
    if answer is not None:
        held.answer = answer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            held.seen.append(asked)
            status, headers, said = held.answer(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    held.url = f"http://127.0.0.1:{server.server_port}"
    calling.allow_inside("127.0.0.1")
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def webhook(url: str, hears: tuple[str, ...] = ("hot", "urgent", "given", "deadline")) -> Channel:
    return services.save_channel(None, "webhook", {"url": url, "name": "基幹"}, hears, "ja")


def given(cause: Cause = Cause.HOT, lead: str = "a1", **more: Any) -> tuple[User, int, int]:
    """Somebody with a seat, to whom a lead was just handed over: user, hand-off, lead."""
    user = User.objects.filter(name="伊藤").first() or seat("伊藤")
    number = leads()[lead]
    made = handoff.hand_over(handing(number, cause, **more), ON, now=NOW)
    return user, made.handoff or 0, number
