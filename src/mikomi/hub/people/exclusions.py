"""除外: who is kept out of what, and why.

By mail domain (with all below it), company or lead; of several that hold, everything each of them says
counts. Scores are never touched: an exclusion keeps a lead out of what is done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.names.mail_domains import carrier_mail_domains, free_mail_domains
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.models import Company, Exclusion, Lead
from mikomi.hub.people.queries import full_name

EFFECTS: dict[str, Words] = {
    "hot": Words("ホット", "Hot"),
    "today": Words("今日連絡する人", "Call today"),
    "mail": Words("メール", "Mail"),
    "learning": Words("学習", "Learning"),
    "counts": Words("集計", "Counts"),
}
"""What somebody can be kept out of."""
EVERYTHING = tuple(EFFECTS)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is kept out, and of what, unless somebody says otherwise."""

    words: Words
    keeps_out: tuple[str, ...]
    note: Words


REASONS: dict[str, Reason] = {
    "competitor": Reason(Words("競合", "Competitor"), EVERYTHING, Words("競合の人です", "They compete")),
    "customer": Reason(
        Words("既存顧客", "Customer"),
        ("hot", "today", "counts"),
        Words("営業担当が受け持ちます", "Their owner looks after them"),
    ),
    "partner": Reason(
        Words("代理店", "Partner"),
        ("hot", "today", "learning", "counts"),
        Words("代わりに売ってくれる会社です", "They sell for us"),
    ),
    "own": Reason(Words("自社", "Our own"), EVERYTHING, Words("自社やグループの人です", "They are us")),
    "applicant": Reason(
        Words("求人応募・学生", "Applicant or student"),
        EVERYTHING,
        Words("仕事を探している人や学生です", "They look for a job, or study"),
    ),
    "vendor": Reason(
        Words("営業目的", "Selling to us"), EVERYTHING, Words("こちらに売りに来ています", "They sell to us")
    ),
    "no_calls": Reason(
        Words("電話お断り", "No calls"), ("today",), Words("電話はしません", "They are not to be called")
    ),
    "asked": Reason(
        Words("本人の求め", "Asked for by the person"),
        EVERYTHING,
        Words("自分の情報を使わないように求めています", "They asked us not to use their data"),
    ),
}
LEFT_ALONE = Words("優先度「対応しない」", "Priority: leave alone")
"""Why somebody is kept out by a priority, not by an exclusion."""
TARGETS: dict[str, Words] = {
    "lead": Words("この人だけ", "This person alone"),
    "company": Words("会社の全員", "Everybody of the company"),
    "domain": Words("ドメインの全員", "Everybody of the mail domain"),
}
COLUMNS = ("number", *EFFECTS, "reasons")


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """One exclusion as pages show it. `name`: who is meant; `url_number`: the lead's number, where it
    is one. `leads`: how many it keeps out."""

    number: int
    reason: str
    target: str
    value: str
    name: str
    keeps_out: tuple[str, ...]
    note: str
    at: datetime
    by: str
    leads: int = 0

    @property
    def reason_words(self) -> Words:
        """Why, in words."""
        return REASONS[self.reason].words if self.reason in REASONS else Words(self.reason, self.reason)

    @property
    def effects(self) -> tuple[Words, ...]:
        """What it keeps out of, in words."""
        return tuple(EFFECTS[effect] for effect in EFFECTS if effect in self.keeps_out)


def exclude(
    reason: str, target: str, value: str, keeps_out: Sequence[str] = (), note: str = "", by: int | None = None
) -> int:
    """Keeps somebody out from now on; the exclusion's number. Without `keeps_out` the reason says of
    what. The same reason and target again changes what there is.

    Raises `MikomiError` for a reason, domain, company or lead that is none.
    """
    if reason not in REASONS:
        raise MikomiError(Words("理由を選んでください", "choose a reason"))
    value = _target_value(target, value)
    effects = [effect for effect in EFFECTS if effect in keeps_out] or list(REASONS[reason].keeps_out)
    with changing() as number:
        held = Exclusion.objects.filter(reason=reason, target=target, value=value, ended_at=None).first()
        held = held or Exclusion(reason=reason, target=target, value=value, at=timezone.now(), by_id=by)
        held.keeps_out, held.note = effects, note.strip()[:500]
        held.save()
        _touch(held, number)
    return held.pk


