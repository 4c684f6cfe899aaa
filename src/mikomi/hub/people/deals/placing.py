"""Whose a deal is: the person that it names, else one of its company, else it waits with a reason.

Of a company it is who was handed to sales, else who had done most in the days before the deal was opened:
nothing that came after may choose. Once found, it stays, unless the person that it names appears.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.results import give_subjects
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.companies import KEY, key_of, recognise
from mikomi.hub.people.dated import SUBJECT
from mikomi.hub.people.models import Deal

DAYS_BEFORE = 90
"""So many days before a deal was opened count for who of its company did most."""

type Handed = Callable[[pl.Series], pl.DataFrame]
"""Companies (numbers) -> `company`, `lead`: who of each was handed to sales last."""

_handed: list[Handed] = []

_ROWS: dict[str, type[pl.DataType]] = {
    "deal": pl.Int32,
    "subject": pl.Int32,
    "company": pl.Int32,
    "company_text": pl.String,
    "lead_key": pl.String,
    "email": pl.String,
    "day": pl.Int32,
    "basis": pl.String,
    "waits": pl.String,
    "forgotten": pl.Int8,
}


def tell_handed(teller: Handed) -> None:
    """Has `teller` asked who of a company was handed to sales: the part that hands over says so."""
    if teller not in _handed:
        _handed.append(teller)


def place(deals: pl.Series | None = None) -> int:
    """Finds the leads of deals (numbers; None: of all that wait, or stand with somebody that they do not
    name); how many changed. In a transaction of its own where there is none."""
    columns = (
        "select d.id, d.subject, d.company, d.company_text, d.lead_key, d.email,"
        " coalesce(d.opened, d.closed, 0), d.basis, d.waits, case when d.forgotten then 1 else 0 end"
    )
    with changing():
        if deals is None:
            rows = fetch(f"{columns} from people_deal d where d.basis in ('', 'handed', 'best')", _ROWS)
        else:
            with staged(deals.unique().alias("deal").to_frame(), "to_place"):
                rows = fetch(f"{columns} from to_place p join people_deal d on d.id = p.deal", _ROWS)
        if rows.is_empty():
            return 0
        rows = stands_for(rows)
        named = pl.concat([_by_key(rows), _by_mail(rows)]).unique("deal", keep="first", maintain_order=True)
        found = rows.join(named, on="deal", how="left", maintain_order="left")
        open_ = found.filter(
            pl.col("lead").is_null()
            & (pl.col("basis") != Deal.Basis.HANDED)
            & (pl.col("basis") != Deal.Basis.BEST)
            & (pl.col("forgotten") == 0)
            & pl.col("firm").is_not_null()
        )
        firms = _of_companies(open_)
        found = found.join(firms, on="deal", how="left", maintain_order="left").with_columns(
            pl.coalesce("lead", "colleague").alias("lead"),
            pl.coalesce("how", "way").alias("how"),
        )
        kept = found["lead"].is_null() & found["basis"].is_in([Deal.Basis.HANDED, Deal.Basis.BEST])
        return _write(found.with_columns(kept.alias("kept")))


def stands_for(rows: pl.DataFrame) -> pl.DataFrame:
    """Deals (`company_text`) with the company that is found for them now (`found`), and `firm`, what stands
    for it."""
    keyed = rows.with_columns(key_of(rows["company_text"]).alias(KEY))
    found = recognise(keyed[KEY]).rename({SUBJECT: "found"})
    keyed = keyed.join(found, on=KEY, how="left", maintain_order="left")
    with staged(found["found"].unique().alias("company").to_frame(), "firms"):
        stands = fetch(
            "select c.id, coalesce(c.merged_into, c.id) from firms f"
            " join people_company c on c.id = f.company",
            {"found": pl.Int32, "firm": pl.Int32},
        )
    return keyed.join(stands, on="found", how="left", maintain_order="left").drop(KEY)


def _by_key(rows: pl.DataFrame) -> pl.DataFrame:
    asked = rows.filter(pl.col("lead_key") != "").select("deal", key="lead_key")
    with staged(asked, "keyed"):
        return fetch(
            "select k.deal, l.id, 'lead' from keyed k cross join people_lead m cross join people_lead l"
            " where m.key = k.key and l.id = coalesce(m.merged_into, m.id) and l.trashed_at is null",
            {"deal": pl.Int32, "lead": pl.Int32, "how": pl.String},
        )


def _by_mail(rows: pl.DataFrame) -> pl.DataFrame:
    """The one lead with the address, or into whom that was merged; of several the one of the deal's
    company."""
    asked = rows.filter(pl.col("email") != "").select("deal", "email", "firm")
    with staged(asked.select("email").unique(), "mailed"):
        leads = fetch(
            # Crossed, since SQLite would otherwise begin with all leads that are not in the trash.
            "select distinct m.email, l.id, l.company_id from mailed m cross join people_lead n"
            " cross join people_lead l where n.email = m.email and l.id = coalesce(n.merged_into, n.id)"
            " and l.trashed_at is null",
            {"email": pl.String, "lead": pl.Int32, "of": pl.Int32},
        )
    pairs = asked.join(leads, on="email")
    alone = pairs.filter(pl.len().over("deal") == 1)
    several = pairs.filter((pl.len().over("deal") > 1) & (pl.col("of") == pl.col("firm")))
    several = several.filter(pl.len().over("deal") == 1)
    return pl.concat([alone, several]).select("deal", "lead", pl.lit("mail").alias("how"))


def _of_companies(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each deal's company who was handed over, else who did most before: `deal`, `colleague`, `way`."""
    schema = {"deal": pl.Int32, "colleague": pl.Int32, "way": pl.String}
    if rows.is_empty():
        return pl.DataFrame(schema=schema)
    firms = rows["firm"].unique()
    handed = [teller(firms).select("company", "lead") for teller in _handed]
    first = pl.concat(handed).unique("company", keep="first") if handed else None
    parts = [pl.DataFrame(schema=schema)]
    if first is not None and first.height:
        given = rows.join(first, left_on="firm", right_on="company")
        parts.append(
            given.select("deal", colleague=pl.col("lead_right").cast(pl.Int32), way=pl.lit("handed"))
        )
        rows = rows.join(given.select("deal"), on="deal", how="anti")
    asked = rows.select("firm", "day").unique()
    with staged(asked, "asked_firms"):
        best = fetch(
            "select q.firm, q.day, l.id, coalesce(sum(a.n), 0) from asked_firms q cross join people_lead l"
            " left join activity_activity a on a.lead = l.id and a.day <= q.day and a.day > q.day - %s"
            " where l.company_id = q.firm and l.trashed_at is null and l.merged_into is null"
            " group by q.firm, q.day, l.id",
            {"firm": pl.Int32, "day": pl.Int32, "colleague": pl.Int32, "n": pl.Int64},
            [DAYS_BEFORE],
        )
    best = best.sort("n", "colleague", descending=[True, False]).unique(
        ["firm", "day"], keep="first", maintain_order=True
    )
    told = rows.join(best, on=["firm", "day"])
    parts.append(told.select("deal", "colleague", pl.lit("best").alias("way")))
    return pl.concat(parts)


