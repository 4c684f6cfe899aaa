"""Reading what is and was known of leads and companies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, timedelta

import polars as pl
from django.db import transaction
from django.db.models import Count, IntegerField, Max, Q, Subquery
from django.db.models.functions import Coalesce

from mikomi.core.names.mail_domains import mail_domains
from mikomi.hub.activity.queries import instant
from mikomi.hub.kit.setwise import FEW, fetch, listed, on_postgres, staged
from mikomi.hub.people.companies import KEY, find_companies, key_of
from mikomi.hub.people.dated import BEGINNING, EPOCH, SUBJECT, as_of
from mikomi.hub.people.fields import STANDARD, defined, every_field, field_place, field_view
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.kinds import NUMERIC, read_numbers
from mikomi.hub.people.models import Change, Company, Field, Lead, Scope
from mikomi.hub.people.types import CompanyView, FieldView, Person, ValueChange

_DAY_ZERO = date(1970, 1, 1)
_THERE = "l.trashed_at is null and l.merged_into is null"
"""Holds for leads that are not out."""
_STANDS = Coalesce("merged_into", "pk", output_field=IntegerField())
"""The lead that a lead's key or address means: of a merged one, the one it was merged into."""


def attribute_frame(
    on: date | None = None, lead_ids: Sequence[int] | None = None, *, fields: Collection[str] | None = None
) -> pl.DataFrame:
    """What was known of leads on local day `on` (None: is known now), one row a lead, by number.

    A lead that is out (in the trash, or merged into another) is left out. Columns: `number` (Int32),
    `lead` (key), `company` (name as the company's record writes it, null
    without one), `created_at` (UTC, null where no source says), then every defined field, or those of
    `fields`, as text under its key. A company's values stand in the rows of all its leads. Of numbers that
    are ranges (300〜999) the least stands here, the most where no least is known (docs/decisions/0005).
    """
    day = None if on is None else on.toordinal() - EPOCH
    # Few are read without a transaction, which on SQLite would wait for whoever writes.
    few = lead_ids is not None and len(lead_ids) <= FEW
    with nullcontext() if few else transaction.atomic():
        known = [field for field in defined() if fields is None or field[0] in fields]
        shared = [key for key, scope, _kind in known if scope == Scope.COMPANY]
        named = {"number", "lead", "created_at", *shared}
        mine = [key for key, _scope, _kind in known if key not in named]
        rows = _lead_rows(lead_ids)
        every = sorted({*mine, *shared, "company"})
        own = as_of(Scope.LEAD, rows, every, day, everybody=lead_ids is None)
        wide = pl.concat([rows.select(SUBJECT, "lead", "created_at"), own.drop(SUBJECT)], how="horizontal")
        wide = wide.with_columns(_companies_then(rows, wide["company"], day))
        companies = _company_frame(shared, day, None if lead_ids is None else wide["#company"])
    wide = wide.join(companies, on="#company", how="left", maintain_order="left")
    numeric = {key for key, _scope, kind in known if kind in NUMERIC}
    return wide.select(
        pl.col(SUBJECT).alias("number"),
        "lead",
        pl.coalesce("#name", _told("company")).alias("company"),
        "created_at",
        *(_read(_told(f), f in numeric).alias(f) for f in mine if f != "company"),
        *(_read(pl.coalesce(_told(f"{f}#company"), _told(f)), f in numeric).alias(f) for f in shared),
    )


def fields() -> list[FieldView]:
    """The attributes, group by group in their order: defined ones, archived ones, and those of the
    product that nobody has used yet."""
    return sorted(map(field_view, every_field()), key=field_place)


def field_labels() -> dict[str, tuple[str, str]]:
    """What every field of `fields` is called, Japanese and English, by its key."""
    usual = {key: (ja, en) for key, (ja, en, _scope, _kind) in STANDARD.items()}
    return usual | {key: (ja, en) for key, ja, en in Field.objects.values_list("key", "label_ja", "label_en")}


def lead_count() -> int:
    """How many leads there are, those that are out not counted."""
    return Lead.objects.filter(trashed_at=None, merged_into=None).count()


def out_of(numbers: Sequence[int]) -> set[int]:
    """Those of a page's leads that are out by now: in the trash, or merged into another."""
    gone = Q(trashed_at__isnull=False) | Q(merged_into__isnull=False)
    return set(Lead.objects.filter(gone, pk__in=numbers).values_list("pk", flat=True))


