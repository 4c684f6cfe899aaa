"""Saying of many events at once that machines (or people) did them: chosen, counted, done, taken back.

What a choice hits is written down when it is counted, so that what is done is what somebody saw, and the
way back gives each event the verdict it had. Each step is one transaction: cut off, it goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl
from django.db import transaction
from django.db.models import F, QuerySet

from mikomi.core.machines.addresses import parse_ranges
from mikomi.core.machines.reasons import Reason
from mikomi.hub.activity.measured import detail
from mikomi.hub.activity.models import Sweep, SweptEvent
from mikomi.hub.activity.services import set_automated
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, run, staged

SUBJECTS_A_STEP = 2_000
MOST_NAMED = 8
_SWEPT = {
    "subject": pl.Int32,
    "at": pl.Int64,
    "id": pl.Int64,
    "reason": pl.String,
    "certainty": pl.Int16,
}
_KEY = ("subject", "at", "id")
_UNCONFIRMED = (Sweep.State.COUNTING, Sweep.State.COUNTED)
_BUSY = (Sweep.State.COUNTING, Sweep.State.RUNNING, Sweep.State.UNDOING)


@dataclass(frozen=True, slots=True)
class Choice:
    """Events of the days `first` to `last` (days since 1970) whose details are kept: those by an `agent`
    (exactly) or with `part` in it, from `networks` (addresses or ranges), of a `subject` (its number), in
    the time from `since` until before `until` (µs UTC). All that are given must be met."""

    first: int
    last: int
    agent: str = ""
    part: str = ""
    networks: tuple[str, ...] = ()
    subject: int | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class SweepView:
    """A sweep as pages show it. `state` is one of `Sweep.State`; `by` a name, "" where nobody is known;
    `busy`: a worker is at it. `events`: how many it hits, `done`: how many of them are through."""

    number: int
    choice: Choice
    human: bool
    state: str
    at: datetime
    by: str
    events: int
    done: int
    busy: bool


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep is about: how many leads, and of the most frequent leads (numbers), kinds and agents,
    how many events each."""

    leads: int
    most_leads: Sequence[tuple[int, int]]
    kinds: Sequence[tuple[str, int]]
    agents: Sequence[tuple[str, int]]


def begin(choice: Choice, *, human: bool, at: datetime, by: int | None) -> int:
    """Writes a choice down and has a worker count what it hits; the sweep's number."""
    with transaction.atomic():
        made = Sweep.objects.create(choice=asdict(choice), human=human, at=at, by_id=by)
        enqueue("activity.count_sweep", number=made.pk)
    return made.pk


def sweep(number: int) -> SweepView | None:
    """A sweep; None where there is none (any more)."""
    held = Sweep.objects.select_related("by").filter(pk=number).first()
    return _shown(held) if held else None


def sweeps(limit: int) -> list[SweepView]:
    """The latest sweeps that were confirmed."""
    held = Sweep.objects.select_related("by").exclude(state__in=_UNCONFIRMED)
    return [_shown(one) for one in held.order_by("-pk")[:limit]]


def count(number: int) -> None:
    """Writes down which events a choice hits."""
    held = Sweep.objects.filter(pk=number, state=Sweep.State.COUNTING).first()
    if held is None:
        return
    found = _hit(_choice(held), human=held.human)
    with transaction.atomic():
        ours = Sweep.objects.filter(pk=number, state=Sweep.State.COUNTING)
        if not ours.update(state=Sweep.State.COUNTED, events=found.height):
            return
        with staged(found.sort(_KEY), "swept"):
            run(
                "insert into activity_sweptevent (sweep, subject, at, id, reason, certainty)"
                " select %s, subject, at, id, reason, certainty from swept",
                [number],
            )


def swept(number: int) -> Swept:
    """What a sweep that was counted is about."""
    which = "from activity_sweptevent w join activity_subject s on s.id = w.subject"
    event = (
        "from activity_sweptevent w join activity_event e"
        " on e.subject = w.subject and e.at = w.at and e.id = w.id"
    )
    leads = fetch(
        f"select s.lead, count(*) {which} where w.sweep = %s and s.lead is not null group by s.lead",
        {"lead": pl.Int32, "n": pl.Int64},
        [number],
    ).sort("n", "lead", descending=[True, False])

    def most(what: str, tables: str) -> list[tuple[str, int]]:
        found = fetch(
            f"select coalesce({what}, ''), count(*) {tables} where w.sweep = %s group by 1",
            {"what": pl.String, "n": pl.Int64},
            [number],
        )
        return found.sort("n", "what", descending=[True, False]).head(MOST_NAMED).rows()

    return Swept(
        leads=leads.height,
        most_leads=leads.head(MOST_NAMED).rows(),
        kinds=most("t.kind", f"{event} join activity_touch t on t.id = e.touch"),
        agents=most(detail("agent"), event),
    )


