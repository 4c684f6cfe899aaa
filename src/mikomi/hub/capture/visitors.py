"""Visitors as they are stored: found for browsers, settled by claims, joined to their leads.

Set-wise; everything here stands inside `activity.changes.changing()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from django.db import transaction

from mikomi.core.machines.browsers import browser_families
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.queries import leads_of_keys
from mikomi.hub.activity.retention import forget_subjects
from mikomi.hub.activity.services import attach, detach
from mikomi.hub.capture import touches
from mikomi.hub.capture.identity import Claim, How, Known, Minds, subject_key
from mikomi.hub.capture.models import Linking, TokenUse, Visitor
from mikomi.hub.capture.queries import published
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people.duplicates.queries import merged_into
from mikomi.hub.people.queries import standing_numbers

BROWSER = ("source", "anonymous")
FORGET_AT_ONCE = 2_000
DAY = 86_400_000_000
VISITOR = {
    "visitor": pl.Int32,
    "source": pl.Int32,
    "anonymous": pl.String,
    "generation": pl.Int32,
    "since": pl.Int64,
}
_BELIEVED = {
    **VISITOR,
    "lead": pl.Int32,
    "certainty": pl.String,
    "how": pl.String,
    "joined": pl.Int8,
}


def settle(claims: Sequence[Claim], number: int) -> None:
    """Takes claims in (leads are numbers that stand) and joins visitors that are sure by now, with
    change `number`."""
    if not claims:
        return
    minds = _minds(claims)
    minds.settle(claims)
    _write(list(minds.changed()), claims)
    uses = [(c.mail, c.lead, minds.visitors[c.browser][-1].id, c.at) for c in minds.fresh_uses]
    TokenUse.objects.bulk_create(
        [TokenUse(mail=m, lead=lead, visitor=v, at=at) for m, lead, v, at in uses], ignore_conflicts=True
    )
    if published() is not None:
        _join([v for visitors in minds.visitors.values() for v in visitors], number)


def identified(source: int, anonymous: str, lead: int, how: How, at: int) -> None:
    """Says that lead (a number) is at a browser at `at` (µs UTC): for our own pages, which know."""
    with changing() as number:
        stands = standing_numbers({lead})
        if anonymous and lead in stands:
            settle([Claim((source, anonymous), at, stands[lead], how)], number)


def visitors_at(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` (`source`, `anonymous`, `at` in µs) with `visitor`, its number, and `key`, its subject's;
    browsers that were never seen begin their first visitor."""
    browsers = rows.select(*BROWSER).unique(maintain_order=True)
    _begin(rows)
    with staged(browsers, "browsers"):
        known = fetch(
            "select v.id, v.source, v.anonymous, v.generation, v.since from browsers b"
            " join capture_visitor v on v.source = b.source and v.anonymous = b.anonymous",
            VISITOR,
        )
    placed = (
        rows.with_row_index("#row")
        .sort("at")
        .join_asof(
            known.sort("since"),
            left_on="at",
            right_on="since",
            by=list(BROWSER),
            strategy="backward",
            check_sortedness=False,
        )
    )
    first = known.filter(pl.col("generation") == 0).select(*BROWSER, pl.col("visitor").alias("#first"))
    key = pl.format("visitor:{}:{}", "source", "anonymous") + pl.when(pl.col("generation") > 0).then(
        pl.format("/{}", "generation")
    ).otherwise(pl.lit(""))
    return (
        placed.join(first, on=list(BROWSER), how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("visitor", "#first").alias("visitor"),
            pl.col("generation").fill_null(0),
        )
        .with_columns(key.alias("key"))
        .sort("#row")
        .drop("#row", "#first", "since", "generation")
    )


def note_seen(rows: pl.DataFrame) -> None:
    """Writes down when visitors were seen, from where and by which browser: `visitor`, `at` (µs),
    `address`, `agent`."""
    ordered = rows.with_columns(browser=browser_families(rows["agent"])).sort("at")
    spans = ordered.group_by("visitor").agg(
        pl.col("at").first().alias("first"),
        pl.col("at").last().alias("last"),
        pl.col("address").last(),
        pl.col("browser").first(),
        pl.col("at").diff().max().fill_null(0).alias("gap"),
    )
    least, most = ("least", "greatest") if on_postgres() else ("min", "max")
    # Who was seen before has no browser of the first visit.
    from_first = "capture_visitor.browser = '' and s.first <= capture_visitor.first_seen"
    with staged(spans, "seen"):
        run(
            "update capture_visitor set"
            f" first_seen = {least}(capture_visitor.first_seen, s.first),"
            f" last_seen = {most}(capture_visitor.last_seen, s.last), address = s.address,"
            f" browser = case when {from_first} then s.browser else capture_visitor.browser end,"
            f" absent = {most}(capture_visitor.absent,"
            f" {most}(s.gap, s.first - capture_visitor.last_seen) / {DAY})"
            " from seen s where s.visitor = capture_visitor.id"
        )


