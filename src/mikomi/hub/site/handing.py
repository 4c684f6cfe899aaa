"""From what a run of scoring shows to hand-offs: who became hot, came back, asked for something.

Occasions are noted in the transaction of the run and handed over right after it, so that a lead that gets hot
is in somebody's hands in the same round.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl
from django.utils import timezone

from mikomi.core.scoring.model import ColleaguesSignal, ReturnSignal
from mikomi.core.words import Words
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.recent import recent_touches
from mikomi.hub.capture.webforms.wishes import asks, own_contents, wishes_of
from mikomi.hub.handoff import calendar, occasions, queries, refusals, services
from mikomi.hub.handoff.types import Cause, Frozen, Handing
from mikomi.hub.journey import standing as stages
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people import queries as people
from mikomi.hub.scores.types import PublishedModel
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments.types import Priority
from mikomi.hub.site import handed
from mikomi.hub.site.closed import closed_leads
from mikomi.hub.site.rows import store
from mikomi.hub.site.titles import labels_of

log = logging.getLogger("mikomi.handing")

EPOCH = date(1970, 1, 1)
LONGEST_ENTRY = 120
AT_ONCE = 100
"""So many occasions are handed over in the run itself; more wait for the worker."""
AT_A_TIME = 500
"""Of those, so many are read and handed over together."""
RECENT_DAYS = 3
"""What happened longer ago is history that came by a file, not an inquiry that waits."""
COMING_BACK = (Cause.URGENT, Cause.HOT, Cause.PRIORITY, Cause.STAGE, Cause.SEGMENT, Cause.MANUAL)
"""What is handed over after all, once what kept a lead out is taken back."""
MOST_BACK = 500
"""Comebacks that are looked at in one run: more at once come from files."""
MANY_TOUCHED = 2_000
"""With more leads changed at once all open hand-offs are looked at."""
_SCHEMA = {"lead": pl.Int32, "cause": pl.String, "entry": pl.String, "detail": pl.String}

type Row = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run showed: scores before and after, by lead number, and whose facts changed."""

    on: date
    model: PublishedModel | None
    old: store.Scores
    fresh: store.Scores
    touched: store.Numbers


def occasions_of(shown: Shown) -> pl.DataFrame:
    """The occasions that a run shows, but for steps into stages and segments, which it has yet to write."""
    rules = calendar.team().rules
    rows: list[Row] = []
    if rules[Cause.URGENT]:
        rows += _urgent(shown)
    if rules[Cause.HOT]:
        rows += _hot(shown)
    if rules[Cause.RECONSIDER] and shown.model is not None:
        rows += _back(shown, shown.model)
    return _frame(rows)


def note(on: date, found: pl.DataFrame) -> None:
    """Notes occasions in the transaction of the run, after it wrote who moved where."""
    occasions.note_occasions(pl.concat([found, _frame(_moves(on))]), timezone.now())


def let_go(kept: pl.DataFrame, touched: store.Numbers, gone: store.Numbers) -> None:
    """Whoever is to be called no more leaves open hand-offs, in the transaction of the run, and whoever was
    kept out by mistake comes back; who changed the company goes with its hand-off. `kept`: who is kept out
    of what, `gone`: leads that are none any more."""
    now = timezone.now()
    out = kept.filter(pl.col("today"))["number"].cast(pl.Int64).to_numpy()
    asked = {"kept_out": np.intersect1d(out, touched), "gone": gone}
    for why, leads in asked.items():
        open_now = queries.open_leads(leads.tolist())
        if open_now:
            services.let_go(sorted(open_now), why, now)
    for why, ended in _ended(touched, timezone.localdate(now)).items():
        services.let_go(sorted(ended), why, now)
    services.follow(sorted(queries.open_leads(touched.tolist())), now)
    _come_back(np.setdiff1d(touched, np.union1d(out, gone)), now)


def _come_back(leads: store.Numbers, now: datetime) -> None:
    """What let them go was a mistake, if it stands against them no more."""
    rules = calendar.team().rules
    causes = [cause for cause in COMING_BACK if rules.get(cause, True)]
    asked = set(leads.tolist())
    if len(asked) <= MANY_TOUCHED:
        asked.update(people.colleague_ids(sorted(asked)))
    on = timezone.localdate(now)
    found = occasions.let_go_of(asked, causes, (refusals.DEAL_ENDED,), now)
    ended = closed_leads({one.lead for one in found}, on)
    found = [one for one in found if one.lead not in ended]
    found += occasions.let_go_of(asked, causes, (refusals.KEPT_OUT, refusals.LEAD_GONE), now)
    if not found:
        return
    there = handed.Known.of({one.lead for one in found}, on)
    occasions.wait_again([one.number for one in found if _holds(one, there)])


def _holds(one: occasions.Waiting, there: handed.Known) -> bool:
    if there.why_not(one.lead, one.cause) is not None:
        return False
    return one.cause != Cause.HOT or there.frozen.get(one.lead, Frozen()).heat == levels.HOT