def numbers_of(keys: Sequence[str]) -> dict[str, int]:
    """Lead key -> number, for the keys that are known; of a merged lead, the one it was merged into."""
    return dict(Lead.objects.filter(key__in=keys).values_list("key", _STANDS))


def standing_numbers(numbers: Collection[int]) -> dict[int, int]:
    """Number -> the lead it stands for now: itself, or the one it was merged into. Erased ones are left
    out."""
    return dict(Lead.objects.filter(pk__in=numbers).values_list("pk", _STANDS))


def keys_of_leads(numbers: Collection[int]) -> dict[int, str]:
    """Number -> lead key; erased ones are left out."""
    return dict(Lead.objects.filter(pk__in=numbers).values_list("pk", "key"))


def emails_of(numbers: Collection[int]) -> list[str]:
    """The mail addresses of the leads, folded; those without one are left out."""
    return list(Lead.objects.filter(pk__in=numbers).exclude(email="").values_list("email", flat=True))


def custom_keys() -> list[str]:
    """The keys of the fields that people made and that are in use."""
    return list(Field.objects.filter(custom=True, archived_at=None).values_list("key", flat=True))


def leads_by_email(addresses: pl.Series) -> pl.DataFrame:
    """The first lead with each address (folded): `address`, `number`, `key`; of a merged one, the lead it
    was merged into. Addresses that nobody has are left out, those of leads in the trash too."""
    schema = {"address": pl.String, "number": pl.Int32, "key": pl.String}
    with transaction.atomic(), staged(addresses.drop_nulls().unique().alias("address").to_frame(), "asked"):
        return fetch(
            "select address, id, key from (select a.address, s.id, s.key,"
            " row_number() over (partition by a.address order by s.id) as place from asked a"
            " join people_lead l on l.email = a.address join people_lead s on s.id ="
            " coalesce(l.merged_into, l.id) where s.trashed_at is null) found where place = 1",
            schema,
        )


def companies_by_name(names: pl.Series) -> pl.DataFrame:
    """The company that goes by each name, however it is written: `company` (as asked), `named_id`; names
    of none are left out."""
    asked = pl.DataFrame({"company": names}).with_columns(key_of(names).alias(KEY))
    with transaction.atomic():
        found = find_companies(asked[KEY])
    return asked.join(found, on=KEY).select("company", pl.col(SUBJECT).alias("named_id"))


def companies_by_domain(domains: pl.Series) -> pl.DataFrame:
    """The company that most people with mail addresses of each registered domain work at: `domain`,
    `known_id`, `known_name`. Reads the addresses of all leads; domains of nobody are left out."""
    schema = {"domain": pl.String, "known_id": pl.Int32, "known_name": pl.String}
    if domains.is_empty():
        return pl.DataFrame(schema=schema)
    at = "strpos(l.email, '@')" if on_postgres() else "instr(l.email, '@')"
    rows = fetch(
        f"select substr(l.email, {at} + 1), c.id, c.name, count(*) from people_lead l join people_company c"
        " on c.id = l.company_id where l.email <> '' and l.trashed_at is null and l.merged_into is null"
        " group by 1, 2, 3",
        {"mail": pl.String, "known_id": pl.Int32, "known_name": pl.String, "n": pl.Int64},
    )
    registered = mail_domains("x@" + rows["mail"])["company_domain"]
    return (
        rows.with_columns(registered.alias("domain"))
        .filter(pl.col("domain").is_in(domains.implode()))
        .group_by("domain", "known_id", "known_name")
        .agg(pl.col("n").sum())
        .sort("n", "known_id", descending=[True, False])
        .unique("domain", keep="first", maintain_order=True)
        .select(schema.keys())
    )


def find_by_email(email: str) -> list[int]:
    """The numbers of the leads with this address, in any case; for a merged lead, where it went."""
    held = Lead.objects.filter(email=email.strip().lower(), trashed_at=None)
    stands = set(held.values_list(_STANDS, flat=True))
    return list(
        Lead.objects.filter(pk__in=stands, trashed_at=None).order_by("pk").values_list("pk", flat=True)
    )


def person(number: int) -> Person | None:
    """One lead, or None."""
    return next(iter(persons([number])), None)


def persons(numbers: Sequence[int]) -> list[Person]:
    """The leads of a page in the order of `numbers`; those that are none any more are left out."""
    found = {lead.pk: lead for lead in Lead.objects.select_related("company").filter(pk__in=numbers)}
    return [_person(found[number]) for number in numbers if number in found]


