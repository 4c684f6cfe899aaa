"""Fetching a page of a site that somebody typed, and nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit import outgoing

MOST_REDIRECTS = 4
_HEADERS = {
    "User-Agent": "Mikomi-Check/1.0",
    "Accept": "text/html, application/xml;q=0.9, */*;q=0.5",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: the address that answered in the end, its status, headers (lower case) and text."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str


def fetch_page(url: str, *, allowed: outgoing.Allowed = outgoing.is_public) -> Fetched:
    """The page at `url`. Raises `MikomiError` that says what hinders and what to do."""
    answer = outgoing.call(url, headers=_HEADERS, allowed=allowed, redirects=MOST_REDIRECTS)
    if answer.status in outgoing.REDIRECTS and answer.headers.get("location"):
        raise MikomiError(
            Words(
                f"{url[:200]} は転送が続いて開けません。最後に着くページのアドレスを入れてください",
                f"{url[:200]} leads on and on; give the address of the page where it ends",
            )
        )
    body = answer.body
    # A sitemap may itself be a gzip file, whatever the headers say.
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, outgoing.MOST_BYTES)
        except zlib.error as error:
            raise MikomiError(
                Words(
                    f"{url[:200]} は圧縮が壊れていて読めません。ブラウザで開けるか確かめてください",
                    f"{url[:200]} is compressed and damaged; see whether a browser can open it",
                )
            ) from error
    return Fetched(answer.url, answer.status, answer.headers, body.decode("utf-8", "replace"))
