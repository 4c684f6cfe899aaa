"""Judging stored events again, and taking back what a machine added.

The details of events (agent, address, headers) are kept for a time (`retention`); so long what is recognised
late can still be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from django.db import transaction

from mikomi.core.machines.addresses import Ranges
from mikomi.core.machines.judging import judge
from mikomi.core.machines.reasons import Reason
from mikomi.hub.activity.services import set_automated
from mikomi.hub.kit.setwise import fetch, on_postgres, staged

SUBJECTS_A_STEP = 2_000
GIVEN_BACK = frozenset(Reason) - {
    *(Reason.BY_HAND, Reason.TOLD, Reason.OWN_STAFF, Reason.OWN_BROWSER, Reason.OWN_MAIL, Reason.PITCH),
    *(Reason.TRAP, Reason.HEAD, Reason.PREFETCH, Reason.MANY_BROWSERS),
}
"""Reasons that a later look may drop: it sees all that was seen then. The others were said by somebody, or
by the request itself, or by all visitors of a moment together."""

_KEPT: dict[str, type[pl.DataType]] = {
    "subject": pl.Int32,
    "at": pl.Int64,
    "id": pl.Int64,
    "kind": pl.String,
    "content": pl.String,
    "automated": pl.Int8,
    "reason": pl.String,
    "source": pl.String,
    "payload": pl.String,
}
_KEY = ("subject", "at", "id")


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What a look found: events looked at, those taken back and those given back, and the leads whose
    activity changed."""

    events: int = 0
    taken: int = 0
    given: int = 0
    leads: frozenset[int] = frozenset()

    def __add__(self, other: Rejudged) -> Rejudged:
        return Rejudged(
            self.events + other.events,
            self.taken + other.taken,
            self.given + other.given,
            self.leads | other.leads,
        )


def judge_again(first: int, last: int, own: Ranges) -> Rejudged:
    """Judges the events of the local days `first` to `last` (days since 1970) again whose details are
    kept. `own`: networks of machines from a file of one's own. What somebody said by hand stands.

    Each step is one transaction: cut off, it is done again and finds the rest.
    """
    with transaction.atomic():
        subjects = fetch(
            "select distinct subject from activity_event where payload is not null and day between %s and %s",
            {"subject": pl.Int32},
            [first, last],
        ).sort("subject")
    told = Rejudged()
    for step in subjects.iter_slices(SUBJECTS_A_STEP):
        told += _judge_again(step["subject"], first, last, own)
    return told


def set_moment(subjects: list[int], kind: str, since: int, until: int, *, human: bool) -> pl.Series:
    """Says of what subjects (numbers) did of a `kind` from `since` through `until` (µs UTC) that it was a
    machine's, or with `human` a person's; the details need not be kept. The numbers of the leads that
    changed."""
    with transaction.atomic():
        with staged(pl.DataFrame({"subject": subjects}, schema={"subject": pl.Int32}), "whose"):
            found = fetch(
                "select e.subject, e.at, e.id from whose w join activity_event e on e.subject = w.subject"
                " join activity_touch t on t.id = e.touch"
                " where t.kind = %s and e.at between %s and %s and e.automated = %s",
                {name: _KEPT[name] for name in _KEY},
                [kind, since, until, human],
            )
        return set_automated(found, not human, reason=Reason.BY_HAND)


def _judge_again(subjects: pl.Series, first: int, last: int, own: Ranges) -> Rejudged:
    with transaction.atomic():
        kept = _details(_kept(first, last, subjects))
        found = judge(
            kept.select(
                pl.col("subject").alias("visitor"),
                *("at", "kind", "content", "agent", "address", "flags"),
                pl.col("source").str.starts_with("web").alias("message"),
            ),
            own,
        ).rename({"automated": "machine", "reason": "found"})
        told = kept.hstack(found).filter(pl.col("reason") != Reason.BY_HAND.value)
        new = told.filter((pl.col("automated") == 0) & pl.col("machine"))
        old = told.filter(
            (pl.col("automated") == 1) & ~pl.col("machine") & pl.col("reason").is_in(sorted(GIVEN_BACK))
        )
        leads: set[int] = set()
        if new.height:
            taken = new.select(*_KEY, pl.col("found").alias("reason"), "certainty")
            leads |= set(set_automated(taken, True))
        if old.height:
            leads |= set(set_automated(old.select(_KEY), False, reason=""))
    return Rejudged(kept.height, new.height, old.height, frozenset(leads))


def _kept(first: int, last: int, subjects: pl.Series) -> pl.DataFrame:
    """Events of the days and subjects whose details are kept; columns `_KEPT`."""
    payload = "e.payload::text" if on_postgres() else "e.payload"
    with staged(subjects.cast(pl.Int32).alias("subject").to_frame(), "looked"):
        return fetch(
            "select e.subject, e.at, e.id, t.kind, t.content, case when e.automated then 1 else 0 end,"
            f" e.reason, e.source, {payload} from looked l join activity_event e on e.subject = l.subject"
            " join activity_touch t on t.id = e.touch"
            " where e.payload is not null and e.day between %s and %s",
            _KEPT,
            [first, last],
        )


def _details(kept: pl.DataFrame) -> pl.DataFrame:
    return kept.with_columns(
        pl.col("payload").str.json_path_match(f"$.{name}").fill_null("").alias(name)
        for name in ("agent", "address", "flags")
    )
