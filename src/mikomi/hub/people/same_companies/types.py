"""What the pages of companies that may be one show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mikomi.core.matching.levels import Told
from mikomi.core.words import Words


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


@dataclass(frozen=True, slots=True)
class CompanyProposal:
    """Two companies that may be one. `kept` is the one that would stay, unless told otherwise."""

    kept: CompanyBrief
    gone: CompanyBrief
    level: int
    certainty: Words
    reasons: tuple[Told, ...]
