"""What all rows were scored with, read once a request."""

from __future__ import annotations

from functools import lru_cache

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.site.models import Board
from mikomi.hub.site.types import Standing


@lru_cache(maxsize=8)
def _model(text: str) -> Model:
    return parse_model(text)


def standing() -> Standing | None:
    """The day and the version of the scores in the rows; None before anything was scored."""
    board = Board.objects.filter(id=1).first()
    if board is None or board.on is None or board.version is None or board.scored_at is None:
        return None
    return Standing(
        on=board.on,
        version=board.version,
        model=_model(board.model),
        hot_at=board.hot_at,
        scored_at=board.scored_at,
    )


def last_change() -> int:
    """The number of the latest change that is in the rows."""
    return Board.objects.filter(id=1).values_list("change", flat=True).first() or 0
