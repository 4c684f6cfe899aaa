"""What others do with hand-offs: the doors of this app."""

from __future__ import annotations

from mikomi.hub.handoff.giving import hand_over, hand_over_many
from mikomi.hub.handoff.moving import give_back, reassign
from mikomi.hub.handoff.results import open_again, record_result, undo_result

__all__ = [
    "give_back",
    "hand_over",
    "hand_over_many",
    "open_again",
    "reassign",
    "record_result",
    "undo_result",
]
