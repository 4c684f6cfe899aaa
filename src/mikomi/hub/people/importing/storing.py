"""A run of rows into the database, in one transaction: values, labels, consent, and what was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.tabular.rejects import no_rejects
from mikomi.hub.activity import services as facts
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.consent import queries as consents
from mikomi.hub.consent import services as consent
from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.companies import KEY, find_companies, key_of, with_keys
from mikomi.hub.people.dated import SUBJECT, Origin
from mikomi.hub.people.deals.storing import check_deals, store_deals
from mikomi.hub.people.importing.attending import events_of
from mikomi.hub.people.importing.checking import new_field
from mikomi.hub.people.importing.expected import expected_at
from mikomi.hub.people.importing.lead_files import OURS, REFUSING
from mikomi.hub.people.importing.options import BASIS_KINDS, EACH, GivenBasis, Options
from mikomi.hub.people.importing.row_grounds import BASIS_DAY, BASIS_KIND
from mikomi.hub.people.importing.rows import Rows
from mikomi.hub.people.importing.settling import Settled, highest, settle
from mikomi.hub.people.importing.sheets import Sheet
from mikomi.hub.people.labels import put_label
from mikomi.hub.people.models import Field, Import, Scope
from mikomi.hub.people.services import count_news, mark_addresses, upsert_companies, upsert_leads

CONFLICTS = "#conflicts"
SEVERAL = "#several "
ROWS_AT_ONCE = 25_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """What became (or would become) of a run of rows: counts of rows, and those that were not taken."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    waiting: int = 0
    waiting_keys: int = 0
    rejected: pl.DataFrame | None = None

    def counts(self) -> dict[str, int]:
        """What the import's row counts up."""
        told = {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}
        return told | {"waiting": self.waiting, "waiting_keys": self.waiting_keys}


def make_new_fields(options: Options) -> None:
    """Defines the fields that were asked for; one that is there stays as it is."""
    made = [new_field(told) for told in options.fields]
    Field.objects.bulk_create(made, ignore_conflicts=True)


def company_values(data: Rows, shared: Sequence[str]) -> pl.DataFrame:
    """The companies that the file names with what all of it says of them: the last known value of each
    field, and in `#conflicts` how many fields have several. In the order in which they come; run after
    run, so that memory stays small."""
    columns = ["company", *shared]
    found = _companies_of(data.slice(0, ROWS_AT_ONCE, columns), shared)
    waiting: list[pl.DataFrame] = []
    for at in range(ROWS_AT_ONCE, data.height, ROWS_AT_ONCE):
        waiting.append(_companies_of(data.slice(at, ROWS_AT_ONCE, columns), shared))
        # Joined once they are about as many as those found so far: each is looked at a few times.
        if sum(part.height for part in waiting) >= max(found.height, ROWS_AT_ONCE):
            found, waiting = _together([found, *waiting], shared), []
    if waiting:
        found = _together([found, *waiting], shared)
    several = [pl.col(f"{SEVERAL}{f}").cast(pl.UInt32) for f in shared]
    return found.select(
        "company", *shared, pl.sum_horizontal(pl.lit(0, pl.UInt32), *several).alias(CONFLICTS)
    )


def _companies_of(rows: pl.DataFrame, shared: Sequence[str]) -> pl.DataFrame:
    named = with_keys(rows).drop_nulls(KEY)
    return named.group_by(KEY, maintain_order=True).agg(
        pl.col("company").first(),
        *(pl.col(f).drop_nulls().last() for f in shared),
        *(_differs(f).alias(f"{SEVERAL}{f}") for f in shared),
    )


def _together(parts: Sequence[pl.DataFrame], shared: Sequence[str]) -> pl.DataFrame:
    return (
        pl.concat(parts)
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("company").first(),
            *(pl.col(f).drop_nulls().last() for f in shared),
            *((pl.col(f"{SEVERAL}{f}").any() | _differs(f)).alias(f"{SEVERAL}{f}") for f in shared),
        )
    )


def _differs(field: str) -> pl.Expr:
    """Whether a group has several values; unlike counting them, this keeps no list of them."""
    return (pl.col(field).min() != pl.col(field).max()).fill_null(False)


def store_companies(chunk: pl.DataFrame, told: Origin, options: Options) -> None:
    """Stores companies (`company`, fields, `#conflicts`) and which of them this import made."""
    with changing():
        last = highest("people_company")
        rows = chunk.drop(CONFLICTS)
        keys = key_of(rows["company"])
        known = find_companies(keys)
        _note_named(Scope.COMPANY, known[SUBJECT], told)
        if options.conflict == "keep":
            rows = rows.filter(~keys.is_in(known[KEY].implode()))
        upsert_companies(rows, told, fill=options.conflict == "fill")
        _note_made(Scope.COMPANY, "people_company", last, told)


