"""What this app gives to others, besides frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Browser:
    """A visitor as a lead's page shows it. `certainty`: sure, guess or forwarded; `how`: form, identify,
    login or mail. `joined`: its visits are the lead's. `first_seen` and `last_seen` are aware UTC."""

    number: int
    certainty: str
    how: str
    joined: bool
    source: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign (施策) as others name it. `kind` is one of `models.Campaign.Kind`."""

    number: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Joined:
    """That a lead belongs to a campaign: `how` in words, each way once, and since when (aware). `by_hand`:
    somebody said so, and can take it back."""

    campaign: CampaignView
    how: tuple[str, ...]
    at: datetime
    by_hand: bool


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Visits by links of mails that were passed on: of how many browsers, how many events count, of which
    contents how many (most first), and when the last one was (aware UTC)."""

    visitors: int
    events: int
    contents: Sequence[tuple[str, int]]
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """Who said when that the privacy text is published (aware), and where it is."""

    at: datetime
    by: str
    url: str
