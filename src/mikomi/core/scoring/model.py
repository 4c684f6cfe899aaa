"""The scoring model as frozen types. `model_file` reads and writes its YAML."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mikomi.core.conditions.activity import ANY_ACTIVITY, ActivityCondition
from mikomi.core.conditions.attributes import AttributeCondition


@dataclass(frozen=True, slots=True)
class FitRule:
    """属性: points for what the lead is."""

    id: str
    label: str
    when: AttributeCondition
    points: float


@dataclass(frozen=True, slots=True)
class EngagementRule:
    """行動: points for what the lead does. `per_day` None is no limit; no half life: no decay."""

    id: str
    label: str
    when: ActivityCondition
    points: float
    half_life_days: float | None = None
    per_day: int | None = 1
    cap: float | None = None


@dataclass(frozen=True, slots=True)
class ReturnSignal:
    """再検討: back after a quiet time of at least `quiet_days`."""

    id: str
    label: str
    points: float
    quiet_days: int
    within_days: int
    at_least: int
    when: ActivityCondition = ANY_ACTIVITY
    quiet_when: ActivityCondition = ANY_ACTIVITY
    half_life_days: float | None = None
    lead: AttributeCondition | None = None


@dataclass(frozen=True, slots=True)
class SurgeSignal:
    """集中閲覧: at least `at_least` matching events in the last `within_days` days."""

    id: str
    label: str
    points: float
    within_days: int
    at_least: int
    when: ActivityCondition = ANY_ACTIVITY
    lead: AttributeCondition | None = None


@dataclass(frozen=True, slots=True)
class SilenceSignal:
    """無反応: was active once, and not for `quiet_days` days."""

    id: str
    label: str
    points: float
    quiet_days: int
    quiet_when: ActivityCondition = ANY_ACTIVITY
    lead: AttributeCondition | None = None


@dataclass(frozen=True, slots=True)
class ColleaguesSignal:
    """同じ会社の複数名: the lead and, counting it, `at_least` leads of its company were active."""

    id: str
    label: str
    points: float
    within_days: int
    at_least: int
    when: ActivityCondition = ANY_ACTIVITY
    lead: AttributeCondition | None = None


type Signal = ReturnSignal | SurgeSignal | SilenceSignal | ColleaguesSignal
type Rule = FitRule | EngagementRule | Signal

PATTERNS: dict[str, type] = {
    "return": ReturnSignal,
    "surge": SurgeSignal,
    "silence": SilenceSignal,
    "colleagues": ColleaguesSignal,
}
FIT_GRADES = ("A", "B", "C")
FIT_LOWEST = "D"
ENGAGEMENT_GRADES = ("1", "2", "3")
ENGAGEMENT_LOWEST = "4"


@dataclass(frozen=True, slots=True)
class Hot:
    """Least values that make a lead hot; all that are given must be reached. None given: nobody."""

    fit: float | None = None
    engagement: float | None = None
    total: float | None = None

    @property
    def anybody(self) -> bool:
        """Whether anyone can be hot at all."""
        return (self.fit, self.engagement, self.total) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Model:
    """A scoring model. Rules keep the order of the file; grades are (label, at least)."""

    name: str
    timezone: str = "Asia/Tokyo"
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    company_field: str = "company"
    fit: tuple[FitRule, ...] = ()
    engagement: tuple[EngagementRule, ...] = ()
    signals: tuple[Signal, ...] = ()
    fit_grades: tuple[tuple[str, float], ...] = ()
    engagement_grades: tuple[tuple[str, float], ...] = ()
    hot: Hot = Hot()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.timezone)

    @property
    def group_contents(self) -> dict[str, tuple[str, ...]]:
        """Globs by group name."""
        return dict(self.groups)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule: fit, engagement, signals."""
        return (*self.fit, *self.engagement, *self.signals)
