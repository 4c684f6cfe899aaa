"""Children that never outlive their parent, however it ends."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_SECONDS = 1.0


def end_with_parent(parent: int | None = None, *, grace: float = 5.0) -> None:
    """Ends this process soon after its parent is gone, even where that was killed without a word.

    `parent`: the parent's process id, where it is known; it may be gone already. First as a
    polite SIGTERM, and after `grace` seconds for good.
    """
    expected = os.getppid() if parent is None else parent

    def watch() -> None:
        while os.getppid() == expected:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
