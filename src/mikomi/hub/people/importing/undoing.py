"""Taking a whole import back: what was there before is there again, and what could not be is said.

In steps of their own, each one transaction, that may be done again: a program that is killed on the way
goes on. Leads that the import made go, unless something else hangs on them since: then they stay as they
are, with what the import said of them, and are named. One that a later file names, too, stays with what
that file says, as if that one had made it: it goes with that one. Refusals are never taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.hub.activity import taking_back as facts
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.consent import services as consent
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.kit.small_cache import small_cache
from mikomi.hub.people.companies import forget_names
from mikomi.hub.people.deals.taking_back import release_deals, take_back_deals_of
from mikomi.hub.people.importing import mending
from mikomi.hub.people.importing.handing_on import (
    hand_over,
    leave_to_heirs,
    let_others_have_made,
    named_elsewhere,
    same_file_later,
)
from mikomi.hub.people.importing.made_fields import field_sentences, take_fields
from mikomi.hub.people.importing.report import sentence
from mikomi.hub.people.importing.undo_words import NOTHING_THERE, WHY, undo_sentences
from mikomi.hub.people.models import Import, LeadList, LeadTag, ListMember, Scope, Tag
from mikomi.hub.people.taking_back import TakenBack, take_back_values
from mikomi.hub.people.value_sources import AUTOMATIC

LEADS_A_STEP = 10_000
NAMED_KEPT = 200
"""So many leads and companies that stay are named; all are counted."""

_OF_LEADS = {
    "changes": "select subject from people_change where scope = 'lead'"
    " and subject in (select lead from leaving) and (import_id is null or import_id <> %s)"
    f" and source <> '{AUTOMATIC}'",
    "notes": "select subject from people_note where scope = 'lead' and subject in (select lead from leaving)"
    " union select subject from people_attachment where scope = 'lead'"
    " and subject in (select lead from leaving)",
    "labels": "select lead from people_leadtag where lead in (select lead from leaving)"
    " and (import_id is null or import_id <> %s) union select lead from people_listmember"
    " where lead in (select lead from leaving) and (import_id is null or import_id <> %s)",
    "merges": "select kept from people_merge where undone_at is null and kept in (select lead from leaving)"
    " union select gone from people_merge where undone_at is null and gone in (select lead from leaving)"
    " union select id from people_lead where merged_into is not null and id in (select lead from leaving)",
    "exclusions": "select cast(value as integer) from people_exclusion where target = 'lead'"
    " and value in (select cast(lead as text) from leaving)",
}
_OF_COMPANIES = {
    "leads": "select company_id from people_lead where company_id in (select lead from leaving)",
    "changes": "select subject from people_change where scope = 'company'"
    " and subject in (select lead from leaving) and (import_id is null or import_id <> %s)",
    "notes": "select subject from people_note where scope = 'company'"
    " and subject in (select lead from leaving) union select subject from people_attachment"
    " where scope = 'company' and subject in (select lead from leaving)",
    "merges": "select kept from people_companymerge where undone_at is null"
    " and kept in (select lead from leaving)"
    " union select gone from people_companymerge where undone_at is null"
    " and gone in (select lead from leaving)",
    "exclusions": "select cast(value as integer) from people_exclusion where target = 'company'"
    " and value in (select cast(lead as text) from leaving)",
}
"""What may hang on a lead or company since, as SQL that gives those of the table `leaving`."""


@dataclass(slots=True)
class _Undone:
    """What has become of it so far."""

    leads: int = 0
    companies: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)
    kept_leads: int = 0
    kept_companies: int = 0
    handed_leads: int = 0
    handed_companies: int = 0
    spared: list[pl.DataFrame] = field(default_factory=list)


@small_cache()
def undo_import(number: int) -> None:
    """Takes import `number`, for which that was asked (`undoing`), back and writes the report."""
    record = Import.objects.get(pk=number)
    if record.kind != Import.Kind.DEALS and (heir := same_file_later(record)):
        said = hand_over(record, heir)
        _close(record, {"heir": heir.pk, "sentences": [sentence(said)]})
        return
    labels = _take_labels(record)
    bases, refusals = consent.take_back_import(number)
    done = _Undone()
    _take_leads(number, done)
    gone = facts.take_back_import(number)
    deals = take_back_deals_of(number)
    spared = pl.concat([pl.DataFrame(schema={"scope": pl.String, "subject": pl.Int32}), *done.spared])
    # The companies come after the leads: what a lead was called by may have been another one before.
    values = take_back_values(import_id=number, spared=_with_made_companies(number, spared))
    _take_companies(number, done)
    with changing() as change:
        forget_names(number)
        if bases or "campaign" in record.options:
            _mark_named(record, change)
        let_others_have_made(number)
        run("delete from people_importedsubject where import_id = %s", [number])
    fields = take_fields(record)
    told = _numbers(record, done, values, gone, deals, labels, bases, refusals)
    told |= {"fields": len(fields.gone), "fields_left": list(fields.left)}
    said = [*undo_sentences(told), *field_sentences(fields, done=True)]
    _close(record, told | {"sentences": [sentence(words) for words in said or [NOTHING_THERE]]})


def _close(record: Import, report: dict[str, Any]) -> None:
    Import.objects.filter(pk=record.pk).update(
        status=Import.Status.UNDONE, undone_at=timezone.now(), undo_report=report
    )
    enqueue("site.score_changed", once=True)
    enqueue("people.find_duplicates", once=True)
    if record.options.get("seminar") and record.kind == Import.Kind.LEADS:
        enqueue("capture.take_list_back", number=record.pk, heir=report.get("heir"))
    for path in mending.folder().glob(f"{record.pk}.rejects-*"):
        path.unlink(missing_ok=True)


def _take_labels(record: Import) -> tuple[int, int]:
    """Takes the tags and lists off that the import hung on leads; those it made go where none is left, and
    those it used that an import had made which was taken back before."""
    with changing() as number:
        used = {
            kind: set(hung.objects.filter(import_id=record.pk).values_list(kind, flat=True).distinct())
            for kind, hung in (("tag", LeadTag), ("list", ListMember))
        }
        leads = fetch(
            "select lead from people_leadtag where import_id = %s"
            " union select lead from people_listmember where import_id = %s",
            {"lead": pl.Int32},
            [record.pk, record.pk],
        )["lead"]
        tags = run("delete from people_leadtag where import_id = %s", [record.pk])
        lists = run("delete from people_listmember where import_id = %s", [record.pk])
        run("delete from people_pastlabel where import_id = %s", [record.pk])
        made = record.report.get("made") or {}
        undone = Import.objects.filter(status=Import.Status.UNDONE, kind=Import.Kind.LEADS)
        for kind, model, hung in (("tag", Tag, LeadTag), ("list", LeadList, ListMember)):
            mine = set(made.get(kind, ()))
            if others := used[kind] - mine:
                told = undone.values_list(f"report__made__{kind}", flat=True)
                mine |= others & {label for labels in told for label in labels or ()}
            for label in mine:
                if not hung.objects.filter(**{kind: label}).exists():
                    model.objects.filter(pk=label).delete()
        mark_changed(leads, number, activity=False)
    return tags, lists


def _take_leads(number: int, done: _Undone) -> None:
    for subjects in _made("lead", number):
        with changing() as change, staged(subjects.alias("lead").to_frame(), "leaving"):
            kept = _hanging(_OF_LEADS, number)
            since = facts.leads_with_facts_since(subjects, number)
            late = pl.DataFrame({"lead": since, "why": ["facts"] * len(since)}, schema=kept.schema)
            kept = pl.concat([late, kept])
            handed = named_elsewhere(Scope.LEAD, number)
            # What was merged keeps what it had: the values of both are in one of them.
            merged = kept.filter(pl.col("why") == "merges")["lead"]
            handed = handed.filter(~pl.col("lead").is_in(merged.implode()))
            leave_to_heirs(handed, number)
            kept = kept.join(handed, on="lead", how="anti", maintain_order="left")
            kept = kept.group_by("lead", maintain_order=True).agg("why")
            staying = pl.concat([kept["lead"], handed["lead"]])
            going = subjects.filter(~subjects.is_in(staying.implode()))
            done.handed_leads += handed.height
            done.kept_leads += kept.height
            if len(done.kept) < NAMED_KEPT:
                done.kept += _named_leads(kept.head(NAMED_KEPT - len(done.kept)))
            done.spared.append(kept.select(pl.lit("lead").alias("scope"), pl.col("lead").alias("subject")))
            done.leads += _delete_leads(going, change)


def _delete_leads(going: pl.Series, change: int) -> int:
    if going.is_empty():
        return 0
    with staged(going.alias("lead").to_frame(), "going"):
        release_deals("going")
        facts.release(going, change)
        named = "(select lead from going)"
        run(f"delete from people_change where scope = 'lead' and subject in {named}")
        run(f"delete from people_importedsubject where scope = 'lead' and subject in {named}")
        run(f"delete from people_duplicatepair where low in {named} or high in {named}")
        return run(f"delete from people_lead where id in {named}")


def _mark_named(record: Import, change: int) -> None:
    """Those who stay have lost a ground for mail, or leave the campaign that the import brought them to:
    whoever keeps segments and campaigns looks again."""
    named = fetch(
        "select subject from people_importedsubject where import_id = %s and scope = 'lead'",
        {"lead": pl.Int32},
        [record.pk],
    )
    mark_changed(named["lead"], change, activity=False)


def _take_companies(number: int, done: _Undone) -> None:
    for subjects in _made("company", number):
        with changing(), staged(subjects.alias("lead").to_frame(), "leaving"):
            handed = named_elsewhere(Scope.COMPANY, number)
            kept = _hanging(_OF_COMPANIES, number).join(handed, on="lead", how="anti", maintain_order="left")
            kept = kept.group_by("lead", maintain_order=True).agg("why")
            staying = pl.concat([kept["lead"], handed["lead"]])
            going = subjects.filter(~subjects.is_in(staying.implode()))
            done.handed_companies += handed.height
            done.kept_companies += kept.height
            if len(done.kept) < NAMED_KEPT:
                done.kept += _named_companies(kept.head(NAMED_KEPT - len(done.kept)))
            with staged(going.alias("lead").to_frame(), "going"):
                named = "(select lead from going)"
                run(f"delete from people_change where scope = 'company' and subject in {named}")
                run(f"delete from people_companyalias where company in {named}")
                run(f"delete from people_companypair where low in {named} or high in {named}")
                run(f"delete from people_importedsubject where scope = 'company' and subject in {named}")
                done.companies += run(f"delete from people_company where id in {named}")


def _made(scope: str, number: int) -> Iterator[pl.Series]:
    """The leads or companies that the import made, step after step."""
    last = -1
    while True:
        step = fetch(
            "select subject from people_importedsubject where import_id = %s and scope = %s and made"
            f" and subject > %s order by subject limit {LEADS_A_STEP}",
            {"lead": pl.Int32},
            [number, scope, last],
        )["lead"]
        if step.is_empty():
            return
        last = int(step[-1])
        yield step


def _hanging(questions: dict[str, str], number: int) -> pl.DataFrame:
    """`lead`, `why` of those in the table `leaving` on which something hangs since."""
    schema = {"lead": pl.Int32, "why": pl.String}
    parts = [pl.DataFrame(schema=schema)]
    for why, sql in questions.items():
        found = fetch(sql, {"lead": pl.Int32}, [number] * sql.count("%s"))["lead"].unique()
        parts.append(pl.DataFrame({"lead": found, "why": [why] * len(found)}, schema=schema))
    return pl.concat(parts)


def _with_made_companies(number: int, spared: pl.DataFrame) -> pl.DataFrame:
    """The companies that the import made are looked at by themselves: they go, or stay as they are, unless
    other imports name them."""
    made = fetch(
        "select subject from people_importedsubject where import_id = %s and scope = 'company' and made",
        {"lead": pl.Int32},
        [number],
    )
    with transaction.atomic(), staged(made, "leaving"):
        handed = named_elsewhere(Scope.COMPANY, number)
    alone = made.join(handed, on="lead", how="anti")["lead"].alias("subject")
    return pl.concat([spared, pl.select(pl.lit("company").alias("scope"), alone)])


def _named_leads(kept: pl.DataFrame) -> list[dict[str, Any]]:
    with staged(kept.select("lead"), "kept_leads"):
        rows = fetch(
            "select l.id, l.key, l.email from kept_leads k join people_lead l on l.id = k.lead",
            {"lead": pl.Int32, "key": pl.String, "email": pl.String},
        )
    return [
        {"scope": "lead", "number": lead, "name": email or key, "why": [sentence(WHY[w]) for w in why]}
        for lead, why, key, email in kept.join(rows, on="lead", maintain_order="left").iter_rows()
    ]


def _named_companies(kept: pl.DataFrame) -> list[dict[str, Any]]:
    with staged(kept.select("lead"), "kept_companies"):
        rows = fetch(
            "select c.id, c.name from kept_companies k join people_company c on c.id = k.lead",
            {"lead": pl.Int32, "name": pl.String},
        )
    return [
        {"scope": "company", "number": company, "name": name, "why": [sentence(WHY[w]) for w in why]}
        for company, why, name in kept.join(rows, on="lead", maintain_order="left").iter_rows()
    ]


def _numbers(
    record: Import,
    done: _Undone,
    values: TakenBack,
    gone: facts.FactsBack,
    deals: int,
    labels: tuple[int, int],
    bases: int,
    refusals: int,
) -> dict[str, Any]:
    stayed = [
        {"scope": scope, "number": number, "field": key, "value": value, "source": source}
        for scope, number, key, value, source in values.stayed
    ]
    told = {
        "leads": done.leads,
        "companies": done.companies,
        "values": len(values.leads) + len(values.companies),
        "tags": labels[0],
        "lists": labels[1],
        "bases": bases,
        "refusals_stay": refusals,
        "events": gone.events,
        "outcomes": gone.outcomes,
        "deals": deals,
        "kept": done.kept,
        "kept_leads": done.kept_leads,
        "kept_companies": done.kept_companies,
        "handed_leads": done.handed_leads,
        "handed_companies": done.handed_companies,
        "stayed": stayed,
        "stayed_values": values.stayed_count,
        "confirmed": values.confirmed,
    }
    # What an earlier try had taken back before it was killed counts, too.
    before = record.undo_report or {}
    added = (
        "leads",
        "companies",
        "values",
        "tags",
        "lists",
        "bases",
        "events",
        "outcomes",
        "deals",
        "confirmed",
    )
    return told | {name: told[name] + int(before.get(name) or 0) for name in added}
