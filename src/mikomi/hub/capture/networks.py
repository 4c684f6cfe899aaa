"""Ranges of addresses: our own offices', companies', and networks that many share.

Read from a list that people keep (`192.0.2.0/24, 株式会社見込`), and asked for many addresses at once.
"""

from __future__ import annotations

import csv
import io
import ipaddress
from collections.abc import Sequence
from functools import lru_cache

import polars as pl
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.models import Network

MOST = 200_000
LONGEST_NAME = 200


def key_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """An address as 32 digits that sort as addresses do."""
    number = int(address)
    return f"{number + 0xFFFF_0000_0000 if address.version == 4 else number:032x}"


def address_key(text: str) -> str | None:
    """The same of a text; None where it is no address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    return key_of(mapped or address)


def read_ranges(text: str, kind: str) -> list[Network]:
    """The ranges of a list: a line each, `range, name`; a range is an address, `192.0.2.0/24` or
    `192.0.2.10-192.0.2.20`. Raises `MikomiError` that names the line."""
    found = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        name = cells[1][:LONGEST_NAME] if len(cells) > 1 else ""
        try:
            first, last = _bounds(cells[0])
        except (ValueError, TypeError) as error:
            raise _wrong(number, cells[0]) from error
        if kind == Network.Kind.COMPANY and not name:
            raise _nameless(number)
        found.append(Network(first=first, last=last, text=cells[0], kind=kind, name=name))
        if len(found) > MOST:
            raise MikomiError(Words(f"{MOST:,}行までにしてください", f"{MOST:,} lines at most"))
    return found


def replace_networks(kind: str, ranges: Sequence[Network]) -> None:
    """Makes `ranges` all that is known of a kind."""
    now = timezone.now()
    for one in ranges:
        one.at = now
    with transaction.atomic():
        Network.objects.filter(kind=kind).delete()
        Network.objects.bulk_create(ranges, batch_size=5_000)


def written(kind: str) -> str:
    """The list of a kind, as it is edited."""
    rows = Network.objects.filter(kind=kind).order_by("first", "last")
    return "\n".join(f"{row.text}, {row.name}" if row.name else row.text for row in rows)


def placed(addresses: pl.Series) -> pl.DataFrame:
    """In which range addresses (texts) lie, the narrowest of several: `address`, `kind`, `name`; those
    in none are left out."""
    stamp = Network.objects.aggregate(at=Max("at"), last=Max("id"))
    segments = _segments((stamp["at"], stamp["last"]))
    asked = pl.DataFrame({"address": addresses.drop_nulls().unique()}).with_columns(
        pl.col("address").map_elements(address_key, return_dtype=pl.String).alias("key")
    )
    found = (
        asked.drop_nulls("key")
        .sort("key")
        .join_asof(segments, left_on="key", right_on="first", strategy="backward")
    )
    return found.filter(pl.col("key") <= pl.col("last")).select("address", "kind", "name")


@lru_cache(maxsize=1)
def _segments(stamp: object) -> pl.DataFrame:
    """The ranges cut into pieces that do not overlap: `first`, `last`, `kind`, `name`, by `first`."""
    rows = list(Network.objects.values_list("first", "last", "kind", "name"))
    # Wide ones first: what is narrower is laid over them. Ranges within ranges are few.
    rows.sort(key=lambda row: (row[0], -int(row[1], 16)))
    pieces: list[tuple[str, str, str, str]] = []
    open_: list[tuple[str, str, str, str]] = []
    for row in rows:
        while open_ and open_[-1][1] < row[0]:
            _close(pieces, open_)
        if open_ and open_[-1][0] < row[0]:
            pieces.append((open_[-1][0], _beside(row[0], -1), *open_[-1][2:]))
        open_.append(row)
    while open_:
        _close(pieces, open_)
    schema = {"first": pl.String, "last": pl.String, "kind": pl.String, "name": pl.String}
    kept = [piece for piece in pieces if piece[0] <= piece[1]]
    return pl.DataFrame(kept, schema=schema, orient="row").sort("first")


def _close(pieces: list[tuple[str, str, str, str]], open_: list[tuple[str, str, str, str]]) -> None:
    first, last, kind, name = open_.pop()
    pieces.append((first, last, kind, name))
    if open_:
        outer = open_[-1]
        open_[-1] = (_beside(last, 1), *outer[1:])


def _beside(key: str, step: int) -> str:
    return f"{max(int(key, 16) + step, 0):032x}"


def _bounds(text: str) -> tuple[str, str]:
    if "-" in text:
        first, _, last = (part.strip() for part in text.partition("-"))
        low, high = address_key(first), address_key(last)
        if low is None or high is None or low > high:
            raise ValueError(text)
        return low, high
    network = ipaddress.ip_network(text, strict=False)
    return key_of(network[0]), key_of(network[-1])


def _wrong(line: int, text: str) -> MikomiError:
    return MikomiError(
        Words(
            f"{line}行目の「{text[:60]}」はアドレスの範囲ではありません。192.0.2.0/24 のように書いてください",
            f"line {line}: “{text[:60]}” is no range of addresses; write it like 192.0.2.0/24",
        )
    )


def _nameless(line: int) -> MikomiError:
    return MikomiError(
        Words(
            f"{line}行目に会社名がありません。範囲のあとに「, 会社名」と書いてください",
            f"line {line} names no company; write “, name” after the range",
        )
    )
