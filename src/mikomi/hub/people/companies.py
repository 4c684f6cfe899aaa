"""Which name is which company: the only place that says so.

A company is found by the key of its name (`core.names`), by another name that it was written with, or
by its 法人番号. Names that name nobody (なし, a mail address, 株式会社 alone) are no companies. The names of
a company that was merged into another (`people.same_companies`) lead to that one.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mikomi.core.names.companies import LONG_ENOUGH, company_key, company_parts
from mikomi.core.names.corporate_number import corporate_numbers
from mikomi.hub.activity.queries import instant
from mikomi.hub.kit.setwise import fetch, json_value, on_postgres, run, staged
from mikomi.hub.people.dated import SUBJECT, Origin

KEY = "#company"
"""The column of the company's key in frames; null where a row names no company."""
NUMBER = "corporate_number"
BY_NUMBER = "|"
"""Before the digits where a 法人番号 stands as a key; no key of a name begins with it."""
_EVERY_KEY = (
    "select key, coalesce(merged_into, id) as id from people_company"
    " union all select key, company as id from people_companyalias"
)
_EMPTY = "'{}'"


def key_of(names: pl.Series) -> pl.Series:
    """The key under which a company of each name is found, null for what names no company."""
    return company_key(names)


def with_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `#company`, the keys of the names in `company`."""
    return frame.with_columns(key_of(frame["company"]).alias(KEY))


def shown_names(names: pl.Series) -> pl.Series:
    """Names as companies are called: as written, without the branch or department behind them."""
    parts = company_parts(names)
    form = pl.col("legal_form")
    # Forms in Latin letters stand apart from the name, Japanese ones do not.
    gap = pl.when(form.str.contains(r"^[ -~]")).then(pl.lit(" ")).otherwise(pl.lit(""))
    composed = (
        pl.when(form.is_null())
        .then("core")
        .when(pl.col("position") == "before")
        .then(pl.concat_str(form, gap, "core"))
        .otherwise(pl.concat_str("core", gap, form))
    )
    frame = parts.with_columns(names.str.strip_chars().alias("written"))
    return frame.select(
        pl.when(pl.col("branch").is_null() | pl.col("key").is_null())
        .then("written")
        .otherwise(composed)
        .alias(names.name)
    )[names.name]


def branches(names: pl.Series) -> pl.Series:
    """The branch or department behind each company's name, null where there is none for sure."""
    parts = company_parts(names)
    return parts.select(pl.when(pl.col("key").is_not_null()).then("branch").alias("branch"))["branch"]


def find_companies(keys: pl.Series) -> pl.DataFrame:
    """`#company`, `#subject` (the company's number) of the keys that are known. In a transaction."""
    with staged(keys.drop_nulls().unique().alias("key").to_frame(), "named"):
        return fetch(
            f"select n.key, k.id from named n join ({_EVERY_KEY}) k on k.key = n.key",
            {KEY: pl.String, SUBJECT: pl.Int32},
        ).unique(KEY, keep="first", maintain_order=True)


def recognise(keys: pl.Series) -> pl.DataFrame:
    """As `find_companies`, and names that differ from the one company of their name by the legal form alone
    find it, too. Makes no company."""
    known = find_companies(keys)
    rest = keys.drop_nulls().unique()
    rest = rest.filter(~rest.is_in(known[KEY].implode())).alias(KEY)
    same = _by_core(rest).filter(pl.col("#there").is_not_null())
    return pl.concat([known, same.select(KEY, pl.col("#there").alias(SUBJECT))])


