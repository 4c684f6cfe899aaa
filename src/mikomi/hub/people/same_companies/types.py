"""What the pages of companies that may be one show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CompanyBrief:
    """One company of a proposal: enough to know which it is. `leads`: people that are in the lists."""

    number: int
    name: str
    corporate_number: str
    place: str
    domains: tuple[str, ...]
    leads: int
    added_at: datetime

    @property
    def weight(self) -> int:
        """The one with more people stays."""
        return self.leads