def check_leads(
    rows: pl.DataFrame, sheet: Sheet, shared: Sequence[str], told: Origin, options: Options
) -> Chunk:
    """What `store_leads` would do; writes nothing."""
    with transaction.atomic():
        settled = settle(rows, str(sheet.path), sheet.mapping.fields(), _expected(options))
    frame = _given(settled, shared, options)
    if options.conflict == "keep":
        new = settled.rows.height - settled.known.height
        return Chunk(new, 0, settled.known.height, rejected=settled.rejected)
    new, changed = count_news(frame, told, fill=options.conflict == "fill")
    return Chunk(new, changed, frame.height - new - changed, rejected=settled.rejected)


def store_leads(
    rows: pl.DataFrame,
    sheet: Sheet,
    shared: Sequence[str],
    told: Origin,
    options: Options,
    labels: Sequence[tuple[str, int]],
) -> Chunk:
    """Stores a run of rows of a leads file. `labels`: the tags and lists (kind, number) that all get."""
    with changing() as number:
        last, last_company = highest("people_lead"), highest("people_company")
        settled = settle(rows, str(sheet.path), sheet.mapping.fields(), _expected(options))
        frame = _given(settled, shared, options)
        kept = 0
        if options.conflict == "keep":
            kept = settled.known.height
            frame = frame.join(settled.known, on="lead", how="anti", maintain_order="left")
        stored = upsert_leads(frame, told, fill=options.conflict == "fill")
        _note_made(Scope.LEAD, "people_lead", last, told)
        _note_made(Scope.COMPANY, "people_company", last_company, told)
        _note_named(Scope.LEAD, settled.known["number"], told)
        if labels or options.campaign:
            leads = _numbers(settled.rows["lead"])
            for kind, label in labels:
                # Labels are made of the literals in `imports`, but kept as plain text.
                put_label(kind, label, leads, import_id=told.import_id, by=told.by_id)  # pyright: ignore[reportArgumentType]
        noted = _note_consent(settled.rows, told, options)
        if labels or options.campaign or noted:
            # These are no values, but campaigns and segments ask for them.
            mark_changed(_numbers(settled.rows["lead"]), number, activity=False)
        if options.seminar:
            _store_attendance(settled.rows, told, options)
    return Chunk(stored.new, stored.changed, stored.unchanged + kept, rejected=settled.rejected)


def store_facts(chunk: pl.DataFrame, sheet: Sheet, told: Origin) -> Chunk:
    """Stores a run of events, outcomes, deals or refusals."""
    if sheet.kind == Import.Kind.OPTOUTS:
        refused = _with_reason(chunk, told.source)
        new = consent.record_refusals(refused, import_id=told.import_id, by_id=told.by_id)
        mark_addresses(folded_addresses(refused["address"]))
        return Chunk(new, 0, chunk.height - new)
    if sheet.kind == Import.Kind.DEALS:
        made, changed, same, waits = store_deals(chunk, told.import_id)
        return Chunk(made, changed, same, waits, waits)
    with changing() as number:
        if sheet.by_mail:
            _tie_mails(chunk["lead"], number)
        record = facts.record_events if sheet.kind == Import.Kind.EVENTS else facts.record_outcomes
        recorded = record(chunk, import_id=told.import_id)
    return Chunk(recorded.new, 0, recorded.known, recorded.waiting, recorded.waiting_keys)


def check_facts(chunk: pl.DataFrame, sheet: Sheet) -> Chunk:
    """What `store_facts` would do; writes nothing."""
    if sheet.kind == Import.Kind.OPTOUTS:
        new = consents.new_refusals(chunk["address"])
    elif sheet.kind == Import.Kind.DEALS:
        return Chunk(*check_deals(chunk), rejected=no_rejects())
    elif sheet.kind == Import.Kind.EVENTS:
        new = facts.count_new_events(chunk)
    else:
        new = facts.count_new_outcomes(chunk)
    return Chunk(new, 0, chunk.height - new, rejected=no_rejects())