def _person(lead: Lead) -> Person:
    own = {k: v for k, v in lead.attributes.items() if v}
    company = lead.company
    shared = {k: v for k, v in company.attributes.items() if v} if company else {}
    return Person(
        number=lead.pk,
        key=lead.key,
        name=full_name(own),
        company=company.name if company else "",
        company_number=company.pk if company else None,
        email=own.get("email", ""),
        created_at=lead.created_at,
        added_at=lead.added_at,
        attributes=own | shared,
        merged_into=lead.merged_into,
    )


def company(number: int) -> CompanyView | None:
    """One company, or None where there is none or it was merged into another."""
    found = Company.objects.filter(pk=number, merged_into=None).first()
    if found is None:
        return None
    known = {k: v for k, v in found.attributes.items() if v}
    return CompanyView(
        found.pk,
        found.name,
        known,
        Lead.objects.filter(company=found, trashed_at=None, merged_into=None).count(),
    )


def colleagues(number: int, limit: int = 50) -> list[Person]:
    """The other leads of the company of lead `number`, by number."""
    held = Lead.objects.filter(pk=number).values_list("company", flat=True).first()
    if held is None:
        return []
    others = Lead.objects.filter(company=held, trashed_at=None, merged_into=None)
    others = others.exclude(pk=number).order_by("pk")[:limit]
    return [found for other in others.values_list("pk", flat=True) if (found := person(other))]


def companies_there(numbers: Sequence[int] | None = None) -> pl.DataFrame:
    """The companies that were not merged into another (of `numbers`, or all): `company_id` (Int64) and
    `name`."""
    schema = {"company_id": pl.Int64, "name": pl.String}
    columns = "select c.id, c.name from people_company c"
    if numbers is None:
        return fetch(f"{columns} where c.merged_into is null", schema)
    asked = pl.DataFrame({"company": list(numbers)}, schema={"company": pl.Int32}).unique()
    with transaction.atomic(), staged(asked, "asked"):
        return fetch(f"{columns} join asked a on a.company = c.id where c.merged_into is null", schema)


def merged_companies(number: int) -> list[int]:
    """A company and those that were merged into it."""
    return [number, *Company.objects.filter(merged_into=number).order_by("pk").values_list("pk", flat=True)]


def company_count() -> tuple[int, int]:
    """How many companies were not merged into another, and the highest number of one (0 without any)."""
    found = Company.objects.filter(merged_into=None).aggregate(n=Count("pk"), last=Max("pk"))
    return found["n"], found["last"] or 0


