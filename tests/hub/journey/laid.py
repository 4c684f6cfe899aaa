"""A map of two stages with what is really so laid over it: true gaps, ways, a content that moves nobody."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.utils import timezone

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.who import Did
from mikomi.core.engine.folding import day_number
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.journey.overlay import lay_over
from mikomi.hub.journey import services
from mikomi.hub.journey.document import document_of
from mikomi.hub.journey.models import Figures
from tests.core.journey.test_lift import DAYS, GROUPS, world

MAP = JourneyMap(
    "生産管理クラウド",
    (
        MapStage("one", "気づき", contents=("page_view:/p/5", "page_view:/nothing"), expected_share=70),
        MapStage("two", "比較検討", Did(ActivityCondition(contents=("/p/7",)))),
    ),
)


def lay(journey: JourneyMap = MAP) -> dict:
    """Keeps the map with its figures and gives what was prepared."""
    matrix, source = world(1, leads=1500, effect=0)
    numbers = np.arange(1500, dtype=np.int64)
    services.keep_map(journey)
    document = document_of(journey, lay_over(journey, matrix, DAYS, numbers, source, GROUPS), numbers, str)
    put(document)
    return document


def put(document: dict) -> None:
    """Keeps `document` as the figures of the first revision."""
    Figures.objects.create(
        revision=1, on=day_number(date(2026, 11, 20)), document=document, prepared_at=timezone.now()
    )
