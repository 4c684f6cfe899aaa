"""Calls to other servers: bounded, and never to what only this machine can reach (SSRF, OWASP)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.kit import outgoing


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::7f00:1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_only_public_addresses_may_be_called(address: str) -> None:
    assert not outgoing.is_public(address, 443)


def test_a_public_address_may_be_called_at_the_ports_of_the_web_only() -> None:
    assert outgoing.is_public("8.8.8.8", 443)
    assert not outgoing.is_public("8.8.8.8", 22)


class Site(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest")
            self.end_headers()
            return
        if self.path == "/silent":
            self.connection.close()
            return
        self.send_response(202)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def here(address: str, port: int) -> bool:
    return address == "127.0.0.1"


def test_what_was_not_handed_over_is_told_from_what_got_no_answer(site: str) -> None:
    answer = outgoing.call(f"{site}/", method="POST", body="題".encode(), allowed=here)
    assert (answer.status, answer.text) == (202, "題")
    with pytest.raises(outgoing.UnansweredError):
        outgoing.call(f"{site}/silent", method="POST", body=b"x", allowed=here)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    with pytest.raises(outgoing.NotReachedError):
        outgoing.call(f"http://127.0.0.1:{closed}/", method="POST", body=b"x", allowed=here)


def test_a_redirect_is_the_answer_or_is_checked_as_the_first_address_was(site: str) -> None:
    away = outgoing.call(f"{site}/away", method="POST", body=b"x", allowed=here)
    assert away.status == 302
    with pytest.raises(MikomiError, match=r"169\.254"):
        outgoing.call(f"{site}/away", method="POST", body=b"x", allowed=here, redirects=2)


def test_without_encryption_only_what_is_allowed_so_is_called(site: str) -> None:
    with pytest.raises(outgoing.NotReachedError, match="https"):
        outgoing.call(f"{site}/", method="POST", body=b"x", allowed=here, plain=lambda _a, _p: False)


def test_a_name_that_leads_inside_is_refused_and_the_checked_address_is_the_one_called(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(site.rpartition(":")[2])
    monkeypatch.setattr(outgoing, "addresses_of", lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(outgoing.NotReachedError):
        outgoing.call("https://two-faced.example/")
    # Whatever the name means a moment later, no second look-up is made.
    monkeypatch.setattr(outgoing, "addresses_of", lambda host, port: ["127.0.0.1"])
    answer = outgoing.call(f"http://no-such-name.invalid:{port}/", method="POST", body=b"x", allowed=here)
    assert answer.status == 202