def confirm_linking(by: str, url: str, at: object) -> int:
    """Writes down that the privacy text is published, and joins all visitors that are known for sure.
    How many were joined."""
    with changing() as number:
        Linking.objects.update_or_create(id=1, defaults={"confirmed_at": at, "confirmed_by": by, "url": url})
        waiting = Visitor.objects.filter(certainty=Visitor.Certainty.SURE, joined=False)
        return _join(_standing(list(map(_known_of, waiting))), number)


def stop_linking() -> None:
    """From now on visitors are joined to nobody; those that are joined stay so."""
    Linking.objects.all().delete()


def part(visitor: int, lead: int) -> None:
    """Says that a visitor is not lead `lead`, whom it was taken for: its events leave the lead and wait
    for whoever it turns out to be. Raises LookupError where it is not that lead's (any more)."""
    with changing() as number:
        held = _taken_for(visitor, lead)
        if held.joined:
            detach([subject_key(held.source, held.anonymous, held.generation)], number)
        held.certainty, held.joined = Visitor.Certainty.UNKNOWN, False
        held.save(update_fields=["certainty", "joined"])
        touches.follow([lead])


def give_back(visitor: int, lead: int) -> None:
    """Takes `part` back: the visitor is the lead's for sure. Raises LookupError where somebody else was
    seen there since."""
    with changing() as number:
        held = _taken_for(visitor, lead)
        held.certainty = Visitor.Certainty.SURE
        held.save(update_fields=["certainty"])
        if published() is not None:
            _join(_standing([_known_of(held)]), number)


def part_leads(kept: int, gone: int) -> None:
    """After a merge of two leads was taken back: visitors of the one that had gone, joined meanwhile,
    take their events with them."""
    with changing() as number:
        joined = Visitor.objects.filter(lead__in=[gone, *merged_into([gone])], joined=True)
        names = joined.values_list("source", "anonymous", "generation")
        tied = leads_of_keys(pl.Series("key", [subject_key(*name) for name in names], pl.String))
        leaving = tied.filter(pl.col("lead") == kept).with_columns(lead=pl.lit(gone, pl.Int32))
        detach(leaving["key"].to_list(), number)
        attach(leaving, number)


def _taken_for(visitor: int, lead: int) -> Visitor:
    held = Visitor.objects.select_for_update().filter(pk=visitor).first()
    if held is None or held.lead is None or standing_numbers({held.lead}).get(held.lead) != lead:
        raise LookupError(f"visitor {visitor} is not lead {lead}")
    return held


def forget(leads: Sequence[int]) -> None:
    """Deletes the visitors of leads that are erased, and what was guessed about them; the events of
    visitors that never were theirs stay, of nobody. Their own go with the leads' facts."""
    with transaction.atomic():
        theirs = Visitor.objects.filter(lead__in=leads, certainty="sure")
        touches.forget(list(theirs.values_list("pk", flat=True)))
        theirs.delete()
        Visitor.objects.filter(lead__in=leads).update(lead=None, certainty="", how="")
        TokenUse.objects.filter(lead__in=leads).delete()


def forget_unknown(before: int) -> int:
    """Deletes some visitors last seen before `before` (µs UTC) of whom nobody knows who they are, with
    all they did; how many went, 0 where none are left."""
    with transaction.atomic():
        some = list(
            Visitor.objects.filter(last_seen__lt=before, joined=False)
            .exclude(certainty=Visitor.Certainty.SURE)
            .order_by("last_seen")[:FORGET_AT_ONCE]
        )
        forget_subjects([subject_key(v.source, v.anonymous, v.generation) for v in some])
        TokenUse.objects.filter(visitor__in=[v.pk for v in some]).delete()
        touches.forget([v.pk for v in some])
        Visitor.objects.filter(pk__in=[v.pk for v in some]).delete()
    return len(some)