def _ended(touched: store.Numbers, on: date) -> dict[str, set[int]]:
    """Those in open hand-offs of whose company a deal has ended since it was handed over, by how (`won`,
    `lost`). Who asked for something, or came back, after that stays."""
    if len(touched) > MANY_TOUCHED:
        open_now = queries.every_open_lead()
    else:
        open_now = queries.open_leads([*touched.tolist(), *people.colleague_ids(touched.tolist())])
    found: dict[str, set[int]] = {}
    for lead, end in closed_leads(open_now, on).items():
        held = queries.open_of(lead=lead)
        if held is None or end.day < timezone.localdate(held.opened_at):
            continue
        asked = (one.at for one in held.members if one.cause in handed.FREE)
        if not any(timezone.localdate(at) >= end.day for at in asked):
            found.setdefault(end.result, set()).add(lead)
    return found


def hand_over_after(on: date) -> None:
    """`hand_over_noted` behind a run of scoring: what fails is left to the worker, which tries again and
    shows it, so that it never holds up the scores."""
    try:
        hand_over_noted(on)
    except Exception:
        log.exception("handing over is left to the worker")
        enqueue("site.hand_over_noted", once=True)


def look_again(on: date, now: datetime | None = None) -> int:
    """Hands over anew what was to be looked at again on or before the local day; how many hand-offs."""
    held = queries.to_look_again(on)
    now = now or timezone.now()
    for one in held:
        known = handed.Known.of(set(one.leads), on)
        given = [
            services.hand_over(
                known.handing(lead, Cause.AGAIN, f"again:{one.number}", {"handoff": one.number}), on, now=now
            )
            for lead in one.leads
            if known.why_not(lead, Cause.AGAIN) is None
        ]
        services.follow_up(one.number, next((new.handoff for new in given if new.handoff), 0), now)
    return len(held)


def hand_over_noted(on: date, most: int = AT_ONCE) -> int:
    """Hands over what waits; how many were settled. Of more than `most`, only what is urgent: the rest is the
    worker's, so that each person is told of all of it at once."""
    held = occasions.waiting(most + 1)
    if len(held) > most:
        enqueue("site.hand_over_noted", once=True)
        held = [one for one in held[:most] if one.cause == Cause.URGENT]
    return _hand_over(held, on, timezone.now(), many=False)


def hand_over_all(on: date) -> int:
    """Hands over all that waits, some in each transaction; how many were settled. Cut off, it goes on with
    what still waits."""
    now, done = timezone.now(), 0
    while some := occasions.waiting(AT_A_TIME):
        done += _hand_over(some, on, now, many=done > 0)
    return done


def _hand_over(some: Sequence[occasions.Waiting], on: date, now: datetime, *, many: bool) -> int:
    if not some:
        return 0
    known = handed.Known.of({one.lead for one in some}, on)
    give: list[Handing] = []
    out: dict[Words, list[int]] = {}
    for one in some:
        why_not = known.why_not(one.lead, one.cause)
        if why_not is not None:
            out.setdefault(why_not, []).append(one.number)
        else:
            give.append(known.handing(one.lead, one.cause, one.entry, one.detail))
    for why, numbers in out.items():
        occasions.leave_out(numbers, why, now)
    services.hand_over_many(give, on, now=now, many=many)
    return len(some)


def urgent_contents(team: calendar.TeamView) -> list[tuple[str, str]]:
    """What counts as an inquiry besides our own forms, (kind, content): as chosen, or while nobody has, forms
    of the site whose address or title asks for something."""
    if team.urgent_contents is not None:
        split = (one.partition(":") for one in team.urgent_contents)
        return [(kind, content) for kind, _colon, content in split]
    there = set(activity.contents_of_kinds(["form_submit"]).values()) - own_contents()
    titles = activity.titles(there) if there else {}
    named = sorted(one for one in there if asks(one) or asks(titles.get(one, "")))
    return [("form_submit", one) for one in named]


def _urgent(shown: Shown) -> list[Row]:
    """Inquiries and wishes sent by our forms, and what counts as one on the team's own site."""
    leads = shown.touched.tolist()
    since = datetime.now(UTC) - timedelta(days=RECENT_DAYS)
    rows = [
        (
            one.lead,
            Cause.URGENT.value,
            f"form:{one.submission}",
            _json(what=one.words, at=one.at.isoformat()),
        )
        for one in wishes_of(leads, since)
    ]
    pairs = urgent_contents(calendar.team())
    first = (shown.on - EPOCH).days - RECENT_DAYS
    told = recent_touches(pl.Series("lead", leads, pl.Int32), pairs, first)
    titles = labels_of().contents if told.height else {}
    rows += [
        # Asked again on the same day, it is one more occasion.
        (
            lead,
            Cause.URGENT.value,
            _entry(kind, content, day, n),
            _json(what=titles.get(content, content)),
        )
        for lead, kind, content, day, n in told.iter_rows()
    ]
    return rows


