"""What is known of a form in which another program exports its lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mikomi.core.words import Words

type Kind = Literal["leads", "events", "outcomes", "optouts", "deals"]
"""Which import a file of the form usually is."""

type Basis = Literal["card", "trade", "consent"]
"""What the addresses may rest on, to be confirmed: 名刺, 取引関係, 同意. The form alone proves nothing."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth knowing before such a file is imported; `column`: which header it is about."""

    words: Words
    column: str = ""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How a list of a seminar tells who came. `column`: headers, one of which says it; `came`: the
    values (lower case) that mean yes. No such column: whoever is listed applied. `applied_at` and
    `came_at`: headers of the times. `order`: how days are written where it is not year first."""

    column: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    applied_at: tuple[str, ...] = ()
    came_at: tuple[str, ...] = ()
    order: Literal["ymd", "mdy"] = "ymd"


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `must`: of each group one header is there; `never`: none of these is; `telling`: headers
    that hardly any other form has, of which `least` must be there. `fields`: header -> field key, ""
    for a column that is left out; other headers mean what they mean everywhere."""

    key: str
    name: Words
    kind: Kind
    must: tuple[tuple[str, ...], ...]
    telling: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    least: int = 0
    basis: Basis | None = None
    attendance: Attendance | None = None
    stops: Literal["asked", "bounced"] | None = None  # why the addresses of an opt-out list are on it
    hints: tuple[Hint, ...] = ()
