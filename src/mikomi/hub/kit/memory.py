"""Memory that is free goes back to the system soon: what a long job held is no worker's for days.

Both allocators of a process keep what was freed for later: Polars' own (jemalloc), and that of the C library,
which after the first large block keeps large ones, too. In an import of 1,000,000 rows that is a good part of
what is held.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

LARGE = 1 << 20
"""Bytes: blocks from this size on are the system's again as soon as they are free."""
ARENAS = 2
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Names of settings in glibc's malloc.h."""


def hold_little() -> None:
    """Has this process keep little of what is free. To be called before Polars is loaded; what somebody set
    in the environment stays. Does nothing where the allocators are others."""
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:100,muzzy_decay_ms:0")
    set_option = getattr(_c_library(), "mallopt", None)
    if set_option is not None:
        for option, value in ((_TRIM_THRESHOLD, LARGE), (_MMAP_THRESHOLD, LARGE), (_ARENA_MAX, ARENAS)):
            set_option(option, value)


def give_back() -> None:
    """Gives the system what this process has freed and still keeps, as far as that is whole pages."""
    trim = getattr(_c_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def _c_library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
