"""What the journal's entries say, as one frame of messages: a row a message, in the order they came.

The only place where messages are looked at one by one: they come as JSON of any shape. From here on
everything is set-wise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import polars as pl

from mikomi.collector.journal import Entry
from mikomi.collector.messages import Message, corrected_time, decode_batch, key_of
from mikomi.core.events import KIND_PATTERN
from mikomi.core.names.registered import registered_domain
from mikomi.hub.capture.tokens import PARAMETER

SCHEMA: dict[str, type[pl.DataType]] = {
    "message": pl.Int64,
    "source": pl.Int32,
    "anonymous": pl.String,
    "user": pl.String,
    "kind": pl.String,
    "content": pl.String,
    "title": pl.String,
    "site": pl.String,
    "staff": pl.Boolean,
    "at": pl.Int64,
    "touch": pl.String,
    "token": pl.String,
    "traits": pl.String,
    "alias": pl.String,
    "payload": pl.String,
    "address": pl.String,
    "agent": pl.String,
}
"""A row a message. `message`: the name it is known by when it is sent again. `at` in µs UTC by our clock.
`kind` is null where a message is no event. `site`: the host of the page that was seen. `staff`: the browser
was said to be one of our own people's. `touch`: by what way
a visit came, `traits`: what is said of the person, `payload`: what else is kept with the event, all as JSON
text. `alias`: another id of the person."""

CAMPAIGN = ("source", "medium", "campaign", "term", "content")
AD_CLICKS = ("gclid", "gbraid", "wbraid", "yclid", "fbclid", "msclkid", "ldtag_cl", "li_fat_id", "twclid")
LONGEST_TEXT = 512
LONGEST_ANONYMOUS = 128
LONGEST_SITE = 255
KEPT = ("seconds", "depth", "value", "revenue", "currency", "plan", "quantity")
"""The numbers and words of an event that are kept with it; more would only fill the disk."""
EVENTS = frozenset({"page", "screen", "track"})
STAFF = '"staff":"1"'
"""What the collector writes into the flags of a browser that the tag was told is our own people's."""
SAYS_NOTHING = re.compile(
    r"(?:pdf|資料)?\W*(?:を|の)?\W*(?:無料)?(?:ダウンロード|download|こちら|here|click here|pdf)"
    r"(?:する|はこちら|ページへ|now)?",
    re.IGNORECASE,
)
"""Words on links that do not name what lies behind them."""
OTHER_KIND = "track"
"""The kind of messages whose name can be no kind of its own; the name is their content."""


def kind_of(name: str) -> tuple[str, bool]:
    """The kind that the name of an event stands for (`Form Submit` is `form_submit`), and whether the name
    says it; other names are of kind `track`."""
    spelled = []
    for before, sign in zip(" " + name, name, strict=False):
        if sign.isupper() and (before.islower() or before.isdigit()):
            spelled.append("_")
        spelled.append(sign.lower() if sign.isascii() and sign.isalnum() else "_" if sign.isascii() else sign)
    kind = "_".join(part for part in "".join(spelled).split("_") if part)
    return (kind, True) if KIND_PATTERN.fullmatch(kind) else (OTHER_KIND, False)


def text_of(value: Any) -> str:
    """A text or number of a message as text, anything else as none; cut to a sensible length."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\0", "").strip()[:LONGEST_TEXT]


def dictionary(value: Any) -> Mapping[str, Any]:
    """A JSON object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def event_of(kind: str, name: str, properties: Mapping[str, Any], page: Mapping[str, Any]) -> tuple[str, str]:
    """The kind and content of a page, screen or track message."""
    if kind == "page":
        return "page_view", path_of(properties) or path_of(page)
    if kind == "screen":
        return "screen_view", name or text_of(properties.get("name"))
    event, said = kind_of(name)
    if not said:
        return event, name
    for key in ("content", "document", "form", "seminar", "path", "url"):
        if text := text_of(properties.get(key)):
            return event, text
    return event, ""


