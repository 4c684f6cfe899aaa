"""A small site under a strict CSP with the tag on it, and the real collector."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mikomi.collector.app import Collector
from mikomi.collector.journal import read_after
from mikomi.collector.messages import Message, decode_batch
from mikomi.collector.routes import takes
from mikomi.hub.capture import sources

WITHIN = 8.0
FORM = {
    "selector": "form.contact",
    "name": "お問い合わせ",
    "fields": {"your-email": "email", "your-name": "name"},
}

SITE = """<!doctype html><html lang="ja"><title>{title}</title><meta charset="utf-8">
<link rel="icon" href="data:,"><script async src="{base}/mikomi.js?k={key}"></script>
<h1>{title}</h1><a href="/next" id="next">次へ</a>
<a href="/files/catalogue.pdf" id="file">製品カタログ</a>
<form class="contact" action="/thanks" method="get"><input name="your-name"><input name="your-email">
<input name="secret" type="password"><input name="your-token" type="hidden" value="t">
<button>送る</button></form>"""


class Handler(BaseHTTPRequestHandler):
    """Gives what the collector takes to the collector, and is the site for everything else."""

    answer: Callable[[str, str, dict[str, str], bytes], tuple[int, list[tuple[str, str]], bytes]]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, said, content = type(self).answer(self.command, self.path, headers, body)
        self.send_response(status)
        for name, value in said:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


class World:
    """A collector on a loop of its own, a site, and what was stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collector = Collector(folder)
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        handler = type("Bound", (Handler,), {"answer": staticmethod(self._answer)})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://localhost:{self.server.server_port}"
        # To the browser another port is another origin on the same site, as a subdomain is.
        self.site_server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.site_server.serve_forever, daemon=True).start()
        self.site = f"http://localhost:{self.site_server.server_port}"
        self.key = ""
        self.out = 0
        """So many posts are answered with 503."""
        self.pages: dict[str, str] = {}
        """Pages of another kind, by path, without a CSP; `{base}` and `{key}` are the tag's."""

    def _answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        bare, _, query = path.partition("?")
        if takes(bare):
            if self.out and method == "POST":
                self.out -= 1
                return 503, [("retry-after", "1")], b""
            asked = self._ask(method, bare, query, headers, body)
            return asyncio.run_coroutine_threadsafe(asked, self.loop).result(20)
        if bare in self.pages:
            page = self.pages[bare].format(base=self.base, key=self.key)
            return 200, [("content-type", "text/html; charset=utf-8")], page.encode()
        policy = (
            f"default-src 'none'; script-src {self.base}; connect-src {self.base}; form-action 'self';"
            f" img-src data:; frame-src {self.base}"
        )
        page = SITE.format(title=f"{bare} の題", base=self.base, key=self.key)
        said = [("content-type", "text/html; charset=utf-8"), ("content-security-policy", policy)]
        return 200, said, page.encode()

    async def _ask(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        went: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            went.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "scheme": "http",
            "client": ("192.0.2.1", 1),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await self.collector(scope, receive, send)
        said = [(name.decode(), value.decode()) for name, value in went[0]["headers"]]
        return went[0]["status"], said, b"".join(one.get("body", b"") for one in went[1:])

    def stored(self) -> list[Message]:
        """The messages that came, each once: what is on its way when a page closes is sent again."""
        found = [one for entry in read_after(self.folder, 0) for one in decode_batch(entry.body)]
        return list({one.message_id: one for one in found if isinstance(one, Message)}.values())

    def wait(self, *kinds: str) -> list[Message]:
        """What is stored, once there is something of each kind (`page`, or the name of an event)."""
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            there = self.stored()
            if set(kinds) <= {one.event or one.type for one in there}:
                return there
            time.sleep(0.05)
        raise AssertionError(f"only {[one.event or one.type for one in self.stored()]}")

    def wait_for_path(self, path: str) -> None:
        """Waits until a view of a path is stored."""
        end = time.monotonic() + WITHIN
        while ("page", path) not in kinds(self.stored()):
            assert time.monotonic() < end, path
            time.sleep(0.05)

    def close(self) -> None:
        for server in (self.server, self.site_server):
            server.shutdown()
            server.server_close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.collector.close()


def source(world: World, name: str = "site", **options: Any) -> None:
    collect = {"page": True, "download": True, "outbound": True, "time": True, "forms": [FORM]}
    held = sources.make_source(name, options={"origins": [world.site], "collect": collect, **options})
    world.key = held.write_key


def kinds(found: list[Message]) -> list[tuple[str, Any]]:
    return [
        (one.event or one.type, one.properties.get("path") or one.properties.get("content")) for one in found
    ]
