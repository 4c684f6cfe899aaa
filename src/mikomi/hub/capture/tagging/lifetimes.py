"""How long a browser is known again, by browser and by how the id is kept.

Chromium caps every cookie at 400 days (RFC 6265bis, 5.6.2). WebKit deletes what scripts keep after seven
days without the visitor doing anything on the site, and cuts cookies of answers to seven days where the
answering server hides behind another's name (CNAME) or lies in another network than the site: the first
half of an IPv4 address, of an IPv6 address, must be the same (Safari 16.4 and later).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from mikomi.collector.cookies import LIVES_SECONDS
from mikomi.core.names.registered import registered_domain
from mikomi.core.words import Words

LIVES_DAYS = LIVES_SECONDS // 86_400
SAFARI_DAYS = 7

type Level = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """For how many days browsers of a kind are known again, and why so."""

    browsers: Words
    days: int
    level: Level
    why: Words


_CHROME = Words("Chrome・Edge・Android", "Chrome, Edge, Android")
_FIREFOX = Words("Firefox", "Firefox")
_SAFARI = Words("Safari（iPhone・iPad・Mac）", "Safari (iPhone, iPad, Mac)")
_BY_SCRIPT = Words(
    "スクリプトの Cookie は、Safari では7日で消えます。60日ぶりの再検討は見つかりません",
    "Safari deletes what scripts keep after 7 days; who returns after 60 is not recognised",
)


def lifetimes(options: Mapping[str, Any], base: str, same_network: bool | None) -> list[Lifetime]:
    """How long browsers are known by a tag with `options`, served from `base`. `same_network`: whether the
    site and the collector lie in one network as Safari sees it, None where nobody has looked."""
    if options["cookie"] == "none":
        why = Words(
            "番号を保存しないので、次の日は別の人に見えます。再検討は見つかりません",
            "no number is kept, so the next day is somebody new; who comes back is not found",
        )
        return [Lifetime(Words("すべてのブラウザ", "every browser"), 1, "bad", why)]
    if options["cookie"] == "script" or not on_one_site(options["origins"], base):
        other = Words(
            "サイトとは別のドメインなので、Cookie はスクリプトが保存します",
            "the collector is on another domain than the site, so the script keeps the cookie",
        )
        renewed = Words("訪問のたびに延びます", "each visit renews it")
        plain = renewed if options["cookie"] == "script" else other
        return [
            Lifetime(_CHROME, LIVES_DAYS, "good", plain),
            Lifetime(_FIREFOX, LIVES_DAYS, "good", plain),
            Lifetime(_SAFARI, SAFARI_DAYS, "bad", _BY_SCRIPT),
        ]
    renewed = Words("サーバーが発行し、訪問のたびに延びます", "the server sets it, and each visit renews it")
    safari = {
        True: Lifetime(_SAFARI, LIVES_DAYS, "good", renewed),
        False: Lifetime(
            _SAFARI,
            SAFARI_DAYS,
            "bad",
            Words(
                "Mikomi のサーバーがサイトと違うネットワークにあるため、Safari は7日に縮めます",
                "the collector lies in another network than the site, so Safari cuts it to 7 days",
            ),
        ),
        None: Lifetime(
            _SAFARI,
            LIVES_DAYS,
            "warn",
            Words(
                "サイトとネットワークが違うと7日に縮みます。下の「ページを確かめる」で調べられます",
                "7 days where the collector lies in another network than the site; check a page to learn it",
            ),
        ),
    }[same_network]
    return [
        Lifetime(_CHROME, LIVES_DAYS, "good", renewed),
        Lifetime(_FIREFOX, LIVES_DAYS, "good", renewed),
        safari,
    ]


def on_one_site(origins: Iterable[str], base: str) -> bool:
    """Whether all sites lie under the domain that the collector is registered under; without sites, as far
    as is known."""
    home = _site(base)
    return all(_site(origin) == home for origin in origins)


def in_one_network(site: Iterable[str], collector: Iterable[str]) -> bool | None:
    """Whether Safari takes the answering server for the site's own, by their IP addresses; None where one
    has none."""
    theirs, ours = list(map(_half, site)), list(map(_half, collector))
    if not theirs or not ours:
        return None
    # Which address a browser takes cannot be known, so all must fit.
    return set(ours) <= set(theirs)


def _site(address: str) -> str:
    host = (urlsplit(address).hostname or "").lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return registered_domain(host)
    return host


def _half(address: str) -> str:
    found = ipaddress.ip_address(address.partition("%")[0])
    return str(ipaddress.ip_network((found, found.max_prefixlen // 2), strict=False))
