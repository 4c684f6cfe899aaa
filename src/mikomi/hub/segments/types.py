"""What other rooms get to see of segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

if TYPE_CHECKING:
    from mikomi.core.conditions.who import Who


class Priority(IntEnum):
    """Whom to work on first: the simplest segmentation there is, by one attribute."""

    HIGH = 1
    MIDDLE = 2
    LOW = 3
    NOT = 4


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment as it is defined. `defined_at` is aware (UTC), `counted_on` a local day, None before the
    members were counted by this definition."""

    number: int
    name: str
    note: str
    who: Who
    priority: Priority | None
    definition: int
    defined_at: datetime
    counted_on: date | None
    members: int

    @property
    def defined_on(self) -> date:
        """The local day of `defined_at`."""
        return localdate(self.defined_at)


@dataclass(frozen=True, slots=True)
class Defined:
    """A condition that a segment had from `at` (aware, UTC) on, and whose it was."""

    number: int
    who: Who
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment that a lead belongs to. `since`: the local day it entered; None: it is in since the segment
    was defined so."""

    segment: SegmentView
    since: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead that entered a segment or left it on the local day `on`."""

    segment: int
    lead: int
    on: date
    at: datetime
    entered: bool
