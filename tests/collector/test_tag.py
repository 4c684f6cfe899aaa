"""The tag as it is built and served."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mikomi.collector.messages import Message, decode_batch
from mikomi.collector.settings import Source
from mikomi.collector.tag import script_of
from tests.collector.asking import KEY, Asking

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "mikomi" / "hub" / "assets" / "tag" / "mikomi.js"


def test_the_tag_is_one_script_of_at_most_3_kib(assets: None) -> None:
    script = BUILT.read_bytes()
    assert len(gzip.compress(script, 9)) <= 3 * 1024
    assert script.count(b"__MIKOMI_SETTINGS__") == 1
    for forbidden in (b"eval(", b"Function(", b"import(", b"document.write", b"innerHTML"):
        assert forbidden not in script


ID, OTHER = "a" * 32, "b" * 32
VIEW = {"type": "page", "messageId": "m", "properties": {"path": "/pricing"}}
HERE = {"origin": "https://www.example.com", "sec-fetch-site": "same-site"}
AWAY = {"origin": "https://lp.example.org", "sec-fetch-site": "cross-site"}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    made = Asking(tmp_path, source={"cookie": "first_party"})
    yield made
    made.collector.close()


def send(asking: Asking, *, headers: dict[str, str] = HERE, **more: Any):
    body = {"batch": [VIEW], "sentAt": "2026-11-02T01:00:00Z", "visitor": ID, **more}
    return asking.ask("POST", "/v1/tag", body=body, headers=headers, query=f"writeKey={KEY}")


def visitors(asking: Asking) -> list[str]:
    found = [message for entry in asking.stored() for message in decode_batch(entry.body)]
    return [one.anonymous_id for one in found if isinstance(one, Message)]


def test_the_answer_sets_a_cookie_that_scripts_cannot_read(asking: Asking) -> None:
    answer = send(asking)
    assert (answer.status, answer.said) == (200, {"success": True})
    assert answer.headers["set-cookie"] == (
        f"mikomi_id={ID}; Path=/; Max-Age=34128000; HttpOnly; SameSite=Lax"
    )
    assert answer.headers["access-control-allow-origin"] == HERE["origin"]
    send(asking, headers={**HERE, "cookie": f"x=1; mikomi_id={OTHER}"})
    send(asking, headers={**HERE, "cookie": f"mikomi_id={OTHER}"}, fresh=True)
    send(asking, headers={**HERE, "cookie": "mikomi_id=<script>"})
    assert visitors(asking) == [ID, OTHER, ID, ID]


def test_on_another_site_the_script_is_told_to_keep_its_id(asking: Asking) -> None:
    answer = send(asking, headers=AWAY)
    assert answer.said == {"success": True, "keep": True}
    assert "set-cookie" not in answer.headers
    unsaid = send(asking, headers={"origin": "http://www.example.com"})
    assert unsaid.said["keep"]
    assert "set-cookie" in unsaid.headers


def test_who_asks_not_to_be_followed_gets_no_cookie(asking: Asking) -> None:
    assert "set-cookie" not in send(asking, headers={**HERE, "sec-gpc": "1"}).headers


def test_forgetting_takes_the_cookie_away_and_stores_nothing(asking: Asking) -> None:
    answer = send(asking, batch=[], forget=True)
    assert [one.split("; ")[0] for one in answer.cookies] == ["mikomi_id=", f"mikomi_agreed_{KEY}="]
    assert all("Max-Age=0" in one for one in answer.cookies)
    assert asking.stored() == []


def test_that_somebody_agreed_is_kept_in_a_cookie_that_pages_can_see(tmp_path: Path) -> None:
    asking = Asking(tmp_path, source={"consent": "wait"})

    def agree(held: str = "", batch: object = (VIEW,), **more: Any):
        cookie = {"cookie": f"mikomi_id={ID}; mikomi_agreed_{KEY}={held}"}
        answer = send(asking, headers={**HERE, **cookie}, batch=list(batch), agreed=True, **more)
        set_ones = dict(one.split("; ", 1)[0].split("=", 1) for one in answer.cookies)
        return answer, set_ones[f"mikomi_agreed_{KEY}"]

    def who(**said: Any) -> dict[str, Any]:
        return {"type": "identify", "messageId": "i", **said}

    answer, value = agree()
    assert value == "1.."
    assert answer.cookies[1] == (
        f"mikomi_agreed_{KEY}=1..; Path=/; Max-Age=34128000; SameSite=Lax; Domain=example.com"
    )
    _, known = agree(value, [VIEW, who(userId="u1", traits={"email": "A@example.com"})])
    _, kind = agree(known, [who(traits={"email": "a@example.com "})])
    form = {"type": "track", "event": "form_submit", "messageId": "f"}
    form["context"] = {"traits": {"email": "b@example.com"}}
    assert known == kind != value
    for other in (who(userId="u2"), form):
        answer, gone = agree(known, [other])
        assert (gone, answer.said["agreed"]) == ("", False)
        assert all("Max-Age=0" in one for one in answer.cookies)
    assert agree(known, [form], fresh=True)[1] not in ("", known)
    assert agree("1.<script>.")[1] == "1.."
    for unasked in (
        send(asking),
        send(asking, agreed=True, headers=AWAY),
        send(asking, forget=True, batch=[]),
    ):
        assert not any(one.startswith(f"mikomi_agreed_{KEY}=1") for one in unasked.cookies)
    asking.collector.close()


def test_the_domain_of_the_cookie_is_only_one_that_we_lie_under(tmp_path: Path) -> None:
    asking = Asking(tmp_path, source={"cookie_domain": "example.com"}, forwarded=True)
    said = send(asking, headers={**HERE, "x-forwarded-proto": "https"}).headers["set-cookie"]
    assert said.endswith("; Domain=example.com; Secure")
    asking.tell(source={"cookie_domain": "example.org"})
    other = Asking(tmp_path, source={"cookie_domain": "example.org"})
    assert "Domain" not in send(other).headers["set-cookie"]
    for one in (asking, other):
        one.collector.close()


def test_without_cookies_a_visitor_is_one_for_a_day_and_a_site(tmp_path: Path) -> None:
    asking = Asking(tmp_path, source={"cookie": "none"})
    for headers in ({**HERE, "user-agent": "A"}, {**HERE, "user-agent": "A"}, {**HERE, "user-agent": "B"}):
        answer = send(asking, headers=headers)
        assert "set-cookie" not in answer.headers
    first, second, third = visitors(asking)
    assert first == second != third
    assert ID not in (first, third)
    asking.collector.close()


def test_our_own_people_are_marked(asking: Asking) -> None:
    send(asking, staff=True)
    for cookie in ("mikomi_session=s", "mikomi_staff=1", "mikomi_session=s; mikomi_staff=0", "other=1"):
        send(asking, headers={**HERE, "cookie": cookie})
    told = [json.loads(entry.flags).get("staff") for entry in asking.stored()]
    assert told == ["1", "1", "1", None, None]


def test_who_opens_the_link_that_nobody_sees_is_named(asking: Asking) -> None:
    def follow(query: str = f"k={KEY}", **headers: str):
        return asking.ask("GET", "/v1/more", query=query, headers=headers)

    answer = follow(cookie=f"mikomi_id={ID}")
    assert (answer.status, answer.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert "set-cookie" not in answer.headers
    follow(f"k={KEY}&mk_visitor={OTHER}")
    follow()
    follow(f"k={KEY}&mk_visitor={OTHER}", cookie=f"mikomi_id={ID}")
    follow(cookie=f"mikomi_id={ID}", **{"sec-purpose": "prefetch"})
    first, second, third, *both = visitors(asking)
    assert (first, second, third[:4], both) == (ID, OTHER, "day-", [ID, OTHER])
    [told] = decode_batch(asking.stored()[0].body)
    assert isinstance(told, Message)
    assert (told.type, told.event) == ("track", "trap")
    assert follow("k=other").code == "unknown_key"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"[]", "wrong_shape"), (b"{", "not_json"), ({"batch": [1]}, "wrong_shape"), (b"\xff", "encoding")],
)
def test_what_is_no_message_of_the_tag_is_refused(asking: Asking, body: Any, code: str) -> None:
    answer = asking.ask("POST", "/v1/tag", body=body, query=f"writeKey={KEY}")
    assert (answer.status, answer.code) == (400, code)
    assert asking.ask("POST", "/v1/tag", body={"batch": []}).code == "no_key"


def test_the_script_brings_its_settings_and_is_fetched_once(assets: None, tmp_path: Path) -> None:
    asking = Asking(tmp_path, source={"consent": "wait", "name": "</script>"})
    answer = asking.ask("GET", "/mikomi.js", query=f"k={KEY}", headers={"accept-encoding": "gzip, br"})
    assert answer.status == 200
    assert len(answer.body) <= 3 * 1024
    script = gzip.decompress(answer.body)
    assert b'"wait":true' in script
    assert b"__MIKOMI_SETTINGS__" not in script
    assert "max-age=600" in answer.headers["cache-control"]
    known = {"accept-encoding": "gzip", "if-none-match": "W/" + answer.headers["etag"]}
    assert asking.ask("GET", "/mikomi.js", query=f"k={KEY}", headers=known).status == 304
    assert asking.ask("GET", "/mikomi.js", query=f"k={KEY}").body == script
    assert asking.ask("GET", "/mikomi.js", query="k=no").status == 401
    asking.collector.close()


def test_a_form_named_like_markup_stays_a_text(assets: None) -> None:
    forms = [{"selector": "form", "name": "</script><script>", "fields": {}}]
    script = script_of(Source(1, "n", "k", collect={"forms": forms, "page": True, "time": False}))
    assert b"</script>" not in script.plain
    assert b'"time"' not in script.plain
