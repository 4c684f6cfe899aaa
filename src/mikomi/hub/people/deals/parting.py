"""Deals that came while two leads or two companies were one, when these are parted."""

from __future__ import annotations

import polars as pl

from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.deals.placing import place, stands_for


def part_deals_of_people(key: str, email: str) -> None:
    """Gives the lead with this key and mail address the deals that name it. In a transaction, after it is
    there again."""
    named = fetch(
        "select id from people_deal where lead_key = %s or (email = %s and email <> '')",
        {"deal": pl.Int32},
        [key, email],
    )["deal"]
    if len(named):
        place(named)


def part_deals_of_companies(kept: int, gone: int) -> None:
    """Finds the companies of deals of either anew, and who of them those that name no person count for: a
    deal of one does not stay with somebody of the other. In a transaction, after both are there again."""
    rows = fetch(
        "select d.id, d.company_text, case when d.basis in ('handed', 'best') then l.company_id end"
        " from people_deal d left join activity_subject s on s.id = d.subject"
        " left join people_lead l on l.id = s.lead where d.company in (%s, %s)",
        {"deal": pl.Int32, "company_text": pl.String, "of": pl.Int32},
        [kept, gone],
    )
    if rows.is_empty():
        return
    strays = stands_for(rows).filter(pl.col("of").is_in([kept, gone]) & (pl.col("of") != pl.col("firm")))
    with staged(strays.select("deal"), "strays"):
        run("update people_deal set basis = '' where id in (select deal from strays)")
    place(rows["deal"])
