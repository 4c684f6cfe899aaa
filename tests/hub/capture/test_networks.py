from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.capture import networks

pytestmark = pytest.mark.django_db


def put(kind: str, *lines: str) -> None:
    networks.replace_networks(kind, networks.read_ranges("\n".join(lines), kind))


def placed(*addresses: str) -> dict[str, tuple[str, str]]:
    found = networks.placed(pl.Series(addresses, dtype=pl.String))
    return {address: (kind, name) for address, kind, name in found.iter_rows()}


def test_the_narrowest_range_says_where_an_address_is() -> None:
    put(
        "company",
        "192.0.2.0/24, 見込製作所",
        "192.0.2.64/26, 見込販売",
        "192.0.2.70-192.0.2.71, 見込研究所",
        "2001:db8::/32, 見込商事",
        "198.51.100.7, 一台商店",
    )
    put("own", "203.0.113.0/24")
    asked = "192.0.2.1 192.0.2.65 192.0.2.70 192.0.2.72 192.0.2.200 192.0.3.0 x 2001:db8::1"
    assert placed("", *asked.split()) == {
        "192.0.2.1": ("company", "見込製作所"),
        "192.0.2.65": ("company", "見込販売"),
        "192.0.2.70": ("company", "見込研究所"),
        "192.0.2.72": ("company", "見込販売"),
        "192.0.2.200": ("company", "見込製作所"),
        "2001:db8::1": ("company", "見込商事"),
    }
    assert placed("198.51.100.7", "198.51.100.8", "203.0.113.9", "::ffff:203.0.113.9") == {
        "198.51.100.7": ("company", "一台商店"),
        "203.0.113.9": ("own", ""),
        "::ffff:203.0.113.9": ("own", ""),
    }


def test_a_list_is_edited_as_it_was_written() -> None:
    put("own", "# 本社", "203.0.113.0/24, 本社", "", "198.51.100.7")
    assert networks.written("own") == "198.51.100.7\n203.0.113.0/24, 本社"
    put("own")
    assert placed("203.0.113.9") == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("abc", "line 2"),
        ("192.0.2.9-192.0.2.1, x", "line 2"),
        ("192.0.2.0/99, x", "line 2"),
        ("192.0.2.1", "name"),
    ],
)
def test_a_line_that_is_none_is_named(line: str, said: str) -> None:
    with pytest.raises(MikomiError) as error:
        networks.read_ranges(f"192.0.2.0/24, x\n{line}", "company")
    assert said in error.value.words.en
