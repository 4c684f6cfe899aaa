"""Which visitor the tag's messages are of: the cookie that an answer sets and a later request brings back,
the id that the script keeps where that cannot work, or an id of the day where nothing is to be kept.

A cookie set by script lives seven days in Safari; one that an answer sets from the site's own host lives as
long as it says (https://webkit.org/tracking-prevention/). So the script cannot read it, and need not.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mikomi.collector.agreed import cookie_of, mark_of, shared_domain
from mikomi.collector.messages import BatchRefused, readable
from mikomi.collector.reasons import Reason
from mikomi.collector.request import VISITOR_COOKIE, Tagged, cookies_in
from mikomi.collector.settings import Source

LIVES_SECONDS = 395 * 86_400
"""Thirteen months; each answer renews it."""
DAY = 86_400_000_000
_ID = re.compile(r"[\w-]{16,64}", re.ASCII)
_ASKED_NOT_TO = (b"sec-gpc", b"dnt")


class _FromTag(msgspec.Struct, kw_only=True, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    visitor: str = ""
    fresh: bool = False
    forget: bool = False
    agreed: bool = False
    staff: bool = False


_from_tag = msgspec.json.Decoder(_FromTag)


def name_visitor(
    body: bytes,
    source: Source,
    headers: Mapping[bytes, bytes],
    *,
    address: str,
    received: int,
    https: bool,
    salt: str,
) -> Tagged:
    """Reads the body of `/v1/tag`. `received` in µs UTC; `salt`: secret. Raises `BatchRefused`."""
    said = readable(body, _from_tag, Reason.SHAPE)
    sent = said.visitor if _ID.fullmatch(said.visitor) else secrets.token_hex(16)
    if source.cookie == "none":
        sent = id_of_day(source, headers, address=address, received=received, salt=salt)
        return Tagged(_batch(said.batch, sent, said.sent_at), staff=said.staff)
    if source.cookie == "script":
        return Tagged(_batch(said.batch, sent, said.sent_at), staff=said.staff)
    cookies = cookies_in(headers.get(b"cookie", b""))
    held = cookies.get(VISITOR_COOKIE, "")
    visitor = held if _ID.fullmatch(held) and not said.fresh else sent
    body = _batch(said.batch, visitor, said.sent_at)
    agreed = cookie_of(source)
    gone = tuple(_cookie(name, "", 0, source, headers, https) for name in (VISITOR_COOKIE, agreed))
    if said.forget:
        return Tagged(body, gone, staff=said.staff)
    mark = ""
    if said.agreed and source.consent == "wait":
        mark = mark_of(said.batch, "" if said.fresh else cookies.get(agreed, ""), salt)
        if mark is None:
            return Tagged(body, gone, another=True, staff=said.staff)
    ours = from_same_site(headers)
    asked_not_to = any(headers.get(name) == b"1" for name in _ASKED_NOT_TO)
    named = {VISITOR_COOKIE: visitor} | ({agreed: mark} if mark else {})
    given = tuple(
        _cookie(name, value, LIVES_SECONDS, source, headers, https) for name, value in named.items()
    )
    set_some = ours is not False and not asked_not_to
    return Tagged(body, given if set_some else (), keep=ours is not True, staff=said.staff)


def from_same_site(headers: Mapping[bytes, bytes]) -> bool | None:
    """Whether the page that sends lies on the collector's own site, so that cookies go along; None where
    the browser does not say (it does on https)."""
    said = headers.get(b"sec-fetch-site")
    if said is not None:
        return said in (b"same-origin", b"same-site")
    origin, host = _host(headers.get(b"origin", b"")), headers.get(b"host", b"").decode("latin-1")
    return True if origin and origin == host else None


def id_of_day(
    source: Source, headers: Mapping[bytes, bytes], *, address: str, received: int, salt: str
) -> str:
    """An id from address, browser and site that nobody can trace back, another one each day (UTC)."""
    agent = headers.get(b"user-agent", b"").decode("latin-1")
    site = _host(headers.get(b"origin", b""))
    parts = "\0".join((str(received // DAY), str(source.id), address, agent, site))
    return "day-" + hashlib.blake2b(parts.encode(), key=salt.encode()[:64], digest_size=12).hexdigest()


def name_trapped(
    given: str, source: Source, headers: Mapping[bytes, bytes], *, address: str, received: int, salt: str
) -> bytes:
    """The batch that says that a visitor opened the link that nobody sees: the cookie's, and the one `given`
    with the link; else who has this address and browser today."""
    held = cookies_in(headers.get(b"cookie", b"")).get(VISITOR_COOKIE, "")
    visitors = list(dict.fromkeys(one for one in (held, given) if _ID.fullmatch(one)))
    if not visitors or source.cookie == "none":
        # A link is followed without an Origin; the page that it stands on is told by Referer.
        from_page = {**headers, b"origin": headers.get(b"referer", b"")}
        visitors.append(id_of_day(source, from_page, address=address, received=received, salt=salt))
    said = {"type": "track", "event": "trap"}
    batch = [{**said, "messageId": secrets.token_hex(16), "anonymousId": one} for one in visitors]
    return msgspec.json.encode({"batch": batch, "sentAt": None})


def _batch(messages: list[msgspec.Raw], visitor: str, sent_at: Any) -> bytes:
    named = b',"anonymousId":"%b"}' % visitor.encode()
    whole = []
    for raw in messages:
        text = bytes(memoryview(raw)).strip()
        if not text.startswith(b"{"):
            raise BatchRefused(Reason.SHAPE, "batch")
        inside = text[1:-1].strip()
        # The last of two equal names counts.
        whole.append(b"{" + inside + named if inside else b"{" + named[1:])
    return b'{"batch":[%b],"sentAt":%b}' % (b",".join(whole), msgspec.json.encode(sent_at))


def _cookie(
    name: str, value: str, seconds: int, source: Source, headers: Mapping[bytes, bytes], https: bool
) -> str:
    host = headers.get(b"host", b"").decode("latin-1").rsplit(":", 1)[0].lower()
    domain = source.cookie_domain.lstrip(".").lower()
    hidden = ["HttpOnly"] if name == VISITOR_COOKIE else []
    parts = [f"{name}={value}", "Path=/", f"Max-Age={seconds}", *hidden, "SameSite=Lax"]
    if not domain and not hidden:
        # The page is to see by itself that it may begin, without asking anybody.
        domain = shared_domain(host, _host(headers.get(b"origin", b"")).rsplit(":", 1)[0].lower())
    if domain and (host == domain or host.endswith("." + domain)):
        parts.append(f"Domain={domain}")
    if https:
        parts.append("Secure")
    return "; ".join(parts)


def _host(origin: bytes) -> str:
    try:
        return urlsplit(origin.decode("latin-1")).netloc
    except ValueError:
        return ""