def path_of(page: Mapping[str, Any]) -> str:
    """The path of the page that a message speaks of; "" where it does not say."""
    path = text_of(page.get("path"))
    if path:
        return path if path.startswith("/") else "/" + path
    url = text_of(page.get("url"))
    return _split(url)[0] if url else ""


def title_of(kind: str | None, properties: Mapping[str, Any], page: Mapping[str, Any]) -> str:
    """How a message says that its content is called: a page's title, the words on the link to a file."""
    if kind == "page_view":
        return text_of(properties.get("title") or page.get("title"))
    said = text_of(properties.get("title")) if kind == "download" else ""
    return "" if SAYS_NOTHING.fullmatch(said) else said


def site_of(url: Any) -> str:
    """The host of a page's address; "" for what is none."""
    return _split(text_of(url))[2][:LONGEST_SITE]


def touch_of(page: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """By what way a visit came (campaign, ad click, referrer, landing page; empty where it came from the
    site itself), and the token of a mail's link."""
    url = text_of(page.get("url"))
    path, query, host = _split(url) if url else (path_of(page), text_of(page.get("search")).lstrip("?"), "")
    asked = dict(parse_qsl(query)) if query else {}
    campaign = dictionary(context.get("campaign"))
    found = {
        f"utm_{name}": text
        for name in CAMPAIGN
        if (text := text_of(campaign.get("name" if name == "campaign" else name) or asked.get(f"utm_{name}")))
    }
    found |= {name: asked[name][:LONGEST_TEXT] for name in AD_CLICKS if asked.get(name)}
    referrer = text_of(page.get("referrer"))
    came_from = _split(referrer)[2] if referrer else ""
    if came_from and registered_domain(came_from) != registered_domain(host):
        found["referrer"] = came_from
    if found:
        found["landing"] = path[:LONGEST_TEXT]
    return found, asked.get(PARAMETER, "")


def read(entries: Iterable[Entry]) -> pl.DataFrame:
    """The messages of the journal's entries, columns `SCHEMA`, in their order."""
    rows = [
        _row(entry, place, message)
        for entry in entries
        for place, message in enumerate(decode_batch(entry.body))
        if isinstance(message, Message)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(entry: Entry, place: int, message: Message) -> tuple[Any, ...]:
    context, properties = message.context, message.properties
    page = dictionary(context.get("page"))
    kind = content = None
    if message.type in EVENTS:
        kind, content = event_of(message.type, message.event or message.name, properties, page)
    came, token = touch_of({**page, **properties} if message.type == "page" else page, context)
    happened = message.original_timestamp if message.timestamp is None else message.timestamp
    traits: Mapping[str, Any] = {**dictionary(context.get("traits")), **message.traits}
    if message.type == "group":
        traits = {"company": message.traits}
    return (
        key_of(entry.source, message.message_id or f"#{entry.seq}.{place}"),
        entry.source,
        message.anonymous_id[:LONGEST_ANONYMOUS],
        message.user_id,
        kind,
        content,
        title_of(kind, properties, page),
        site_of(properties.get("url") or page.get("url")) if message.type == "page" else "",
        STAFF in entry.flags,
        corrected_time(happened, message.sent_at, entry.received).at,
        as_text(came),
        token,
        as_text(traits),
        message.previous_id if message.type == "alias" else "",
        as_text(
            {key: properties[key] for key in KEPT if isinstance(properties.get(key), int | float | str)}
            | {"agent": entry.agent, "address": entry.address, "flags": entry.flags.strip("{}")}
        ),
        entry.address,
        entry.agent,
    )


def as_text(said: Mapping[str, Any]) -> str | None:
    """A JSON object as text without what is empty; null for an empty one."""
    kept = {key: value for key, value in said.items() if value not in ("", None, {}, [])}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if kept else None


def _split(url: str) -> tuple[str, str, str]:
    """Path, query and host of an address; empty ones where it is none."""
    try:
        parts = urlsplit(url)
        return parts.path or "/", parts.query, parts.hostname or ""
    except ValueError:
        return "", "", ""
