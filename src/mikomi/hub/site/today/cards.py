"""The cards of Today: one a company, the best person first, with all that a call needs.

Which hand-offs stand there is asked of `handoff` by its index and put in order by the kept scores; only the
cards that are shown are filled in. So the page costs as much as it shows, however many leads there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from mikomi.core.journey.map import MapStage
from mikomi.core.words import Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.handoff import worklist
from mikomi.hub.handoff.types import KIND_WORDS, Cause, Kind, Member, ResultView, Standing
from mikomi.hub.journey.standing import stages_of
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person
from mikomi.hub.site.evidence import Ground, grounds
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.reasons import reason
from mikomi.hub.site.rows import store
from mikomi.hub.site.rows.store import Scores
from mikomi.hub.site.timeline import day_of
from mikomi.hub.site.titles import labels_of
from mikomi.hub.site.today.hearing import heard_before
from mikomi.hub.site.today.opening import Known, opening
from mikomi.hub.site.types import Row
from mikomi.hub.site.types import Standing as Scored

PHONES = ("direct_phone", "mobile", "phone")
"""Which number to call, best first."""
NOWHERE = 2**62
"""The rank of somebody without a score: behind everybody who has one."""
CONTACT_WORDS = {
    Kind.NO_ANSWER: Words("電話（不在）", "phone, no answer"),
    Kind.WRONG_PERSON: Words("電話（番号違い）", "phone, wrong number"),
    Kind.MAILED: Words("メール", "mail"),
}
PHONE = Words("電話", "phone")


@dataclass(frozen=True, slots=True)
class Contact:
    """The last time somebody of ours was in touch: when, how, and by whom ("" where nobody knows)."""

    at: datetime | date
    how: Words
    by: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What was talked about last time: the last result that has words, and what sales heard."""

    said: ResultView | None
    how: Words
    text: str
    heard: tuple[tuple[Words, Words], ...]


@dataclass(frozen=True, slots=True)
class Caller:
    """One person of a card. `row`: as lists show the lead; `member`: the latest cause it was handed over
    for."""

    row: Row
    phone: str
    member: Member | None

    @property
    def called(self) -> str:
        """The name, or what stands for it."""
        return self.row.name or self.row.email or self.row.key


@dataclass(frozen=True, slots=True)
class Card:
    """One company to call: the person to call first, colleagues beneath, and why.

    `reason`: what speaks for the first person at present; `then`: what did when it was handed over, where
    that reads otherwise. `stage`: where the person stands in the journey; `question`: what people ask there.
    `talk`: what was talked about last time, of somebody who is back or whose day has come. `late`: its
    deadline is over.
    """

    standing: Standing
    first: Caller
    colleagues: tuple[Caller, ...]
    reason: Words
    then: Words | None
    back: bool
    talk: Talk | None
    opening: Words
    stage: str
    question: str
    contact: Contact | None
    late: bool

    @property
    def number(self) -> int:
        """The hand-off's number."""
        return self.standing.number

    @property
    def check(self) -> bool:
        """It was drawn at random, to learn what the threshold misses."""
        return self.standing.check

    @property
    def asked(self) -> bool:
        """The person asked for something: it is answered at once."""
        return self.standing.urgent or Cause.URGENT in self.standing.causes


@dataclass(frozen=True, slots=True)
class Read:
    """Some hand-offs, the rows of their people and the results said of them (the latest first), by number,
    read at once for all that a page shows."""

    held: Mapping[int, Standing]
    rows: Mapping[int, Row]
    said: Mapping[int, Sequence[ResultView]]


def read(numbers: Iterable[int], leads: Iterable[int] = ()) -> Read:
    """These hand-offs with their people, and the rows of other `leads` besides."""
    held = {one.number: one for one in worklist.standings(list(dict.fromkeys(numbers)))}
    asked = sorted({lead for one in held.values() for lead in one.leads}.union(leads))
    if not asked:
        return Read(held, {}, {})
    return Read(held, {row.lead_id: row for row in rows_of(asked)}, worklist.results_said(asked))


@dataclass(frozen=True, slots=True)
class Ordered:
    """Hand-offs (numbers) in their order, those that came back among them, and their people's ranks."""

    numbers: list[int]
    back: list[int]
    ranks: Mapping[int, int]


def in_order(tasks: pl.DataFrame) -> Ordered:
    """The hand-offs of `worklist.tasks` as they are to be called.

    Urgent ones first (the oldest first), then follow-ups on their day, then the rest, each the hottest
    first. Whoever has no row any more (trash, merged) makes a hand-off stand last.
    """
    leads = tasks["lead"].unique().sort().cast(pl.Int64).to_numpy()
    scores = store.read_scores(leads, ("rank",))
    ranks = pl.DataFrame({"lead": scores["lead_id"], "rank": scores["rank"]})
    urgent = pl.col("urgent")
    frame = (
        tasks.lazy()
        .with_row_index("place")
        .join(ranks.lazy().cast({"lead": pl.Int32, "rank": pl.Int64}), on="lead", how="left")
        .group_by("handoff")
        .agg(
            pl.col("urgent", "first").first(),
            pl.col("back").any(),
            pl.col("place").min(),
            pl.col("rank").min().fill_null(NOWHERE),
        )
        .sort(
            ~urgent,
            ~pl.col("first") & ~urgent,
            pl.when(urgent).then("place").otherwise(0),
            "rank",
            "handoff",
        )
        .select("handoff", "back")
        .collect()
    )
    return Ordered(
        numbers=frame["handoff"].to_list(),
        back=frame.filter("back")["handoff"].to_list(),
        ranks=_by_lead(scores),
    )


