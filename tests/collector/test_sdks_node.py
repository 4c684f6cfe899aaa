"""The SDKs for Node, unmodified: what they send is stored, and once, though the first answers are 503."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collector import javascript
from tests.collector.serving import KEY, kinds, serving

SEGMENT = """
const { Analytics } = require("@segment/analytics-node");
const sdk = new Analytics({ writeKey: given[1], host: given[2], maxRetries: 5, flushInterval: 100 });
sdk.on("error", (error) => { console.error(error); process.exit(1); });
const end = () => sdk.closeAndFlush();
"""
RUDDER = """
const Rudder = require("@rudderstack/rudder-sdk-node");
const sdk = new Rudder(given[1], { dataPlaneUrl: given[2], flushInterval: 100, retryCount: 5 });
const end = () => new Promise((done, failed) => sdk.flush((error) => (error ? failed(error) : done())));
"""
SENDING = """
sdk.identify({ userId: "u1", traits: { email: "hanako@example.co.jp" } });
sdk.page({ userId: "u1", name: "Pricing" });
sdk.group({ userId: "u1", groupId: "g1" });
sdk.alias({ userId: "u1", previousId: "old" });
for (let number = 0; number < 20; number++)
  sdk.track({ userId: "u1", event: "Viewed", properties: { number } });
end().catch((error) => { console.error(error); process.exit(1); });
"""


@pytest.mark.parametrize("busy", [0, 2])
@pytest.mark.parametrize("sdk", [SEGMENT, RUDDER], ids=["segment", "rudder"])
def test_what_an_sdk_sends_is_stored_under_its_one_id(tmp_path: Path, sdk: str, busy: int):
    with serving(tmp_path, busy=busy) as served:
        javascript.run(sdk + SENDING, KEY, served.url)
        stored = served.wait_for(24)
        once = {one.message_id: one for one in stored}
        assert kinds(list(once.values())) == {"identify": 1, "page": 1, "group": 1, "alias": 1, "track": 20}
        assert busy or len(stored) == 24
