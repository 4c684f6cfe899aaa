"""What the reverse name of an address says: a company's own network, or that of a provider or a cloud.

A guess by its nature: it says where a connection came from, never who it was.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from importlib import resources

from mikomi.core.names.mail_domains import mail_domain
from mikomi.core.names.registered import registered_domain

_SHARED_ENDINGS = (".ne.jp", ".ad.jp")
"""Domains that only providers and their networks may register (JPRS, 属性型JPドメイン名)."""


@cache
def provider_domains() -> frozenset[str]:
    """The domains of networks that many share, as the list that comes with the package has them."""
    text = resources.files("mikomi.core.names").joinpath("providers.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def company_domain_of(host: str, address: str) -> str | None:
    """The registered domain of the company whose network `host`, the reverse name of `address`, belongs
    to; None where it is a provider's, a cloud's, or says nothing.

    A name that bears the address itself (`203-0-113-5.dyn.example.jp`) is one of very many alike, as
    networks give that lend addresses out.
    """
    name = host.strip().strip(".").lower()
    labels = name.split(".")
    if any(".".join(labels[at:]) in provider_domains() for at in range(len(labels))):
        return None
    if name.endswith(_SHARED_ENDINGS) or _bears(name, address):
        return None
    found = mail_domain(f"x@{name}")
    if found is None or found[1] != "company":
        return None
    registered = registered_domain(name)
    return None if registered in provider_domains() else registered


def _bears(name: str, address: str) -> bool:
    try:
        parts = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parts.version == 6:
        return parts.exploded.replace(":", "")[:16] in name.replace(".", "").replace("-", "")
    octets = [int(octet) for octet in str(parts).split(".")]
    numbers = {int(run) for run in re.findall(r"\d+", name)}
    together = ("".join(f"{octet:{way}}" for octet in octets) for way in ("d", "03d", "02x"))
    return set(octets[2:]) <= numbers or any(run in name for run in together)
