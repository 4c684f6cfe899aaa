"""One request on its way through the gate, and the refusal that may end it there."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from mikomi.collector.messages import Checked
from mikomi.collector.reasons import Reason
from mikomi.collector.routes import Route
from mikomi.collector.settings import Source

LONGEST_AGENT = 512
LONGEST_HEADER = 2048
LONGEST_KEY = 128
VISITOR_COOKIE = "mikomi_id"
LOGIN_COOKIE = "mikomi_session"
STAFF_COOKIE = "mikomi_staff"
"""`1`: our own people are at this browser; `0`: its visits count all the same, as somebody there said."""

KEPT_HEADERS = {
    b"origin": "origin",
    b"referer": "referer",
    b"purpose": "purpose",
    b"x-purpose": "purpose",
    b"x-moz": "purpose",
    b"sec-purpose": "sec_purpose",
    b"dnt": "dnt",
    b"sec-gpc": "gpc",
}
"""What later tells machines from people, and where it came from."""
TELLING = frozenset({*KEPT_HEADERS, b"cookie"})


class Refuse(Exception):
    """Ends a request. `detail` says which field or byte is meant; `retry_after` is in seconds."""

    def __init__(self, reason: Reason, detail: str = "", *, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after


class Tagged(NamedTuple):
    """What our own tag sent, as a batch whose messages name their visitor.

    `cookies`: values of Set-Cookie headers. `keep`: the script is to keep its id by itself. `another`:
    somebody else is at the browser than who agreed there. `staff`: one of our own people is.
    """

    body: bytes
    cookies: tuple[str, ...] = ()
    keep: bool = False
    another: bool = False
    staff: bool = False


class Request(msgspec.Struct, gc=False, eq=False):
    """What came, and what the steps found out about it.

    `received` is in microseconds UTC; `now` in seconds of a clock that only rises. `forwarded`: whether a
    proxy in front tells the address. A structure, since it is made for every event and made in one go.
    """

    scope: MutableMapping[str, Any]
    route: Route
    headers: dict[bytes, bytes]
    address: str
    received: int
    now: float
    forwarded: bool = False
    body: bytes = b""
    source: Source | None = None
    checked: Checked | None = None
    tagged: Tagged | None = None

    def let_go(self) -> None:
        """Forgets what nobody asks for any more once a plain request is on its way to the disk.

        Hundreds wait for one commit. What each of them still held would be far from the processor when
        it goes on, and what the next one is made of would not be at hand either. The server holds the
        scope until the answer, so its headers are taken out of it.
        """
        self.scope["headers"] = ()
        self.headers = {}
        self.body = b""

    @property
    def https(self) -> bool:
        """Whether we were asked by TLS."""
        told = self.headers.get(b"x-forwarded-proto") if self.forwarded else None
        return self.scope.get("scheme") == "https" if told is None else told == b"https"

    def key_outside(self) -> str:
        """The write key as basic authentication or the query gives it, or an empty text."""
        authorization = self.headers.get(b"authorization")
        if authorization:
            key = key_in(authorization)
            if key:
                return key
        query = self.scope["query_string"]
        if query:
            return dict(parse_qsl(query[:LONGEST_HEADER].decode("latin-1"))).get("writeKey", "")
        return ""

    def agent(self) -> str:
        """The User-Agent, bounded."""
        return self.headers.get(b"user-agent", b"")[:LONGEST_AGENT].decode("latin-1")

    def flags(self) -> str:
        """JSON of the few headers kept; `visitor` and `login` come from cookies."""
        headers = self.headers
        if self.tagged is None and TELLING.isdisjoint(headers):
            return "{}"
        cookie = headers.get(b"cookie")
        cookies = cookies_in(cookie) if cookie else {}
        staff = (self.tagged is not None and self.tagged.staff) or is_staff(cookies)
        found = {name: headers[header] for header, name in KEPT_HEADERS.items() if header in headers}
        said = {name: value[:LONGEST_HEADER].decode("latin-1") for name, value in found.items()}
        if staff:
            said["staff"] = "1"
        if VISITOR_COOKIE in cookies:
            said["visitor"] = cookies[VISITOR_COOKIE][:LONGEST_KEY]
        if LOGIN_COOKIE in cookies:
            said["login"] = "1"
        return msgspec.json.encode(said).decode()


def request_of(scope: MutableMapping[str, Any], route: Route, *, forwarded: bool) -> Request:
    """The request that comes now; `forwarded` as in `Request`."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    client = scope.get("client")
    address: str = client[0] if client else ""
    if forwarded:
        # The last one was written by our own proxy; those before it by anybody.
        told = headers.get(b"x-forwarded-for", b"").rsplit(b",", 1)[-1].strip()
        address = told[:45].decode("latin-1") or address
    return Request(scope, route, headers, address, time.time_ns() // 1000, time.monotonic(), forwarded)


@lru_cache(1024)
def key_in(authorization: bytes) -> str:
    """The user of `Basic …`, or an empty text."""
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() != b"basic" or len(value) > 4 * LONGEST_KEY:
        return ""
    try:
        return base64.b64decode(value, validate=True).partition(b":")[0].decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def is_staff(cookies: Mapping[str, str]) -> bool:
    """Whether a browser with these cookies is our own people's: it was marked, or somebody is logged in."""
    said = cookies.get(STAFF_COOKIE)
    return said == "1" or (said != "0" and LOGIN_COOKIE in cookies)


def cookies_in(header: bytes) -> dict[str, str]:
    """The cookies of a Cookie header (RFC 6265, 4.2.1)."""
    pairs = (one.partition("=") for one in header[:8192].decode("latin-1").split(";"))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}
