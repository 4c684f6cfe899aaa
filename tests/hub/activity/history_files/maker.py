"""A process that brings the history files up to date and waits for its death in the middle of it.

python -m tests.hub.activity.history_files.maker MARKS append|compact|replace|settle
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import boot

boot(environment.data_folder(os.environ))

from mikomi.core.history import History, disk  # noqa: E402
from mikomi.hub.activity import cache, copies  # noqa: E402

MARKS, PLACE = Path(sys.argv[1]), sys.argv[2]


def waiting(work: Callable[..., Any], before: int) -> Callable[..., Any]:
    """`work`, which after `before` calls says that it began, and never comes back."""
    calls = 0

    def stuck(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls <= before:
            return work(*args, **options)
        MARKS.write_text("stuck")
        time.sleep(600)
        return None

    return stuck


cache.FEWEST_LEADS = 0
if PLACE == "append":
    History.append = waiting(History.append, 1)
elif PLACE == "compact":
    History.compact = waiting(History.compact, 0)
elif PLACE == "replace":
    # Data files are written, the manifest is not.
    disk.write_file = waiting(disk.write_file, 2)
else:
    copies.sync_folder = waiting(copies.sync_folder, 0)
cache.history_source()