def cards_of(
    numbers: Sequence[int],
    now: datetime,
    scored: Scored | None,
    known: Read | None = None,
    ranks: Mapping[int, int] | None = None,
) -> list[Card]:
    """The cards of these hand-offs, in this order; those of which nobody is left are left out. `known` and
    `ranks` (by lead): what was read of them before."""
    known = known or read(numbers)
    held = [known.held[number] for number in numbers if number in known.held]
    every = list(dict.fromkeys(lead for one in held for lead in one.leads))
    rows = known.rows
    if not any(lead in rows for lead in every):
        return []
    persons = {one.number: one for one in people.persons([lead for lead in every if lead in rows])}
    placed = ranks or _by_lead(store.read_scores(np.array(sorted(every), dtype=np.int64), ("rank",)))
    callers = {
        one.number: sorted(
            (lead for lead in one.leads if lead in rows), key=lambda lead: (placed.get(lead, NOWHERE), lead)
        )
        for one in held
    }
    firsts = [leads[0] for leads in callers.values() if leads]
    told = grounds(firsts, scored, labels_of()) if scored else {}
    stages = stages_of(firsts)
    contacts = last_contacts(every, known.said)
    return [
        _card(one, callers[one.number], known, persons, told, stages, contacts, now)
        for one in held
        if callers[one.number]
    ]


def _by_lead(scores: Scores) -> dict[int, int]:
    return dict(zip(scores["lead_id"].tolist(), scores["rank"].tolist(), strict=True))


def _card(
    one: Standing,
    leads: Sequence[int],
    read_at_once: Read,
    persons: Mapping[int, Person],
    known: Mapping[int, Ground],
    stages: Mapping[int, MapStage],
    contacts: Mapping[int, Contact],
    now: datetime,
) -> Card:
    latest: dict[int, Member] = {member.lead: member for member in one.members}
    rows = read_at_once.rows
    callers = [Caller(rows[lead], phone_of(persons.get(lead)), latest.get(lead)) for lead in leads]
    first, ground = callers[0], known.get(leads[0])
    frozen = first.member.frozen.reason if first.member else Words("", "")
    told = reason(ground.evidence) if ground else frozen
    stage = stages.get(leads[0])
    contact = max(
        (contacts[lead] for lead in leads if lead in contacts), key=lambda c: _day(c.at), default=None
    )
    question = stage.question if stage else ""
    back = (ground.back if ground else False) or Cause.RECONSIDER in one.causes
    again = back or (one.next_first and one.next_on is not None)
    talk = talk_of(leads[0], read_at_once.said, persons.get(leads[0])) if again else None
    return Card(
        standing=one,
        first=first,
        colleagues=tuple(callers[1:]),
        reason=told,
        then=frozen if frozen.ja and frozen != told else None,
        back=back,
        talk=talk,
        opening=opening(
            Known(
                urgent=one.urgent,
                deed=_latest(ground),
                before=ground.evidence.before if ground else None,
                question=question,
                colleague=len(callers) > 1 or bool(ground and ground.evidence.colleagues > 1),
                talked=one.last_result in (Kind.TALKED, Kind.MAILED),
            )
        ),
        stage=stage.name if stage else "",
        question=question,
        contact=contact,
        late=one.due_at is not None and one.due_at < now,
    )


def phone_of(person: Person | None) -> str:
    """The number to call, "" where none is known."""
    known = person.attributes if person else {}
    return next((known[name] for name in PHONES if known.get(name)), "")


def talk_of(lead: int, said: Mapping[int, Sequence[ResultView]], person: Person | None) -> Talk | None:
    """What was talked about with a lead (number) last time; None where nobody wrote anything down."""
    last = last_words(lead, said)
    heard = heard_before(person.attributes) if person else ()
    if last is None and not heard:
        return None
    text = last.note.strip() or last.reason if last else ""
    return Talk(last, KIND_WORDS[last.kind] if last else Words("", ""), text, heard)


def last_words(lead: int, said: Mapping[int, Sequence[ResultView]]) -> ResultView | None:
    """The last result of a lead (number) with a note or a reason."""
    return next((one for one in said.get(lead, ()) if one.note.strip() or one.reason), None)


def last_contacts(leads: Sequence[int], said: Mapping[int, Sequence[ResultView]]) -> dict[int, Contact]:
    """When each of these leads was contacted last, as far as results and events of calls tell."""
    found = {lead: _contact(said[lead][0]) for lead in leads if lead in said}
    for lead, day in activity.last_days_of_kind("call", leads).items():
        called = day_of(day)
        if lead not in found or _day(found[lead].at) < called:
            found[lead] = Contact(called, PHONE, "")
    return found


def _contact(one: ResultView) -> Contact:
    return Contact(one.at, CONTACT_WORDS.get(one.kind, PHONE), one.by)


def _latest(ground: Ground | None):
    if ground is None or not ground.evidence.deeds:
        return None
    return max(ground.evidence.deeds, key=lambda deed: (deed.last, deed.worth))


def _day(at: datetime | date) -> date:
    return at.date() if isinstance(at, datetime) else at
