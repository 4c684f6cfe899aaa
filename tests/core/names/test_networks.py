from __future__ import annotations

import pytest

from mikomi.core.names.networks import company_domain_of, provider_domains


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("proxy1.tokyo.example-seizo.co.jp", "example-seizo.co.jp"),
        ("gw.example-corp.com", "example-corp.com"),
        ("ns.Example-Kogyo.JP.", "example-kogyo.jp"),
        ("mail.example.ac.jp", "example.ac.jp"),
        ("fw.example.com.au", "example.com.au"),
    ],
)
def test_a_companys_own_name_is_its_domain(host: str, domain: str) -> None:
    assert company_domain_of(host, "192.0.2.45") == domain


@pytest.mark.parametrize(
    "host",
    [
        "p4045-ipngn200.tokyo.ocn.ne.jp",
        "softbank192000002045.bbtec.net",
        "kd192000002045.ppp-bb.dion.ne.jp",
        "sp1-75-192-2.msd.spmode.ne.jp",
        "ec2-192-0-2-45.ap-northeast-1.compute.amazonaws.com",
        "45.2.0.192.bc.googleusercontent.com",
        "unknown-net.example.ne.jp",
        "192-0-2-45.dyn.example-cable.jp",
        "host045.192.000.002.045.example.co.jp",
        "c000022d.virtual.example.com",
        "localhost",
        "",
        "...",
        "x" * 300,
    ],
)
def test_what_many_share_is_nobodys(host: str) -> None:
    assert company_domain_of(host, "192.0.2.45") is None


def test_a_name_with_a_version_6_address_is_one_of_many() -> None:
    host = "2001-0db8-0000-0001-0000-0000-0000-0001.v6.example.jp"
    assert company_domain_of(host, "2001:db8:0:1::1") is None


def test_the_list_has_only_domains() -> None:
    assert len(provider_domains()) > 100
    assert all("." in domain and domain == domain.lower() for domain in provider_domains())
