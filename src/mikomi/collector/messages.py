"""The messages of the Segment protocol: decoded, bounded, and their clocks put right.

Pure: the collector checks with the same functions that the hub later reads with, so that what was
accepted can always be read. The shapes are those of https://segment.com/docs/connections/spec/.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from mikomi.collector.reasons import Reason

type MessageType = Literal["track", "page", "identify", "group", "alias", "screen"]

MOST_BYTES = 500 * 1024
"""Of a request, after inflating."""
MOST_MESSAGE_BYTES = 32 * 1024
DEEPEST = 24
"""Objects and lists within each other, the message itself included."""
LONGEST_ID = 256
LONGEST_NAME = 512
BACKSLASH = ord("\\")
"""A single byte is looked for ten times as fast as two."""

type Id = (
    Annotated[str, msgspec.Meta(max_length=LONGEST_ID)]
    | Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    | float
    | None
)
type Name = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)] | None
type Moment = str | int | float | None

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_LONE_SURROGATE = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_ESCAPED = re.compile(rb"(?:\\\\)+|\\u0000")


class Message(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """One message as it was sent. Empty texts and dictionaries stand for what is missing.

    `sent_at` and `context` come from the batch where the message has none of its own. Ids are
    texts even where numbers were sent.
    """

    type: MessageType
    message_id: str = ""
    anonymous_id: str = ""
    user_id: str = ""
    previous_id: str = ""
    group_id: str = ""
    event: str = ""
    name: str = ""
    category: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    timestamp: Moment = None
    original_timestamp: Moment = None
    sent_at: Moment = None


class _Said(msgspec.Struct, kw_only=True, rename="camel", gc=False):
    """What SDKs really send: nulls and numbers too."""

    message_id: Id = None
    anonymous_id: Id = None
    user_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: Name = None
    name: Name = None
    category: Name = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    timestamp: Moment = None
    original_timestamp: Moment = None
    sent_at: Moment = None
    write_key: Any = None


class _Single(_Said, kw_only=True, gc=False):
    """A message whose address says the type, whatever `type` says."""

    type: Any = msgspec.UNSET


class _Sent(_Said, kw_only=True, gc=False):
    """A message of a batch."""

    type: MessageType


class Refused(NamedTuple):
    """A message that is not taken: its place in the batch from 0, why, and which field is meant."""

    place: int
    reason: Reason
    detail: str


class BatchRefused(Exception):
    """A body of which nothing can be taken."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Moment = None
    context: dict[str, Any] | None = None
    write_key: Any = None


class Checked(msgspec.Struct, frozen=True, gc=False):
    """A body that was checked: what to keep of it, and what was left out.

    `body` is what `decode_batch` reads, with the good messages only; `accepted` is their number.
    `write_key` is the one in the body, empty where there is none.
    """

    body: bytes
    accepted: int
    refused: list[Refused]
    write_key: str


class Corrected(NamedTuple):
    """A moment in microseconds since 1970 UTC, and whether the sender's own could not be used."""

    at: int
    mended: bool


_NOBODY = ("", None)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NONE_REFUSED: list[Refused] = []
_batches = msgspec.json.Decoder(_Batch)
_messages = msgspec.json.Decoder(_Sent)
_singles = msgspec.json.Decoder(_Single)


def decode_batch(body: bytes) -> list[Message | Refused]:
    """The messages of `{"batch": [...], "sentAt": ...}`, in their order.

    Raises `BatchRefused` where the body as a whole cannot be read.
    """
    batch = readable(body, _batches, Reason.SHAPE)
    return [_message(index, raw, batch) for index, raw in enumerate(batch.batch)]


def check_batch(body: bytes) -> Checked:
    """Checks a body of `/v1/batch`. Raises `BatchRefused` where nothing of it can be read."""
    batch = readable(body, _batches, Reason.SHAPE)
    refused: list[Refused] = []
    key = batch.write_key
    for place, raw in enumerate(batch.batch):
        sent = _sent(place, raw)
        if isinstance(sent, Refused):
            refused.append(sent)
        elif key is None:
            key = sent.write_key
    accepted = len(batch.batch) - len(refused)
    if refused:
        out = {one.place for one in refused}
        batch.batch = [raw for place, raw in enumerate(batch.batch) if place not in out]
        batch.write_key = None
        body = msgspec.json.encode(batch)
    return Checked(body, accepted, refused, _key(key))


def check_single(body: bytes, kind: MessageType) -> Checked:
    """Checks the body of `/v1/track` and the like, which say the type by their address.

    Raises `BatchRefused` where it is no message.
    """
    try:
        sent = _singles.decode(body)
    except _UNREADABLE as error:
        raise _refusal(error, Reason.MESSAGE) from error
    refused = _wrong(0, body, sent, kind)
    key = sent.write_key
    if refused is not None:
        return Checked(b'{"batch":[]}', 0, [refused], _key(key))
    typed = body.strip() if sent.type == kind else _typed(body, sent, kind)
    return Checked(b'{"batch":[' + typed + b"]}", 1, _NONE_REFUSED, "" if key is None else _key(key))


def _typed(body: bytes, sent: _Single, kind: MessageType) -> bytes:
    """The object in `body`, which was read as `sent`, with the type that its address says."""
    if sent.type is msgspec.UNSET:
        inside = body.strip()[:-1].rstrip()
        return b'%b%b"type":"%b"}' % (inside, b"" if inside == b"{" else b",", kind.encode())
    return msgspec.json.encode({**msgspec.json.decode(body), "type": kind})