def take_companies(companies: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """`#company` -> `#subject`; companies that are new are made. In a transaction.

    `companies`: `#company` (every one once), `company` (the name), and `corporate_number` where it
    is known. A name that is new comes to the company that bears its 法人番号 already, or, where only one
    of the two is written with a legal form, to the one company of that name; companies that are there
    both stay two, since nobody has said which of them is right.
    """
    known = find_companies(companies[KEY])
    fresh = companies.join(known, on=KEY, how="anti", maintain_order="left")
    if fresh.is_empty():
        return known
    same = _by_number(companies, known, fresh)
    rest = fresh.join(same, on=KEY, how="anti", maintain_order="left")
    same = pl.concat([same, _by_core(rest[KEY])])
    made = fresh.join(same, on=KEY, how="anti", maintain_order="left")
    names = made.with_columns(shown_names(made["company"]).alias("company"))
    named = names.select(pl.col(KEY).alias("key"), _core(KEY).alias("core"), pl.col("company").alias("name"))
    with staged(named, "fresh"):
        run(
            "insert into people_company (key, core, name, attributes, added_at)"
            f" select n.key, n.core, n.name, {json_value(_EMPTY)}, %s from fresh n",
            [instant(origin.recorded_at)],
        )
    found = pl.concat([known, find_companies(made[KEY])])
    if same.height:
        heads = found.rename({KEY: "#head"})
        joined = same.join(heads, on="#head", how="left", maintain_order="left")
        joined = joined.select(KEY, pl.coalesce(SUBJECT, "#there").alias(SUBJECT))
        _write_aliases(joined.join(fresh.select(KEY, "company"), on=KEY, maintain_order="left"), origin)
        found = pl.concat([found, joined])
    return found


def _by_number(companies: pl.DataFrame, known: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """The rows of `fresh` whose 法人番号 says that they are another company: `#company`, and
    `#there` (its number) or `#head` (its key, in `companies`)."""
    schema = {KEY: pl.String, "#there": pl.Int32, "#head": pl.String}
    if NUMBER not in companies.columns:
        return pl.DataFrame(schema=schema)
    told = companies.with_columns(
        corporate_numbers(companies[NUMBER].cast(pl.String))["number"].alias("#number")
    )
    told = told.drop_nulls("#number").select(KEY, "#number")
    if told.is_empty():
        return pl.DataFrame(schema=schema)
    bearers = _bearers(told["#number"]).rename({SUBJECT: "#there"})
    old = told.join(known, on=KEY, maintain_order="left").unique("#number", keep="first", maintain_order=True)
    first = told.unique("#number", keep="first", maintain_order=True)
    heads = pl.concat([old.select(KEY, "#number"), first]).unique("#number", keep="first")
    found = (
        told.join(fresh.select(KEY), on=KEY, how="semi", maintain_order="left")
        .join(bearers, on="#number", how="left", maintain_order="left")
        .join(heads.rename({KEY: "#head"}), on="#number", how="left", maintain_order="left")
    )
    alone = pl.col("#there").is_null() & (pl.col("#head") == pl.col(KEY))
    return found.filter(~alone).select(
        KEY, "#there", pl.when(pl.col("#there").is_null()).then("#head").alias("#head")
    )


def _by_core(fresh: pl.Series) -> pl.DataFrame:
    """As `_by_number`, of names that differ from the one company of their name by the legal form alone:
    北浜精機 is 株式会社北浜精機 where no other 北浜精機 is known. Mere surnames say too little."""
    asked = fresh.to_frame().with_columns(_core(KEY).alias("#core"))
    long = asked.filter(pl.col("#core").str.len_chars() >= LONG_ENOUGH)
    with staged(long.select(pl.col("#core").alias("core")).unique(), "cores"):
        there = fetch(
            "select c.core, coalesce(c.merged_into, c.id), c.key from cores n"
            " join people_company c on c.core = n.core order by c.id",
            {"#core": pl.String, "#there": pl.Int32, "#head": pl.String},
        )
    formless = pl.col("#head") == pl.col("#core")
    new = long.select("#core", pl.lit(None, pl.Int32).alias("#there"), pl.col(KEY).alias("#head"))
    # Names of companies that were made one are borne by one.
    bearers = there.filter(~formless).unique(["#core", "#there"], keep="first", maintain_order=True)
    # A name without a form waits for whoever bears it; two who bear it are two.
    borne = (
        pl.concat([bearers, new.filter(~formless)])
        .group_by("#core")
        .agg(pl.len().alias("n"), pl.all().first())
    )
    one = borne.filter(pl.col("n") == 1).select("#core", "#there", "#head")
    plain = there.filter(formless).unique("#core").select("#core", pl.col("#there").alias("#plain"))
    found = long.join(one, on="#core").join(plain, on="#core", how="left")
    # The company that is there stays, be it the one with the form or the one without.
    mine = pl.coalesce("#there", "#plain")
    away = (pl.col(KEY) != pl.col("#head")) | mine.is_not_null()
    return found.filter(away).select(
        KEY, mine.alias("#there"), pl.when(mine.is_null()).then("#head").alias("#head")
    )


def _core(key: str) -> pl.Expr:
    return pl.col(key).str.split("|").list.first()


def _bearers(numbers: pl.Series) -> pl.DataFrame:
    """`#number`, `#subject` of the companies that bear these 法人番号 now."""
    held = "c.attributes ->> 'corporate_number'" if on_postgres() else "c.attributes ->> '$.corporate_number'"
    keys = numbers.unique().alias("number").to_frame().with_columns(key=BY_NUMBER + pl.col("number"))
    with staged(keys, "numbered"):
        return fetch(
            "select n.number, c.id from numbered n join people_companyalias a on a.key = n.key"
            f" join people_company c on c.id = a.company and {held} = n.number",
            {"#number": pl.String, SUBJECT: pl.Int32},
        )


def note_numbers(companies: pl.Series, origin: Origin) -> None:
    """Lets the companies (numbers) be found by the 法人番号 that they bear now, and others by one that these
    gave up and they bear, too. In a transaction."""
    held = "c.attributes ->> 'corporate_number'" if on_postgres() else "c.attributes ->> '$.corporate_number'"
    schema = {SUBJECT: pl.Int32, "#number": pl.String}
    with staged(companies.unique().alias("subject").to_frame(), "asked"):
        mine = fetch(
            f"select c.id, {held} from asked a join people_company c on c.id = a.subject order by c.id",
            schema,
        )
        before = fetch(
            "select a.subject, substr(n.key, 2) from asked a join people_companyalias n"
            f" on n.company = a.subject and substr(n.key, 1, 1) = '{BY_NUMBER}'",
            schema,
        )
        run(
            "delete from people_companyalias where company in (select subject from asked)"
            f" and substr(key, 1, 1) = '{BY_NUMBER}'"
        )
    mine = mine.with_columns(corporate_numbers(mine["#number"])["number"].alias("#number"))
    free = before.join(mine, on="#number", how="anti")
    if free.height:
        # Nobody is found by these any more: rare enough to look through all companies.
        with staged(free.select(pl.col("#number").alias("number")).unique(), "given_up"):
            others = fetch(
                f"select c.id, {held} from given_up n join people_company c on {held} = n.number"
                " where c.merged_into is null order by c.id",
                schema,
            )
        mine = pl.concat([mine, others])
    rows = mine.drop_nulls("#number").unique("#number", keep="first", maintain_order=True)
    _write_aliases(
        rows.select((BY_NUMBER + pl.col("#number")).alias(KEY), SUBJECT, pl.lit("").alias("company")), origin
    )


def number_key(values: Mapping[str, str]) -> str | None:
    """The key of the 法人番号 among a company's values; None where there is none that is right."""
    number = corporate_numbers(pl.Series([values.get(NUMBER)], dtype=pl.String))["number"][0]
    return None if number is None else BY_NUMBER + number


def forget_names(import_id: int) -> None:
    """Takes back the other names and 法人番号 that an import has taught. In a transaction."""
    run("delete from people_companyalias where import_id = %s", [import_id])


def _write_aliases(rows: pl.DataFrame, origin: Origin) -> None:
    told = rows.select(
        pl.col(KEY).alias("key"), pl.col(SUBJECT).alias("company"), pl.col("company").alias("name")
    )
    with staged(told, "taught"):
        run(
            "insert into people_companyalias (key, company, name, import_id, added_at)"
            " select t.key, t.company, t.name, %s, %s from taught t"
            f" where not exists (select 1 from ({_EVERY_KEY}) k where k.key = t.key)",
            [origin.import_id, instant(origin.recorded_at)],
        )
