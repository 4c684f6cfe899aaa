"""Writing what is known of leads and companies: set-wise, each call one transaction."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from django.db import transaction

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.queries import instant
from mikomi.hub.activity.services import attach
from mikomi.hub.activity.services import erase as erase_facts
from mikomi.hub.kit.setwise import fetch, json_value, run, staged
from mikomi.hub.people import companies as firms
from mikomi.hub.people.attachments import remove_after_commit
from mikomi.hub.people.beginnings import known_beginnings, write_beginnings
from mikomi.hub.people.confirming import note_beginnings
from mikomi.hub.people.dated import (
    SUBJECT,
    TABLES,
    Origin,
    news,
    write_history,
    write_values,
)
from mikomi.hub.people.deals.taking_back import forget_deals
from mikomi.hub.people.fields import keys_of, make_fields
from mikomi.hub.people.following import derive_history, follow
from mikomi.hub.people.kinds import canonical
from mikomi.hub.people.models import Scope
from mikomi.hub.people.types import Stored

_EMPTY = "'{}'"
_STANDS = "coalesce(l.merged_into, l.id)"
"""The lead that a key means: of a merged one, the one it was merged into."""
_OF_LEADS = {
    "people_change": "scope = 'lead' and subject in {}",
    "people_importedsubject": "scope = 'lead' and subject in {}",
    "people_note": "scope = 'lead' and subject in {}",
    "people_attachment": "scope = 'lead' and subject in {}",
    "people_leadtag": "lead in {}",
    "people_listmember": "lead in {}",
    "people_pastlabel": "lead in {}",
    "people_duplicatepair": "low in {0} or high in {0}",
    "people_matchkey": "lead in {}",
    "people_matchphone": "lead in {}",
    "people_merge": "kept in {0} or gone in {0}",
    "people_exclusion": "target = 'lead' and value in (select cast(lead as text) from leaving)",
}
"""Where leads are named besides their own table, and how."""
RESERVED = ("lead", "created_at")
"""Columns of a frame of leads that are no attributes."""


def upsert_leads(frame: pl.DataFrame, origin: Origin, *, fill: bool = False) -> Stored:
    """Adds leads and writes what is new about known ones.

    `frame`: `lead` (key, every one once), optional `created_at` (aware), and attributes as text
    under their field keys, `company` (the name) among them. Company fields go to the company of the
    row (to the lead itself where no company is named). A value that is unknown in the frame leaves
    what is known as it is. `fill`: values are taken only where nothing is known.
    """
    fields = [c for c in frame.columns if c not in RESERVED]
    with changing() as number:
        make_fields(fields)
        of_company = [f for f in keys_of(Scope.COMPANY) if f in fields]
        rows = canonical(frame.with_columns(_known(f) for f in fields), fields)
        moved = pl.Series(SUBJECT, dtype=pl.Int32)
        conflicts = 0
        if "company" in fields:
            rows = firms.with_keys(rows)
            companies = company_rows(rows, of_company)
            conflicts = int(companies["#conflicts"].sum())
            moved = _write_companies(companies, of_company, origin, fill)
            # What the company knows is not said again by each of its leads.
            named = pl.col(firms.KEY).is_not_null()
            rows = rows.with_columns(pl.when(~named).then(f).alias(f) for f in of_company)
        rows, new = _lead_numbers(rows, origin)
        keys = rows.select(pl.col("lead").alias("key"), pl.col(SUBJECT).alias("lead"))
        rows = _one_a_lead(rows)
        changed = write_values(Scope.LEAD, rows.select(SUBJECT, *fields), fields, origin, fill=fill)
        begun = _set_beginnings(rows, origin)
        changed = pl.concat([changed, follow(changed, origin), begun]).unique()
        attach(keys, number)
        touched = pl.concat([changed, new, _leads_of_companies(moved)]).unique().sort().rename("lead")
        mark_changed(touched, number, activity=False)
    old = changed.filter(~changed.is_in(new.implode()))
    return Stored(
        new=len(new),
        changed=len(old),
        unchanged=frame.height - len(new) - len(old),
        conflicts=conflicts,
        leads=touched,
    )


def count_news(frame: pl.DataFrame, origin: Origin, *, fill: bool = False) -> tuple[int, int]:
    """How many leads of `frame` (as for `upsert_leads`) would be new, and of how many known ones
    something would change; writes nothing."""
    fields = [c for c in frame.columns if c not in RESERVED]
    with transaction.atomic():
        rows = canonical(frame.with_columns(_known(f) for f in fields), fields)
        with staged(rows.select(pl.col("lead").alias("key")), "named"):
            numbers = fetch(
                f"select n.key, {_STANDS} from named n join people_lead l on l.key = n.key",
                {"lead": pl.String, SUBJECT: pl.Int32},
            )
        held = _one_a_lead(rows.join(numbers, on="lead", maintain_order="left")).select(SUBJECT, *fields)
        first, later = news(Scope.LEAD, held, fields, origin, fill=fill)
    changed = pl.concat([first[SUBJECT], later[SUBJECT]]).n_unique()
    return frame.height - numbers.height, changed


def upsert_companies(frame: pl.DataFrame, origin: Origin, *, fill: bool = False) -> None:
    """Adds companies and writes what is new about known ones: `company` (name), fields as text."""
    fields = [c for c in frame.columns if c != "company"]
    with changing() as number:
        make_fields(fields)
        rows = canonical(firms.with_keys(frame).with_columns(_known(f) for f in fields), fields)
        moved = _write_companies(company_rows(rows, fields), fields, origin, fill)
        mark_changed(_leads_of_companies(moved), number, activity=False)


def company_rows(rows: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """The companies of `rows` (`company`, `#company`, fields): the first name, the last known value of
    each field, and in `#conflicts` how many fields had several."""
    return (
        rows.drop_nulls(firms.KEY)
        .group_by(firms.KEY, maintain_order=True)
        .agg(
            pl.col("company").str.strip_chars().first(),
            *(pl.col(f).drop_nulls().last() for f in fields),
            pl.sum_horizontal(
                pl.lit(0, pl.UInt32),
                *((pl.col(f).drop_nulls().n_unique() > 1).cast(pl.UInt32) for f in fields),
            ).alias("#conflicts"),
        )
    )


def set_value(lead: int, field: str, value: str, origin: Origin) -> bool:
    """Writes one value of a lead, or of its company where the field is the company's; "" takes it
    away. Whether anything changed. Raises LookupError for a lead that is not there."""
    held = fetch("select company_id from people_lead where id = %s", {"company": pl.Int32}, [lead])
    if held.is_empty():
        raise LookupError(f"no lead {lead}")
    company = held.item()
    with changing() as number:
        make_fields([field])
        of_company = company is not None and field in keys_of(Scope.COMPANY)
        scope, subject = (Scope.COMPANY, company) if of_company else (Scope.LEAD, lead)
        values = pl.DataFrame({SUBJECT: [subject], field: [value]}, schema_overrides={SUBJECT: pl.Int32})
        changed = write_values(scope, canonical(values, [field]), [field], origin)
        if of_company:
            if field == firms.NUMBER:
                firms.note_numbers(changed, origin)
        elif len(changed):
            follow(changed, origin)
        mark_changed(_leads_of_companies(changed) if of_company else changed, number, activity=False)
    return len(changed) > 0


def record_history(changes: pl.DataFrame, origin: Origin) -> int:
    """Writes values with dates of their own, as a former system kept them; how many leads and
    companies have new history.

    `changes`: `scope` (`lead` or `company`), `key` (of the lead, or the company's name), `field`,
    `value` ("" takes it away), `known_from` (Date). Rows whose lead or company is unknown are left
    out.
    """
    with changing() as number:
        make_fields(changes["field"].unique())
        company = pl.col("scope") == "company"
        named = changes.with_columns(firms.key_of(changes["key"]).alias("#named"))
        rows = named.select(
            "scope",
            pl.when(company).then("#named").otherwise("key").alias("key"),
            pl.col("known_from").cast(pl.Date).cast(pl.Int32).alias("#known_from"),
            pl.col("field").alias("#field"),
            pl.col("value").fill_null("").alias("#value"),
        )
        written = 0
        for scope in TABLES:
            mine = rows.filter(pl.col("scope") == scope.value)
            numbers = _lead_keys(mine["key"]) if scope == Scope.LEAD else firms.find_companies(mine["key"])
            numbers = numbers.rename({numbers.columns[0]: "key"})
            known = mine.join(numbers, on="key", maintain_order="left")
            changed = write_history(scope, known, origin)
            written += len(changed)
            if scope == Scope.LEAD:
                derive_history(known, origin)
                follow(changed, origin)
            else:
                firms.note_numbers(changed, origin)
            leads = changed if scope == Scope.LEAD else _leads_of_companies(changed)
            mark_changed(leads, number, activity=False)
    return written


def erase(leads: Sequence[int]) -> None:
    """Deletes the leads (numbers), what is and was known of them, their files, and all their facts."""
    gone = pl.DataFrame({"lead": list(leads)}, schema={"lead": pl.Int32})
    with changing():
        with staged(gone, "leaving"):
            forget_deals("leaving")
            theirs = _OF_LEADS["people_attachment"].format("(select lead from leaving)")
            files = fetch(f"select stored_as from people_attachment where {theirs}", {"name": pl.String})
            remove_after_commit(files["name"])
            for table, of_lead in _OF_LEADS.items():
                run(f"delete from {table} where {of_lead.format('(select lead from leaving)')}")
            run("delete from people_lead where id in (select lead from leaving)")
        erase_facts(leads)


def _one_a_lead(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows under several keys of one merged lead as one row: the last known value of each column."""
    if not rows[SUBJECT].is_duplicated().any():
        return rows
    told = pl.exclude(SUBJECT).drop_nulls().last()
    return rows.group_by(SUBJECT, maintain_order=True).agg(told).select(rows.columns)


def _known(field: str) -> pl.Expr:
    text = pl.col(field).cast(pl.String).str.replace_all("\0", "", literal=True)
    return pl.when(text.str.strip_chars() != "").then(text).alias(field)


def _write_companies(companies: pl.DataFrame, fields: Sequence[str], origin: Origin, fill: bool) -> pl.Series:
    """Makes the companies that are new and writes what is known of all; the numbers of the changed."""
    numbers = firms.take_companies(companies, origin)
    told = companies.join(numbers, on=firms.KEY, maintain_order="left")
    # Two names of one company may stand in one file.
    values = told.group_by(SUBJECT, maintain_order=True).agg(pl.col(f).drop_nulls().last() for f in fields)
    moved = write_values(Scope.COMPANY, values, fields, origin, fill=fill)
    if firms.NUMBER in fields and len(moved):
        firms.note_numbers(moved, origin)
    return moved


def _lead_keys(keys: pl.Series) -> pl.DataFrame:
    with staged(keys.unique().alias("key").to_frame(), "named"):
        return fetch(
            f"select n.key, {_STANDS} from named n join people_lead l on l.key = n.key",
            {"key": pl.String, SUBJECT: pl.Int32},
        )


def _lead_numbers(rows: pl.DataFrame, origin: Origin) -> tuple[pl.DataFrame, pl.Series]:
    """`rows` with `#subject`, and the numbers of those that are new."""
    keys = rows.select(pl.col("lead").alias("key")).with_row_index("place")
    with staged(keys, "named"):
        known = fetch(
            f"select n.key, {_STANDS} from named n join people_lead l on l.key = n.key",
            {"lead": pl.String, SUBJECT: pl.Int32},
        )
        run(
            "insert into people_lead (key, email, attributes, added_at)"
            f" select n.key, '', {json_value(_EMPTY)}, %s from named n"
            " where not exists (select 1 from people_lead l where l.key = n.key) order by n.place",
            [instant(origin.recorded_at)],
        )
        every = fetch(
            f"select n.key, {_STANDS} from named n join people_lead l on l.key = n.key",
            {"lead": pl.String, SUBJECT: pl.Int32},
        )
    new = every.join(known, on="lead", how="anti")[SUBJECT]
    return rows.join(every, on="lead", maintain_order="left"), new


def _set_beginnings(rows: pl.DataFrame, origin: Origin) -> pl.Series:
    """Moves `created_at` of the lead rows to an earlier instant where `rows` know one; their numbers.
    What was told stands among the versions, so that it can be taken back; what a file tells once more is
    kept as confirmed by it."""
    if "created_at" not in rows.columns:
        return pl.Series(SUBJECT, dtype=pl.Int32)
    born = pl.col("created_at").dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    told = rows.select(pl.col(SUBJECT).alias("subject"), born.alias("born")).drop_nulls("born")
    told = told.with_columns(pl.col("born").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").alias("text"))
    with staged(told, "told"):
        moved = fetch(
            "update people_lead set created_at = told.born from told where told.subject = people_lead.id"
            " and (people_lead.created_at is null or told.born < people_lead.created_at)"
            " returning people_lead.id",
            {SUBJECT: pl.Int32},
        )[SUBJECT]
    if origin.import_id is None:
        write_beginnings(told.filter(pl.col("subject").is_in(moved.implode())), origin)
    else:
        known = known_beginnings(told)
        write_beginnings(told.join(known, on="subject", how="anti"), origin)
        note_beginnings(told.join(known, on="subject", how="semi"), origin.import_id, origin.recorded_at)
    return moved


def _leads_of_companies(companies: pl.Series) -> pl.Series:
    if companies.is_empty():
        return pl.Series(SUBJECT, dtype=pl.Int32)
    with staged(companies.alias("company").to_frame(), "moved"):
        return fetch(
            "select l.id from moved m join people_lead l on l.company_id = m.company", {SUBJECT: pl.Int32}
        )[SUBJECT]


def mark_addresses(addresses: pl.Series) -> None:
    """Marks all leads with one of these addresses (folded) as changed: what is known of the consent to
    mail is kept by address, and segments ask for it."""
    asked = addresses.drop_nulls().unique().alias("address").to_frame()
    with changing() as number, staged(asked, "addressed"):
        found = fetch(
            "select l.id from addressed a join people_lead l on l.email = a.address",
            {"lead": pl.Int32},
        )
        mark_changed(found["lead"], number, activity=False)