def put_right(body: bytes) -> bytes:
    """`body` as text that every database can keep. Raises `BatchRefused` where it is not UTF-8.

    NUL is no text in PostgreSQL. Halves of emoji, which browsers send where a script cut a text,
    are no Unicode. Both become U+FFFD.
    """
    if not body.isascii():
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BatchRefused(Reason.ENCODING, f"byte {error.start}") from error
        if body.startswith(b"\xef\xbb\xbf"):
            body = body[3:]
    if BACKSLASH in body and b"\\u" in body:
        if b"\\u0000" in body:
            body = _ESCAPED.sub(lambda m: m[0] if m[0] != b"\\u0000" else b"\\ufffd", body)
        if b"\\ud" in body or b"\\uD" in body:
            body = _LONE_SURROGATE.sub(lambda m: m[1] or b"\\ufffd", body)
    return body


def key_of(source: int, message_id: str) -> int:
    """The name by which a message is known to have come before: 64 bits, signed."""
    digest = hashlib.blake2b(f"{source}:{message_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EARLIEST = (datetime(2000, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
"""Nothing that we are told of happened before; a clock that says so was never set."""
SLACK = 1_000_000
"""Clocks move in steps; so much of the future is the present."""


def microseconds(said: Moment) -> int | None:
    """A moment as SDKs write it, in microseconds since 1970 UTC; None for what is no moment.

    ISO 8601 (UTC where it names no offset), or a number: seconds or milliseconds since 1970.
    """
    if isinstance(said, str):
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - EPOCH) // MICROSECOND
    if said is None or isinstance(said, bool) or not 0 <= said < 1e13:
        return None
    # Seconds of the year 5138 are milliseconds of 1973.
    return int(said * 1_000_000) if said < 1e11 else int(said * 1000)


def corrected_time(original: Moment, sent: Moment, received: int) -> Corrected:
    """When it happened by our clock: `received - (sent - original)`, as Segment counts it.

    `received` is in microseconds UTC. Without a usable `sent` the sender's clock is believed. What
    would lie in the future, or before 2000, happened when it was received as far as anybody knows.
    """
    said, handed_over = microseconds(original), microseconds(sent)
    if said is None:
        return Corrected(received, original is not None)
    # What is handed over before it happened was not handed over then.
    believed = handed_over is not None and handed_over >= said - SLACK
    if handed_over is not None and believed:
        happened = said + received - handed_over
        if EARLIEST <= happened <= received + SLACK:
            return Corrected(min(happened, received), False)
    if EARLIEST <= said <= received + SLACK:
        return Corrected(min(said, received), handed_over is not None)
    return Corrected(received, True)


def too_deep(raw: bytes) -> bool:
    """Whether objects and lists lie within each other more than `DEEPEST` times."""
    depth = 0
    for sign in _STRINGS.sub(b"", raw):
        if sign in b"{[":
            depth += 1
            if depth > DEEPEST:
                return True
        elif sign in b"}]":
            depth -= 1
    return False


def readable[T](body: bytes, decoder: msgspec.json.Decoder[T], otherwise: Reason) -> T:
    """What `decoder` reads. Raises `BatchRefused`, with `otherwise` for JSON of another shape."""
    try:
        return decoder.decode(body)
    except _UNREADABLE as error:
        raise _refusal(error, otherwise) from error


def _refusal(error: Exception, otherwise: Reason) -> BatchRefused:
    """What an error of `_UNREADABLE` means."""
    if isinstance(error, RecursionError):
        return BatchRefused(Reason.TOO_DEEP)
    if isinstance(error, UnicodeDecodeError):
        return BatchRefused(Reason.ENCODING)
    # The former is a kind of the latter.
    return BatchRefused(otherwise if isinstance(error, msgspec.ValidationError) else Reason.JSON, str(error))


def _sent(place: int, raw: msgspec.Raw) -> _Sent | Refused:
    """A message that is good, or why it is not."""
    text = bytes(raw)
    try:
        sent = _messages.decode(text)
    except msgspec.ValidationError as error:
        return Refused(place, Reason.MESSAGE, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Refused(place, Reason.JSON, str(error))
    return _wrong(place, text, sent, sent.type) or sent


def _wrong(place: int, text: bytes, sent: _Said, kind: MessageType) -> Refused | None:
    """What is wrong with a message that could be read."""
    if len(text) > MOST_MESSAGE_BYTES:
        return Refused(place, Reason.MESSAGE_TOO_LARGE, f"{len(text)} bytes")
    if text.count(b"{") + text.count(b"[") > DEEPEST and too_deep(text):
        return Refused(place, Reason.TOO_DEEP, "")
    if not sent.event and kind == "track":
        return Refused(place, Reason.MESSAGE, "track needs event")
    # A number that is 0 names somebody, too.
    if sent.anonymous_id in _NOBODY and sent.user_id in _NOBODY:
        return Refused(place, Reason.NOBODY, "")
    return None


def _key(said: object) -> str:
    return said if isinstance(said, str) else ""


def _message(place: int, raw: msgspec.Raw, batch: _Batch) -> Message | Refused:
    sent = _sent(place, raw)
    if isinstance(sent, Refused):
        return sent
    return Message(
        type=sent.type,
        message_id=_text(sent.message_id),
        anonymous_id=_text(sent.anonymous_id),
        user_id=_text(sent.user_id),
        previous_id=_text(sent.previous_id),
        group_id=_text(sent.group_id),
        event=sent.event or "",
        name=sent.name or "",
        category=sent.category or "",
        properties=sent.properties or {},
        traits=sent.traits or {},
        context=sent.context or batch.context or {},
        timestamp=sent.timestamp,
        original_timestamp=sent.original_timestamp,
        sent_at=batch.sent_at if sent.sent_at is None else sent.sent_at,
    )


def _text(said: Id) -> str:
    # Quicker than isinstance, and the checker does not narrow by it.
    return said if said.__class__ is str else "" if said is None else str(said)  # type: ignore[return-value]
