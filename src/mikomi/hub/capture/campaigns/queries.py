"""Reading campaigns: which there are, who belongs to them, and how many as counted last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection, transaction
from django.db.models import QuerySet

from mikomi.hub.activity.queries import instant
from mikomi.hub.capture.models import Campaign, CampaignCount, CampaignMember
from mikomi.hub.capture.types import CampaignView, Joined
from mikomi.hub.kit.days import local_days
from mikomi.hub.kit.setwise import fetch, staged

OF_A_DAY = (Campaign.Kind.EXHIBITION, Campaign.Kind.SEMINAR)
"""What is over on its first day, unless a last one is known."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign with what was counted of it; `counts` None: not yet. `cost_per_lead` in yen."""

    campaign: Campaign
    counts: CampaignCount | None

    @property
    def cost_per_lead(self) -> int | None:
        """What each of its leads cost, in whole yen; None where nobody knows."""
        cost, counts = self.campaign.cost, self.counts
        return round(cost / counts.leads) if cost and counts and counts.leads else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a campaign is called and cost (yen, None where nobody said), and from when to when it ran."""

    name: str
    yen: int | None
    begins: date | None
    ends: date | None

    def of_days(self, first: date, last: date, today: date) -> int | None:
        """What of its cost falls on the days from `first` through `last`, each of its days (until `today` at
        the latest) the same; None where nobody knows, or where it did not run on them."""
        if self.yen is None or self.begins is None:
            return None
        end = max(self.begins, self.ends or today)
        shared = (min(last, end) - max(first, self.begins)).days + 1
        return round(self.yen * shared / ((end - self.begins).days + 1)) if shared > 0 else None


def choices(kind: str | None = None) -> list[CampaignView]:
    """The campaigns that can be joined (of one kind), the latest first."""
    held = Campaign.objects.filter(archived_at=None)
    if kind is not None:
        held = held.filter(kind=kind)
    return [_view(one) for one in _latest_first(held)]


def campaign(number: int) -> CampaignView | None:
    """One campaign, an archived one, too; None where there is none."""
    held = Campaign.objects.filter(pk=number).first()
    return None if held is None else _view(held)


def names() -> dict[int, str]:
    """What every campaign is called, those that are archived, too; the latest first."""
    return {one.pk: one.name for one in _latest_first(Campaign.objects.all())}


def costs() -> dict[int, Cost]:
    """What every campaign is called and cost, by number, those that are archived, too."""
    held = Campaign.objects.values_list("pk", "name", "cost", "begins", "ends")
    return {number: Cost(*told) for number, *told in held}


def listed(*, archived: bool) -> list[Listed]:
    """The campaigns with their counts, the latest first."""
    held = list(_latest_first(Campaign.objects.filter(archived_at__isnull=not archived)))
    counts = CampaignCount.objects.in_bulk([one.pk for one in held])
    return [Listed(one, counts.get(one.pk)) for one in held]


def counts_of(number: int) -> CampaignCount | None:
    """What was counted last of a campaign."""
    return CampaignCount.objects.filter(pk=number).first()


def joined_by(lead: int) -> list[Joined]:
    """The campaigns that a lead (its number) belongs to, joined last first."""
    rows = CampaignMember.objects.filter(lead=lead).order_by("at")
    found: dict[int, list[CampaignMember]] = {}
    for row in rows:
        found.setdefault(row.campaign, []).append(row)
    held = Campaign.objects.in_bulk(list(found))
    told = [
        Joined(
            campaign=_view(held[number]),
            how=tuple(dict.fromkeys(str(CampaignMember.How(row.how).label) for row in members)),
            at=instant(members[0].at),
            by_hand=any(row.how == CampaignMember.How.HAND for row in members),
        )
        for number, members in found.items()
        if number in held
    ]
    return sorted(told, key=lambda one: one.at, reverse=True)


def members(number: int, before: tuple[int, int] | None, limit: int) -> list[tuple[int, int]]:
    """Who belongs to a campaign, joined last first: (since when in µs UTC, lead), each lead once. `before`:
    such a pair, where the page above ended."""
    since, lead = before or (2**62, 0)
    # The sign keeps SQLite from looking through all who joined earlier: a lead's own rows are few.
    rows = fetch(
        "select m.at, m.lead from capture_campaignmember m where m.campaign = %s"
        " and (m.at, m.lead) < (%s, %s) and not exists"
        " (select 1 from capture_campaignmember o where o.campaign = m.campaign"
        " and o.lead = m.lead and (+o.at, o.how, o.ref) < (m.at, m.how, m.ref))"
        " order by m.at desc, m.lead desc limit %s",
        {"at": pl.Int64, "lead": pl.Int32},
        [number, since, lead, limit],
    )
    return list(rows.iter_rows())


def ways_of(number: int, leads: Sequence[int]) -> dict[int, list[str]]:
    """By what each of a page's leads came to a campaign, in words."""
    found: dict[int, list[str]] = {}
    rows = CampaignMember.objects.filter(campaign=number, lead__in=leads).order_by("at")
    for lead, how in rows.values_list("lead", "how"):
        word = str(CampaignMember.How(how).label)
        if word not in found.setdefault(lead, []):
            found[lead].append(word)
    return found


