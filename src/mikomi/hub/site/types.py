"""What the site's reads give: rows of lists, pages of them, and what they were asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from mikomi.core.scoring.model import Model
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people.field_tests import FieldTest


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows were scored with: the local day, the version, its model, the hot threshold."""

    on: date
    version: int
    model: Model
    hot_at: float
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One lead of a list. `last_day` is None for a lead that never did anything."""

    lead_id: int
    key: str
    name: str
    email: str
    company_id: int | None
    company: str
    title: str
    department: str
    industry: str
    owner: str
    fit: float
    engagement: float
    total: float
    heat: int
    fit_grade: int
    engagement_grade: int
    last_day: date | None

    @property
    def hot(self) -> bool:
        """Whether the lead is above the published threshold."""
        return self.heat == levels.HOT


@dataclass(frozen=True, slots=True)
class Filters:
    """Which leads: empty tuples and None ask for nothing.

    `heat`: temperatures 0 to 4. Grades: places in the model's grades. `recency`: at least this
    level of `LeadCell.recency`; 0 asks for leads without any activity. `status`: places in
    `statuses.STATUSES`.
    """

    heat: tuple[int, ...] = ()
    fit_grade: tuple[int, ...] = ()
    engagement_grade: tuple[int, ...] = ()
    recency: int | None = None
    owner: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    status: tuple[int, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether anything is asked for at all."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between rows: the sort value and the tie-breaker of the row before it."""

    value: str | float | int
    tie: str | int
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list: what to show, in which order, from where.

    `tags`, `lists`, `campaigns`, `segments`: with any of these. `stages`: who stands in any
    of these (keys; `none`: in no stage). `tests`: of fields, all of which must hold.
    """

    filters: Filters = field(default_factory=Filters)
    text: str = ""
    sort: str = "rank"
    descending: bool = False
    cursor: Cursor | None = None
    size: int = 50
    tags: tuple[int, ...] = ()
    lists: tuple[int, ...] = ()
    campaigns: tuple[int, ...] = ()
    segments: tuple[int, ...] = ()
    stages: tuple[str, ...] = ()
    tests: tuple[FieldTest, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether anything is asked for besides an order."""
        sets = self.tags or self.lists or self.campaigns or self.segments or self.stages
        return bool(self.text or sets or self.tests or self.filters.asked)

    def at(self, cursor: Cursor | None) -> ListQuery:
        """The same list from another place."""
        return replace(self, cursor=cursor)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `total` is None where only "many" is known (a very common search word).

    `unfinished`: the search stopped early to stay quick; `after` goes on from there.
    """

    rows: tuple[Row, ...]
    total: int | None
    before: Cursor | None
    after: Cursor | None
    unfinished: bool = False