def _minds(claims: Sequence[Claim]) -> Minds:
    """What is known of the browsers of the claims, and of all that used the same mails' links."""
    mails = pl.DataFrame(
        [(c.mail, c.lead) for c in claims if c.how == "mail"],
        schema={"mail": pl.String, "lead": pl.Int32},
        orient="row",
    ).unique()
    asked = {c.browser for c in claims}
    uses: dict[tuple[str, int], set[tuple[int, str]]] = {}
    if mails.height:
        # All links that were ever sent to these leads: a second mail confirms what the first one guessed.
        with staged(mails.select("lead").unique(), "receivers"):
            found = fetch(
                "select u.mail, u.lead, v.source, v.anonymous from receivers r"
                " join capture_tokenuse u on u.lead = r.lead join capture_visitor v on v.id = u.visitor",
                {"mail": pl.String, "lead": pl.Int32, "source": pl.Int32, "anonymous": pl.String},
            )
        for mail, lead, source, anonymous in found.iter_rows():
            uses.setdefault((mail, lead), set()).add((source, anonymous))
        told = set(mails.iter_rows())
        asked |= {browser for key, users in uses.items() if key in told for browser in users}
    browsers = pl.DataFrame(sorted(asked), schema={"source": pl.Int32, "anonymous": pl.String}, orient="row")
    with staged(browsers, "browsers"):
        rows = fetch(
            "select v.id, v.source, v.anonymous, v.generation, v.since, v.lead, v.certainty, v.how,"
            f" {'v.joined::int' if on_postgres() else 'v.joined'} from browsers b"
            " join capture_visitor v on v.source = b.source and v.anonymous = b.anonymous"
            " order by v.source, v.anonymous, v.generation",
            _BELIEVED,
        )
    minds = Minds({}, uses)
    for known in _standing(list(map(_known, rows.iter_rows()))):
        minds.visitors.setdefault(known.browser, []).append(known)
    return minds


def _known(row: tuple) -> Known:
    id_, source, anonymous, generation, since, lead, certainty, how, joined = row
    return Known((source, anonymous), generation, since, lead, certainty, how, bool(joined), id_)


def _known_of(held: Visitor) -> Known:
    browser = (held.source, held.anonymous)
    return Known(
        browser,
        held.generation,
        held.since,
        held.lead,
        held.certainty,
        held.how,
        held.joined,
        held.pk,
    )


def _standing(visitors: list[Known]) -> list[Known]:
    """The visitors, those of merged leads with the lead that stands for it now."""
    stands = standing_numbers({v.lead for v in visitors if v.lead is not None})
    for visitor in visitors:
        if visitor.lead is not None:
            visitor.lead = stands.get(visitor.lead)
    return visitors


def _write(visitors: Sequence[Known], claims: Sequence[Claim]) -> None:
    at = {c.browser: c.at for c in claims}
    begun = [v for v in visitors if v.id is None]
    made = Visitor.objects.bulk_create(
        Visitor(
            source=v.browser[0],
            anonymous=v.browser[1],
            generation=v.generation,
            since=v.since,
            lead=v.lead,
            certainty=v.certainty,
            how=v.how,
            first_seen=at.get(v.browser, v.since),
            last_seen=at.get(v.browser, v.since),
        )
        for v in begun
    )
    for visitor, row in zip(begun, made, strict=True):
        visitor.id = row.pk
    Visitor.objects.bulk_update(
        [Visitor(id=v.id, lead=v.lead, certainty=v.certainty, how=v.how) for v in visitors if v not in begun],
        ["lead", "certainty", "how"],
        batch_size=200,
    )


def _join(visitors: Iterable[Known], number: int) -> int:
    """Gives the events of sure visitors to their leads; how many were given."""
    waiting = [v for v in visitors if v.certainty == "sure" and v.lead is not None and not v.joined]
    if not waiting:
        return 0
    keys = [(subject_key(*v.browser, v.generation), v.lead) for v in waiting]
    attach(
        pl.DataFrame(keys, schema={"key": pl.String, "lead": pl.Int32}, orient="row"),
        number,
    )
    Visitor.objects.filter(pk__in=[v.id for v in waiting]).update(joined=True)
    touches.follow([v.lead for v in waiting if v.lead is not None])
    return len(waiting)


def _begin(rows: pl.DataFrame) -> None:
    spans = rows.group_by(*BROWSER, maintain_order=True).agg(
        pl.col("at").min().alias("first"), pl.col("at").max().alias("last")
    )
    with staged(spans, "arrived"):
        run(
            "insert into capture_visitor (source, anonymous, generation, since, certainty, how, joined,"
            " first_seen, last_seen, address, browser, absent)"
            " select a.source, a.anonymous, 0, 0, '', '', %s, a.first,"
            " a.last, '', '', 0 from arrived a where not exists (select 1 from capture_visitor v"
            " where v.source = a.source and v.anonymous = a.anonymous)",
            [False],
        )
