"""再検討: who came back after a quiet time or a lost deal, with what was talked about last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mikomi.core.engine.folding import day_number
from mikomi.core.scoring.model import ReturnSignal
from mikomi.core.words import Words
from mikomi.hub.handoff import comebacks, worklist
from mikomi.hub.handoff.comebacks import Comeback
from mikomi.hub.handoff.types import KIND_WORDS, STATE_WORDS, ResultView
from mikomi.hub.people import notes
from mikomi.hub.site.evidence import Doings, grounds, longest_gap_before, only
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.reasons import reason
from mikomi.hub.site.titles import labels_of
from mikomi.hub.site.types import Row, Standing

DAYS = 90
"""Older comebacks are history; the pages of leads tell of them."""
MOST = 500
"""So many occasions are looked through, the latest first."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who came back, before anything is looked up for a page: comebacks with their rows."""

    held: tuple[tuple[Comeback, Row], ...]
    mine: int
    all: int


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said the last time. `by`: who said it, "" where nobody knows."""

    what: Words
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    """One lead of the page. `quiet`: days without a sign before it came back, 0 where that is not known.
    `state`: how its hand-off stands, None where it was not handed over."""

    back: Comeback
    row: Row
    reason: Words
    quiet: int
    talk: Talk | None
    state: Words | None


def found(now: datetime, user: int, name: str, *, everybody: bool) -> Found:
    """Who came back lately; of everybody, or of one user (number and name): what is theirs or nobody's."""
    held = comebacks.latest(now - timedelta(days=DAYS), MOST)
    rows = {row.lead_id: row for row in rows_of([one.lead for one in held])}
    there = [(one, rows[one.lead]) for one in held if one.lead in rows]
    companies = {row.company_id for one, row in there if one.handoff is None and row.company_id}
    owners = comebacks.last_owners(companies)
    mine = tuple(pair for pair in there if _is_theirs(*pair, user, name, owners.get(pair[1].company_id or 0)))
    return Found(tuple(there) if everybody else mine, len(mine), len(there))


def _is_theirs(back: Comeback, row: Row, user: int, name: str, last: int | None) -> bool:
    if back.handoff is not None:
        return back.owner in (None, user)
    return row.owner == name or last == user or (not row.owner and last is None)


def lines_of(pairs: Sequence[tuple[Comeback, Row]], scored: Standing | None) -> list[Line]:
    """The lines of a page, in order."""
    leads = [back.lead for back, _row in pairs]
    frozen = comebacks.reasons_of([back for back, _row in pairs])
    rest = [back.lead for back, _row in pairs if back.number not in frozen]
    known = grounds(rest, scored, labels_of()) if scored and rest else {}
    quiet = _quiet(pairs, scored)
    results = {lead: said[0] for lead, said in worklist.results_said(leads).items()}
    return [
        Line(
            back=back,
            row=row,
            reason=frozen.get(back.number)
            or (reason(known[back.lead].evidence) if back.lead in known else Words(back.signal, back.signal)),
            quiet=quiet.get(back.lead, 0),
            talk=_talk(back.lead, row.company_id, results.get(back.lead)),
            state=STATE_WORDS[back.state] if back.state else None,
        )
        for back, row in pairs
    ]


def _quiet(pairs: Sequence[tuple[Comeback, Row]], scored: Standing | None) -> dict[int, int]:
    """How many days each was quiet before the day on which it came back."""
    if scored is None or not pairs:
        return {}
    signals = {one.id: one for one in scored.model.signals if isinstance(one, ReturnSignal)}
    asked = [back for back, _row in pairs if back.on is not None and back.signal_id in signals]
    if not asked:
        return {}
    near = only([back.lead for back in asked], scored.on)
    doings = Doings(near.source, scored.model)
    told = {}
    for back in asked:
        signal = signals[back.signal_id]
        days = doings.days_of(back.lead, signal.quiet_when)
        told[back.lead] = longest_gap_before(days, day_number(back.on or date.min), signal.quiet_days)
    return told


def _talk(lead: int, company: int | None, result: ResultView | None) -> Talk | None:
    """The last result with what was noted then or, where nothing was, written down at any time."""
    if result is not None and result.note:
        return Talk(KIND_WORDS[result.kind], result.note, result.at, result.by)
    written = [*notes.notes_of("lead", lead, 1), *(notes.notes_of("company", company, 1) if company else ())]
    note = max(written, key=lambda one: one.at, default=None)
    if result is not None and (note is None or result.at >= note.at):
        return Talk(KIND_WORDS[result.kind], note.text if note else "", result.at, result.by)
    if note is None:
        return None
    return Talk(Words("メモ", "Note"), note.text, note.at, note.by)