def end_exclusion(number: int) -> None:
    """Ends an exclusion. Raises LookupError where there is none that holds."""
    _set_end(number, timezone.now(), holds=True)


def resume_exclusion(number: int) -> None:
    """Takes the end of an exclusion back. Raises LookupError where there is none that ended."""
    _set_end(number, None, holds=False)


def exclusions() -> list[ExclusionView]:
    """Every exclusion that holds, the latest first, with how many leads it keeps out."""
    held = list(Exclusion.objects.filter(ended_at=None).select_related("by").order_by("-pk"))
    hits = _hits(None)
    counts = dict(hits.group_by("exclusion").len().iter_rows())
    return [_view(one, counts.get(one.pk, 0)) for one in held]


def exclusions_of(lead: int) -> list[ExclusionView]:
    """The exclusions that hold for one lead, the latest first."""
    hits = _hits([lead])["exclusion"].to_list()
    held = Exclusion.objects.filter(pk__in=hits).select_related("by").order_by("-pk")
    return [_view(one, 0) for one in held]


def exclusions_of_company(company: int) -> list[ExclusionView]:
    """The exclusions that hold for everybody of a company: its own, and those of what was merged into it."""
    merged = Company.objects.filter(merged_into=company).values_list("pk", flat=True)
    held = Exclusion.objects.filter(
        target=Exclusion.Target.COMPANY, value__in=list(map(str, [company, *merged])), ended_at=None
    )
    return [_view(one, 0) for one in held.select_related("by").order_by("-pk")]