def _write(found: pl.DataFrame) -> int:
    waits = (
        pl.when(pl.col("lead").is_not_null() | pl.col("kept"))
        .then(pl.lit(""))
        .when(pl.col("forgotten") == 1)
        .then(pl.lit(Deal.Waits.ERASED.value))
        .when(pl.col("firm").is_not_null())
        .then(pl.lit(Deal.Waits.PEOPLE.value))
        .when((pl.col("company_text") != "") & (pl.col("email") == ""))
        .then(pl.lit(Deal.Waits.COMPANY.value))
        .otherwise(pl.lit(Deal.Waits.PERSON.value))
    )
    told = found.with_columns(
        waits.alias("why"),
        pl.when("kept").then("basis").otherwise(pl.col("how").fill_null("")).alias("by"),
    )
    moved = told.filter(
        (pl.col("by") != pl.col("basis"))
        | (pl.col("why") != pl.col("waits"))
        | (pl.col("found").ne_missing(pl.col("company")))
    )
    given = told.filter(~pl.col("kept") & pl.col("subject").is_not_null())
    with staged(given.select("subject", "lead"), "offered"):
        # Another lead than now, or nobody: who was merged since stays with whom it was merged into.
        other = fetch(
            "select o.subject, o.lead from offered o join activity_subject s on s.id = o.subject"
            " where s.lead is distinct from o.lead",
            {"subject": pl.Int32, "lead": pl.Int32},
        )
    if other.height:
        give_subjects(other)
        enqueue("site.score_changed", once=True)
    if moved.height:
        with staged(
            moved.select("deal", pl.col("by").alias("basis_now"), "why", pl.col("found").cast(pl.Int32)),
            "placed",
        ):
            run(
                "update people_deal set basis = placed.basis_now, waits = placed.why, company = placed.found"
                " from placed where placed.deal = people_deal.id"
            )
    return moved.height
