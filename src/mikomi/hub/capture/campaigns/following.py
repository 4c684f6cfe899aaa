"""Who belongs to a campaign, worked out from what is known: imports, forms, visits, events, additions.

Members are no facts: they follow from facts each time these change, for the leads that are touched or
for one campaign whose rules did. So what an undo of an import, of a form's judgement or of a merge
takes away or gives back, goes and comes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import polars as pl
from django.db import transaction

from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.campaigns.rules import PARTS, Rule, fits, matching
from mikomi.hub.capture.models import Campaign, CampaignMember, Seminar
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people.importing.joining import imports_that_join, leads_of_imports
from mikomi.hub.people.persons import identities

CARDS = ("card_exchange",)
SEMINARS = ("seminar_apply", "seminar_attend")
DAY = 86_400_000_000
"""Microseconds."""
_FOUND = {"campaign": pl.Int32, "number": pl.Int32, "ref": pl.Int64, "at": pl.Int64}
_WAYS = {"way": pl.Int64, **dict.fromkeys(PARTS, pl.String)}
_KEY = ["campaign", "lead", "how", "ref"]
_MEMBER = {"campaign": pl.Int32, "lead": pl.Int32, "how": pl.String, "ref": pl.Int64, "at": pl.Int64}
_HELD = ", ".join(f"m.{name}" for name in _MEMBER)
_TOUCHED = {"way": pl.Int64, "number": pl.Int32, "ref": pl.Int64, "at": pl.Int64, "day": pl.Int32}
_OF_VISITOR = "t.way, v.lead, v.id, t.first, t.day"
_OF_SENDER = "t.way, s.lead, -s.id, t.first, t.day"
_PARTS = ", ".join(f"t.{part}" for part in PARTS)
_OF_SOME = (
    f"select {_OF_VISITOR}, {_PARTS} from who w cross join capture_visitor v cross join capture_touch t"
    " where v.lead = w.number and v.joined and t.visitor = v.id and t.submission = 0"
    " and not t.machine"
    f" union all select {_OF_SENDER}, {_PARTS} from who w cross join capture_submission s"
    " cross join capture_touch t where s.lead = w.number and s.state = 'taken' and t.visitor = 0"
    " and t.submission = s.id"
)
_OF_EVERYBODY = (
    f"select {_OF_VISITOR} from capture_touch t join capture_visitor v on v.id = t.visitor and v.joined"
    " where t.submission = 0 and not t.machine and v.lead is not null and t.way in (select way from fitting)"
    f" union all select {_OF_SENDER} from capture_touch t"
    " join capture_submission s on s.id = t.submission and s.state = 'taken'"
    " where t.visitor = 0 and s.lead is not null and t.way in (select way from fitting)"
)
How = CampaignMember.How


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose membership is worked out: of `campaigns`, for the numbers in the table `who` (None: for
    everybody)."""

    campaigns: Sequence[Campaign]
    who: pl.DataFrame | None

    def whose(self, lead: str) -> tuple[str, str]:
        """How SQL begins with those who are asked for, and what says that the column `lead` is theirs: the
        database reads what few leads have, not all that a campaign has."""
        return ("", "") if self.who is None else ("who w cross join ", f"{lead} = w.number and ")


def follow(leads: pl.Series) -> int:
    """Brings the memberships of leads (numbers, of those that are gone, too) to what is known; how many
    rows changed."""
    if leads.is_empty():
        return 0
    with transaction.atomic():
        # One after another: two that work from different pasts would undo each other's.
        campaigns = list(Campaign.objects.select_for_update().order_by("pk"))
        if not campaigns:
            return 0
        who = identities(leads)
        wanted = _wanted(_Asked(campaigns, who), who)
        gone = pl.concat([leads.cast(pl.Int32).alias("lead"), who["lead"], who["number"].alias("lead")])
        with staged(gone.unique().to_frame(), "touched"):
            held = fetch(
                f"select {_HELD} from touched t cross join capture_campaignmember m where m.lead = t.lead",
                _MEMBER,
            )
        return _write(wanted, held)


