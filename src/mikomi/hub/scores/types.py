"""What other rooms get to see of scoring models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mikomi.core.scoring.model import Model


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """A published version. `published_at` is aware (UTC); `published_by` a person's name or ""."""

    number: int
    name: str
    model: Model
    published_at: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft as it stands. `revision` must be given back when saving."""

    model: Model
    revision: int
    based_on: int | None
    detailed: bool
    saved_at: datetime
    saved_by: str
