"""The Python SDKs, unmodified: what they send is stored, and once, though the first answers are 503."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from tests.collector.serving import KEY, kinds, serving


def send_all(client: Any) -> None:
    client.identify("u1", {"email": "hanako@example.co.jp"})
    client.track("u1", "Downloaded", {"url": "/料金.pdf"})
    client.page("u1", "docs", "Pricing")
    client.screen("u1", "app", "Home")
    client.group("u1", "g1", {"name": "山田商事"})
    client.alias("old", "u1")
    for number in range(20):
        client.track("u1", "Viewed", {"number": number})
    client.flush()


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("sdk", [SegmentClient, RudderClient], ids=["segment", "rudder"])
def test_what_an_sdk_sends_is_stored(tmp_path: Path, sdk: Any, gzip: bool):
    with serving(tmp_path) as served:
        failures: list[object] = []
        client = sdk(KEY, host=served.url, gzip=gzip, on_error=lambda *said: failures.append(said))
        send_all(client)
        stored = served.wait_for(26)
        assert failures == []
        assert kinds(stored) == {"identify": 1, "track": 21, "page": 1, "screen": 1, "group": 1, "alias": 1}
        said = stored[0].traits or stored[0].context["traits"]
        assert said["email"] == "hanako@example.co.jp"
        assert {one.sent_at is None for one in stored} == {False}


@pytest.mark.parametrize("sdk", [SegmentClient, RudderClient], ids=["segment", "rudder"])
def test_after_two_busy_answers_every_event_is_stored_under_its_one_id(tmp_path: Path, sdk: Any):
    with serving(tmp_path, busy=2) as served:
        failures: list[object] = []
        client = sdk(KEY, host=served.url, on_error=lambda *said: failures.append(said))
        send_all(client)
        stored = served.wait_for(26)
        client.join()
        assert failures == []
        assert len({one.message_id for one in stored}) == 26