def company_numbers(lead_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """The company that each lead belongs to now: `number`, `company_id` (null without one)."""
    schema = {"number": pl.Int32, "company_id": pl.Int32}
    columns = "select l.id, l.company_id from people_lead l"
    if lead_ids is None:
        return fetch(columns, schema)
    with listed(pl.Series(lead_ids, dtype=pl.Int32), "asked", "lead") as (beginning, given):
        columns = "select l.id, l.company_id from asked a cross join people_lead l"
        return fetch(f"{beginning}{columns} where l.id = a.lead", schema, given)


def colleague_ids(lead_ids: Sequence[int]) -> list[int]:
    """The numbers of all leads of the companies that `lead_ids` belong to now, themselves included."""
    return people_of_companies(lead_ids)["number"].to_list()


def people_of_companies(lead_ids: Sequence[int]) -> pl.DataFrame:
    """All leads of the companies that `lead_ids` belong to now, themselves included: `number` and
    `company_id`."""
    with listed(pl.Series(lead_ids, dtype=pl.Int32), "asked", "lead") as (beginning, given):
        return fetch(
            f"{beginning}select id, company_id from people_lead where company_id in"
            " (select l.company_id from asked a cross join people_lead l where l.id = a.lead)",
            {"number": pl.Int32, "company_id": pl.Int32},
            given,
        )


def full_name(attributes: Mapping[str, str]) -> str:
    """The name as it is written: `name`, else family and given name."""
    whole = attributes.get("name", "")
    return whole or " ".join(filter(None, (attributes.get("family_name"), attributes.get("given_name"))))


def attribute_history(number: int) -> list[ValueChange]:
    """Every value that became known of a lead and of its company, newest first."""
    held = Lead.objects.filter(pk=number, company__isnull=False).values("company")[:1]
    asked = Q(scope=Scope.LEAD, subject=number) | Q(scope=Scope.COMPANY, subject=Subquery(held))
    versions = list(Change.objects.filter(asked).select_related("by"))
    of = ([v for v in versions if v.scope == scope] for scope in (Scope.LEAD, Scope.COMPANY))
    found = [change for rows in of for change in _told_by(rows)]
    return sorted(found, key=lambda c: (c.known_from or _DAY_ZERO, c.recorded_at), reverse=True)


def history_of(scope: Scope, subject: int) -> Iterator[ValueChange]:
    """Every value that became known of one lead or company itself, oldest first."""
    yield from _told_by(Change.objects.filter(scope=scope, subject=subject).select_related("by"))


def _told_by(versions: Iterable[Change]) -> Iterator[ValueChange]:
    """What each version of one subject changed, oldest first."""
    ordered = sorted(
        versions, key=lambda v: (-1 if v.known_from is None else v.known_from, v.recorded_at, v.pk)
    )
    held: dict[str, str] = {}
    for version in ordered:
        for field, value in version.values.items():
            if field != BEGINNING and held.get(field) != value:
                yield ValueChange(
                    field=field,
                    scope=Scope(version.scope).value,
                    value=value,
                    before=held.get(field),
                    known_from=None
                    if version.known_from is None
                    else _DAY_ZERO + timedelta(days=version.known_from),
                    recorded_at=instant(version.recorded_at),
                    source=version.source,
                    by=version.by.name if version.by else "",
                )
            held[field] = value


def _companies_then(rows: pl.DataFrame, names: pl.Series, day: int | None) -> pl.Series:
    """The number of each lead's company: today's, and of those that were somewhere else on that day
    the one that bore the name they had then."""
    now = rows["company_id"].alias("#company")
    if day is None:
        return now
    today = opened(rows["#values"], ["company"])["company"]
    elsewhere = names.ne_missing(today)
    if not elsewhere.any():
        return now
    keys = (
        key_of(names.filter(elsewhere))
        .alias("#key")
        .to_frame()
        .with_columns(place=pl.Series(elsewhere.arg_true(), dtype=pl.UInt32))
    )
    with transaction.atomic():
        known = find_companies(keys["#key"])
    then = keys.join(known, left_on="#key", right_on=KEY, how="left", maintain_order="left")
    return now.scatter(then["place"], then[SUBJECT])


def _read(text: pl.Expr, number: bool) -> pl.Expr:
    return read_numbers(text) if number else text


def _told(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(column).alias(column)


def _lead_rows(lead_ids: Sequence[int] | None) -> pl.DataFrame:
    text, born = "l.attributes", "cast(strftime('%%s', l.created_at) as integer)"
    if on_postgres():
        text, born = "l.attributes::text", "floor(extract(epoch from l.created_at))::bigint"
    columns = f"select l.id, l.key, {born}, l.company_id, {text} from"
    schema = {
        SUBJECT: pl.Int32,
        "lead": pl.String,
        "created_at": pl.Int64,
        "company_id": pl.Int32,
        "#values": pl.String,
    }
    if lead_ids is None:
        rows = fetch(f"{columns} people_lead l where {_THERE} order by l.id", schema)
    else:
        with listed(pl.Series(lead_ids, dtype=pl.Int32), "asked", "lead") as (beginning, given):
            # Sorted here: asked for in order, SQLite goes through all leads by the index of `merged_into`.
            sql = f"{beginning}{columns} asked a cross join people_lead l where l.id = a.lead and {_THERE}"
            rows = fetch(sql, schema, given).sort(SUBJECT)
    return rows.with_columns(
        pl.from_epoch("created_at", "s").dt.cast_time_unit("us").dt.replace_time_zone("UTC")
    )


def _company_frame(shared: Sequence[str], day: int | None, numbers: pl.Series | None) -> pl.DataFrame:
    text = "c.attributes::text" if on_postgres() else "c.attributes"
    columns = f"select c.id, c.name, {text} from"
    schema = {SUBJECT: pl.Int32, "#name": pl.String, "#values": pl.String}
    if numbers is None:
        rows = fetch(f"{columns} people_company c", schema)
    else:
        with listed(numbers, "named", "company") as (beginning, given):
            sql = f"{beginning}{columns} named n cross join people_company c where c.id = n.company"
            rows = fetch(sql, schema, given)
    values = as_of(Scope.COMPANY, rows, shared, day, everybody=numbers is None).drop(SUBJECT)
    return pl.concat(
        [
            rows.select(pl.col(SUBJECT).alias("#company"), "#name"),
            values.rename({f: f"{f}#company" for f in shared}),
        ],
        how="horizontal",
    )
