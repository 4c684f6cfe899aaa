"""The collector: what is answered with 200 is stored; every refusal has a status, a code and a count."""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mikomi.collector.journal import Journal, JournalBusy
from mikomi.collector.journal.file import file_in
from mikomi.collector.messages import MOST_BYTES, Message, decode_batch
from mikomi.collector.reasons import REFUSALS, Reason
from mikomi.collector.routes import ROUTES
from mikomi.collector.settings import FILE
from tests.collector.asking import KEY, PAGE, SERVER_KEY, Asking

TRACK = {"event": "Downloaded", "userId": "u", "messageId": "t"}
BATCH = {"batch": [PAGE, {**TRACK, "type": "track"}]}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    made = Asking(tmp_path)
    yield made
    made.collector.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Asking]]:
    """Makes a collector with other settings."""
    made: list[Asking] = []

    def one(**more: Any) -> Asking:
        made.append(Asking(tmp_path, **more))
        return made[-1]

    yield one
    for each in made:
        each.collector.close()


def messages(asking: Asking) -> list[Message]:
    found = [message for entry in asking.stored() for message in decode_batch(entry.body)]
    assert all(isinstance(one, Message) for one in found)
    # Said just above; the checker does not follow `all`.
    return found  # type: ignore[return-value]


def test_it_works(asking: Asking):
    answer = asking.post("/v1/batch", BATCH, headers={"user-agent": "curl"})
    assert (answer.status, answer.said) == (200, {"success": True})
    assert answer.headers["content-type"] == "application/json"
    assert [one.type for one in messages(asking)] == ["page", "track"]
    [entry] = asking.stored()
    assert (entry.source, entry.address, entry.agent, entry.flags) == (1, "192.0.2.1", "curl", "{}")
    assert abs(entry.received - time.time() * 1e6) < 60e6


@pytest.mark.parametrize("path", [path for path, route in ROUTES.items() if route.takes_events])
def test_every_address_takes_its_events(asking: Asking, path: str):
    route = ROUTES[path]
    sent = {**TRACK, "type": "nonsense"} if route.message else BATCH
    assert asking.post(path, sent).status == 200
    assert [one.type for one in messages(asking)] == [route.message] if route.message else ["page", "track"]


@pytest.mark.parametrize(
    "how",
    [
        {"key": KEY},
        {"key": None, "query": f"writeKey={KEY}"},
        {"key": None, "body": {**BATCH, "writeKey": KEY}},
        {"key": None, "body": {"batch": [{**PAGE, "writeKey": KEY}]}},
    ],
    ids=["basic", "query", "body", "message"],
)
def test_the_key_is_found_wherever_sdks_put_it(asking: Asking, how: dict[str, Any]):
    assert asking.ask("POST", "/v1/batch", **{"body": BATCH, **how}).status == 200


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("told", [False, True], ids=["", "content-encoding"])
def test_json_is_read_under_any_content_type(asking: Asking, kind: str, packed: bool, told: bool):
    sent = json.dumps(BATCH).encode()
    headers = {"content-type": kind} | ({"content-encoding": "gzip"} if told and packed else {})
    assert asking.post("/v1/batch", gzip.compress(sent) if packed else sent, headers=headers).status == 200
    assert len(messages(asking)) == 2


def test_a_body_may_come_in_parts(asking: Asking):
    sent = json.dumps(BATCH).encode()
    assert asking.post("/v1/batch", b"", parts=[sent[:10], b"", sent[10:]]).status == 200
    assert len(messages(asking)) == 2


def test_a_batch_of_500_kib_is_taken_whole(asking: Asking):
    one = {**PAGE, "properties": {"x": "y" * 10_000}}
    body = json.dumps({"batch": [one] * 49}).encode()
    assert 490_000 < len(body) <= MOST_BYTES
    assert asking.post("/v1/batch", body + b" " * (MOST_BYTES - len(body))).status == 200
    assert len(messages(asking)) == 49


