"""Messages: what SDKs send is read, what is wrong is refused with a reason, clocks are put right."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.collector.messages import (
    MOST_MESSAGE_BYTES,
    BatchRefused,
    Message,
    Refused,
    check_batch,
    check_single,
    corrected_time,
    decode_batch,
    key_of,
    microseconds,
    put_right,
)
from mikomi.collector.reasons import REFUSALS, Reason

NOW = 1_790_000_000_000_000
DAY = 86_400_000_000
PAGE: dict[str, Any] = {"type": "page", "anonymousId": "a", "messageId": "m"}


def batch(*messages: object, **more: object) -> bytes:
    return json.dumps({"batch": messages, **more}).encode()


def only(body: bytes) -> Message | Refused:
    [found] = decode_batch(body)
    return found


def message(**fields: object) -> Message:
    found = only(batch({**PAGE, **fields}))
    assert isinstance(found, Message)
    return found


def reason(*messages: object) -> Reason:
    found = only(batch(*messages))
    assert isinstance(found, Refused)
    return found.reason


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat()


def test_it_works():
    found = message(type="track", event="Downloaded", properties={"url": "/a.pdf"}, userId="u")
    assert (found.type, found.event, found.properties) == ("track", "Downloaded", {"url": "/a.pdf"})
    assert (found.message_id, found.anonymous_id, found.user_id) == ("m", "a", "u")


def test_nulls_are_what_is_missing():
    nulls = dict.fromkeys(("userId", "name", "properties", "traits", "context", "timestamp", "groupId"))
    assert message(**nulls) == message()


@pytest.mark.parametrize(("sent", "read"), [(42, "42"), (4.5, "4.5"), ("x", "x"), (-(2**63), str(-(2**63)))])
def test_ids_are_texts_even_where_numbers_were_sent(sent: object, read: str):
    assert message(userId=sent).user_id == read


def test_a_batch_lends_its_context_and_its_clock_to_its_messages():
    own = {**PAGE, "context": {"own": 1}, "sentAt": "own"}
    first, second = decode_batch(batch(PAGE, own, context={"lent": 1}, sentAt="lent"))
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.context, first.sent_at) == ({"lent": 1}, "lent")
    assert (second.context, second.sent_at) == ({"own": 1}, "own")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({**PAGE, "type": "nonsense"}, Reason.MESSAGE),
        ({"anonymousId": "a"}, Reason.MESSAGE),
        ({**PAGE, "type": "track"}, Reason.MESSAGE),
        ({**PAGE, "type": "track", "event": 5}, Reason.MESSAGE),
        ({**PAGE, "properties": []}, Reason.MESSAGE),
        ({**PAGE, "traits": "x"}, Reason.MESSAGE),
        ({**PAGE, "context": 1}, Reason.MESSAGE),
        ({**PAGE, "userId": True}, Reason.MESSAGE),
        ({**PAGE, "userId": {"a": 1}}, Reason.MESSAGE),
        ({**PAGE, "userId": 2**64}, Reason.MESSAGE),
        ({**PAGE, "anonymousId": "a" * 257}, Reason.MESSAGE),
        ({**PAGE, "name": "a" * 513}, Reason.MESSAGE),
        ({"type": "page"}, Reason.NOBODY),
        ({"type": "page", "anonymousId": "", "userId": None}, Reason.NOBODY),
        ({**PAGE, "properties": {"a": "x" * MOST_MESSAGE_BYTES}}, Reason.MESSAGE_TOO_LARGE),
        ({**PAGE, "properties": json.loads('{"a":' * 30 + "1" + "}" * 30)}, Reason.TOO_DEEP),
        (5, Reason.MESSAGE),
        ([], Reason.MESSAGE),
        (None, Reason.MESSAGE),
    ],
)
def test_what_is_wrong_with_a_message_has_a_reason(sent: object, expected: Reason):
    assert reason(sent) == expected


def test_signs_of_nesting_inside_texts_do_not_nest():
    assert isinstance(message(properties={"a": '{["\\' * 500}), Message)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", Reason.JSON),
        (b"garbage", Reason.JSON),
        (b'{"batch":[', Reason.JSON),
        (b'{"batch":[]} more', Reason.JSON),
        (b"[]", Reason.SHAPE),
        (b"{}", Reason.SHAPE),
        (b"5", Reason.SHAPE),
        (b'{"batch":{}}', Reason.SHAPE),
        (b'{"batch":null}', Reason.SHAPE),
        (b'{"batch":[],"context":[]}', Reason.SHAPE),
        (b'{"batch":' + b"[" * 200_000 + b"]" * 200_000 + b"}", Reason.TOO_DEEP),
    ],
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(body: bytes, expected: Reason):
    with pytest.raises(BatchRefused) as caught:
        check_batch(body)
    assert caught.value.reason == expected


def test_a_wrong_message_does_not_take_the_good_ones_along():
    body = batch(PAGE, {"type": "page"}, {**PAGE, "messageId": "n"}, sentAt="2026-11-01", writeKey="secret")
    checked = check_batch(body)
    assert [(one.place, one.reason) for one in checked.refused] == [(1, Reason.NOBODY)]
    assert checked.accepted == 2
    kept = decode_batch(checked.body)
    assert [one.message_id for one in kept if isinstance(one, Message)] == ["m", "n"]
    # Nothing was refused, so it is a message.
    assert kept[0].sent_at == "2026-11-01"  # type: ignore[union-attr]
    assert b"secret" not in checked.body


def test_what_is_all_good_is_kept_byte_for_byte():
    body = batch(PAGE, sentAt="2026-11-01")
    assert check_batch(body).body is body


@pytest.mark.parametrize(
    "sent",
    [
        b'{"anonymousId":"a"}',
        b' {"type":"alias","anonymousId":"a" } \n',
        b'{"type":5,"type":"track","userId":1}',
        b'{"type":"identify","userId":1,"properties":{"type":2}}',
    ],
)
def test_the_address_says_the_type_of_a_single_message(sent: bytes):
    found = only(check_single(sent, "identify").body)
    assert isinstance(found, Message)
    assert found.type == "identify"


@pytest.mark.parametrize("sent", [b"[]", b"5", b'"{}"', b"", b"{", b"}{", b"{}}", b'{"a":1},{"b":2}'])
def test_a_single_message_that_is_no_object_is_refused(sent: bytes):
    with pytest.raises(BatchRefused):
        check_single(sent, "page")


def test_a_single_message_cannot_bring_others_along():
    for sent in (b'{"anonymousId":"a"},{"anonymousId":"b"}', b'{}],"batch":[{"anonymousId":"b","a":"}'):
        with pytest.raises(BatchRefused):
            check_single(sent, "page")


def test_text_that_is_not_utf_8_is_refused():
    with pytest.raises(BatchRefused) as caught:
        put_right(b'{"a":"\xff"}')
    assert caught.value.reason == Reason.ENCODING


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"a\u0000b"', "a�b"),
        (rb'"a\ud83d"', "a�"),
        (rb'"\ud83d\ude00 \ude00"', "😀 �"),
        (rb'"\uD83D\uDE00"', "😀"),
        ('"料金"'.encode(), "料金"),
        (b'\xef\xbb\xbf"a"', "a"),
        (rb'"\u6599"', "料"),
    ],
)
def test_text_that_no_database_keeps_is_put_right(sent: bytes, read: str):
    assert msgspec.json.decode(put_right(sent)) == read


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
NAMES = ["type", "messageId", "anonymousId", "userId", "event", "name", "properties", "traits", "context",
    "timestamp", "sentAt", "previousId", "groupId", "x"]  # fmt: skip
fields = st.sampled_from(NAMES)


@given(st.lists(st.dictionaries(fields, anything) | anything, max_size=4), st.dictionaries(fields, anything))
def test_whatever_is_sent_what_is_kept_can_be_read_again(messages: list[object], more: dict[str, object]):
    try:
        checked = check_batch(put_right(json.dumps({**more, "batch": messages}).encode()))
    except BatchRefused:
        return
    kept = decode_batch(checked.body)
    assert len(kept) == checked.accepted == len(messages) - len(checked.refused)
    assert all(isinstance(one, Message) for one in kept)


@given(st.dictionaries(fields, anything), st.sampled_from(["page", "identify", "track"]))
def test_a_single_message_that_is_kept_can_be_read_again(message: dict[str, object], kind: Any):
    with suppress(BatchRefused):
        checked = check_single(put_right(json.dumps({"anonymousId": "a", **message}).encode()), kind)
        kept = decode_batch(checked.body)
        assert [getattr(one, "type", None) for one in kept] == [kind] * checked.accepted


@given(st.binary(max_size=200), st.sampled_from([check_batch, lambda body: check_single(body, "track")]))
def test_whatever_bytes_come_the_answer_is_a_reason(body: bytes, check: Any):
    with suppress(BatchRefused):
        assert len(decode_batch(check(put_right(body)).body)) <= 1


@given(st.text())
def test_any_text_survives_as_unicode(text: str):
    found = message(properties={"a": text})
    assert found.properties["a"] == text


def test_every_reason_says_what_to_do():
    assert set(REFUSALS) == set(Reason)
    assert all(400 <= refusal.status < 600 for refusal in REFUSALS.values())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-09-21T14:13:20Z", NOW),
        ("2026-09-21T14:13:20.000Z", NOW),
        ("2026-09-21T23:13:20+09:00", NOW),
        ("2026-09-21T14:13:20", NOW),
        (NOW // 1_000_000, NOW),
        (NOW // 1000, NOW),
        (NOW / 1_000_000, NOW),
        ("yesterday", None),
        ("", None),
        (None, None),
        (-5, None),
        (1e300, None),
        ("0001-01-01T00:00:00+14:00", -62135647200000000),
    ],
)
def test_moments_are_read_as_sdks_write_them(said: Any, expected: int | None):
    assert microseconds(said) == expected


@pytest.mark.parametrize(
    ("original", "sent", "at", "mended"),
    [
        pytest.param(NOW - 5, NOW, NOW - 5, False, id="a right clock"),
        pytest.param(NOW - 3 * DAY - 5, NOW - 3 * DAY, NOW - 5, False, id="three days slow"),
        pytest.param(NOW + 3 * DAY - 5, NOW + 3 * DAY, NOW - 5, False, id="three days fast"),
        pytest.param(NOW - 40 * DAY, NOW, NOW - 40 * DAY, False, id="late, as from a phone without network"),
        pytest.param(5_000_000, 9_000_000, NOW - 4_000_000, False, id="a clock in 1970"),
        pytest.param(NOW + 26_000 * DAY, NOW + 26_000 * DAY, NOW, False, id="a clock in 2099"),
        pytest.param(5_000_000, NOW, NOW, True, id="happened in 1970"),
        pytest.param(NOW + 26_000 * DAY, NOW, NOW, True, id="happens in 2099"),
        pytest.param(NOW - 9, 5_000_000, NOW - 9, True, id="sent before it happened"),
        pytest.param(NOW - 9, NOW + 26_000 * DAY, NOW - 9, True, id="sent in 2099"),
        pytest.param(NOW - 9, None, NOW - 9, False, id="no word of when it was sent"),
        pytest.param(NOW + 500_000, None, NOW, False, id="half a second of the future"),
        pytest.param(None, NOW, NOW, False, id="no word of when it happened"),
    ],
)
def test_what_happened_is_told_by_our_clock(original: int | None, sent: int | None, at: int, mended: bool):
    words = [None if one is None else iso(one) for one in (original, sent)]
    assert corrected_time(*words, NOW) == (at, mended)


def test_a_moment_that_is_none_is_mended():
    assert corrected_time("soon", "now", NOW) == (NOW, True)


def test_the_same_message_of_the_same_source_has_the_same_key():
    assert key_of(1, "m") == key_of(1, "m")
    assert len({key_of(1, "m"), key_of(2, "m"), key_of(1, "n")}) == 3
    assert -(2**63) <= key_of(1, "m") < 2**63
