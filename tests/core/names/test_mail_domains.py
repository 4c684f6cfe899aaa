"""Domains of mail addresses: whose they are."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.names.mail_domains import (
    carrier_mail_domains,
    free_mail_domains,
    mail_domain,
    mail_domains,
)


@pytest.mark.parametrize("listed", [free_mail_domains, carrier_mail_domains])
def test_the_lists_have_a_version_and_no_doubles(listed) -> None:
    version, domains = listed()
    assert version
    assert len(set(domains)) == len(domains)
    assert all(domain == domain.lower().strip() and "." in domain for domain in domains)


def test_no_domain_is_in_both_lists() -> None:
    assert set(free_mail_domains()[1]) & set(carrier_mail_domains()[1]) == set()


@pytest.mark.parametrize(
    ("address", "domain", "own", "kind"),
    [
        ("taro@example.co.jp", "example.co.jp", "example.co.jp", "company"),
        (" ＴＡＲＯ＠Mail.Example.CO.JP ", "mail.example.co.jp", "example.co.jp", "company"),
        ("taro@sales.example.com", "sales.example.com", "example.com", "company"),
        ("taro@example.co.uk", "example.co.uk", "example.co.uk", "company"),
        ("taro@gmail.com", "gmail.com", None, "free"),
        ("taro@yahoo.co.jp", "yahoo.co.jp", None, "free"),
        ("taro@docomo.ne.jp", "docomo.ne.jp", None, "carrier"),
        ("taro@ezweb.ne.jp", "ezweb.ne.jp", None, "carrier"),
        ("taro@i.softbank.jp", "i.softbank.jp", None, "carrier"),
        ("taro@lily.ocn.ne.jp", "lily.ocn.ne.jp", None, "carrier"),
        ("taro@notdocomo.ne.jp", "notdocomo.ne.jp", "notdocomo.ne.jp", "company"),
        ("taro@co.jp", "co.jp", None, "company"),
        ("山田太郎", None, None, None),
        ("taro@localhost", None, None, None),
        ("a b@example.com", None, None, None),
        ("taro@@example.com", None, None, None),
        ("", None, None, None),
        (None, None, None, None),
    ],
)
def test_whose_the_domain_is(address, domain, own, kind) -> None:
    assert mail_domains(pl.Series([address], dtype=pl.String)).row(0) == (domain, own, kind)


def test_one_address_is_as_a_column_of_one() -> None:
    assert mail_domain("taro@gmail.com") == ("gmail.com", "free")
    assert mail_domain("taro") is None
