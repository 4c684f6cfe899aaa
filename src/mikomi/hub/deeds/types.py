"""What the ledger tells others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KINDS = ("call_try", "call", "mail")
"""A call that reached nobody, one that did, a mail."""


@dataclass(frozen=True, slots=True)
class DeedView:
    """One deed. `at` is aware; `by`: the person's name, "" for the product itself or somebody gone."""

    number: int
    lead: int
    kind: str
    at: datetime
    by: str
    detail: Mapping[str, Any] = field(default_factory=dict)
