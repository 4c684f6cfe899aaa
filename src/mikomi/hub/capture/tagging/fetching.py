"""Fetching a page of a site that somebody typed, and nothing else.

A server that fetches what it is told can be told to fetch what only it can reach (SSRF, OWASP). So: http
and https at their own ports, public addresses only, the address that was checked is the one that is
called, each redirect is checked again, and time and size are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from mikomi.core.words import MikomiError, Words

SECONDS = 10.0
SECONDS_A_READ = 5.0
MOST_BYTES = 2 << 20
MOST_REDIRECTS = 4
PORTS = {"http": 80, "https": 443}
AGENT = "Mikomi-Check/1.0"

type Allowed = Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: the address that answered in the end, its status, headers (lower case) and text."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str


def is_public(address: str, port: int) -> bool:
    """Whether an IP address is anybody's to call, at the web's own ports."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        found = mapped
    return found.is_global and not found.is_multicast and port in PORTS.values()


def fetch_page(url: str, *, allowed: Allowed = is_public) -> Fetched:
    """The page at `url`. Raises `MikomiError` that says what hinders and what to do."""
    end = time.monotonic() + SECONDS
    for _turn in range(MOST_REDIRECTS + 1):
        fetched = _once(url, allowed, end)
        onward = fetched.headers.get("location", "")
        if fetched.status not in (301, 302, 303, 307, 308) or not onward:
            return fetched
        url = urljoin(url, onward)
    raise MikomiError(
        Words(
            f"{url[:200]} は転送が続いて開けません。最後に着くページのアドレスを入れてください",
            f"{url[:200]} leads on and on; give the address of the page where it ends",
        )
    )


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses of a host; none where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _once(url: str, allowed: Allowed, end: float) -> Fetched:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if parts.scheme not in PORTS or not host or parts.username is not None:
        raise MikomiError(
            Words(
                f"「{url[:200]}」はページのアドレスとして読めません。https:// から書いてください",
                f"{url[:200]} is no address of a page; begin with https://",
            )
        )
    found = addresses_of(host, port)
    if not found:
        raise MikomiError(
            Words(
                f"{host} が見つかりません。アドレスの綴りを確かめてください",
                f"{host} cannot be found; check the spelling",
            )
        )
    if not all(allowed(address, port) for address in found):
        raise MikomiError(
            Words(
                f"{host} は公開されたサイトではないため、開きません。インターネットから見えるアドレスを"
                "入れてください",
                f"{host} is no public site, so it is not opened; give an address that the internet can see",
            )
        )
    connection = _Pinned(host, port, found[0], secure=parts.scheme == "https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path.encode("utf-8").decode("latin-1"), headers=_HEADERS)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Fetched(url, answer.status, headers, _text(answer, headers, end))
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        raise MikomiError(
            Words(
                f"{url[:200]} を開けませんでした（{type(error).__name__}）。"
                "ブラウザで開けるか確かめてください",
                f"{url[:200]} could not be opened ({type(error).__name__}); see whether a browser can",
            )
        ) from error
    finally:
        connection.close()


_HEADERS = {
    "User-Agent": AGENT,
    "Accept": "text/html, application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
}


class _Pinned(http.client.HTTPConnection):
    """A connection to the very address that was checked, whatever the name means a moment later."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS_A_READ)
        self.default_port = PORTS["https" if secure else "http"]
        self._address = address
        self._secure = secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _text(answer: http.client.HTTPResponse, headers: Mapping[str, str], end: float) -> str:
    packed = headers.get("content-encoding", "").lower() == "gzip"
    inflater = zlib.decompressobj(wbits=31) if packed else None
    whole = b""
    while len(whole) < MOST_BYTES and (piece := answer.read1(1 << 16)):
        if time.monotonic() > end:
            raise TimeoutError
        whole += inflater.decompress(piece, MOST_BYTES) if inflater else piece
    # A sitemap may itself be a gzip file, whatever the headers say.
    if whole.startswith(b"\x1f\x8b"):
        whole = zlib.decompressobj(wbits=31).decompress(whole, MOST_BYTES)
    return whole[:MOST_BYTES].decode("utf-8", "replace")
