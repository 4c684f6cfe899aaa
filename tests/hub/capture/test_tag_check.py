"""The self-check's own reading: pages, policies, sitemaps, lifetimes, and what may be fetched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import polars as pl
import pytest

from mikomi.core.machines.browsers import browser_families
from mikomi.core.words import MikomiError
from mikomi.hub.capture import intake, sources
from mikomi.hub.capture.sources import DEFAULT_OPTIONS
from mikomi.hub.capture.tagging import checking, fetching, lifetimes
from mikomi.hub.capture.tagging.fetching import Fetched
from mikomi.hub.capture.tagging.returning import count_again, returning
from mikomi.hub.kit import outgoing
from tests.hub.capture.messages import CHROME, START, entry, page

BASE = "https://ma.example.co.jp"
LINE = '<script async src="https://ma.example.co.jp/mikomi.js?k=KEY"></script>'


def levels(text: str, policy: str = "", status: int = 200) -> list[str]:
    headers = {"content-security-policy": policy} if policy else {}
    return [
        one.level for one in checking.look_at_page(Fetched("https://x/", status, headers, text), "KEY", BASE)
    ]


def test_the_tag_is_found_or_what_is_there_instead_is_said() -> None:
    assert levels(LINE) == ["good"]
    assert levels(LINE + LINE) == ["warn"]
    assert levels(LINE.replace("KEY", "OTHER")) == ["bad"]
    assert levels("<script src='https://www.googletagmanager.com/gtm.js'>") == ["warn"]
    assert levels("<p>nothing") == ["bad"]
    assert levels("", status=404) == ["bad"]


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (f"default-src 'self'; script-src 'self' {BASE}; connect-src {BASE}", ["good", "good"]),
        (f"default-src 'self'; script-src {BASE}", ["good", "bad"]),
        ("default-src 'self'", ["good", "bad", "bad"]),
        ("script-src 'nonce-abc'; connect-src *.example.co.jp", ["good", "good"]),
        ("img-src 'self'", ["good", "good"]),
    ],
)
def test_a_policy_that_stops_the_tag_is_named(policy: str, found: list[str]) -> None:
    assert levels(LINE, policy) == found


def test_sitemaps_are_read_and_hostile_ones_are_not() -> None:
    index = "<sitemapindex xmlns='s'><sitemap><loc>https://a/1.xml</loc></sitemap></sitemapindex>"
    assert checking.paths_in_sitemap(index) == ([], ["https://a/1.xml"])
    assert checking.paths_in_sitemap("<urlset><url><loc> https://a/x </loc></url></urlset>") == (
        ["https://a/x"],
        [],
    )
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><urlset><url><loc>&b;</loc></url></urlset>'
    for nothing in (bomb, "not xml", ""):
        assert checking.paths_in_sitemap(nothing) == ([], [])


def test_pages_are_the_same_however_their_address_is_written() -> None:
    seen = ["/pricing/", "/導入事例", "/"]
    pages = ["https://a/pricing", "/%E5%B0%8E%E5%85%A5%E4%BA%8B%E4%BE%8B/", "/index.html?x=1", "/new", "/new"]
    assert checking.missing_from(pages, seen) == (["/new"], 4)


def days(**options: object) -> list[int]:
    near = options.pop("near", None)
    # Options are a dictionary of any values, as they are stored.
    return [one.days for one in lifetimes.lifetimes({**DEFAULT_OPTIONS, **options}, BASE, near)]  # type: ignore[arg-type]


def test_how_long_browsers_are_known_follows_from_how_the_id_is_kept() -> None:
    site = ["https://www.example.co.jp"]
    assert days(origins=site, near=True) == [395, 395, 395]
    assert days(origins=site, near=False) == [395, 395, 7]
    assert days(origins=["https://lp.example.com"]) == [395, 395, 7]
    assert days(cookie="script") == [395, 395, 7]
    assert days(cookie="none") == [1]
    assert lifetimes.in_one_network(["192.0.2.1"], ["192.0.77.9"]) is True
    assert lifetimes.in_one_network(["192.0.2.1"], ["198.51.100.1"]) is False
    assert lifetimes.in_one_network(["192.0.2.1"], []) is None


SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = SAFARI + " CriOS/142.0 Mobile/15E148 Safari/604.1"
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.0 Safari/605.1.15"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_browsers_are_of_the_family_whose_cookies_they_keep() -> None:
    asked = {
        CHROME: "chrome",
        CHROME + " Edg/142.0.0.0": "edge",
        CHROME + " OPR/120.0": "other",
        IPHONE: "safari",
        MAC: "safari",
        SAFARI + " Mobile/15E148 Safari Line/15.0": "other",
        FIREFOX: "firefox",
        "Googlebot/2.1": "",
        "": "",
        None: "",
    }
    assert browser_families(pl.Series(list(asked), dtype=pl.String)).to_list() == list(asked.values())


@pytest.mark.django_db
def test_how_long_browsers_were_known_is_measured_for_each_by_itself() -> None:
    day = 24 * 60
    source = sources.make_source("会社のサイト")
    visits = [(CHROME, "c", 0), (CHROME, "c", 3 * day), (CHROME, "c", 70 * day), (FIREFOX, "f", 69 * day)]
    visits += [(MAC, f"s{n}", at * day) for n in range(100) for at in (0, 1, 7.9)]
    entries = [
        entry(n, source.pk, page(at, who), agent=agent) for n, (agent, who, at) in enumerate(visits, 1)
    ]
    received = round((START + timedelta(days=71)).timestamp() * 1_000_000)
    entries = [replace(one, received=received) for one in entries]
    intake.take("j", entries[:2])
    intake.take("j", [*entries[2:], entry(1000, source.pk, page(0, "bot"), agent="Googlebot/2.1")])
    count_again(received)
    said = {one.browsers.en: one for one in returning(source.pk, received + 60 * day * 60_000_000)}
    assert {name: (one.old, one.week, one.sixty, one.longest, one.state) for name, one in said.items()} == {
        "Safari, and all on iPhone and iPad": (100, 0, 0, 6, "lost"),
        "Chrome": (1, 1, 1, 67, "known"),
        "Firefox": (0, 0, None, 0, "young"),
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://[::1]/",
        "file:///etc/passwd",
        "https://user:pw@example.co.jp/",
        "https://",
    ],
)
def test_addresses_of_anything_else_are_refused(url: str) -> None:
    with pytest.raises(MikomiError):
        fetching.fetch_page(url)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * (outgoing.MOST_BYTES + 10) if self.path == "/large" else "題".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_is_fetched_within_bounds_and_redirects_are_checked_again(site: str) -> None:
    def here(address: str, port: int) -> bool:
        return address == "127.0.0.1"

    assert fetching.fetch_page(f"{site}/", allowed=here).text == "題"
    assert len(fetching.fetch_page(f"{site}/large", allowed=here).text) == outgoing.MOST_BYTES
    with pytest.raises(MikomiError, match=r"169\.254"):
        fetching.fetch_page(f"{site}/away", allowed=here)
