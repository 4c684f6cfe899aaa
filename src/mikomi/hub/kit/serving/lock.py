"""One `mikomi serve` on one data folder, and the order in which its processes start.

Locks on files: the system frees them when their holder dies, however it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mikomi.core.words import MikomiError, Words

try:
    import fcntl
except ImportError:  # Windows: two on one folder are not noticed there
    fcntl = None

CAN_WAIT = fcntl is not None
"""Whether processes can wait for each other here; nothing may hang on `shut_gate` where not."""
GATE_FILE = "web.gate"
TURN_FILE = "web.turn"


@contextmanager
def alone(folder: Path, *roles: str) -> Iterator[None]:
    """Holds `folder` for each of `roles` while the block runs; the system frees it when we die.

    Raises `MikomiError` where another process holds one of them.
    """
    with ExitStack() as held:
        for role in roles:
            file = folder / f"{role}.lock"
            handle = held.enter_context(file.open("a+", encoding="ascii"))
            if fcntl is not None:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    handle.seek(0)
                    raise _taken(folder, handle.read().strip()) from error
            handle.truncate(0)
            handle.write(str(os.getpid()))
            handle.flush()
        yield


@contextmanager
def shut_gate(folder: Path) -> Iterator[Callable[[], None]]:
    """Lets nobody through `wait_at_gate` until what it gives is called, or the block ends."""
    with (folder / GATE_FILE).open("a", encoding="ascii") as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.close


def wait_at_gate(folder: Path) -> None:
    """Returns once no `shut_gate` holds the gate of `folder`."""
    with (folder / GATE_FILE).open("a", encoding="ascii") as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_SH)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Holds the block back while another process is in such a block of the same folder."""
    with (folder / TURN_FILE).open("a", encoding="ascii") as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _taken(folder: Path, pid: str) -> MikomiError:
    ja = f"（プロセス {pid}）" if pid else ""
    en = f" (process {pid})" if pid else ""
    return MikomiError(
        Words(
            f"データフォルダ {folder} では Mikomi がもう動いています{ja}。"
            "それを止めるか、別のフォルダを --data で指定してください",
            f"Mikomi already runs on the data folder {folder}{en}; "
            "stop it or name another folder with --data",
        )
    )
