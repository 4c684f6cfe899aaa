"""Parting what a merge of companies made one, also weeks later.

People, names, notes and files go back by what the merge has kept; a lead that came since under a name of
the company that was gone goes with it, and one that says another company than then goes by what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from mikomi.core.words import Words
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.setwise import run, staged
from mikomi.hub.people import companies as firms
from mikomi.hub.people.dated import SUBJECT, origin
from mikomi.hub.people.deals.parting import part_deals_of_companies
from mikomi.hub.people.models import Company, CompanyAlias
from mikomi.hub.people.models.same import Merging
from mikomi.hub.people.same.merging import end_merge, held_merge, take_apart, take_back
from mikomi.hub.people.same_companies.companies import COMPANIES
from mikomi.hub.people.same_companies.merging import leads_of, names_of
from mikomi.hub.people.value_sources import AUTOMATIC


@dataclass(frozen=True, slots=True)
class CompaniesParted:
    """What an undo did: the companies, the leads that went back (Int32), and what could not be given
    back, in words."""

    kept: int
    gone: int
    leads: pl.Series
    left: tuple[Words, ...]


def part(number: int, *, by_id: int | None = None) -> CompaniesParted:
    """Takes merge `number` of companies back. One transaction. Raises `MikomiError` where it cannot be."""
    with changing() as change:
        merge, kept, gone = held_merge(COMPANIES, number)
        left = take_back(COMPANIES, merge) + take_apart(COMPANIES, merge)
        CompanyAlias.objects.filter(key__in=merge.before["aliases"], company=kept.pk).update(company=gone.pk)
        _give_back_numbers(merge)
        back = _give_back_leads(merge)
        mark_changed(pl.concat([back, leads_of(kept.pk)]), change, activity=False)
        end_merge(COMPANIES, merge, left, by_id)
        part_deals_of_companies(kept.pk, gone.pk)
    return CompaniesParted(kept.pk, gone.pk, back, tuple(left))


def _give_back_numbers(merge: Merging) -> None:
    """Both are found by the 法人番号 that they bear now; where that is the one from before, its row is
    the one from before, too, whoever has come to it by another un-merge since."""
    pair = [merge.kept, merge.gone]
    firms.note_numbers(pl.Series(SUBJECT, pair, pl.Int32), origin(AUTOMATIC))
    for company, rows in zip(pair, merge.before["numbers"], strict=True):
        bears = firms.number_key(Company.objects.get(pk=company).attributes)
        for key, import_id, added_at in rows:
            if key == bears:
                CompanyAlias.objects.filter(key=key).update(
                    company=company, import_id=import_id, added_at=datetime.fromisoformat(added_at)
                )


def _give_back_leads(merge: Merging) -> pl.Series:
    """The leads that go back to the company that was gone, moved there."""
    then = [(int(lead), name) for lead, name in merge.before["leads"].items()]
    moved = pl.DataFrame(then, {"lead": pl.Int32, "company": pl.String}, orient="row")
    told = firms.with_keys(names_of(merge.kept))
    told = told.join(firms.find_companies(told[firms.KEY]), on=firms.KEY, how="left")
    told = told.join(moved.with_columns(moved=True), on=["lead", "company"], how="left")
    back = pl.col("moved").fill_null(False) | (pl.col(SUBJECT) == merge.gone).fill_null(False)
    leads = told.filter(back)["lead"].sort()
    with staged(leads.to_frame(), "leaving"):
        run(
            "update people_lead set company_id = %s where id in (select lead from leaving)",
            [merge.gone],
        )
    return leads
