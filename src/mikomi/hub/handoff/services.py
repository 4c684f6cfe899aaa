"""What others do with hand-offs: the doors of this app."""

from __future__ import annotations

from mikomi.hub.handoff.following import (
    erase,
    follow,
    merge_companies,
    part,
    part_companies,
    repoint,
)
from mikomi.hub.handoff.giving import hand_over, hand_over_many
from mikomi.hub.handoff.moving import follow_up, give_back, reassign
from mikomi.hub.handoff.results import open_again, record_result, undo_result
from mikomi.hub.handoff.urging import urge
from mikomi.hub.handoff.watching import let_go, open_count, pass_on

__all__ = [
    "erase",
    "follow",
    "follow_up",
    "give_back",
    "hand_over",
    "hand_over_many",
    "let_go",
    "merge_companies",
    "open_again",
    "open_count",
    "part",
    "part_companies",
    "pass_on",
    "reassign",
    "record_result",
    "repoint",
    "undo_result",
    "urge",
]