def test_what_is_kept_of_the_headers_tells_machines_and_staff_apart(asking: Asking):
    headers = {
        "origin": "https://shop.example.com",
        "referer": "https://shop.example.com/a",
        "sec-purpose": "prefetch",
        "dnt": "1",
        "sec-gpc": "1",
        "cookie": "other=1; mikomi_id=0123456789abcdef; mikomi_session=secret",
    }
    asking.post("/v1/batch", BATCH, headers=headers)
    [entry] = asking.stored()
    assert json.loads(entry.flags) == {
        "origin": "https://shop.example.com",
        "referer": "https://shop.example.com/a",
        "sec_purpose": "prefetch",
        "dnt": "1",
        "gpc": "1",
        "visitor": "0123456789abcdef",
        "login": "1",
        "staff": "1",
    }


def test_good_messages_are_taken_and_wrong_ones_are_named(asking: Asking):
    answer = asking.post("/v1/batch", {"batch": [PAGE, {"type": "page"}, 5]})
    assert answer.status == 200
    assert answer.said["accepted"] == 1
    assert [(one["place"], one["code"]) for one in answer.said["refused"]] == [
        (1, "nobody"),
        (2, "wrong_message"),
    ]
    assert len(messages(asking)) == 1
    assert asking.refused() == {(1, "nobody"): 1, (1, "wrong_message"): 1}


def bomb() -> bytes:
    return gzip.compress(b" " * 50_000_000)


