"""Steps: each finds what it is for, and leaves people alone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.machines.addresses import Ranges, parse_ranges
from mikomi.core.machines.judging import (
    LINKS_A_SECOND,
    LINKS_AN_ADDRESS,
    PAGES_A_SECOND,
    PAGES_AN_ADDRESS,
    judge,
)
from tests.examples import examples

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
GOOGLE_PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
SCHEMA = {
    "visitor": pl.Int32,
    "at": pl.Int64,
    "kind": pl.String,
    "content": pl.String,
    "agent": pl.String,
    "address": pl.String,
    "flags": pl.String,
    "message": pl.Boolean,
}
NONE = Ranges()


def event(
    seconds: float = 0,
    content: str = "/a",
    kind: str = "page_view",
    *,
    visitor: int = 1,
    agent: str | None = CHROME,
    address: str = "203.0.113.9",
    flags: str = "",
    message: bool = True,
) -> tuple:
    return visitor, int(seconds * 1_000_000), kind, content, agent, address, flags, message


def reasons(*events: tuple, own: Ranges = NONE) -> list[str]:
    return judge(pl.DataFrame(list(events), schema=SCHEMA, orient="row"), own)["reason"].to_list()


def test_it_works() -> None:
    assert reasons(event(), event(agent="Googlebot/2.1")) == ["", "crawler"]


def test_nothing_is_judged_where_nothing_is() -> None:
    assert judge(pl.DataFrame(schema=SCHEMA)).columns == ["automated", "certainty", "reason"]


def test_a_program_that_tells_of_others_says_nothing_of_them() -> None:
    assert reasons(event(agent="analytics-python/2.3.2"), event(agent="curl/8.5.0")) == ["", ""]
    assert reasons(event(agent="curl/8.5.0", message=False)) == ["program"]


def test_a_program_may_tell_many_things_at_once() -> None:
    told = [event(0, f"/{page}", agent="python-requests/2.32") for page in range(100)]
    assert set(reasons(*told)) == {""}


def test_a_proxy_opens_mails_and_nothing_else_is_its() -> None:
    opened = event(kind="mail_open", content="m1", agent="Mozilla/5.0", message=False)
    assert reasons(opened, event(agent="Mozilla/5.0")) == ["privacy_proxy", ""]


@pytest.mark.parametrize(
    "flags",
    [
        '{"sec_purpose":"prefetch;prerender"}',
        '"purpose":"prefetch"',
        '"purpose":"preview"',
        '"origin":"x","sec_purpose":"prefetch"',
    ],
)
def test_prefetches_are_no_looks(flags: str) -> None:
    assert reasons(event(flags=flags)) == ["prefetch"]


def test_a_check_reads_nothing() -> None:
    assert reasons(event(flags='"method":"HEAD"'), event(flags='"method":"GET"')) == ["head", ""]


def test_several_links_within_a_second_are_a_scanner() -> None:
    links = [event(place / 10, f"l{place}", "mail_click") for place in range(LINKS_A_SECOND)]
    assert set(reasons(*links)) == {"burst"}


def test_one_link_pressed_twice_is_a_person() -> None:
    assert reasons(event(0, "l1", "mail_click"), event(0.2, "l1", "mail_click")) == ["", ""]


def test_a_link_and_the_page_behind_it_are_a_person() -> None:
    assert reasons(event(0, "l1", "mail_click"), event(0.4, "/a"), event(0.8, "/b")) == ["", "", ""]


def test_several_pages_within_a_second_are_a_machine_and_later_ones_are_not() -> None:
    burst = [event(place / 10, f"/{place}") for place in range(PAGES_A_SECOND)]
    assert reasons(*burst, event(60, "/later")) == ["burst"] * PAGES_A_SECOND + [""]


def test_the_same_page_again_and_again_is_no_burst() -> None:
    assert set(reasons(*[event(place / 10, "/same") for place in range(9)])) == {""}


def test_two_visitors_are_not_mixed() -> None:
    assert set(reasons(*[event(0, f"/{one}", visitor=one) for one in range(9)])) == {""}


def test_a_page_a_second_for_long_is_faster_than_people() -> None:
    assert set(reasons(*[event(place * 0.9, f"/{place}") for place in range(70)])) == {"speed"}


def test_reading_quickly_is_a_person() -> None:
    assert set(reasons(*[event(place * 3, f"/{place}") for place in range(40)])) == {""}


def test_a_hidden_link_tells_of_what_was_done_around_it() -> None:
    found = reasons(
        event(0, "/a"), event(3, "", "trap"), event(5, "/b"), event(60, "/c"), event(5, "/b", visitor=2)
    )
    assert found == ["trap", "trap", "trap", "", ""]


def test_networks_of_machines_are_known() -> None:
    own = parse_ranges(["192.0.2.0/24  # ours", "2001:db8::/32 monitoring", "", "# note", "nonsense", "::/x"])
    assert own.size == 2
    assert [number for number, _line in own.unread] == [5, 6]
    told = [
        event(address=address)
        for address in (
            "192.0.2.77",
            "192.0.3.1",
            "2001:db8::5",
            "2001:db9::5",
            "104.47.1.2",
            "no",
            "::ffff:192.0.2.1",
        )
    ]
    assert reasons(*told, own=own) == ["datacenter", "", "monitoring", "", "mail_scanner", "", "datacenter"]


@pytest.mark.parametrize(
    ("kind", "message", "agent", "found"),
    [
        ("mail_click", False, CHROME, "datacenter"),
        ("mail_open", False, CHROME, "datacenter"),
        ("download", False, CHROME, "datacenter"),
        ("page_view", True, CHROME, ""),
        ("download", True, CHROME, ""),
        ("form_submit", False, CHROME, ""),
        ("mail_open", False, GOOGLE_PROXY, "image_proxy"),
    ],
)
def test_rented_machines_open_mails_and_take_documents_and_people_come_by_way_of_clouds(
    kind: str, message: bool, agent: str, found: str
) -> None:
    for address in ("3.112.0.1", "20.27.0.1", "34.84.0.1"):
        assert reasons(event(kind=kind, message=message, agent=agent, address=address)) == [found]
    assert reasons(event(kind="mail_click", message=False, address="203.0.113.9")) == [""]
    own = parse_ranges(["3.112.0.0/16 people  # a customer's gateway to the web"])
    assert reasons(event(kind="mail_click", message=False, address="3.112.0.1"), own=own) == [""]


def test_crawlers_are_known_by_the_networks_that_their_operators_publish() -> None:
    addresses = ["66.249.66.1", "2001:4860:4801:10::5", "157.55.39.7", "66.249.84.1", "2400:2411::1", "x"]
    found = reasons(*[event(address=address) for address in addresses])
    assert found == ["crawler", "crawler", "crawler", "", "", ""]


@pytest.mark.parametrize(
    "address",
    [
        *("126.0.0.1", "106.128.0.1", "153.240.0.1", "1.66.96.1", "202.32.0.1", "240b:10::1"),
        *("104.28.0.1", "172.224.226.1", "2a09:bac0::1", "2606:54c0::1", "17.58.0.1", "165.225.110.1"),
    ],
)
def test_lines_of_homes_phones_offices_and_private_relays_are_in_no_list(address: str) -> None:
    kinds = [event(kind=kind, message=False, address=address) for kind in ("mail_click", "page_view")]
    assert reasons(*kinds) == ["", ""]


def people(*rows: tuple[float, int, str, str], kind: str = "mail_click") -> list[str]:
    """Seconds, visitor, content, whom the link went to; all from one address with one browser."""
    frame = pl.DataFrame(
        [event(at, content, kind, visitor=who) for at, who, content, _person in rows],
        schema=SCHEMA,
        orient="row",
    )
    return judge(frame.with_columns(person=pl.Series([row[3] for row in rows])))["reason"].to_list()


def test_links_of_one_persons_mail_opened_at_once_in_several_browsers_are_one_machines() -> None:
    for kind in ("mail_click", "page_view"):
        gateway = [(0, 1, "/a", "p"), (0.3, 2, "/b", "p"), (0.6, 3, "/c", "p")]
        assert people(*gateway, (30, 4, "/a", "p"), kind=kind) == ["many_browsers"] * 3 + [""]
    # The same link twice may be a phone and a computer; two links of two people are two people.
    assert people((0, 1, "/a", "p"), (0.3, 2, "/a", "p")) == ["", ""]
    assert people((0, 1, "/a", "p"), (0.3, 2, "/b", "q")) == ["", ""]
    # A link and where it leads on to, in one browser.
    assert people((0, 1, "/a", "p"), (0.3, 1, "/b", "p"), kind="page_view") == ["", ""]


def test_colleagues_behind_one_address_are_people_and_a_crowd_of_strangers_is_not() -> None:
    for kind, least in (("mail_click", LINKS_AN_ADDRESS), ("page_view", PAGES_AN_ADDRESS)):
        crowd = [event(n / 20, f"/{n}", kind, visitor=n) for n in range(least)]
        assert set(reasons(*crowd)) == {"many_browsers"}
        assert set(reasons(*crowd[1:])) == {""}
        # A newsletter that everybody opens at nine, and pages within minutes.
        assert set(reasons(*[event(n / 20, f"/{n % 3}", kind, visitor=n) for n in range(60)])) == {""}
        assert set(reasons(*[event(n, f"/{n}", kind, visitor=n) for n in range(60)])) == {""}
        # Other addresses, other browsers.
        other = [event(n / 20, f"/{n}", kind, visitor=n, address=f"203.0.113.{n}") for n in range(least)]
        assert set(reasons(*other)) == {""}


def test_the_most_certain_reason_stands() -> None:
    assert reasons(event(agent="Googlebot/2.1", address="104.47.1.2", flags='"purpose":"prefetch"')) == [
        "crawler"
    ]


@settings(deadline=None, max_examples=examples(40))
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 4_000),
            st.integers(0, 3),
            st.sampled_from(["page_view", "mail_click"]),
        ),
        max_size=40,
    )
)
def test_bursts_are_those_a_plain_look_finds(drawn: list[tuple[int, int, int, str]]) -> None:
    events = [event(ms / 1000, f"/{page}", kind, visitor=who) for who, ms, page, kind in drawn]
    expected = set()
    for kind, least in (("page_view", PAGES_A_SECOND), ("mail_click", LINKS_A_SECOND)):
        for who, start, _page, _kind in drawn:
            near = [
                (at, page)
                for at, (one, ms, page, other) in enumerate(drawn)
                if one == who and other == kind and start <= ms < start + 1_000
            ]
            if len({page for _at, page in near}) >= least:
                expected |= {at for at, _page in near}
    found = {at for at, reason in enumerate(reasons(*events)) if reason == "burst"}
    assert found == expected


@settings(deadline=None, max_examples=examples(40))
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9_000)), max_size=20), st.randoms())
def test_the_order_of_arrival_does_not_matter(drawn: list[tuple[int, int]], random) -> None:
    events = [event(ms / 1000, f"/{place}", visitor=who) for place, (who, ms) in enumerate(drawn)]
    mixed = list(range(len(events)))
    random.shuffle(mixed)
    straight, shuffled = reasons(*events), reasons(*[events[at] for at in mixed])
    assert [straight[at] for at in mixed] == shuffled