def follow_campaign(number: int) -> int:
    """Brings all members of a campaign to what is known; how many rows changed."""
    with transaction.atomic():
        campaigns = list(Campaign.objects.select_for_update().filter(pk=number))
        found = _found(_Asked(campaigns, None))
        who = identities(found["number"])
        held = fetch(f"select {_HELD} from capture_campaignmember m where m.campaign = %s", _MEMBER, [number])
        return _write(_settled(found, who), held)


def _wanted(asked: _Asked, who: pl.DataFrame) -> pl.DataFrame:
    with staged(who, "who"):
        found = _found(asked)
    return _settled(found, who)


def _settled(found: pl.DataFrame, who: pl.DataFrame) -> pl.DataFrame:
    """A row each lead that stands and thing that says so, the earliest."""
    rows = found.join(who, on="number").group_by("campaign", "lead", "how", "ref")
    return rows.agg(pl.col("at").min()).sort("campaign", "lead", "how", "ref")


def _found(asked: _Asked) -> pl.DataFrame:
    """What is known of who belongs to the campaigns: `campaign`, `number` of a lead, `how`, `ref`, `at`."""
    parts = {
        How.IMPORT: _by_imports(asked),
        How.FORM: _by_forms(asked),
        How.UTM: _by_visits(asked),
        How.CARD: _by_events(asked, CARDS, [(one.pk, one.cards) for one in asked.campaigns]),
        How.SEMINAR: _by_events(asked, SEMINARS, _seminars_of(asked)),
        How.HAND: _by_hand(asked),
    }
    found = pl.concat(
        rows.select(pl.col(name).cast(kind) for name, kind in _FOUND.items()).with_columns(
            how=pl.lit(how.value)
        )
        for how, rows in parts.items()
    )
    ended = pl.DataFrame(
        [(one.pk, round(one.archived_at.timestamp() * 1e6)) for one in asked.campaigns if one.archived_at],
        schema={"campaign": pl.Int32, "ended": pl.Int64},
        orient="row",
    )
    held = found.join(ended, on="campaign", how="left")
    return held.filter(pl.col("ended").is_null() | (pl.col("at") <= pl.col("ended"))).drop("ended")


def _by_imports(asked: _Asked) -> pl.DataFrame:
    numbers = [one.pk for one in asked.campaigns]
    imports = imports_that_join().filter(pl.col("campaign").is_in(numbers))
    if imports.is_empty():
        return pl.DataFrame(schema=_FOUND)
    leads = leads_of_imports(imports["ref"], None if asked.who is None else asked.who["number"])
    return imports.join(leads, on="ref")


def _by_forms(asked: _Asked) -> pl.DataFrame:
    at = "extract(epoch from s.at)::bigint" if on_postgres() else "cast(strftime('%%s', s.at) as integer)"
    with _named(asked):
        first, theirs = asked.whose("s.lead")
        return fetch(
            f"select f.campaign_id, s.lead, s.id, {at} * 1000000 from {first}capture_submission s"
            f" join capture_campaign_forms f on f.form_id = s.form_id where {theirs}s.state = 'taken'"
            " and s.lead is not null and not s.pitch and f.campaign_id in (select campaign from chosen)",
            _FOUND,
        )