def names_of(leads: Sequence[int]) -> dict[int, list[str]]:
    """The names of the campaigns of a page's leads, by lead."""
    asked = pl.DataFrame({"lead": leads}, schema={"lead": pl.Int32}).unique()
    with transaction.atomic(), staged(asked, "asked"):
        rows = fetch(
            "select distinct m.lead, c.name, c.id from asked a"
            " join capture_campaignmember m on m.lead = a.lead"
            " join capture_campaign c on c.id = m.campaign order by c.id desc",
            {"lead": pl.Int32, "name": pl.String, "id": pl.Int32},
        )
    grouped = rows.group_by("lead", maintain_order=True).agg("name")
    return dict(zip(grouped["lead"].to_list(), grouped["name"].to_list(), strict=True))


def leads_with(numbers: Iterable[int], most: int) -> list[int] | None:
    """The leads of any of these campaigns, or None where they are more than `most`."""
    wanted = [int(number) for number in numbers]
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select lead from capture_campaignmember where campaign in ({places}) limit %s",
            [*wanted, most + 1],
        )
        found = [row[0] for row in cursor.fetchall()]
    return None if len(found) > most else sorted(set(found))


def has_joined(leads: str, count: int) -> str:
    """SQL that holds where the lead of the table `leads` belongs to any of `count` campaigns (parameters);
    asked row by row, as `people.labels.has_label` is."""
    places = ", ".join(["%s"] * count)
    held = f"m.lead = {leads}.lead_id and m.campaign in ({places})"
    return f"(select 1 from capture_campaignmember m where {held} limit 1) = 1"


def member_count() -> int:
    """How many rows say who belongs to which campaign."""
    return CampaignMember.objects.count()


def has_members() -> bool:
    """Whether anybody belongs to a campaign."""
    return CampaignMember.objects.exists()


def member_days() -> pl.DataFrame:
    """Who belongs to which campaign, each once: `campaign`, `lead`, `day` since when (since 1970; the
    campaign's first day where it is known and comes before)."""
    rows = fetch(
        "select m.campaign, m.lead, min(m.at) from capture_campaignmember m group by m.campaign, m.lead",
        {"campaign": pl.Int32, "lead": pl.Int32, "at": pl.Int64},
    )
    first = pl.DataFrame(
        list(Campaign.objects.values_list("pk", "begins")),
        schema={"campaign": pl.Int32, "begins": pl.Date},
        orient="row",
    )
    told = rows.join(first, on="campaign", how="left")
    day = pl.min_horizontal(local_days(pl.col("at")), pl.col("begins").cast(pl.Int32))
    return told.select("campaign", "lead", day.alias("day"))


def join_days() -> pl.DataFrame:
    """Since when people belong to campaigns, each once: `campaign`, `lead`, `day` (since 1970). What they did
    has its own day. Whoever was put in by a list or by hand joined while the campaign ran, on its last day at
    the latest; a fair or seminar of which no last day is known was on its first."""
    rows = fetch(
        "select campaign, lead, at, case when how in (%s, %s) then 1 else 0 end from capture_campaignmember",
        {"campaign": pl.Int32, "lead": pl.Int32, "at": pl.Int64, "put": pl.Int8},
        [CampaignMember.How.IMPORT.value, CampaignMember.How.HAND.value],
    )
    last = pl.DataFrame(
        [
            (one.pk, one.ends or (one.begins if one.kind in OF_A_DAY else None))
            for one in Campaign.objects.only("begins", "ends", "kind")
        ],
        schema={"campaign": pl.Int32, "last": pl.Date},
        orient="row",
    )
    told = rows.join(last, on="campaign", how="left").with_columns(local_days(pl.col("at")).alias("day"))
    day = pl.when(pl.col("put") == 1).then(pl.min_horizontal("day", pl.col("last").cast(pl.Int32)))
    told = told.with_columns(day.otherwise("day").alias("day"))
    return told.group_by("campaign", "lead").agg(pl.col("day").min())


def _latest_first(held: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return held.order_by("-begins", "-pk")


def _view(held: Campaign) -> CampaignView:
    return CampaignView(held.pk, held.name, held.kind)