def _hot(shown: Shown) -> list[Row]:
    """Who is hot now and was not before the run; on the first run of all, whoever is."""
    fresh = shown.fresh
    hot = fresh["lead_id"][fresh["heat"] == levels.HOT]
    if occasions.ever(Cause.HOT) or calendar.team().hot_from_now:
        heat = handed.heat_of_cells()
        cells_hot = np.array([cell for cell, value in heat.items() if value == levels.HOT], dtype=np.int64)
        before = shown.old["lead_id"][np.isin(shown.old["cell"], cells_hot)]
        hot = np.setdiff1d(hot, before)
    return [
        (lead, Cause.HOT.value, shown.on.isoformat(), _json(on=shown.on.isoformat())) for lead in hot.tolist()
    ]


def _back(shown: Shown, published: PublishedModel) -> list[Row]:
    """Who came back after a quiet time, and second people of a company that we know from before."""
    model = published.model
    signals = {
        signal.id: signal
        for signal in model.signals
        if isinstance(signal, ReturnSignal | ColleaguesSignal) and signal.points > 0
    }
    if not signals:
        return []
    asked = _risen(shown, min(signal.points for signal in signals.values()))
    found: list[Row] = []
    seconds: list[tuple[int, str]] = []
    for told in handed.back_lines(model, asked, shown.on) if asked else ():
        for line in told.lines:
            if line.id not in signals or line.worth <= 0 or line.last is None:
                continue
            if (shown.on - line.last).days > RECENT_DAYS:
                continue
            if isinstance(signals[line.id], ReturnSignal):
                entry = _entry(line.id, line.last.isoformat())
                found.append((told.number, Cause.RECONSIDER.value, entry, _json(signal=line.label)))
            else:
                seconds.append((told.number, line.label))
    known = _known_companies([lead for lead, _ in seconds])
    found += [
        (lead, Cause.RECONSIDER.value, f"second:{shown.on:%Y-%m}", _json(signal=label, second=True))
        for lead, label in seconds
        if lead in known
    ]
    return found


def _risen(shown: Shown, points: float) -> list[int]:
    """The touched leads whose engagement rose by what a signal gives, or by half of it where other rules
    took away; those that rose most."""
    fresh = shown.fresh[np.isin(shown.fresh["lead_id"], shown.touched)]
    before = np.zeros(len(fresh))
    if len(shown.old):
        at = np.minimum(np.searchsorted(shown.old["lead_id"], fresh["lead_id"]), len(shown.old) - 1)
        there = shown.old["lead_id"][at] == fresh["lead_id"]
        before = np.where(there, shown.old["engagement"][at], 0.0)
    rise = fresh["engagement"] - before
    best = np.argsort(-rise, kind="stable")[:MOST_BACK]
    return sorted(fresh["lead_id"][best][rise[best] >= points / 2].tolist())


def _known_companies(leads: Sequence[int]) -> set[int]:
    """Those of `leads` whose company was handed over before, or lost a deal, and is in nobody's hands."""
    company = dict(people.company_numbers(list(leads)).drop_nulls().iter_rows()) if leads else {}
    told = queries.companies_before(set(company.values()))
    everybody = people.colleague_ids(list(company)) if company else []
    lost = set(activity.outcome_days(everybody).filter(pl.col("result") == "lost")["lead"].to_list())
    theirs = dict(people.company_numbers(sorted(lost)).iter_rows()) if lost else {}
    return {lead for lead, number in company.items() if number in told or number in theirs.values()}


def _moves(on: date) -> list[Row]:
    """Steps into stages and segments of today that hand over by themselves."""
    team = calendar.team()
    rows: list[Row] = []
    if team.rules[Cause.STAGE] and team.stages:
        rows += [
            (lead, Cause.STAGE.value, _entry(stage, on.isoformat()), _json(stage=stage))
            for lead, stage in stages.entered_on(on, team.stages)
        ]
    wanted: dict[int, tuple[Cause, str]] = {}
    if team.rules[Cause.SEGMENT]:
        wanted |= {
            one.number: (Cause.SEGMENT, one.name)
            for one in segments.segments()
            if one.number in team.segments
        }
    if team.rules[Cause.PRIORITY]:
        first = (one for one in segments.segments() if one.priority == Priority.HIGH)
        wanted |= {one.number: (Cause.PRIORITY, one.name) for one in first}
    if wanted:
        rows += [
            (lead, wanted[number][0].value, f"{number}:{on.isoformat()}", _json(segment=wanted[number][1]))
            for lead, number in segments.entered_on(on, list(wanted))
        ]
    return rows


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row").unique(["lead", "cause", "entry"], keep="first")


def _entry(*parts: object) -> str:
    """The name of an occasion; of a long one a hash, so that another day is still another."""
    whole = ":".join(str(part) for part in parts)
    return whole if len(whole) <= LONGEST_ENTRY else f"sha256:{sha256(whole.encode()).hexdigest()}"


def _json(**detail: Any) -> str:
    return json.dumps(detail, ensure_ascii=False)
