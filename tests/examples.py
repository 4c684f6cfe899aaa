"""How many random worlds a property is tried on."""

from __future__ import annotations

import os

FEWEST = 5


def examples(full: int) -> int:
    """`full` for `./mikomi test --long`, a third of it without; `MIKOMI_TEST_EXAMPLES` comes before both."""
    asked = os.environ.get("MIKOMI_TEST_EXAMPLES")
    if asked:
        return int(asked)
    return full if os.environ.get("MIKOMI_TEST_LONG") else max(full // 3, FEWEST)
