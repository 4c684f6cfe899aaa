"""What all tests share: databases, the pages' assets, a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mikomi.hub.kit import menu
from mikomi.hub.kit.catalogues import compile_catalogues
from mikomi.hub.people import field_tests
from tests import chromium
from tests.emptying import empty_after_tests

ROOT = Path(__file__).resolve().parent.parent
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_serialized_rollback", "live_server"}

# Playwright's synchronous interface runs an event loop on the test's thread, which Django would
# take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only tests that use the database (what `./mikomi test` runs again on PostgreSQL)",
    )
    parser.addoption("--without-browser", action="store_true", help="no tests in a browser")


ANSWERED_WITHIN = 20.0


class Requests:
    """The requests that the pages' server is at, in whichever thread; a page may have left some behind."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.open = 0
        # Signals hold receivers weakly; these live as long as the tests.
        request_started.connect(self._started)
        request_finished.connect(self._finished)

    def _started(self, **_: object) -> None:
        with self._changed:
            self.open += 1

    def _finished(self, **_: object) -> None:
        with self._changed:
            self.open -= 1
            self._changed.notify_all()

    def settle(self, before: int) -> None:
        """Waits until no more than `before` requests are open: emptying tables would meet their locks."""
        end = time.monotonic() + ANSWERED_WITHIN
        with self._changed:
            while self.open > before and time.monotonic() < end:
                self._changed.wait(end - time.monotonic())


REQUESTS = Requests()


def pytest_configure() -> None:
    # Lights that one test asked for would stand on the pages of the next.
    menu.LIGHTS_HOLD_SECONDS = 0.0
    compile_catalogues()
    # How long a world takes says nothing of the code on a machine that others use, too.
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")
    empty_after_tests()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = items
    if config.getoption("--only-database"):
        chosen = [item for item in chosen if uses_database(item)]
    if config.getoption("--without-browser"):
        chosen = [item for item in chosen if "browser" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def uses_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes the database, and so must hold on each that we support."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """SQLite in a file, as it is used: in memory, threads would share one connection and never wait."""
    default = settings.DATABASES["default"]
    if default["ENGINE"] == "django.db.backends.sqlite3":
        default.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _another_database(request: pytest.FixtureRequest) -> None:
    """Emptied tables count their changes from the beginning, which a server's database never does."""
    if uses_database(request.node):
        field_tests.forget()


@pytest.fixture(autouse=True)
def _answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """Between closing a test's pages and emptying its tables, the server ends what it is at."""
    before = REQUESTS.open
    yield
    if "live_server" in request.fixturenames:
        REQUESTS.settle(before)


@pytest.fixture(scope="session")
def assets() -> None:
    """The pages' style sheets and scripts, built where their sources changed."""
    subprocess.run([sys.executable, str(ROOT / "frontend" / "build_assets.py")], check=True)


@pytest.fixture(scope="session")
def chromium_program() -> chromium.Chromium:
    """A Chromium that starts. A machine without one is a failure, never a skipped test."""
    return chromium.find()


@pytest.fixture(scope="module")
def browser(chromium_program: chromium.Chromium) -> Iterator[Browser]:
    """A running Chromium. One a module: between modules no event loop is left running."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium_program.program,
            args=list(chromium.FLAGS),
            env={**os.environ, **chromium_program.environment},
        )
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: Japanese, desktop width. Override for other widths and languages."""
    profile = browser.new_context(
        locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900}
    )
    profile.set_default_timeout(15_000)
    yield profile
    profile.close()


@pytest.fixture
def page(context: BrowserContext, assets: None) -> Iterator[Page]:
    """A page; the test fails where a script threw or the console reported an error (CSP included)."""
    complaints: list[str] = []
    shown = context.new_page()
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on(
        "console",
        # A form with an error is answered 422, which the browser itself calls an error.
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "status of 422" not in message.text
            else None
        ),
    )
    yield shown
    assert complaints == []
