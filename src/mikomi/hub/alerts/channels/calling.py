"""Calling a channel's server, by what an admin allows."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from mikomi.core.words import MikomiError, Words
from mikomi.hub.alerts.channels.fates import LaterError, UnknownError
from mikomi.hub.alerts.models import Inside
from mikomi.hub.kit import outgoing
from mikomi.hub.kit.outgoing import Answer

MOST_SAID = 64 << 10
_NEVER = tuple(
    ipaddress.ip_network(one)
    for one in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")
)
"""Where clouds keep the keys of a machine: no admin can allow these."""
_LOWEST_OTHER = 1024

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def inside() -> str:
    """The addresses inside that may be called, as an admin wrote them."""
    return Inside.objects.filter(pk=1).values_list("networks", flat=True).first() or ""


def allow_inside(text: str) -> None:
    """Sets the addresses inside that may be called, one a line. Raises `MikomiError` for what is none."""
    read_networks(text)
    Inside.objects.update_or_create(pk=1, defaults={"networks": text.strip()})


def read_networks(text: str) -> list[Network]:
    """The networks of a text, one a line (192.168.1.20 or 192.168.1.0/24)."""
    found: list[Network] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            network = ipaddress.ip_network(line.strip(), strict=False)
        except ValueError as error:
            raise MikomiError(
                Words(
                    f"{number}行目の「{line.strip()[:60]}」は読めません。"
                    "192.168.1.20 か 192.168.1.0/24 のように書いてください",
                    f"line {number}, {line.strip()[:60]}, cannot be read;"
                    " write 192.168.1.20 or 192.168.1.0/24",
                )
            ) from error
        if network.prefixlen < 8:
            raise MikomiError(
                Words(
                    f"{number}行目の範囲は広すぎます。使うサーバーのアドレスだけを書いてください",
                    f"line {number} is too wide; write the addresses of your servers only",
                )
            )
        found.append(network)
    return found


def post(url: str, body: bytes, headers: Mapping[str, str], *, again: bool = False) -> Answer:
    """Posts to a channel's server. Raises `LaterError` where nothing was handed over, `UnknownError` where
    no answer came; with `again` (the receiver knows a message by its number) that is `LaterError`, too."""
    listed = read_networks(inside())

    def is_inside(address: str, port: int) -> bool:
        found = outgoing.plain_address(address)
        return any(found in network for network in listed if network.version == found.version)

    def allowed(address: str, port: int) -> bool:
        found = outgoing.plain_address(address)
        if any(found in network for network in _NEVER if network.version == found.version):
            return False
        if is_inside(address, port):
            return True
        return outgoing.is_public(address, 443) and (port in (80, 443) or port >= _LOWEST_OTHER)

    try:
        return outgoing.call(
            url, method="POST", body=body, headers=headers, allowed=allowed, plain=is_inside, most=MOST_SAID
        )
    except outgoing.NotReachedError as error:
        raise LaterError(error.words) from error
    except outgoing.UnansweredError as error:
        raise (LaterError if again else UnknownError)(error.words) from error
