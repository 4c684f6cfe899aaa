"""Networks of machines: those of mail gateways that come with the package, and a file of one's own."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.machines.reasons import Reason

OWN = Reason.DATACENTER
"""What a network of one's own file is where its line does not say."""

type Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Networks with a reason each. `v4`: by reason and prefix length, the networks' first bits; `v6`: the
    networks. `size`: how many there are; `unread`: lines of the file that are none, with their numbers."""

    v4: dict[tuple[Reason, int], Longs] = field(default_factory=dict)
    v6: tuple[tuple[ipaddress.IPv6Network, Reason], ...] = ()
    size: int = 0
    unread: tuple[tuple[int, str], ...] = ()

    def find(self, addresses: pl.Series) -> pl.Series:
        """The reason of the network that each address lies in; "" for others and what is no address."""
        distinct = addresses.cast(pl.String).fill_null("").unique().alias("address").to_frame()
        found = distinct.with_columns(self._found(distinct["address"]).alias("reason"))
        asked = addresses.cast(pl.String).fill_null("").alias("address").to_frame()
        return asked.join(found, on="address", how="left", maintain_order="left")["reason"]

    def _found(self, addresses: pl.Series) -> pl.Series:
        reasons = np.full(addresses.len(), "", dtype=object)
        numbers = _numbers(addresses)
        for (reason, bits), networks in self.v4.items():
            hit = (numbers >= 0) & np.isin(numbers >> (32 - bits), networks)
            reasons[hit] = reason.value
        if self.v6:
            for at in addresses.str.contains(":", literal=True).arg_true():
                reasons[at] = reasons[at] or self._found_v6(addresses[at])
        return pl.Series(reasons.tolist(), dtype=pl.String)

    def _found_v6(self, text: str) -> str:
        try:
            address = ipaddress.IPv6Address(text)
        except ValueError:
            return ""
        return next((reason.value for network, reason in self.v6 if address in network), "")


def parse_ranges(lines: Iterable[str]) -> Ranges:
    """Networks, one a line: `192.0.2.0/24`, or with a reason after it: `192.0.2.0/24 mail_scanner`. What
    follows # is a note. Lines that are no network are left out and told in `unread`."""
    v4: dict[tuple[Reason, int], list[int]] = {}
    v6: list[tuple[ipaddress.IPv6Network, Reason]] = []
    unread: list[tuple[int, str]] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            network = ipaddress.ip_network(words[0], strict=False)
            reason = Reason(words[1]) if len(words) > 1 else OWN
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
    return parse_ranges(
        resources.files("mikomi.core.machines").joinpath("gateways.txt").read_text().splitlines()
    )


def _numbers(addresses: pl.Series) -> Longs:
    """IPv4 addresses as numbers; -1 for all else."""
    text = addresses.str.strip_prefix("::ffff:").alias("text").to_frame()
    octets = pl.col("text").str.split_exact(".", 3)
    parts = [octets.struct.field(f"field_{at}").cast(pl.Int64, strict=False) for at in range(4)]
    whole = pl.col("text").str.contains(r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$")
    sound = pl.all_horizontal(whole, *(part <= 255 for part in parts))
    number = parts[0] * 2**24 + parts[1] * 2**16 + parts[2] * 2**8 + parts[3]
    return text.select(pl.when(sound).then(number).otherwise(-1)).to_series().to_numpy()
