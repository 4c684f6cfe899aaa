"""Giving a document out: which bytes were asked for, and for whom it counts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import BinaryIO

import polars as pl
from django.conf import settings
from django.db import transaction

from mikomi.core.machines.reasons import Reason
from mikomi.hub.activity.changes import changing
from mikomi.hub.capture import facts, visitors
from mikomi.hub.capture.documents.keeping import CONTENT
from mikomi.hub.capture.machines import flags_of, judge_request
from mikomi.hub.capture.models import DocumentLink, Download
from mikomi.hub.people import queries as people

SAME_VISIT = timedelta(minutes=30)
"""Within it a browser takes a document once, however often its reader asks for parts."""
PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range header asks for (RFC 9110, 14.1.2); all of it where there is none,
    or one that is no range of bytes, or several. None where it lies beyond the end."""
    whole = (0, size - 1)
    found = _RANGE.fullmatch(asked.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return whole
    first, last = found[1], found[2]
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) else None
    if int(first) >= size:
        return None
    if last and int(last) < int(first):
        return whole
    return int(first), min(int(last), size - 1) if last else size - 1


def pieces(data: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    """The bytes from `first` to `last`, in pieces; closes the file."""
    with data:
        data.seek(first)
        left = last - first + 1
        while left > 0 and (piece := data.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def note_download(
    link: DocumentLink,
    headers: Mapping[str, str],
    address: str,
    at: datetime,
    visitor: str = "",
    *,
    ours: bool = False,
) -> None:
    """Writes down that a link was opened, and has it count for its lead (or, by a link for anybody, for
    the visitor `3:…` that came along). Programs and browsers that fetch ahead do not count, nor do `ours`,
    the browsers of our own people."""
    agent = headers.get("User-Agent", "")
    said = {"agent": agent, "address": address, "flags": flags_of(headers)}
    automated, _sure, reason = judge_request("download", "", 0, json.dumps(said))
    if not agent:
        automated, reason = True, Reason.PROGRAM
    if ours:
        automated, reason = True, Reason.OWN_BROWSER
    told = f"{settings.SECRET_KEY} {address} {agent}"
    browser = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
    lead = link.lead or (link.submission.lead if link.submission else None)
    with transaction.atomic():
        # The link's row is held, so that two requests at once are one download.
        DocumentLink.objects.select_for_update().get(pk=link.pk)
        if Download.objects.filter(link=link, browser=browser, at__gt=at - SAME_VISIT).exists():
            return
        Download.objects.create(
            document=link.document, link=link, lead=lead, at=at, browser=browser, automated=automated
        )
        person = people.person(lead) if lead else None
        key = person.key if person else _visitor_key(visitor, at)
        if key:
            payload = {"link": link.pk, **said}
            content = CONTENT + link.document.slug
            facts.record(
                key,
                "download",
                content,
                at,
                payload=payload,
                automated=automated,
                reason=reason,
                source="document",
            )


def _visitor_key(visitor: str, at: datetime) -> str:
    source, _, anonymous = visitor.partition(":")
    if not anonymous:
        return ""
    row = {"source": [int(source)], "anonymous": [anonymous], "at": [round(at.timestamp() * 1_000_000)]}
    frame = pl.DataFrame(row, schema={"source": pl.Int32, "anonymous": pl.String, "at": pl.Int64})
    with changing():
        return str(visitors.visitors_at(frame)["key"][0])
