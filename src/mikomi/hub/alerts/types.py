"""What an alert is, for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import time
from typing import Any, Literal, get_args

type Kind = Literal["hot", "given", "urgent", "deadline", "proposal", "digest"]
"""What a person may be told of: a hot lead of theirs, another hand-off, 即時対応, a deadline, a proposal, the
morning."""
KINDS: tuple[Kind, ...] = get_args(Kind.__value__)
APP = "app"
MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert says, in one language; its row keeps it in all of them. `facts` are pairs of label and
    value; `buttons` of label and address; `data` is what a program gets, plain JSON. `asks`: a result may be
    given straight from it."""

    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    url: str = ""
    url_label: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    event: str = "alert"
    data: Mapping[str, Any] = field(default_factory=dict)
    language: str = "ja"
    asks: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any], language: str) -> Told:
        """From what `kept` gave, in the reader's `language`; in the one there is where it was kept in one."""
        told = (kept.get(language) or kept["ja"]) if "ja" in kept else kept
        pairs = {name: tuple((one[0], one[1]) for one in told[name]) for name in ("facts", "buttons")}
        return cls(**{**told, **pairs})


def kept(told_in: Mapping[str, Told]) -> dict[str, Any]:
    """An alert as its row keeps it: in every language, since its reader's may change until it is read."""
    return {language: asdict(told) for language, told in told_in.items()}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants to be told, and where. Channels are `app`, `mail` and numbers of the team's, as
    text. Times are local; a quiet time may run over midnight."""

    channels: Mapping[Kind, frozenset[str]]
    most_a_day: int = 30
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest: bool = True
    digest_at: time = time(8, 30)

    def is_quiet(self, at: time) -> bool:
        """Whether nothing but the page's own list may speak at the local time `at`."""
        begin, end = self.quiet_from, self.quiet_until
        if begin is None or end is None or begin == end:
            return False
        return begin <= at < end if begin < end else at >= begin or at < end


DEFAULT = Wishes({kind: frozenset((APP, MAIL)) for kind in KINDS})
"""On for everybody who is given something: nobody should have to ask to be told of a hot lead."""
