"""What this app gives to others, besides frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Browser:
    """A visitor as a lead's page shows it. `certainty`: sure, guess or forwarded; `how`: form, identify,
    login or mail. `joined`: its visits are the lead's. `first_touch` and `last_touch`: by what way it came
    (`arrivals.touch_of`), with `first_seen` and `last_seen` (aware UTC)."""

    number: int
    certainty: str
    how: str
    joined: bool
    source: str
    first_seen: datetime
    last_seen: datetime
    first_touch: Mapping[str, str]
    last_touch: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """Who said when that the privacy text is published (aware), and where it is."""

    at: datetime
    by: str
    url: str
