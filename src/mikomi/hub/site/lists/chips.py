"""The chips above a list: what is filtered by, and what could be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mikomi.core.conditions.who import NOWHERE
from mikomi.core.scoring.model import (
    ENGAGEMENT_GRADES,
    ENGAGEMENT_LOWEST,
    FIT_GRADES,
    FIT_LOWEST,
    Model,
)
from mikomi.hub.capture.campaigns import queries as campaigns
from mikomi.hub.journey.standing import stage_names
from mikomi.hub.kit import temperature as levels
from mikomi.hub.people import labels
from mikomi.hub.segments import queries as segments
from mikomi.hub.site import statuses
from mikomi.hub.site.lists.address import with_values
from mikomi.hub.site.rows import cells

MOST_OPTIONS = 40


@dataclass(frozen=True, slots=True)
class Option:
    """One value a filter can have."""

    label: str
    url: str
    current: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: shown as a chip where it is set, offered where it is not."""

    key: str
    subject: str
    value: str
    remove_url: str
    options: tuple[Option, ...]

    @property
    def label(self) -> str:
        """What it is called in the list of filters to add."""
        return self.subject


@dataclass(frozen=True, slots=True)
class Chips:
    """The chips of a list in their order: those that are set, and what can be added."""

    chosen: tuple[Chip, ...]
    choices: tuple[Chip, ...]


def make_chips(
    given: QueryDict, model: Model | None, leave_out: Iterable[str] = (), more: Iterable[Chip] = ()
) -> Chips:
    """The chips for an address; `more` are set besides them."""
    counted = cells.all_cells().filter(pl.col("n") > 0)
    build: dict[str, Callable[[], Chip]] = {
        "heat": lambda: _chip(given, "heat", _("温度が"), _heats()),
        "fit": lambda: _chip(given, "fit", _("属性が"), _grades(fit_labels(model))),
        "engagement": lambda: _chip(given, "engagement", _("行動が"), _grades(engagement_labels(model))),
        "active": lambda: _chip(given, "active", _("最後の動きが"), _recencies()),
        "owner": lambda: _chip(given, "owner", _("担当が"), _texts(counted, "owner", _("未定"))),
        "industry": lambda: _chip(given, "industry", _("業種が"), _texts(counted, "industry", _("不明"))),
        "status": lambda: _chip(given, "status", _("状況が"), _statuses()),
        "tag": lambda: _chip(given, "tag", _("タグが"), _labels("tag")),
        "list": lambda: _chip(given, "list", _("リストが"), _labels("list")),
        "campaign": lambda: _chip(given, "campaign", _("施策が"), _named(campaigns.names())),
        "segment": lambda: _chip(given, "segment", _("セグメントが"), _named(segments.names())),
        "stage": lambda: _chip(given, "stage", _("段階が"), _stages()),
    }
    chips = [make() for key, make in build.items() if key not in set(leave_out)]
    offered = tuple(chip for chip in chips if not chip.value and chip.options)
    return Chips((*(chip for chip in chips if chip.value), *more), offered)


def fit_labels(model: Model | None) -> tuple[str, ...]:
    """The names of the fit grades, best first; what lies below all is the last."""
    named = FIT_GRADES if model is None else tuple(name for name, _least in model.fit_grades)
    return (*named, FIT_LOWEST)


def engagement_labels(model: Model | None) -> tuple[str, ...]:
    """The names of the engagement grades, best first; what lies below all is the last."""
    named = ENGAGEMENT_GRADES if model is None else tuple(name for name, _least in model.engagement_grades)
    return (*named, ENGAGEMENT_LOWEST)


type Values = tuple[tuple[str, tuple[str, ...]], ...]
"""Label and the parameter's values of each option."""


def _chip(given: QueryDict, key: str, subject: str, values: Values) -> Chip:
    asked = tuple(given.getlist(key))
    # A filter with a value that is not offered (an owner long gone) still shows what it is.
    known = next((label for label, wanted in values if sorted(wanted) == sorted(asked)), None)
    label = known if known is not None else " ".join(_label_of(values, one) for one in asked)
    return Chip(
        key=key,
        subject=subject,
        value=label if asked else "",
        remove_url=with_values(given, key),
        options=tuple(
            Option(name, with_values(given, key, *wanted), sorted(wanted) == sorted(asked))
            for name, wanted in values
        ),
    )


def _label_of(values: Values, one: str) -> str:
    return next((label for label, wanted in values if wanted == (one,)), one)


def _heats() -> Values:
    names = [str(name) for name in levels.LEVELS]
    single = [(names[level], (str(level),)) for level in reversed(range(5))]
    warm = (_("%(level)s以上") % {"level": names[3]}, ("3", "4"))
    return (single[0], warm, *single[1:])


def _statuses() -> Values:
    return tuple((str(name), (key,)) for key, name in zip(statuses.KEYS, statuses.NAMES, strict=True))


def _grades(labels: tuple[str, ...]) -> Values:
    return tuple((label, (str(place),)) for place, label in enumerate(labels))


def _recencies() -> Values:
    within = tuple((_("%(days)s日以内") % {"days": days}, (str(days),)) for days in cells.RECENT_DAYS)
    return (*within, (_("まだない"), ("none",)))


def _labels(kind: labels.Kind) -> Values:
    return tuple((label.name, (str(label.number),)) for label in labels.labels(kind))


def _named(names: Mapping[int, str]) -> Values:
    return tuple((name, (str(number),)) for number, name in names.items())


def _stages() -> Values:
    named = tuple((name, (key,)) for key, name in stage_names().items())
    return (*named, (_("どこにもいない"), (NOWHERE,))) if named else ()


def _texts(counted: pl.DataFrame, name: str, unknown: str | Promise) -> Values:
    sums = counted.group_by(name).agg(pl.col("n").sum()).sort("n", name, descending=[True, False])
    return tuple((value or str(unknown), (value,)) for value in sums[name].head(MOST_OPTIONS).to_list())
