"""The worker process.

python -m mikomi.hub.kit.serving.worker --parent 4711 [--instead-of 4712]
"""

from __future__ import annotations

import argparse
import os
import signal
import socket

from mikomi.hub.kit import environment, memory
from mikomi.hub.kit.boot import boot, load
from mikomi.hub.kit.serving.parent import end_with_parent


def main() -> None:
    """Works until SIGTERM, and then to the end of the job in hand."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", required=True, type=int)
    parser.add_argument("--instead-of", type=int, help="the process id of the worker that died")
    options = parser.parse_args()
    end_with_parent(options.parent)
    memory.hold_little()
    boot(environment.data_folder(os.environ))
    worker = load("mikomi.hub.kit.worker")
    if options.instead_of is not None:
        worker.take_over(f"{socket.gethostname()}:{options.instead_of}")
    loop = worker.WorkerLoop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    loop.run()


if __name__ == "__main__":
    main()
