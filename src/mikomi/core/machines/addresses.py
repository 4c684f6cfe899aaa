"""Networks of machines: those that come with the package (mail gateways, crawlers, clouds), and a file of
one's own."""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.machines.reasons import Reason

OWN = Reason.DATACENTER
"""What a network of one's own file is where its line does not say."""
PEOPLE = "people"
"""What a line of one's own file says of a network that people come from, whatever other lists say of it."""

type Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Networks with a reason (or `PEOPLE`) each. `v4`: by reason and prefix length, the networks' first bits;
    `v6`: the networks. `size`: how many there are; `unread`: lines of the file that are none, and numbers."""

    v4: dict[tuple[str, int], Longs] = field(default_factory=dict)
    v6: tuple[tuple[ipaddress.IPv6Network, str], ...] = ()
    size: int = 0
    unread: tuple[tuple[int, str], ...] = ()

    def find(self, addresses: pl.Series) -> pl.Series:
        """The reason of the network that each address lies in; "" for others and what is no address."""
        return find_in(addresses, self)[0]

    def found(self, addresses: pl.Series, numbers: Longs) -> pl.Series:
        """The same of texts that are no null; `numbers`: those of IPv4 addresses, -1 for all else."""
        reasons = np.full(addresses.len(), "", dtype=object)
        for (reason, bits), networks in self.v4.items():
            hit = (numbers >= 0) & np.isin(numbers >> (32 - bits), networks)
            reasons[hit] = reason
        if self.v6:
            for at in addresses.str.contains(":", literal=True).arg_true():
                reasons[at] = reasons[at] or self._found_v6(addresses[at])
        return pl.Series(reasons.tolist(), dtype=pl.String)

    def _found_v6(self, text: str) -> str:
        try:
            address = ipaddress.IPv6Address(text)
        except ValueError:
            return ""
        return next((reason for network, reason in self.v6 if address in network), "")


@dataclass(frozen=True, slots=True)
class Spans:
    """Many networks of few reasons, that do not overlap within one: by reason, where they begin and end
    (both included), in order."""

    v4: Mapping[str, tuple[Longs, Longs]]
    v6: Mapping[str, tuple[list[int], list[int]]]

    def found(self, addresses: pl.Series, numbers: Longs) -> pl.Series:
        """The reason of the network that each address lies in, the first of several; "" for others and what
        is no address. `numbers`: those of IPv4 addresses, -1 for all else."""
        reasons = np.full(addresses.len(), "", dtype=object)
        for reason, (first, last) in self.v4.items():
            at = np.searchsorted(first, numbers, side="right") - 1
            inside = (at >= 0) & (numbers <= last[np.maximum(at, 0)]) & (reasons == "")
            reasons[inside] = reason
        for at in addresses.str.contains(":", literal=True).arg_true():
            reasons[at] = reasons[at] or self._found_v6(addresses[at])
        return pl.Series(reasons.tolist(), dtype=pl.String)

    def _found_v6(self, text: str) -> str:
        try:
            number = int(ipaddress.IPv6Address(text))
        except ValueError:
            return ""
        for reason, (first, last) in self.v6.items():
            at = bisect.bisect_right(first, number) - 1
            if at >= 0 and number <= last[at]:
                return reason
        return ""


def find_in(addresses: pl.Series, *lists: Ranges | Spans) -> list[pl.Series]:
    """The reasons that each list gives for addresses, row for row; "" where it gives none."""
    texts = addresses.cast(pl.String).fill_null("").alias("address")
    distinct = texts.unique()
    numbers = _numbers(distinct)
    names = [str(place) for place in range(len(lists))]
    found = [one.found(distinct, numbers).alias(name) for name, one in zip(names, lists, strict=True)]
    if not any((one != "").any() for one in found):
        nothing = pl.Series([""], dtype=pl.String).new_from_index(0, texts.len())
        return [nothing] * len(lists)
    told = texts.to_frame().join(
        pl.DataFrame([distinct, *found]), on="address", how="left", maintain_order="left"
    )
    return [told[name] for name in names]


def parse_ranges(lines: Iterable[str]) -> Ranges:
    """Networks, one a line: `192.0.2.0/24`, or with a reason (or `people`) after it: `192.0.2.0/24
    mail_scanner`. What follows # is a note. Lines that are no network are left out and told in `unread`."""
    v4: dict[tuple[str, int], list[int]] = {}
    v6: list[tuple[ipaddress.IPv6Network, str]] = []
    unread: list[tuple[int, str]] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            network = ipaddress.ip_network(words[0], strict=False)
            said = words[1] if len(words) > 1 else OWN
            reason = said if said == PEOPLE else Reason(said).value
        except ValueError:
            unread.append((number, line.strip()))
            continue
        size += 1
        if isinstance(network, ipaddress.IPv6Network):
            v6.append((network, reason))
        else:
            bits = network.prefixlen
            v4.setdefault((reason, bits), []).append(int(network.network_address) >> (32 - bits))
    packed = {key: np.array(sorted(networks), dtype=np.int64) for key, networks in v4.items()}
    return Ranges(packed, tuple(v6), size, tuple(unread))


