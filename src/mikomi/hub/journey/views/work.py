"""What every page of the map begins with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import get_language

from mikomi.core.journey.differences import map_differences
from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import Language
from mikomi.hub.journey import queries, services
from mikomi.hub.journey.board import Board, Speech, board, laid, speech
from mikomi.hub.journey.types import DraftMap, KeptMap


def language() -> Language:
    """The reader's language."""
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


@dataclass(frozen=True, slots=True)
class Work:
    """The draft beside the revision in force. `map`: the draft where there is one, else what is in force."""

    map: JourneyMap
    kept: KeptMap | None
    draft: DraftMap | None
    changed: int
    speech: Speech

    @property
    def open(self) -> bool:
        """Whether there is something to keep."""
        return self.kept is None or self.changed > 0


def open_work() -> Work | None:
    """The map as it stands; None before anything was drawn."""
    kept, draft = queries.current_map(), queries.draft()
    found = draft.map if draft else kept.map if kept else None
    if found is None:
        return None
    changed = len(map_differences(kept.map, found)) if kept else 0
    return Work(found, kept, draft, changed, speech(language(), [found]))


def board_of(work: Work, journey: JourneyMap | None = None) -> Board:
    """The board of the draft, or of `journey`."""
    return board(journey or work.map, work.speech, queries.said_in(journey or work.map))


def board_to_edit(work: Work) -> Board:
    """The board of the draft, with the numbers of the night for what stood on the map then."""
    figures = queries.figures(work.kept.number) if work.kept else None
    shown = board_of(work)
    return laid(shown, {}, figures.document["used"]) if figures else shown


def edit(request: HttpRequest, change: Callable[[JourneyMap], JourneyMap]) -> JourneyMap:
    """Applies one change to the draft for the person who asks."""
    return services.edit_draft(change, cast(Any, request.user))
