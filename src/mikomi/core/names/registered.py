"""The domain that somebody registered, of any host below it."""

from __future__ import annotations

import re
from functools import lru_cache

# Registered below these, a company's own domain has three labels: example.co.jp.
_SECOND_LEVEL = r"(?:co|or|ne|ac|go|ed|gr|lg|ad|com|net|org|gov|edu|mil)\.[a-z]{2}"

THREE_LABELS = rf"([^.]+\.{_SECOND_LEVEL})$"
TWO_LABELS = r"([^.]+\.[^.]+)$"
NO_OWN = rf"^{_SECOND_LEVEL}$"


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """The domain as registered that a host lies under: example.co.jp for www.example.co.jp; the host
    itself where there is none (an address in numbers, a machine's name)."""
    folded = host.strip().strip(".").lower()
    own = re.search(THREE_LABELS, folded)
    if own is None and not re.search(NO_OWN, folded):
        own = re.search(TWO_LABELS, folded)
    return own[1] if own and not own[1][-1].isdigit() else folded
