"""Visits to the website: which pages, how many, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mikomi.hub.site.demo import contents, words
from mikomi.hub.site.demo.calendar import Calendar, Days, draw_seconds
from mikomi.hub.site.demo.population import Companies, People
from mikomi.hub.site.demo.rows import NOT_A_PROJECT, Rows, make_rows

GROUPS = tuple(contents.PAGE_KINDS)
OWN_CASE = 0.75
"""How often a reader of case studies picks the own industry's."""


@dataclass(frozen=True, slots=True)
class Site:
    """Page numbers ready for drawing: one row of `pages` a group, padded by repetition."""

    pages: Days
    sizes: Days
    moods: dict[str, npt.NDArray[np.float64]]
    feature: Days
    case: Days
    case_front: int

    @staticmethod
    def of(numbers: Mapping[str, int]) -> Site:
        """`numbers` gives each content its number."""
        widest = max(len(paths) for paths in contents.PAGE_KINDS.values())
        pages = np.zeros((len(GROUPS), widest), np.int64)
        sizes = np.ones(len(GROUPS), np.int64)
        for row, paths in enumerate(contents.PAGE_KINDS.values()):
            pages[row, : len(paths)] = [numbers[path] for path in paths]
            sizes[row] = max(len(paths), 1)
        moods = {}
        for mood, weights in contents.MOODS.items():
            share = np.array([weights.get(group, 0.0) for group in GROUPS])
            moods[mood] = np.cumsum(share / share.sum())
        return Site(
            pages,
            sizes,
            moods,
            np.array([numbers[contents.FEATURE_OF_DEPARTMENT[name]] for name, _, _ in words.DEPARTMENTS]),
            np.array([numbers[contents.CASE_OF_INDUSTRY[industry.name]] for industry in words.INDUSTRIES]),
            numbers["/cases"],
        )


def draw_visits(
    rng: np.random.Generator,
    site: Site,
    calendar: Calendar,
    people: People,
    companies: Companies,
    lead: Days,
    day: Days,
    mood: npt.NDArray[np.str_] | str,
    project: Days | int = NOT_A_PROJECT,
    pages: float = 2.6,
) -> Rows:
    """Page views of one visit for each (lead, day), about `pages` of them, a minute or so apart."""
    count = np.minimum(rng.geometric(1 / pages, len(lead)), 14)
    visit = np.repeat(np.arange(len(lead)), count)
    within = np.arange(len(visit)) - np.repeat(np.cumsum(count) - count, count)
    second = draw_seconds(rng, len(lead))[visit] + within * rng.integers(15, 130, len(visit))
    who = lead[visit]
    draw = rng.random(len(visit))
    group = np.zeros(len(visit), np.int64)
    moods = np.broadcast_to(np.asarray(mood), (len(lead),))[visit]
    for name, edges in site.moods.items():
        rows = np.flatnonzero(moods == name)
        group[rows] = np.searchsorted(edges, draw[rows], "right")
    group = np.minimum(group, len(GROUPS) - 1)
    place = (rng.random(len(visit)) * site.sizes[group]).astype(np.int64)
    content = site.pages[group, place]
    content = np.where(group == GROUPS.index("feature"), site.feature[people.department[who]], content)
    own = rng.random(len(visit)) < OWN_CASE
    case = np.where(own, site.case[companies.industry[people.company[who]]], site.case_front)
    content = np.where(group == GROUPS.index("cases"), case, content)
    days = day[visit]
    projects = np.broadcast_to(np.asarray(project, np.int64), (len(lead),))[visit]
    return make_rows(who, days, calendar.instants(days, second), "page_view", content, projects)
