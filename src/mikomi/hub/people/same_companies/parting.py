"""Parting what a merge of companies made one, also weeks later.

People, names, notes and files go back by what the merge has kept; a lead that came since under a name of
the company that was gone goes with it, and one whose company was written anew goes by what it says now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people import companies as firms
from mikomi.hub.people.dated import SUBJECT, origin
from mikomi.hub.people.fields import label_of
from mikomi.hub.people.following import AUTOMATIC
from mikomi.hub.people.models import (
    Attachment,
    Batch,
    Change,
    Company,
    CompanyAlias,
    CompanyMerge,
    Note,
    Scope,
)
from mikomi.hub.people.same_companies.merging import leads_of
from mikomi.hub.people.taking_back import take_back_values

UNDONE = Words("この統合は、もう元に戻してあります。", "This merge was taken back already.")
ERASED = Words(
    "どちらかの会社がもう無いため、元に戻せません。",
    "One of the two companies is gone; the merge cannot be taken back.",
)
LATER = Words(
    "残した会社は、そのあと別の会社に統合されました。先にそちらの統合を元に戻してください。",
    "The kept company was merged into another one later. Take that merge back first.",
)


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
        merge = CompanyMerge.objects.select_for_update().filter(pk=number).first()
        if merge is None or merge.undone_at is not None:
            raise MikomiError(UNDONE)
        found = {company.pk: company for company in Company.objects.filter(pk__in=[merge.kept, merge.gone])}
        if len(found) < 2:
            raise MikomiError(ERASED)
        kept, gone = found[merge.kept], found[merge.gone]
        if kept.merged_into is not None or gone.merged_into != kept.pk:
            raise MikomiError(LATER)
        before = merge.before
        left = _what_came_since(merge, before["last_change"])
        left += _stayed(take_back_values(batch_id=merge.batch).stayed)
        Company.objects.filter(pk__in=before["followers"], merged_into=kept.pk).update(merged_into=gone.pk)
        Company.objects.filter(pk=gone.pk).update(merged_into=None)
        CompanyAlias.objects.filter(key__in=before["aliases"], company=kept.pk).update(company=gone.pk)
        _give_back_numbers(merge)
        left += _give_back(Note, before["notes"], merge, Words("メモ", "notes"))
        left += _give_back(Attachment, before["files"], merge, Words("ファイル", "files"))
        back = _give_back_leads(merge)
        mark_changed(pl.concat([back, leads_of(kept.pk)]), change, activity=False)
        now = timezone.now()
        CompanyMerge.objects.filter(pk=number).update(undone_at=now)
        report = {"left": len(left), "words": [{"ja": words.ja, "en": words.en} for words in left]}
        Batch.objects.filter(pk=merge.batch).update(undone_at=now, undone_by=by_id, report=report)
    return CompaniesParted(kept.pk, gone.pk, back, tuple(left))


def _what_came_since(merge: CompanyMerge, last: int) -> list[Words]:
    """Values that came to the kept company after the merge stay with it: nobody can tell whose they are."""
    since = Change.objects.filter(scope=Scope.COMPANY, subject=merge.kept, pk__gt=last, batch_id=None)
    fields = sorted({field for values in since.values_list("values", flat=True) for field in values})
    if not fields:
        return []
    ja = "、".join(label_of(field).ja for field in fields)
    en = ", ".join(label_of(field).en for field in fields)
    return [
        Words(
            f"統合のあとに入った値は、残した会社に残ります（{ja}）",
            f"Values that came after the merge stay with the kept company ({en})",
        )
    ]


def _stayed(values: Sequence[tuple[str, int, str, str, str]]) -> list[Words]:
    if not values:
        return []
    fields = sorted({field for _, _, field, _, _ in values})
    ja = "、".join(label_of(field).ja for field in fields)
    en = ", ".join(label_of(field).en for field in fields)
    return [
        Words(
            f"統合のあとに書き換えられた項目は、今の値のままです（{ja}）",
            f"Fields that were changed after the merge keep their present value ({en})",
        )
    ]


def _give_back_numbers(merge: CompanyMerge) -> None:
    """Both are found by the 法人番号 that they bear now; where that is the one from before, its row is
    the one from before, too."""
    pair = [merge.kept, merge.gone]
    firms.note_numbers(pl.Series(SUBJECT, pair, pl.Int32), origin(AUTOMATIC))
    for company, rows in zip(pair, merge.before["numbers"], strict=True):
        for key, import_id, added_at in rows:
            CompanyAlias.objects.filter(key=key, company__in=pair).update(
                company=company, import_id=import_id, added_at=datetime.fromisoformat(added_at)
            )


def _give_back(
    model: type[Note] | type[Attachment], numbers: Sequence[int], merge: CompanyMerge, what: Words
) -> list[Words]:
    there = model.objects.filter(pk__in=numbers, scope=Scope.COMPANY, subject=merge.kept)
    lost = len(numbers) - there.update(subject=merge.gone)
    if not lost:
        return []
    return [
        Words(
            f"{what.ja} {lost} 件は、統合のあとに削除または移動されたため、戻せませんでした",
            f"{lost} {what.en} were deleted or moved since and could not be given back",
        )
    ]


def _give_back_leads(merge: CompanyMerge) -> pl.Series:
    """The leads that go back to the company that was gone, moved there."""
    has = "c.\"values\" ? 'company'" if on_postgres() else "json_type(c.\"values\", '$.company') is not null"
    name = "l.attributes ->> 'company'" if on_postgres() else "l.attributes ->> '$.company'"
    mine = pl.DataFrame({"lead": merge.before["leads"]}, schema={"lead": pl.Int32})
    with staged(mine, "moved"):
        rows = fetch(
            f"select l.id, {name}, m.lead is not null, exists (select 1 from people_change c"
            f" where c.scope = 'lead' and c.subject = l.id and c.id > %s and {has})"
            " from people_lead l left join moved m on m.lead = l.id where l.company_id = %s",
            {"lead": pl.Int32, "company": pl.String, "moved": pl.Boolean, "anew": pl.Boolean},
            [merge.before["last_change"], merge.kept],
        )
    named = firms.with_keys(rows)
    told = named.join(firms.find_companies(named[firms.KEY]), on=firms.KEY, how="left")
    back = (pl.col("moved") & ~pl.col("anew")) | (pl.col(SUBJECT) == merge.gone).fill_null(False)
    leads = told.filter(back)["lead"].sort()
    with staged(leads.to_frame(), "leaving"):
        run(
            "update people_lead set company_id = %s where id in (select lead from leaving)",
            [merge.gone],
        )
    return leads
