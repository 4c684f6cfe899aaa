"""Work of this app that a worker does."""

from __future__ import annotations

from mikomi.hub.kit.jobs import periodic
from mikomi.hub.people.queries import lead_count
from mikomi.hub.scores.ground import current_picks
from mikomi.hub.scores.memory import MANY_LEADS


@periodic("scores.read_picks", minutes=15)
def read_picks_again(slot: str) -> None:
    """Reads what can be picked ahead of people, where there are so many leads that it takes a while."""
    if lead_count() >= MANY_LEADS:
        current_picks(now=True)