def _by_visits(asked: _Asked) -> pl.DataFrame:
    """By the UTM of visits on days of the campaign, and of those who sent a form: their `ref` is the
    submission's number below 0."""
    rules: dict[int, Sequence[Rule]] = {one.pk: one.rules for one in asked.campaigns if one.rules}
    if not rules:
        return pl.DataFrame(schema=_FOUND)
    if asked.who is None:
        ways = fetch(
            f"select way, {', '.join(f'min({part})' for part in PARTS)} from capture_touch group by way",
            _WAYS,
        )
        fitting = matching(ways, rules)
        with staged(fitting.select("way").unique(), "fitting"):
            touches = fetch(_OF_EVERYBODY, _TOUCHED)
    else:
        touches = fetch(_OF_SOME, _TOUCHED | dict.fromkeys(PARTS, pl.String))
        fitting = matching(touches.select(_WAYS.keys()), rules)
    days = pl.DataFrame(
        [(one.pk, one.begins, one.ends) for one in asked.campaigns],
        schema={"campaign": pl.Int32, "begins": pl.Date, "ends": pl.Date},
        orient="row",
    )
    day = pl.col("day").cast(pl.Date)
    joined = touches.select(_TOUCHED.keys()).join(fitting, on="way").join(days, on="campaign")
    within = (pl.col("begins").is_null() | (day >= pl.col("begins"))) & (
        pl.col("ends").is_null() | (day <= pl.col("ends"))
    )
    return joined.filter(within).group_by("campaign", "number", "ref").agg(pl.col("at").min())


def _seminars_of(asked: _Asked) -> list[tuple[int, str]]:
    """The patterns of seminars that campaigns name, and the seminars that are theirs."""
    numbers = [one.pk for one in asked.campaigns]
    own = Seminar.objects.filter(campaign__in=numbers).values_list("campaign", "key")
    return [*((one.pk, one.seminars) for one in asked.campaigns), *own]


def _by_events(asked: _Asked, kinds: Sequence[str], patterns: Sequence[tuple[int, str]]) -> pl.DataFrame:
    """By events of these kinds whose content fits a pattern of a campaign (its number, the pattern)."""
    named = [(number, pattern) for number, pattern in patterns if pattern]
    contents = activity.contents_of_kinds(kinds) if named else {}
    pairs = pl.DataFrame(
        [
            (campaign, touch)
            for touch, content in contents.items()
            for campaign, pattern in named
            if fits(pattern, content)
        ],
        schema={"campaign": pl.Int32, "touch": pl.Int32},
        orient="row",
    ).unique(maintain_order=True)
    if pairs.is_empty():
        return pl.DataFrame(schema=_FOUND)
    leads = None if asked.who is None else asked.who["lead"]
    first = activity.first_days_of(pairs["touch"].unique().to_list(), leads)
    return first.join(pairs, on="touch").select(
        "campaign",
        pl.col("lead").alias("number"),
        pl.col("touch").cast(pl.Int64).alias("ref"),
        (pl.col("day").cast(pl.Int64) * DAY).alias("at"),
    )


def _by_hand(asked: _Asked) -> pl.DataFrame:
    with _named(asked):
        first, theirs = asked.whose("a.lead")
        return fetch(
            f"select a.campaign, a.lead, 0, a.at from {first}capture_campaignaddition a"
            f" where {theirs}a.campaign in (select campaign from chosen)",
            _FOUND,
        )


def _named(asked: _Asked) -> AbstractContextManager[str]:
    """The campaigns as the table `chosen`."""
    numbers = [one.pk for one in asked.campaigns]
    return staged(pl.DataFrame({"campaign": numbers}, schema={"campaign": pl.Int32}), "chosen")


def _write(wanted: pl.DataFrame, held: pl.DataFrame) -> int:
    """Makes the members `held` those that are `wanted`; how many rows changed."""
    gone = held.join(wanted, on=_KEY, how="anti")
    fresh = wanted.select(_MEMBER.keys()).join(held, on=list(_MEMBER), how="anti")
    if gone.height:
        with staged(gone.select(_KEY), "leaving"):
            run(
                "delete from capture_campaignmember where lead in (select lead from leaving)"
                " and (campaign, lead, how, ref) in (select campaign, lead, how, ref from leaving)"
            )
    if fresh.height:
        with staged(fresh, "joining"):
            run(
                "insert into capture_campaignmember (campaign, lead, how, ref, at)"
                " select campaign, lead, how, ref, at from joining where true"
                " on conflict (campaign, lead, how, ref) do update set at = excluded.at"
            )
    if gone.height or fresh.height:
        enqueue("site.count_campaigns", once=True)
    return gone.height + fresh.height
