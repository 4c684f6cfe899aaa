"""The web process: granian, with pages and collector as one ASGI application and the assets as files.

python -m mikomi.hub.kit.serving.web --host 127.0.0.1 --port 8000 --parent 4711 [--collector]
"""

from __future__ import annotations

import argparse
import os
import signal

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from mikomi.hub.kit.environment import ASSETS
from mikomi.hub.kit.serving.parent import end_with_parent


def main() -> None:
    """Serves until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--parent", required=True, type=int)
    parser.add_argument("--collector", action="store_true", help="the collector alone, without pages")
    options = parser.parse_args()
    end_with_parent(options.parent)
    ASSETS.mkdir(exist_ok=True)  # granian wants it there, built or not
    # The processes of the pages are children of this one, and watch it in the same way.
    os.environ["MIKOMI_END_WITH"] = str(os.getpid())
    if hasattr(os, "register_at_fork"):
        # With the server's handler a process that still loads would take no notice of a stop.
        os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    Server(
        "mikomi.collector.alone:application"
        if options.collector
        else "mikomi.hub.kit.serving.pages:application",
        factory=True,
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=min(2, os.cpu_count() or 1),
        workers_kill_timeout=5,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        static_path_route=["/static"],
        static_path_mount=[ASSETS],
    ).serve()


if __name__ == "__main__":
    main()
