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
    members were counted by this definition; `begun_on` the local day of the first count by the definition
    that the members follow."""

    number: int
    name: str
    note: str
    who: Who
    priority: Priority | None
    definition: int
    defined_at: datetime
    counted_on: date | None
    members: int
    begun_on: date | None = None


@dataclass(frozen=True, slots=True)
class Defined:
    """A condition that a segment had from `at` (aware, UTC) on, and whose it was."""

    number: int
    who: Who
    at: datetime
    by: str

    @property
    def on(self) -> date:
        """The local day of `at`."""
        return localdate(self.at)


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment that a lead belongs to. `since`: the local day it entered; `at_latest`: it was in when the
    members were first counted by the definition, on that day, and may have been before."""

    segment: SegmentView
    since: date | None
    at_latest: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead that entered a segment or left it on the local day `on`."""

    segment: int
    lead: int
    on: date
    at: datetime
    entered: bool
