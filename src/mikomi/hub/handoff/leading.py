"""Who leads the team: may decide on hand-offs of others."""

from __future__ import annotations

from mikomi.hub.accounts.queries import able
from mikomi.hub.accounts.types import Capability


def leads_team(user: int | None) -> bool:
    """Whether the user (a number) may decide on everybody's hand-offs."""
    return able(user, Capability.LEAD_TEAM)