def excluded_frame(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """Everybody who is kept out of anything (of `lead_ids`, or of all leads), by number.

    Columns: `number` (Int32), a Boolean for each of `EFFECTS`, `reasons` (the keys, joined by commas,
    in the order of `REASONS`).
    """
    hits = _hits(lead_ids)
    schema = {"number": pl.Int32} | dict.fromkeys(EFFECTS, pl.Boolean) | {"reasons": pl.String}
    if hits.is_empty():
        return pl.DataFrame(schema=schema)
    held = Exclusion.objects.filter(ended_at=None).values_list("pk", "reason", "keeps_out")
    order = {reason: place for place, reason in enumerate(REASONS)}
    told = pl.DataFrame(
        [
            (pk, reason, order.get(reason, 99), *(effect in keeps for effect in EFFECTS))
            for pk, reason, keeps in held
        ],
        schema={"exclusion": pl.Int32, "reason": pl.String, "place": pl.Int32}
        | dict.fromkeys(EFFECTS, pl.Boolean),
        orient="row",
    )
    return (
        hits.join(told, on="exclusion")
        .sort("number", "place")
        .group_by("number", maintain_order=True)
        .agg(
            *(pl.col(effect).any() for effect in EFFECTS),
            pl.col("reason").unique(maintain_order=True).str.join(",").alias("reasons"),
        )
        .select(COLUMNS)
    )


def reasons_of(keys: str) -> list[Words]:
    """The reasons of a row of `excluded_frame` in words."""
    said = {key: reason.words for key, reason in REASONS.items()} | {"priority": LEFT_ALONE}
    return [said[key] for key in keys.split(",") if key in said]


def _hits(lead_ids: Sequence[int] | None) -> pl.DataFrame:
    """`number`, `exclusion`: which exclusions hold for which leads."""
    schema = {"number": pl.Int32, "exclusion": pl.Int32}
    held = list(Exclusion.objects.filter(ended_at=None).values_list("pk", "target", "value"))
    if not held:
        return pl.DataFrame(schema=schema)
    frame = pl.DataFrame(
        held, schema={"exclusion": pl.Int32, "target": pl.String, "value": pl.String}, orient="row"
    )
    numbered = frame.filter(pl.col("target") != "domain").with_columns(
        pl.col("value").cast(pl.Int32, strict=False).alias("subject")
    )
    asked = None if lead_ids is None else pl.Series("lead", list(lead_ids), dtype=pl.Int32).unique()
    with transaction.atomic():
        with staged(numbered.drop_nulls("subject").select("exclusion", "target", "subject"), "held_out"):
            found = fetch(
                # An exclusion of a lead that was merged holds for whom it was merged into.
                "select coalesce(l.merged_into, l.id), h.exclusion from held_out h"
                " join people_lead l on h.target = 'lead' and l.id = h.subject"
                # So does one of a company.
                " union select l.id, h.exclusion from held_out h"
                " join people_company c on h.target = 'company' and c.id = h.subject"
                " join people_lead l on l.company_id = coalesce(c.merged_into, c.id)",
                schema,
            )
        if asked is not None:
            found = found.filter(pl.col("number").is_in(asked.implode()))
        domains = frame.filter(pl.col("target") == "domain").select("exclusion", "value")
        parts = [found] if domains.is_empty() else [found, _of_domains(domains, asked)]
    return pl.concat(parts).unique(maintain_order=True)


def _of_domains(domains: pl.DataFrame, asked: pl.Series | None) -> pl.DataFrame:
    columns = "select l.id, l.email from people_lead l"
    schema = {"number": pl.Int32, "email": pl.String}
    if asked is None:
        rows = fetch(f"{columns} where l.email <> ''", schema)
    else:
        with staged(asked.to_frame(), "asked"):
            rows = fetch(f"{columns} join asked a on a.lead = l.id where l.email <> ''", schema)
    rows = rows.select("number", pl.col("email").str.extract(r"@([^@]+)$", 1).alias("domain"))
    few = rows["domain"].drop_nulls().unique().to_frame()
    pairs = few.join(domains, how="cross").filter(
        (pl.col("domain") == pl.col("value")) | pl.col("domain").str.ends_with("." + pl.col("value"))
    )
    return rows.join(pairs, on="domain").select("number", "exclusion")


def _target_value(target: str, value: str) -> str:
    value = value.strip()
    if target == Exclusion.Target.DOMAIN:
        domain = value.lower().rpartition("@")[2].strip(".")
        labels = domain.split(".")
        if len(labels) < 2 or not all(labels) or any(c.isspace() for c in domain):
            raise MikomiError(Words(f"「{value}」はドメインではありません", f"“{value}” is no mail domain"))
        shared = {*free_mail_domains()[1], *carrier_mail_domains()[1]}
        if domain in shared or any(name.startswith(".") and f".{domain}".endswith(name) for name in shared):
            raise MikomiError(
                Words(
                    f"{domain} はだれでも使えるメールです。人か会社で除外してください",
                    f"anybody can have mail at {domain}; exclude the person or the company",
                )
            )
        return domain
    there = {"company": Company, "lead": Lead}.get(target)
    if there is None or not value.isdecimal() or not there.objects.filter(pk=int(value)).exists():
        raise MikomiError(Words("除外する相手が見つかりません", "nobody like that is there"))
    return str(int(value))


def _set_end(number: int, at: datetime | None, *, holds: bool) -> None:
    with changing() as change:
        held = Exclusion.objects.filter(pk=number, ended_at__isnull=holds).first()
        if held is None:
            raise LookupError(f"no exclusion {number}")
        if at is not None:
            _touch(held, change)
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        if at is None:
            _touch(held, change)


def _touch(held: Exclusion, change: int) -> None:
    """Everybody the exclusion holds for is looked at again by the next run."""
    mine = _hits(None).filter(pl.col("exclusion") == held.pk)["number"]
    mark_changed(mine.rename("lead"), change, activity=False)
    enqueue("site.score_changed", once=True)


def _view(held: Exclusion, leads: int) -> ExclusionView:
    return ExclusionView(
        number=held.pk,
        reason=held.reason,
        target=held.target,
        value=held.value,
        name=_name(held),
        keeps_out=tuple(held.keeps_out),
        note=held.note,
        at=held.at,
        by=held.by.name if held.by else "",
        leads=leads,
    )


def _name(held: Exclusion) -> str:
    if held.target == Exclusion.Target.DOMAIN:
        return held.value
    if held.target == Exclusion.Target.COMPANY:
        return Company.objects.filter(pk=held.value).values_list("name", flat=True).first() or "—"
    lead = Lead.objects.filter(pk=held.value).first()
    return (full_name(lead.attributes) or lead.email or lead.key) if lead else "—"
