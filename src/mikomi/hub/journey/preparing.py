"""Preparing what is laid over the map: once a night and after each new revision, from facts alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
from django.db import transaction
from django.utils import timezone

from mikomi.core.conditions.activity import Groups
from mikomi.core.engine.folding import day_number
from mikomi.core.journey.overlay import lay_over
from mikomi.core.journey.stays import grid_of
from mikomi.core.journey.touching import GROUP
from mikomi.hub.activity import content_moves
from mikomi.hub.activity.cache import history_source
from mikomi.hub.journey import queries
from mikomi.hub.journey.document import document_of
from mikomi.hub.journey.models import Figures
from mikomi.hub.journey.past import past_stages, put_hands
from mikomi.hub.people.aged import lead_ground


def prepare_figures(on: date, groups: Groups) -> bool:
    """Prepares the figures of the revision in force as of the local day `on`; says whether there is one.

    Older figures of the revision go. `groups`: the groups of contents that conditions and the map speak of.
    """
    kept = queries.current_map()
    if kept is None:
        return False
    ground = lead_ground()
    numbers = ground["number"].to_numpy().astype(np.int64)
    source, days = history_source(), grid_of(on)
    matrix = past_stages([stage.condition for stage in kept.map.stages], groups, numbers, source, days)
    put_hands(matrix, kept.map.keys(), numbers, days)
    title = _titles()
    overlay = lay_over(
        kept.map,
        matrix,
        days,
        numbers,
        source,
        groups,
        companies=ground["company_id"].fill_null(-1).to_numpy().astype(np.int32),
        came_by=ground["came_by"],
        title=title,
        now_at=content_moves.now_at(),
    )
    document = document_of(kept.map, overlay, numbers, title)
    with transaction.atomic():
        Figures.objects.filter(revision=kept.number).delete()
        Figures.objects.create(
            revision=kept.number, on=day_number(on), document=document, prepared_at=timezone.now()
        )
    return True


def _titles() -> Callable[[str], str]:
    known = content_moves.names()

    def title(entry: str) -> str:
        content = entry.removeprefix(GROUP) if entry.startswith(GROUP) else entry.partition(":")[2]
        return known.get(content) or content

    return title
