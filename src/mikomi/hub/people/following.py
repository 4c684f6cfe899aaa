"""What follows from a lead's values: the columns of its row, and values that are derived from others.

A derived value is an ordinary value with dates whose source is `AUTOMATIC`. One that came any other way
(a person's, a file's) is never replaced by a derived one, until it is taken away.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from mikomi.core.names.addresses import address_parts
from mikomi.core.names.phones import read_phones
from mikomi.core.values.titles import DEPARTMENTS, RANKS, place_departments, rank_titles
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged
from mikomi.hub.people import companies as firms
from mikomi.hub.people.dated import SUBJECT, Origin, as_of, write_history, write_values
from mikomi.hub.people.fields import DERIVED, make_fields
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.models import Scope
from mikomi.hub.people.value_sources import AUTOMATIC

PHONES = {"phone_number": "phone", "direct_phone_number": "direct_phone", "mobile_number": "mobile"}
"""A number in one writing (E.164), and the field whose text it is."""
_PLACES = {"postal_code": "postal", "prefecture": "prefecture", "city": "city", "street": "rest"}
SOURCES = ("title", "department", "company", "address", *PHONES.values())
"""The fields that values are derived from."""


def derive(values: pl.DataFrame) -> pl.DataFrame:
    """The columns `DERIVED` from the columns `SOURCES` of each row; what is not sure is empty."""
    titles, departments = values["title"], values["department"]
    found = {
        "title_rank": rank_titles(titles, departments)["rank"].replace_strict(
            {key: words.ja for key, words in RANKS.items()}, default=None, return_dtype=pl.String
        ),
        "department_class": place_departments(departments, titles).replace_strict(
            {key: words.ja for key, words in DEPARTMENTS.items()}, default=None, return_dtype=pl.String
        ),
        "branch": firms.branches(values["company"]),
    }
    for number, source in PHONES.items():
        some = values[source].is_not_null().any()
        found[number] = read_phones(values[source])["e164"] if some else values[source]
    if values["address"].is_not_null().any():
        parts = address_parts(values["address"])
        sure = parts["city"].is_not_null() | parts["prefecture"].is_not_null()
        none = pl.Series([None], dtype=pl.String)
        found |= {field: parts[part].zip_with(sure, none) for field, part in _PLACES.items()}
    else:
        found |= dict.fromkeys(_PLACES, values["address"])
    return pl.DataFrame({field: column.fill_null("") for field, column in found.items()})


def follow(leads: pl.Series, origin: Origin) -> pl.Series:
    """Brings the rows of the leads (company, mail address) and their derived values to what their
    values say now. The numbers of those whose derived values changed. In a transaction."""
    if leads.is_empty():
        return pl.Series(SUBJECT, dtype=pl.Int32)
    held = _current(leads)
    values = _sources(held)
    _set_columns(values, origin)
    return _write_derived(values.select(SUBJECT), derive(values), held, origin)


def derive_again(leads: pl.Series, origin: Origin) -> pl.Series:
    """Brings the derived values of the leads to what their values say by the rules of now; the numbers
    of those where that changed something. In a transaction."""
    if leads.is_empty():
        return pl.Series(SUBJECT, dtype=pl.Int32)
    held = _current(leads)
    values = _sources(held)
    return _write_derived(values.select(SUBJECT), derive(values), held, origin)


def derive_history(changes: pl.DataFrame, origin: Origin) -> None:
    """Derives the values of past days. `changes` as `dated.write_history` takes them, of leads."""
    mine = changes.filter(pl.col("#field").is_in(SOURCES))
    if mine.is_empty():
        return
    days = [SUBJECT, "#known_from"]
    wide = mine.unique([*days, "#field"], keep="last").pivot("#field", index=days, values="#value").sort(days)
    wide = wide.with_columns(pl.lit(None, pl.String).alias(f) for f in SOURCES if f not in wide.columns)
    wide = wide.with_columns(pl.col(f).forward_fill().over(SUBJECT) for f in SOURCES)
    known = wide.select(*days, *(_told(field) for field in SOURCES))
    told = pl.concat([known.select(days), derive(known)], how="horizontal")
    long = told.unpivot(DERIVED, index=days, variable_name="#field", value_name="#value").filter(
        pl.col("#value") != ""
    )
    long = long.join(_kept(told[SUBJECT]), on=[SUBJECT, "#field"], how="anti", maintain_order="left")
    if long.height:
        make_fields(long["#field"].unique())
        write_history(Scope.LEAD, long, replace(origin, source=AUTOMATIC))


def _sources(held: pl.DataFrame) -> pl.DataFrame:
    values = as_of(Scope.LEAD, held, ["email", *SOURCES], None, everybody=False)
    return values.with_columns(_told(field) for field in SOURCES)


def _told(field: str) -> pl.Expr:
    return pl.when(pl.col(field).str.strip_chars() != "").then(field).alias(field)


def _current(leads: pl.Series) -> pl.DataFrame:
    text = "l.attributes::text" if on_postgres() else "l.attributes"
    with staged(leads.alias("subject").to_frame(), "asked"):
        return fetch(
            f"select l.id, {text} from asked a join people_lead l on l.id = a.subject",
            {SUBJECT: pl.Int32, "#values": pl.String},
        )


def _set_columns(values: pl.DataFrame, origin: Origin) -> None:
    named = firms.with_keys(values.select(SUBJECT, "company", "email"))
    companies = named.drop_nulls(firms.KEY).unique(firms.KEY, keep="first", maintain_order=True)
    numbers = firms.take_companies(companies.select(firms.KEY, "company"), origin)
    told = named.join(numbers.rename({SUBJECT: "company_id"}), on=firms.KEY, how="left").select(
        pl.col(SUBJECT).alias("subject"),
        "company_id",
        pl.col("email").str.strip_chars().str.to_lowercase().fill_null("").alias("email"),
    )
    with staged(told, "told"):
        run(
            "update people_lead set company_id = told.company_id, email = told.email from told"
            " where told.subject = people_lead.id and (told.email <> people_lead.email"
            " or told.company_id is distinct from people_lead.company_id)"
        )


def _write_derived(
    leads: pl.DataFrame, derived: pl.DataFrame, held: pl.DataFrame, origin: Origin
) -> pl.Series:
    """Writes what is new among the derived values of `leads`, rows as in `held`."""
    before = opened(held["#values"], DERIVED)
    before = before.select(pl.col(f).fill_null("").alias(f"{f}#before") for f in DERIVED)
    rows = pl.concat([leads, derived, before], how="horizontal")
    # Where there was something, it may have been put there by somebody.
    doubtful = rows.filter(
        pl.any_horizontal(
            (pl.col(f"{f}#before") != "") & (pl.col(f"{f}#before") != pl.col(f)) for f in DERIVED
        )
    )
    kept = _kept(doubtful[SUBJECT]) if doubtful.height else None
    news = rows.select(
        SUBJECT, *(pl.when(pl.col(f) != pl.col(f"{f}#before")).then(f).alias(f) for f in DERIVED)
    )
    if kept is not None and kept.height:
        held_back = kept.with_columns(pl.lit(True).alias("kept")).pivot(
            "#field", index=SUBJECT, values="kept"
        )
        fields = [f for f in DERIVED if f in held_back.columns]
        news = news.join(held_back, on=SUBJECT, how="left", suffix="#kept", maintain_order="left")
        news = news.with_columns(
            pl.when(~pl.col(f"{f}#kept").fill_null(False)).then(f).alias(f) for f in fields
        ).select(SUBJECT, *DERIVED)
    used = [f for f in DERIVED if news[f].is_not_null().any()]
    if not used:
        return pl.Series(SUBJECT, dtype=pl.Int32)
    make_fields(used)
    return write_values(Scope.LEAD, news.select(SUBJECT, *used), used, replace(origin, source=AUTOMATIC))


def _kept(leads: pl.Series) -> pl.DataFrame:
    """`#subject`, `#field` of the derived fields whose last value from elsewhere still stands."""
    text = 'c."values"::text' if on_postgres() else 'c."values"'
    with staged(leads.unique().alias("subject").to_frame(), "asked"):
        versions = fetch(
            f"select c.subject, c.known_from, c.recorded_at, c.id, {text} from asked a"
            " join people_change c on c.scope = 'lead' and c.subject = a.subject where c.source <> %s",
            {
                SUBJECT: pl.Int32,
                "#known_from": pl.Int32,
                "#recorded_at": pl.Int64,
                "#id": pl.Int64,
                "#values": pl.String,
            },
            [AUTOMATIC],
        )
    order = (SUBJECT, "#known_from", "#recorded_at", "#id")
    wide = pl.concat([versions.drop("#values"), opened(versions["#values"], DERIVED)], how="horizontal")
    last = (
        wide.unpivot(on=DERIVED, index=order, variable_name="#field", value_name="#value")
        .drop_nulls("#value")
        .sort(order, nulls_last=False)
        .group_by(SUBJECT, "#field")
        .agg(pl.col("#value").last())
    )
    return last.filter(pl.col("#value") != "").select(SUBJECT, "#field")
