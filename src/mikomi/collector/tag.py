"""The tag as it is served: the built script with a source's settings in it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mikomi.collector.settings import Source

BUILT = Path(__file__).resolve().parent.parent / "hub" / "assets" / "tag" / "mikomi.js"
"""Where `frontend/build_assets.py` puts it, beside what the pages use."""
PLACE = b"__MIKOMI_SETTINGS__"
FRESH_SECONDS = 600
"""So long browsers do not ask again; a change of the settings is seen after that."""
_PARTS = ("page", "download", "outbound", "time", "forms")


class Script(NamedTuple):
    """The script for one source, plain and gzipped, and the name of this very content."""

    plain: bytes
    gzipped: bytes
    etag: bytes


def script_of(source: Source, file: Path = BUILT) -> Script:
    """The tag of a source. Raises OSError where it was not built."""
    settings = msgspec.json.encode(_settings(source))
    return _made(settings, file, file.stat().st_mtime_ns)


def answer_of(script: Script, headers: Mapping[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body for a GET that may know the script already (RFC 9110, 13.1.2)."""
    compressed = b"gzip" in headers.get(b"accept-encoding", b"")
    # Strong names differ by encoding (RFC 9110, 8.8.3.3).
    etag = b'"%b%b"' % (script.etag, b"-gz" if compressed else b"")
    said = [
        (b"etag", etag),
        (b"cache-control", b"public, max-age=%d, stale-while-revalidate=86400" % FRESH_SECONDS),
        (b"vary", b"accept-encoding"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]
    known = [name.strip().removeprefix(b"W/") for name in headers.get(b"if-none-match", b"").split(b",")]
    if etag in known or b"*" in known:
        return 304, said, b""
    body = script.gzipped if compressed else script.plain
    said += [(b"content-type", b"text/javascript; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    if compressed:
        said.append((b"content-encoding", b"gzip"))
    return 200, said, body


def _settings(source: Source) -> dict[str, Any]:
    return {
        "key": source.write_key,
        "cookie": source.cookie,
        "domain": source.cookie_domain,
        "wait": source.consent == "wait",
        "collect": {part: source.collect[part] for part in _PARTS if source.collect.get(part)},
    }


@lru_cache(64)
def _made(settings: bytes, file: Path, changed: int) -> Script:
    # A name with `</script>` in it stays a text wherever the script is put.
    plain = file.read_bytes().replace(PLACE, settings.replace(b"<", b"\\u003c"), 1)
    return Script(
        plain,
        gzip.compress(plain, 9, mtime=0),
        hashlib.blake2b(plain, digest_size=9).hexdigest().encode(),
    )
