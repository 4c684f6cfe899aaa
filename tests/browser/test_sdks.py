"""The SDKs for browsers, unmodified, in a real one: on a page of another site, with settings from here."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.collector import javascript
from tests.collector.serving import KEY, serving

SEGMENT = """([key, url]) => {
  const sdk = AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: url });
  sdk.page("Pricing");
  sdk.identify("u1", { email: "hanako@example.co.jp" });
  sdk.track("Downloaded", { url: "/料金.pdf" });
}"""
RUDDER = """([key, url]) => {
  const sdk = new rudderanalytics.RudderAnalytics();
  sdk.load(key, url, { configUrl: url, plugins: ["XhrQueue"] });
  sdk.page("Pricing");
  sdk.identify("u1", { email: "hanako@example.co.jp" });
  sdk.track("Downloaded", { url: "/料金.pdf" });
}"""
SDKS = {
    "segment": (SEGMENT, "@segment/analytics-next/dist/umd/index.js"),
    "rudder": (RUDDER, "@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of somebody else's: another port, so another origin."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html><html lang=ja><title>Site</title><h1>Site</h1></html>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


@pytest.mark.parametrize("busy", [0, 2])
@pytest.mark.parametrize("sdk", SDKS)
def test_what_an_sdk_sends_is_stored_under_its_one_id(
    tmp_path: Path, context: BrowserContext, site: str, sdk: str, busy: int
):
    sending, file = SDKS[sdk]
    with serving(tmp_path, busy=busy) as served:
        page = context.new_page()
        page.goto(site)
        page.add_script_tag(path=javascript.installed() / "node_modules" / file)
        page.evaluate(sending, [KEY, served.url])
        once = {one.message_id: one for one in served.wait_for(3)}
        assert sorted(one.type for one in once.values()) == ["identify", "page", "track"]
        track = next(one for one in once.values() if one.type == "track")
        assert track.properties["url"] == "/料金.pdf"
        assert track.user_id == "u1"
        page.close()