@pytest.mark.parametrize(
    ("reason", "path", "body", "more"),
    [
        (Reason.NO_KEY, "/v1/batch", BATCH, {"key": None}),
        (Reason.NO_KEY, "/v1/batch", BATCH, {"key": None, "headers": {"authorization": "Basic ???"}}),
        (Reason.NO_KEY, "/v1/batch", BATCH, {"key": None, "headers": {"authorization": "Bearer x"}}),
        (Reason.NO_KEY, "/v1/batch", {**BATCH, "writeKey": 5}, {"key": None}),
        (Reason.UNKNOWN_KEY, "/v1/batch", BATCH, {"key": "forged"}),
        (Reason.UNKNOWN_KEY, "/v1/batch", BATCH, {"key": "' or 1=1 --"}),
        (Reason.UNKNOWN_KEY, "/v1/batch", {**BATCH, "writeKey": "forged"}, {"key": None}),
        (Reason.PATH, "/v1/nothing", BATCH, {}),
        (Reason.PATH, "/v1/batch/", BATCH, {}),
        (Reason.CODING, "/v1/batch", BATCH, {"headers": {"content-encoding": "br"}}),
        (Reason.BODY_TOO_LARGE, "/v1/batch", b"x" * (10 << 20), {}),
        (Reason.BODY_TOO_LARGE, "/v1/batch", b"", {"parts": [b"x" * 300_000] * 2}),
        (Reason.BODY_TOO_LARGE, "/v1/batch", b"x", {"headers": {"content-length": "9" * 19}}),
        (Reason.BODY_TOO_LARGE, "/v1/batch", bomb(), {}),
        (Reason.BODY_BROKEN, "/v1/batch", gzip.compress(b'{"batch":[]}', mtime=0)[:-5], {}),
        (Reason.BODY_BROKEN, "/v1/batch", gzip.compress(b"{}", mtime=0) + b"x", {}),
        (Reason.BODY_BROKEN, "/v1/batch", b"\x1f\x8bnothing", {}),
        (Reason.BODY_BROKEN, "/v1/batch", zlib.compress(b"{}"), {"headers": {"content-encoding": "gzip"}}),
        (Reason.BODY_BROKEN, "/v1/batch", b"", {"parts": [b"{"], "gone": True}),
        (Reason.ENCODING, "/v1/batch", b'{"batch":[],"a":"\xff\xfe"}', {}),
        (Reason.JSON, "/v1/batch", b"garbage", {}),
        (Reason.JSON, "/v1/track", b'{"event":', {}),
        (Reason.JSON, "/v1/track", b"", {}),
        (Reason.SHAPE, "/v1/batch", [], {}),
        (Reason.SHAPE, "/v1/batch", {"batch": "x"}, {}),
        (Reason.MESSAGE, "/v1/track", [], {}),
        (Reason.MESSAGE, "/v1/track", {"userId": "u"}, {}),
        (Reason.NOBODY, "/v1/page", {}, {}),
        (Reason.TOO_DEEP, "/v1/batch", b'{"batch":' + b"[" * 100_000, {}),
        (Reason.TOO_DEEP, "/v1/page", {**PAGE, "properties": json.loads('{"a":' * 40 + "1" + "}" * 40)}, {}),
        (Reason.MESSAGE_TOO_LARGE, "/v1/page", {**PAGE, "properties": {"a": "x" * 40_000}}, {}),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_status_a_code_and_a_count(
    asking: Asking, reason: Reason, path: str, body: object, more: dict[str, Any]
):
    answer = asking.post(path, body, **more)
    assert (answer.code, answer.status) == (reason, REFUSALS[reason].status)
    assert REFUSALS[reason].words.en in answer.said["message"]
    assert 400 <= answer.status < 500
    assert asking.stored() == []
    [(_source, counted)] = asking.refused()
    assert counted == reason


def test_a_method_that_is_not_meant_is_named_with_those_that_are(asking: Asking):
    answer = asking.ask("DELETE", "/v1/batch", key=KEY)
    assert (answer.status, answer.code, answer.headers["allow"]) == (
        405,
        "method_not_allowed",
        "POST, OPTIONS",
    )
    assert asking.ask("POST", "/sourceConfig/", key=KEY).status == 405


def test_errors_are_said_in_the_language_asked_for(asking: Asking):
    answer = asking.post("/v1/batch", b"garbage", headers={"accept-language": "ja,en;q=0.5"})
    assert REFUSALS[Reason.JSON].words.ja in answer.said["message"]


def test_a_source_made_a_moment_ago_is_known(asking: Asking):
    assert asking.post("/v1/batch", BATCH, key="new").status == 401
    time.sleep(0.15)
    asking.tell(source={"write_key": "new"})
    assert asking.post("/v1/batch", BATCH, key="new").status == 200


def test_without_settings_every_key_is_unknown(asking: Asking):
    (asking.folder / FILE).unlink()
    assert asking.post("/v1/batch", BATCH).code == "unknown_key"


def test_settings_that_cannot_be_read_leave_what_held_before(asking: Asking):
    assert asking.post("/v1/batch", BATCH).status == 200
    (asking.folder / FILE).write_text('{"sources": 5}')
    time.sleep(1.1)
    assert asking.post("/v1/batch", BATCH).status == 200


def test_only_named_sites_may_send_from_browsers(make: Callable[..., Asking]):
    asking = make(source={"origins": ["https://www.example.com"]})
    ours, other = ({"origin": f"https://{name}.example.com"} for name in ("www", "other"))
    assert asking.post("/v1/batch", BATCH, headers=ours).status == 200
    assert asking.post("/v1/batch", BATCH, headers=other).code == "origin_not_allowed"
    by_body = {**BATCH, "writeKey": KEY}
    assert asking.post("/v1/batch", by_body, key=None, headers=other).code == "origin_not_allowed"
    assert len(asking.stored()) == 1


def test_a_browser_on_another_site_may_send_and_read_the_answer(asking: Asking):
    origin = {"origin": "https://lp.example.com"}
    before = asking.ask(
        "OPTIONS", "/v1/t", headers={**origin, "access-control-request-headers": "authorization,content-type"}
    )
    assert before.status == 200
    allowed = before.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "content-type", "anonymousid", "sentat"} <= set(allowed)
    assert "POST" in before.headers["access-control-allow-methods"]
    for answer in (
        before,
        asking.post("/v1/t", TRACK, headers=origin),
        asking.post("/v1/t", b"", headers=origin),
    ):
        assert answer.headers["access-control-allow-origin"] == "https://lp.example.com"
        assert answer.headers["vary"] == "origin"


def test_a_key_that_sends_too_much_waits(make: Callable[..., Asking]):
    asking = make(source={"events_per_minute": 3})
    assert [asking.post("/v1/batch", BATCH).status for _ in range(3)] == [200, 200, 429]
    answer = asking.post("/v1/batch", BATCH)
    assert (answer.code, answer.status) == ("rate_of_key", 429)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert asking.post("/v1/batch", BATCH, key=SERVER_KEY).status == 200
    assert asking.refused()[1, "rate_of_key"] == 2


def test_an_address_that_sends_too_much_waits_and_others_do_not(make: Callable[..., Asking]):
    asking = make(limits={"requests_per_minute": 2})
    assert [asking.post("/v1/batch", BATCH).status for _ in range(3)] == [200, 200, 429]
    assert "retry-after" in asking.post("/v1/batch", BATCH).headers
    assert asking.post("/v1/batch", BATCH, address="192.0.2.2").status == 200


def test_a_server_may_send_as_much_as_its_key_but_forged_keys_use_up_the_address(make: Callable[..., Asking]):
    asking = make(limits={"requests_per_minute": 2})
    assert [asking.post("/v1/batch", BATCH, key=SERVER_KEY).status for _ in range(4)] == [200] * 4
    assert [asking.post("/v1/batch", BATCH, key="forged").status for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(("forwarded", "address"), [(False, "192.0.2.1"), (True, "203.0.113.9")])
def test_a_forwarded_address_is_believed_only_behind_our_own_proxy(
    make: Callable[..., Asking], forwarded: bool, address: str
):
    asking = make(forwarded=forwarded)
    asking.post("/v1/batch", BATCH, headers={"x-forwarded-for": "forged, 203.0.113.9"})
    [entry] = asking.stored()
    assert entry.address == address


class BusyJournal(Journal):
    def append(self, *_: Any, **__: Any) -> Any:
        raise JournalBusy("full", 7)


def test_a_busy_journal_is_said_with_when_to_come_back(make: Callable[..., Asking], tmp_path: Path):
    asking = make(journal=BusyJournal(tmp_path))
    answer = asking.post("/v1/batch", BATCH)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "busy", "7")
    assert asking.refused() == {(1, "busy"): 2}


def test_a_locked_journal_is_busy_not_broken(asking: Asking, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mikomi.collector.journal.file.LOCKED_SECONDS", 0.05)
    asking.post("/v1/batch", BATCH)
    asking.collector.close()
    other = sqlite3.connect(file_in(asking.folder), isolation_level=None)
    other.execute("begin immediate")
    assert asking.post("/v1/batch", BATCH).status == 503
    other.execute("rollback")
    other.close()
    assert asking.post("/v1/batch", BATCH).status == 200
    assert len(asking.stored()) == 2


def test_the_browser_sdks_get_the_settings_they_ask_for(asking: Asking):
    told = asking.ask("GET", f"/v1/projects/{KEY}/settings")
    assert told.status == 200
    segment = told.said["integrations"]["Segment.io"]
    assert (segment["apiKey"], segment["apiHost"], segment["protocol"]) == (
        KEY,
        "mikomi.example.com/v1",
        "http",
    )
    rudder = asking.ask("GET", "/sourceConfig/", query=f"p=npm&writeKey={KEY}")
    assert rudder.said["source"]["destinations"] == []
    assert asking.ask("GET", "/sourceConfig/", key=KEY).said == rudder.said
    assert asking.ask("HEAD", "/sourceConfig/", key=KEY)[2] == b""
    for path in ("/v1/projects/forged/settings", "/sourceConfig/"):
        assert asking.ask("GET", path, query="writeKey=forged").code == "unknown_key"


def test_requests_that_come_at_once_are_all_stored(asking: Asking):
    answers = asking.many(
        {"method": "POST", "path": "/v1/t", "body": {**TRACK, "messageId": str(number)}, "key": KEY}
        for number in range(500)
    )
    assert {one.status for one in answers} == {200}
    assert {one.message_id for one in messages(asking)} == {str(number) for number in range(500)}