def confirm(number: int) -> bool:
    """Has a worker do what was counted; whether it waited for that."""
    return _go(number, Sweep.State.COUNTED, Sweep.State.RUNNING, "activity.run_sweep")


def take_back(number: int) -> bool:
    """Has a worker give the events of a sweep the verdicts they had; whether it was done before."""
    return _go(number, Sweep.State.DONE, Sweep.State.UNDOING, "activity.undo_sweep")


def discard(number: int) -> None:
    """Forgets a choice that was counted and not confirmed."""
    _drop(Sweep.objects.filter(pk=number))


def forget_unconfirmed(before: datetime) -> None:
    """Forgets choices from before `before` that nobody confirmed."""
    _drop(Sweep.objects.filter(at__lt=before))


def run_sweep(number: int) -> None:
    """Marks what is left of a sweep, and has the leads scored."""
    _go_through(number, Sweep.State.RUNNING, Sweep.State.DONE, _mark)


def undo_sweep(number: int) -> None:
    """Gives the events of a sweep the verdicts they had, but those that somebody judged anew since."""
    _go_through(number, Sweep.State.UNDOING, Sweep.State.UNDONE, _unmark)


def _choice(held: Sweep) -> Choice:
    return Choice(**{**held.choice, "networks": tuple(held.choice["networks"])})


def _shown(held: Sweep) -> SweepView:
    return SweepView(
        number=held.pk,
        choice=_choice(held),
        human=held.human,
        state=held.state,
        at=held.at,
        by=held.by.name if held.by else "",
        events=held.events,
        done=held.done,
        busy=held.state in _BUSY,
    )


def _mark(rows: pl.DataFrame, human: bool) -> None:
    set_automated(rows.select(_KEY), not human, reason=Reason.BY_HAND)


def _unmark(rows: pl.DataFrame, human: bool) -> None:
    with staged(rows.select(_KEY), "asked"):
        stands = fetch(
            "select e.subject, e.at, e.id from asked a join activity_event e"
            " on e.subject = a.subject and e.at = a.at and e.id = a.id"
            " where e.automated = %s and e.reason = %s",
            {name: _SWEPT[name] for name in _KEY},
            [not human, Reason.BY_HAND.value],
        )
    set_automated(rows.join(stands, on=_KEY, how="semi"), human)


def _go_through(
    number: int, state: Sweep.State, end: Sweep.State, do: Callable[[pl.DataFrame, bool], None]
) -> None:
    while held := Sweep.objects.filter(pk=number, state=state).first():
        with transaction.atomic():
            ours = Sweep.objects.filter(pk=number, state=state, upto=held.upto)
            rows = fetch(
                "select subject, at, id, reason, certainty from activity_sweptevent"
                " where sweep = %s and subject > %s and subject <= (select max(subject) from"
                " (select distinct subject from activity_sweptevent where sweep = %s and subject > %s"
                " order by subject limit %s) step)",
                _SWEPT,
                [number, held.upto, number, held.upto, SUBJECTS_A_STEP],
            )
            if rows.is_empty():
                ours.update(state=end)
                return
            # Another worker that was given the job meanwhile is further.
            if ours.update(upto=rows["subject"].max(), done=F("done") + rows.height):
                do(rows, held.human)
                enqueue("site.score_changed", once=True)


def _go(number: int, state: Sweep.State, then: Sweep.State, job: str) -> bool:
    with transaction.atomic():
        ours = Sweep.objects.filter(pk=number, state=state)
        if not ours.update(state=then, upto=0, done=0):
            return False
        enqueue(job, number=number)
    return True


def _drop(rows: QuerySet[Sweep]) -> None:
    waiting = rows.filter(state__in=_UNCONFIRMED)
    with transaction.atomic():
        numbers = list(waiting.values_list("pk", flat=True))
        SweptEvent.objects.filter(sweep__in=numbers).delete()
        Sweep.objects.filter(pk__in=numbers).delete()


def _hit(choice: Choice, *, human: bool) -> pl.DataFrame:
    """The events that a choice would turn round: columns `_SWEPT`."""
    conditions = ["e.payload is not null", "e.day between %s and %s", "e.automated = %s"]
    params: list[object] = [choice.first, choice.last, human]
    part = choice.part.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    for condition, value in (
        (f"{detail('agent')} = %s", choice.agent),
        (f"lower({detail('agent')}) like %s escape '!'", f"%{part}%" if part else ""),
        ("e.subject = %s", choice.subject),
        ("e.at >= %s", choice.since),
        ("e.at < %s", choice.until),
    ):
        if value not in (None, ""):
            conditions.append(condition)
            params.append(value)
    address = f"coalesce({detail('address')}, '')" if choice.networks else "''"
    found = fetch(
        f"select e.subject, e.at, e.id, e.reason, e.certainty, {address} from activity_event e"
        f" where {' and '.join(conditions)}",
        _SWEPT | {"address": pl.String},
        params,
    )
    if choice.networks:
        found = found.filter(parse_ranges(choice.networks).find(found["address"]) != "")
    return found.drop("address")
