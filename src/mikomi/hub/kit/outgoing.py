"""Everything that Mikomi asks of other servers by HTTP goes through here.

A server that calls what it is told can be told to call what only it can reach (SSRF, OWASP). So: public
addresses only, unless an admin allows one; the address that was checked is the one that is called; each
redirect is checked again; time and size are bounded.
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
PORTS = {"http": 80, "https": 443}
AGENT = "Mikomi/1.0"
REDIRECTS = (301, 302, 303, 307, 308)

type Allowed = Callable[[str, int], bool]
"""Of an IP address and a port: whether it may be called."""


class NotReachedError(MikomiError):
    """Nothing was handed over: whatever was to be said may be said again."""


class UnansweredError(MikomiError):
    """It was handed over, at least in part, and no answer came: nobody knows whether it was taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the address that answered in the end, its status, headers (lower case) and body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8, whatever is broken in it replaced."""
        return self.body.decode("utf-8", "replace")


def is_public(address: str, port: int) -> bool:
    """Whether an IP address is anybody's to call, at the web's own ports."""
    found = plain_address(address)
    if found.version == 6 and found not in _UNICAST:
        return False
    return found.is_global and not found.is_multicast and port in PORTS.values()


def plain_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address without its zone; one that only wraps an IPv4 address as that (RFC 4291, 3056, 6052)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        return found.ipv4_mapped or found.sixtofour or found
    return found


_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that was ever given out (RFC 4291, 2.4); outside lie old ways to write IPv4 and sites' own."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def call(
    url: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    allowed: Allowed = is_public,
    plain: Allowed | None = None,
    redirects: int = 0,
    seconds: float = SECONDS,
    most: int = MOST_BYTES,
) -> Answer:
    """Asks `url` and gives the answer, whatever its status; of a longer body the first `most` bytes.

    `allowed` says which addresses may be called, `plain` which of them without TLS (None: all). A redirect
    is followed up to `redirects` times, each checked as the first; beyond that it is the answer. Raises
    `NotReachedError` where nothing was handed over and `UnansweredError` where no answer came.
    """
    end = time.monotonic() + seconds
    for turn in range(redirects + 1):
        answer = _once(url, method, body, headers or {}, (allowed, plain), end, most)
        onward = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not onward or turn == redirects:
            return answer
        url = urljoin(url, onward)
    raise AssertionError("a loop of at least one turn returns")


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses of a host; none where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _once(
    url: str,
    method: str,
    body: bytes,
    headers: Mapping[str, str],
    rules: tuple[Allowed, Allowed | None],
    end: float,
    most: int,
) -> Answer:
    secure, host, port, path = _read(url)
    connection = _Pinned(host, port, _checked(host, port, rules, secure=secure), secure=secure)
    try:
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            raise NotReachedError(_unreached(url, error)) from error
        try:
            connection.request(method, path, body=body or None, headers=_HEADERS | dict(headers))
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(url, answer.status, told, _body(answer, told, end, most))
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            raise UnansweredError(_unreached(url, error)) from error
    finally:
        connection.close()


def _read(url: str) -> tuple[bool, str, int, str]:
    """Whether it is https, host, port, and path with query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if parts.scheme not in PORTS or not host or parts.username is not None:
        raise NotReachedError(
            Words(
                f"「{url[:200]}」はアドレスとして読めません。https:// から書いてください",
                f"{url[:200]} is no address; begin with https://",
            )
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme == "https", host, port, path.encode("utf-8").decode("latin-1")


def _checked(host: str, port: int, rules: tuple[Allowed, Allowed | None], *, secure: bool) -> str:
    """The address to call, once all that the name stands for may be called."""
    allowed, plain = rules
    found = addresses_of(host, port)
    if not found:
        raise NotReachedError(
            Words(
                f"{host} が見つかりません。アドレスの綴りを確かめてください",
                f"{host} cannot be found; check the spelling",
            )
        )
    if not all(allowed(address, port) for address in found):
        raise NotReachedError(
            Words(
                f"{host} は公開されたサイトではないため、接続しません。インターネットから見えるアドレスを"
                "入れてください",
                f"{host} is no public site, so it is not called; give an address that the internet can see",
            )
        )
    if not secure and plain is not None and not all(plain(address, port) for address in found):
        raise NotReachedError(
            Words(
                f"{host} には暗号化せずに接続しません。https:// から始まるアドレスを入れてください",
                f"{host} is not called without encryption; give an address that begins with https://",
            )
        )
    return found[0]


def _unreached(url: str, error: Exception) -> Words:
    # The path of an address may be its secret.
    host = urlsplit(url).hostname
    return Words(
        f"{host} から答えがありませんでした（{type(error).__name__}）。相手が動いているか確かめてください",
        f"{host} did not answer ({type(error).__name__}); see whether it is up",
    )


_HEADERS = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}


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


def _body(answer: http.client.HTTPResponse, headers: Mapping[str, str], end: float, most: int) -> bytes:
    packed = headers.get("content-encoding", "").lower() == "gzip"
    inflater = zlib.decompressobj(wbits=31) if packed else None
    whole = b""
    while len(whole) < most and (piece := answer.read1(1 << 16)):
        if time.monotonic() > end:
            raise TimeoutError
        whole += inflater.decompress(piece, most) if inflater else piece
    return whole[:most]
