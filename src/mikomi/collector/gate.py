"""What every request with events goes through: a literal list of named steps, each with its reason."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

from mikomi.collector import cookies
from mikomi.collector.messages import (
    BACKSLASH,
    MOST_BYTES,
    BatchRefused,
    check_batch,
    check_single,
    put_right,
)
from mikomi.collector.rates import Buckets
from mikomi.collector.reasons import Reason
from mikomi.collector.request import LONGEST_KEY, Refuse, Request
from mikomi.collector.routes import Kind
from mikomi.collector.settings import Kept

GZIP = b"\x1f\x8b"
READABLE_CODINGS = (b"", b"identity", b"gzip", b"x-gzip")


class Gate:
    """The settings and the buckets that the steps look at."""

    def __init__(self, settings: Kept) -> None:
        self.settings = settings
        self.keys: Buckets[int] = Buckets()
        self.addresses: Buckets[str] = Buckets()


type Step = Callable[[Gate, Request], None]


def refuse_flooding_address(gate: Gate, request: Request) -> None:
    """`rate_of_address`: an address that has used up its minute."""
    if request.address in gate.addresses:
        a_minute = gate.settings.settings.limits.requests_per_minute
        wait = gate.addresses.wait(request.address, a_minute, request.now)
        if wait:
            raise Refuse(Reason.RATE_OF_ADDRESS, retry_after=wait)


def find_source(gate: Gate, request: Request) -> None:
    """`unknown_key`, `origin_not_allowed` and `rate_of_key`, as far as the headers give a key."""
    key = request.key_outside()
    if key:
        _let_in(gate, request, key)


def refuse_unknown_coding(gate: Gate, request: Request) -> None:
    """`content_coding`: compressed as we cannot read it."""
    coding = request.headers.get(b"content-encoding")
    if coding is not None and coding.strip().lower() not in READABLE_CODINGS:
        raise Refuse(Reason.CODING, coding[:40].decode("latin-1"))


def inflate(gate: Gate, request: Request) -> None:
    """`body_too_large`, `body_broken`: gzip is known by its first bytes, whatever the headers say."""
    body = request.body
    if not body.startswith(GZIP):
        coding = request.headers.get(b"content-encoding")
        if coding is not None and coding.strip().lower().endswith(b"gzip"):
            raise Refuse(Reason.BODY_BROKEN, "no gzip")
        return
    inflater = zlib.decompressobj(wbits=31)
    try:
        request.body = inflater.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Refuse(Reason.BODY_BROKEN, str(error)) from error
    if len(request.body) > MOST_BYTES:
        raise Refuse(Reason.BODY_TOO_LARGE)
    if not inflater.eof or inflater.unused_data:
        raise Refuse(Reason.BODY_BROKEN, "the gzip ends early" if not inflater.eof else "more than one gzip")


def name_visitor(gate: Gate, request: Request) -> None:
    """`no_key`, and what `check_messages` refuses: what our own tag sends learns here whose it is."""
    if request.source is None:
        raise Refuse(Reason.NO_KEY)
    try:
        request.tagged = cookies.name_visitor(
            put_right(request.body),
            request.source,
            request.headers,
            address=request.address,
            received=request.received,
            https=request.https,
            salt=gate.settings.settings.salt,
        )
    except BatchRefused as refusal:
        raise Refuse(refusal.reason, refusal.detail) from refusal
    request.body = request.tagged.body


def check_messages(gate: Gate, request: Request) -> None:
    """`encoding`, `not_json`, `wrong_shape`, `too_deep`, and where no message is good, its reason."""
    try:
        body, message = request.body, request.route.message
        if BACKSLASH in body or not body.isascii():
            body = put_right(body)
        request.checked = check_batch(body) if message is None else check_single(body, message)
    except BatchRefused as refusal:
        raise Refuse(refusal.reason, refusal.detail) from refusal


def find_source_by_body(gate: Gate, request: Request) -> None:
    """`no_key`, `unknown_key`, and the checks of a source that only the body names."""
    if request.source is not None:
        return
    assert request.checked is not None
    if not request.checked.write_key:
        raise Refuse(Reason.NO_KEY)
    _let_in(gate, request, request.checked.write_key)


def take_from_buckets(gate: Gate, request: Request) -> None:
    """Counts what is taken against the minute of the key and of the address."""
    source, checked = request.source, request.checked
    assert source is not None
    assert checked is not None
    n = checked.accepted + len(checked.refused)
    gate.keys.take(source.id, n, source.events_per_minute, request.now)
    if source.kind == "web":
        a_minute = gate.settings.settings.limits.requests_per_minute
        gate.addresses.take(request.address, 1, a_minute, request.now)


def refuse_if_nothing_is_good(gate: Gate, request: Request) -> None:
    """The reason of the first message, where all are refused."""
    checked = request.checked
    assert checked is not None
    if checked.refused and not checked.accepted:
        first = checked.refused[0]
        raise Refuse(first.reason, first.detail)


BEFORE_BODY: tuple[Step, ...] = (
    refuse_flooding_address,
    find_source,
    refuse_unknown_coding,
)
_CHECKS: tuple[Step, ...] = (
    check_messages,
    find_source_by_body,
    take_from_buckets,
    refuse_if_nothing_is_good,
)
AFTER_BODY: Mapping[Kind, tuple[Step, ...]] = {
    "batch": (inflate, *_CHECKS),
    "single": (inflate, *_CHECKS),
    "tag": (inflate, name_visitor, *_CHECKS),
}
"""By the kind of the route: every step is a call for every event."""


def _let_in(gate: Gate, request: Request, key: str) -> None:
    """`unknown_key`: no source has it. `origin_not_allowed`: a browser on a site that the source does not
    name. `rate_of_key`: a source that has used up its minute."""
    request.source = source = gate.settings.source(key, request.now)
    if source is None:
        raise Refuse(Reason.UNKNOWN_KEY)
    if source.origins:
        origin = request.headers.get(b"origin")
        if origin is not None and origin.decode("latin-1") not in source.origins:
            raise Refuse(Reason.ORIGIN, origin[:LONGEST_KEY].decode("latin-1"))
    wait = gate.keys.wait(source.id, source.events_per_minute, request.now)
    if wait:
        raise Refuse(Reason.RATE_OF_KEY, retry_after=wait)
