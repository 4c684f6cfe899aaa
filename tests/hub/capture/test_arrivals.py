from __future__ import annotations

import pytest

from mikomi.hub.capture import arrivals


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("download", "download"),
        ("Form Submit", "form_submit"),
        ("formSubmit", "form_submit"),
        ("Product Viewed", "product_viewed"),
        ("  Plan--Changed! ", "plan_changed"),
        ("資料請求", "track"),
        ("2nd visit", "track"),
        ("x" * 41, "track"),
        ("", "track"),
    ],
)
def test_a_name_becomes_a_kind_where_it_can(name: str, kind: str) -> None:
    assert arrivals.kind_of(name)[0] == kind


def test_a_page_is_known_by_its_path_alone() -> None:
    page = {"url": "https://www.example.co.jp/pricing?utm_source=x#top"}
    assert arrivals.event_of("page", "", page, {}) == ("page_view", "/pricing")
    assert arrivals.event_of("page", "", {}, {"path": "/case"}) == ("page_view", "/case")


def test_a_name_in_japanese_is_the_content() -> None:
    assert arrivals.event_of("track", "資料請求", {}, {}) == ("track", "資料請求")
    assert arrivals.event_of("track", "download", {"content": "/doc/a.pdf"}, {}) == ("download", "/doc/a.pdf")


def test_the_way_a_visit_came_is_read_from_its_address() -> None:
    page = {
        "url": "https://www.example.co.jp/lp?utm_source=google&utm_medium=cpc&gclid=abc&mk=tok",
        "referrer": "https://www.google.com/search?q=x",
    }
    came, token = arrivals.touch_of(page, {})
    assert came == {
        "utm_source": "google",
        "utm_medium": "cpc",
        "gclid": "abc",
        "referrer": "www.google.com",
        "landing": "/lp",
    }
    assert token == "tok"


def test_a_click_within_the_site_is_no_way_of_coming() -> None:
    page = {"url": "https://www.example.co.jp/a", "referrer": "https://www.example.co.jp/b"}
    assert arrivals.touch_of(page, {}) == ({}, "")


@pytest.mark.parametrize("url", ["http://[", "//", "javascript:alert(1)", "x" * 5_000])
def test_addresses_that_are_none_do_no_harm(url: str) -> None:
    assert isinstance(arrivals.path_of({"url": url}), str)
    assert isinstance(arrivals.touch_of({"url": url, "referrer": url}, {}), tuple)
