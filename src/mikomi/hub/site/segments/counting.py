"""How many a condition holds for, and who they are, while it is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from mikomi.core.conditions.describe_who import describe_who
from mikomi.core.conditions.document import DocumentError
from mikomi.core.conditions.parse_who import read_who
from mikomi.core.words import MikomiError, Words
from mikomi.hub.site.answering import who_holds
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.rows.store import Numbers, read_scores
from mikomi.hub.site.segments.form import Data, pruned
from mikomi.hub.site.segments.picks import Offer
from mikomi.hub.site.types import Row

EXAMPLES = 10
LOOKED_AT = 20_000
"""Among so many the best are looked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of a condition: the sentence, how many of how many, some of them; or why none."""

    sentence: str = ""
    count: int = 0
    leads: int = 0
    rows: tuple[Row, ...] = ()
    error: Words | None = None


def tell(data: Data, offer: Offer) -> Told:
    """What there is to say of a condition as plain data; it may be half finished."""
    plain = pruned(data)
    if "all" in plain and not plain["all"]:
        return Told(error=Words(_("条件を足すと、ここで数えます。"), _("条件を足すと、ここで数えます。")))
    try:
        groups = tuple(name for name, _globs in offer.model.groups)
        who = read_who(plain, purpose=offer.purpose, groups=groups)
        numbers, holds = who_holds(who)
    except DocumentError as error:
        return Told(error=error.detail)
    except MikomiError as error:
        return Told(error=error.words)
    found = numbers[holds]
    return Told(
        describe_who(who, offer.language, offer.names), len(found), len(numbers), examples(found, EXAMPLES)
    )


def examples(found: Numbers, most: int) -> tuple[Row, ...]:
    """The best of these leads."""
    if not len(found):
        return ()
    return rows_of(best(found, most))


def best(found: Numbers, most: int) -> Sequence[int]:
    """The numbers of the best of these leads, best first; of very many, the best of `LOOKED_AT`."""
    scores = read_scores(found[:LOOKED_AT], ("rank",))
    return scores["lead_id"][np.argsort(scores["rank"], kind="stable")[:most]].tolist()
