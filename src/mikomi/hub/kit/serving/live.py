"""The process that takes in what was collected and scores it at once.

python -m mikomi.hub.kit.serving.live --parent 4711
"""

from __future__ import annotations

import argparse
import os
import signal

from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import boot, load
from mikomi.hub.kit.serving.parent import end_with_parent


def main() -> None:
    """Works until SIGTERM, and then to the end of the round in hand."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", required=True, type=int)
    options = parser.parse_args()
    end_with_parent(options.parent)
    folder = boot(environment.data_folder(os.environ))
    loop = load("mikomi.hub.site.live").LiveLoop(folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    loop.run()


if __name__ == "__main__":
    main()
