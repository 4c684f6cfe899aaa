"""Which stages other parts speak of: whoever keeps a map without one is told."""

from __future__ import annotations

from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import Words
from mikomi.hub.kit.name_users import NameUsers, listed

STAGE_USERS = NameUsers()
"""Stages by key; segments tell."""


def left_behind(before: JourneyMap | None, after: JourneyMap) -> list[tuple[str, Words]]:
    """The stages of `before` that `after` lacks and that others speak of: the name, and who does."""
    kept = {stage.key for stage in after.stages}
    going = [stage for stage in (before.stages if before else ()) if stage.key not in kept]
    users = STAGE_USERS.users() if going else {}
    return [(stage.name, listed(users[stage.key])) for stage in going if stage.key in users]
