"""What is answered: always JSON, always readable for the site that asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from mikomi.collector.messages import Checked
from mikomi.collector.reasons import REFUSALS
from mikomi.collector.request import Refuse, Request
from mikomi.collector.routes import Route
from mikomi.collector.settings import Source
from mikomi.collector.tag import Script, answer_of

type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Header = tuple[bytes, bytes]

ALLOWED_HEADERS = b"authorization, content-type, content-encoding, anonymousid, sentat, x-retry-count"
JSON = (b"content-type", b"application/json")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
SUCCESS = b'{"success":true}'
MOST_NAMED = 20
"""Refused messages that an answer names one by one."""

TRAP_PAGE = (
    '<!doctype html><html lang="ja"><meta charset="utf-8"><title>見えないリンク</title>'
    "<p>このページは、人には見えないリンクの先です。前のページにお戻りください。</p>"
    '<p lang="en">A link that people cannot see leads here. Please go back to the page before.</p>'
).encode()
PLAIN_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [JSON, NO_SNIFFING, (b"content-length", b"%d" % len(SUCCESS))],
}
PLAIN_BODY = {"type": "http.response.body", "body": SUCCESS}
"""The answer that nearly all get, made once."""


async def accept(send: Send, request: Request, checked: Checked) -> None:
    """200: what is not named as refused is stored. Our own tag also learns how its id is kept."""
    said: dict[str, Any] = {"success": True}
    headers: list[Header] = []
    tagged = request.tagged
    if tagged is not None:
        if tagged.keep:
            said["keep"] = True
        if tagged.another:
            said["agreed"] = False
        headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in tagged.cookies]
    if checked.refused:
        named = [
            {"place": one.place, **_said(request, Refuse(one.reason, one.detail))}
            for one in checked.refused[:MOST_NAMED]
        ]
        said |= {"accepted": checked.accepted, "refused": named}
    await send_json(send, request, 200, msgspec.json.encode(said), tuple(headers))


async def refuse(send: Send, request: Request, refusal: Refuse) -> None:
    """The answer for a request of which nothing is stored."""
    headers: list[Header] = []
    if refusal.retry_after:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if REFUSALS[refusal.reason].status == 405:
        headers.append((b"allow", ", ".join((*request.route.methods, "OPTIONS")).encode()))
    body = msgspec.json.encode(_said(request, refusal))
    await send_json(send, request, REFUSALS[refusal.reason].status, body, tuple(headers))


async def preflight(send: Send, request: Request, route: Route) -> None:
    """What a browser asks before it sends from another site (Fetch, CORS-preflight)."""
    headers = [
        *_for_site(request),
        (b"access-control-allow-methods", ", ".join((*route.methods, "OPTIONS")).encode()),
        (b"access-control-allow-headers", ALLOWED_HEADERS),
        (b"access-control-max-age", b"7200"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def give_script(send: Send, request: Request, script: Script) -> None:
    """The tag, or that the browser has it already (RFC 9110, 13.1.2)."""
    status, headers, body = answer_of(script, request.headers)
    headers += [header for header in _for_site(request) if header[0] != b"vary"]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.scope["method"] == "HEAD" else body})


async def give_trap(send: Send, request: Request) -> None:
    """What stands behind the link that no person can see; in words, should one ever get here."""
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"x-robots-tag", b"noindex, nofollow"),
        (b"cache-control", b"no-store"),
        NO_SNIFFING,
        (b"content-length", b"%d" % len(TRAP_PAGE)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = b"" if request.scope["method"] == "HEAD" else TRAP_PAGE
    await send({"type": "http.response.body", "body": body})


async def send_json(
    send: Send, request: Request, status: int, body: bytes, more: tuple[Header, ...] = ()
) -> None:
    """One answer with a body of JSON."""
    length = (b"content-length", b"%d" % len(body))
    headers = [JSON, NO_SNIFFING, length, *_for_site(request), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.scope["method"] == "HEAD" else body})


def _for_site(request: Request) -> list[Header]:
    """Lets the asking site read the answer; which sites may send is the gate's question."""
    origin = request.headers.get(b"origin")
    if origin is None:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"retry-after"),
        (b"vary", b"origin"),
    ]


def _said(request: Request, refusal: Refuse) -> dict[str, str]:
    wanted = request.headers.get(b"accept-language", b"")
    words = REFUSALS[refusal.reason].words.text("ja" if wanted.lower().startswith(b"ja") else "en")
    detail = f" ({refusal.detail})" if refusal.detail else ""
    return {"code": refusal.reason.value, "message": words + detail}


def settings_of(source: Source, asked: tuple[str, str]) -> dict[str, Any]:
    """What `@segment/analytics-next` asks for at `/v1/projects/KEY/settings`: itself, nothing else.

    `asked`: protocol and host, so that events come to where the settings came from.
    """
    protocol, host = asked
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": source.write_key,
                "apiHost": f"{host}/v1",
                "protocol": protocol,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
                "versionSettings": {"componentTypes": ["browser"]},
            }
        },
        "plan": {},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


def source_config_of(source: Source) -> dict[str, Any]:
    """What `@rudderstack/analytics-js` asks for at `/sourceConfig/`: a source without destinations."""
    off = {"enabled": False}
    return {
        "source": {
            "id": str(source.id),
            "name": source.name,
            "writeKey": source.write_key,
            "workspaceId": "mikomi",
            "enabled": True,
            "config": {"statsCollection": {"errors": off, "metrics": off}},
            "destinations": [],
            "connections": [],
            "dataplanes": {},
        },
        "updatedAt": "1970-01-01T00:00:00.000Z",
        "consentManagementMetadata": {"providers": []},
    }
