"""What each process of the web server loads: the pages and the collector, when they may be served."""

from __future__ import annotations

import os
from typing import Any

from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import load
from mikomi.hub.kit.serving.lock import turn, wait_at_gate
from mikomi.hub.kit.serving.parent import end_with_parent


def application() -> Any:
    """The ASGI application, loaded while the database is still being made ready.

    The processes load one after another: the first answers the sooner.
    """
    end_with_parent(int(os.environ["MIKOMI_END_WITH"]))
    folder = environment.data_folder(os.environ)
    with turn(folder):
        found = load("mikomi.hub.asgi").application
        # Else the first request would wait for all views to be loaded.
        load("mikomi.hub.urls")
        wait_at_gate(folder)
    return found
