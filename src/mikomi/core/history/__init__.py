"""Activity files: written crash-safely, merged, compacted, erased, read in pieces."""

from __future__ import annotations

from mikomi.core.history.folder import RANGE_SIZE, Added, History
from mikomi.core.history.manifest import StaleHistory

__all__ = ["RANGE_SIZE", "Added", "History", "StaleHistory"]