@cache
def gateway_ranges() -> Ranges:
    """The networks of mail gateways that come with the package (`gateways.txt`)."""
    return parse_ranges(_kept("gateways.txt"))


@cache
def crawler_networks() -> Spans:
    """The networks that crawlers' operators publish as theirs (`crawler_networks.txt`)."""
    return _read_spans("crawler_networks.txt")


@cache
def cloud_networks() -> Spans:
    """The networks in which clouds rent machines out, as they publish them (`clouds.txt`)."""
    return _read_spans("clouds.txt")


def network_versions() -> dict[str, str]:
    """The version of each kept list of networks, by its file."""
    names = ("clouds.txt", "crawler_networks.txt", "gateways.txt")
    return {name: _kept(name)[0].removeprefix("# version ") for name in names}


def _read_spans(file: str) -> Spans:
    v4: dict[str, list[tuple[int, int]]] = {}
    v6: dict[str, list[tuple[int, int]]] = {}
    for line in _kept(file):
        if line.startswith("#"):
            continue
        text, _, reason = line.partition(" ")
        network = ipaddress.ip_network(text)
        held = v6 if network.version == 6 else v4
        ends = int(network.network_address), int(network.broadcast_address)
        held.setdefault(reason or OWN.value, []).append(ends)
    v4 = {reason: sorted(ends) for reason, ends in v4.items()}
    v6 = {reason: sorted(ends) for reason, ends in v6.items()}
    return Spans(
        {
            reason: (
                np.array([first for first, _last in ends], np.int64),
                np.array([last for _first, last in ends], np.int64),
            )
            for reason, ends in v4.items()
        },
        {
            reason: ([first for first, _last in ends], [last for _first, last in ends])
            for reason, ends in v6.items()
        },
    )


def _kept(file: str) -> list[str]:
    return resources.files("mikomi.core.machines").joinpath(file).read_text("utf-8").splitlines()


def _numbers(addresses: pl.Series) -> Longs:
    """IPv4 addresses as numbers; -1 for all else."""
    text = addresses.str.strip_prefix("::ffff:").alias("text").to_frame()
    octets = pl.col("text").str.split_exact(".", 3)
    parts = [octets.struct.field(f"field_{at}").cast(pl.Int64, strict=False) for at in range(4)]
    whole = pl.col("text").str.contains(r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$")
    sound = pl.all_horizontal(whole, *(part <= 255 for part in parts))
    number = parts[0] * 2**24 + parts[1] * 2**16 + parts[2] * 2**8 + parts[3]
    return text.select(pl.when(sound).then(number).otherwise(-1)).to_series().to_numpy()