def refusing_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a leads file that ask for no more mail and have an address."""
    if REFUSING not in rows.columns or "email" not in rows.columns:
        return rows.head(0)
    return rows.filter(REFUSING, pl.col("email").is_not_null())


def _given(settled: Settled, shared: Sequence[str], options: Options) -> pl.DataFrame:
    """The rows as `upsert_leads` takes them: constants where the file says nothing, without what was
    stored with their companies."""
    frame = settled.rows.drop(*(name for name in OURS if name in settled.rows.columns))
    for field, value in (("source", options.source), ("owner", options.owner)):
        if value:
            own = pl.col(field) if field in frame.columns else pl.lit(None, pl.String)
            frame = frame.with_columns(pl.coalesce(own, pl.lit(value)).alias(field))
    mine = [field for field in shared if field in frame.columns]
    if "company" in frame.columns and mine:
        alone = key_of(frame["company"]).is_null()
        frame = frame.with_columns(pl.when(alone).then(pl.col(f)).alias(f) for f in mine)
    # A column without a value says nothing; of wide files most are so.
    counts = zip(frame.columns, frame.null_count().row(0), strict=True)
    return frame.select(name for name, count in counts if name == "lead" or count < frame.height)


def _note_made(scope: Scope, table: str, last: int, told: Origin) -> None:
    if told.import_id is not None:
        run(
            "insert into people_importedsubject (import_id, scope, subject, made, confirmed, at)"
            f" select %s, %s, id, true, '', 0 from {table} where id > %s"
            " on conflict (import_id, scope, subject) do update set made = true",
            [told.import_id, scope.value, last],
        )


def _note_named(scope: Scope, numbers: pl.Series, told: Origin) -> None:
    if told.import_id is not None and len(numbers):
        with staged(numbers.unique().alias("subject").to_frame(), "known"):
            run(
                "insert into people_importedsubject (import_id, scope, subject, made, confirmed, at)"
                " select %s, %s, subject, false, '', 0 from known where true on conflict do nothing",
                [told.import_id, scope.value],
            )


def _numbers(keys: pl.Series) -> pl.Series:
    with staged(keys.alias("key").to_frame(), "keyed"):
        return fetch("select l.id from keyed k join people_lead l on l.key = k.key", {"lead": pl.Int32})[
            "lead"
        ]


def _expected(options: Options) -> pl.DataFrame | None:
    return expected_at(options.seminar) if options.seminar else None


def _store_attendance(rows: pl.DataFrame, told: Origin, options: Options) -> None:
    """The events of a seminar's list, beside its people."""
    with staged(rows.select(pl.col("lead").alias("key")), "keyed"):
        numbers = fetch(
            "select k.key, l.id from keyed k join people_lead l on l.key = k.key",
            {"lead": pl.String, "number": pl.Int32},
        )
    facts.record_events(events_of(rows, numbers, options.seminar), import_id=told.import_id)


def _note_consent(rows: pl.DataFrame, told: Origin, options: Options) -> bool:
    """Writes down grounds and refusals; says whether there were any to write."""
    if "email" not in rows.columns:
        return False
    if options.basis is not None:
        _note_bases(rows, told, options.basis)
    refusing = refusing_rows(rows)
    if refusing.height:
        frame = refusing.select(
            pl.col("email").alias("address"),
            pl.lit("opt_out").alias("kind"),
            pl.lit(timezone.localdate()).alias("since"),
            pl.lit(told.source).alias("how"),
        )
        consent.record_refusals(frame, import_id=told.import_id, by_id=told.by_id)
    return options.basis is not None or refusing.height > 0


def _note_bases(rows: pl.DataFrame, told: Origin, basis: GivenBasis) -> None:
    each = basis.kind == EACH
    for kind in BASIS_KINDS if each else (basis.kind,):
        mine = rows.filter(pl.col(BASIS_KIND) == kind) if each else rows
        days = mine[BASIS_DAY] if BASIS_DAY in mine.columns else basis.since
        assert days is not None
        if mine.height:
            consent.record_bases(
                mine["email"],
                kind,
                days,
                basis.how or told.source,
                wording=basis.wording if kind == "consent" or not each else "",
                url=basis.url if kind == "published" or not each else "",
                import_id=told.import_id,
                by_id=told.by_id,
            )


def _with_reason(chunk: pl.DataFrame, source: str) -> pl.DataFrame:
    how = (
        pl.when(pl.col("how") == "")
        .then(pl.lit(source))
        .otherwise(pl.format("{}（{}）", "how", pl.lit(source)))
    )
    return chunk.with_columns(how.alias("how"))


def _tie_mails(mails: pl.Series, number: int) -> None:
    """Facts under a mail address belong to the one lead that has it, though its key be another."""
    with staged(mails.unique().alias("mail").to_frame(), "mailed"):
        leads = fetch(
            # Crossed, since SQLite would otherwise begin with all leads that are not in the trash.
            "select m.mail, min(l.id), count(*) from mailed m cross join people_lead l"
            " where l.email = m.mail and l.trashed_at is null and l.merged_into is null and not exists"
            " (select 1 from people_lead k where k.key = m.mail) group by m.mail having count(*) = 1",
            {"key": pl.String, "lead": pl.Int32, "n": pl.Int64},
        )
    if leads.height:
        facts.attach(leads.select("key", "lead"), number)
