"""Company names: the core, the legal form and where it stands, branch and department, and a key.

    split_company("（株）髙島 商事　大阪支店")
    CompanyName(original="（株）髙島 商事　大阪支店", core="髙島 商事", legal_form="株式会社",
                position="before", branch="大阪支店", key="高島商事|株式会社|前")

Two names with one key are the same company, as far as names can tell. The rules are in
`docs/reference/names.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import polars as pl

from mikomi.core.names.legal_forms import form_named, legal_forms
from mikomi.core.names.spelling import Row, Schema, by_distinct, clean, cleaned, fold, folded, mended, pattern
from mikomi.core.names.units import no_department, units

type Position = Literal["before", "after"]

COLUMNS = ("core", "legal_form", "position", "branch", "core_key", "key")
"""What `company_parts` gives, all text."""
SCHEMA: Schema = dict.fromkeys(COLUMNS, pl.String)

_ADDRESSED = r"\s*(?:御中|各位|ご担当者様?|担当者様|\s(?:様|殿|さま|宛))$"
_ADDRESSED_ENDS = ["御中", "各位", "担当者", "様", "殿", "さま", "宛"]
_ADDRESSED_FORM = r"(会社|法人|\))(?:様|殿|さま)$"
_FORMER = r"\s*\((?:旧|元[: ]|現[: ]|東証|名証|札証|福証|上場|証券コード)[^()]*\)"
_STOPS = " ,、。.:;"
_AROUND = " ,()「」『』\"“”'"
_AROUND_UNIT = " ,.()/:、|-"
_APART = r"^[\s(/:、,|\-]"
_IN_BRACKETS = r"^(.+?)\s*[(<〈《【\[]([^()<>〈〉《》【】\[\]]*)[)>〉》】\]]$"
# After a Japanese name, the same name in Latin letters or its reading.
_READING = r"([\p{Han}\p{Hiragana}\p{Katakana}ー].*?)\s*\(([A-Za-z][A-Za-z .,&'’\-]*|\p{Hiragana}{2,})\)$"
_QUOTES = r"^[「『\"“‘'](.+)[」』\"”’']$"
_MAIL_OR_URL = r"^\S+@\S+\.\S+$|^https?://"
# Corporations whose name ends in one of these are often followed by the house they run.
_RUNS_A_HOUSE = ["医療法人", "医療法人社団", "医療法人財団", "社会医療法人", "学校法人", "社会福祉法人",
                 "国立大学法人", "公立大学法人"]  # fmt: skip
_HOUSE = r"^(\S+(?:会|学園|学院|大学|学舎|財団))\s+(.+)$"


@dataclass(frozen=True, slots=True)
class CompanyName:
    """One company name, taken apart.

    `core` is the name without form, branch and addressing, widths evened, letters as written.
    `legal_form` is the form's full name (`株式会社`, `Inc.`), `position` where it stood; both None where
    none is written. `key` is None where nothing names a company (株式会社 alone, なし, a mail address).
    """

    original: str
    core: str
    legal_form: str | None
    position: Position | None
    branch: str | None
    key: str | None


def split_company(text: str) -> CompanyName:
    """`company_parts` for one name."""
    row = company_parts(pl.Series([text], dtype=pl.String)).row(0, named=True)
    return CompanyName(text, row["core"] or "", row["legal_form"], row["position"], row["branch"], row["key"])


def company_key(values: pl.Series) -> pl.Series:
    """The key of each company name: folded core, legal form, 前 or 後; null where there is none.

    A name without a legal form has its folded core alone as key: it equals other such names, and
    `company_groups` says which company it belongs to among those at hand.
    """
    return company_parts(values)["key"].alias(values.name)


def company_parts(values: pl.Series) -> pl.DataFrame:
    """The columns `COLUMNS` for each name of a text column, in its order.

    `core_key` is the folded core: names of one company share it, whatever form is written.
    """
    return by_distinct(values, _parts, (_parts_of_one, SCHEMA))


def company_groups(parts: pl.DataFrame) -> pl.Series:
    """A key for each row of `company_parts` under which the names of one company meet.

    As `key`; but a name without a legal form joins the one company of that core, where the rows know
    exactly one and the core is no mere surname (three letters or more).
    """
    if parts["legal_form"].null_count() == parts.height:
        return parts["key"]
    formed = parts.filter(pl.col("legal_form").is_not_null() & pl.col("key").is_not_null())
    only = (
        formed.group_by("core_key")
        .agg(pl.col("key").unique().alias("keys"))
        .filter((pl.col("keys").list.len() == 1) & (pl.col("core_key").str.len_chars() >= LONG_ENOUGH))
        .select("core_key", pl.col("keys").list.first().alias("only"))
    )
    joined = parts.join(only, on="core_key", how="left", maintain_order="left")
    formless = pl.col("legal_form").is_null() & pl.col("key").is_not_null()
    return joined.select(pl.when(formless).then(pl.coalesce("only", "key")).otherwise("key").alias("key"))[
        "key"
    ]


LONG_ENOUGH = 3
"""Letters of a folded core from which on a name without a legal form says enough."""


@cache
def _not_companies() -> list[str]:
    lines = resources.files(__package__).joinpath("not_companies.txt").read_text("utf-8").splitlines()
    words = pl.Series([word for line in lines if not line.startswith("#") for word in line.split()])
    forms = pl.Series(list(legal_forms().names))
    alone = [words, forms, "(" + forms + ")"]
    return folded(cleaned(pl.concat(alone))).unique().to_list()


def _parts(words: pl.Series) -> pl.DataFrame:
    text = mended(cleaned(words), _ADDRESSED_ENDS, lambda t: t.str.replace(_ADDRESSED, ""))
    text = mended(text, _ADDRESSED_ENDS, lambda t: t.str.replace(_ADDRESSED_FORM, "${1}"))
    text = text.str.strip_chars_end(_STOPS)
    text = mended(text, ["("], lambda t: t.str.replace_all(_FORMER, ""))
    text = mended(text, [")"], _without_reading)
    text = mended(text, list("」』\"”’'"), lambda t: t.str.replace(_QUOTES, "${1}"))
    frame = _branched(_formed(text))
    frame = frame.with_columns(folded(frame["core"].alias("text")).alias("core_key"))
    only_a_unit = pl.col("legal_form").is_null() & pl.col("core").str.contains(units().alone)
    known = (
        (pl.col("core_key") != "")
        & ~only_a_unit
        & ~pl.col("core_key").is_in(_not_companies())
        & ~pl.col("text").str.contains(_MAIL_OR_URL)
    )
    side = pl.when(pl.col("position") == "before").then(pl.lit("前")).when(pl.col("position") == "after")
    key = pl.concat_str("core_key", "legal_form", side.then(pl.lit("後")), separator="|", ignore_nulls=True)
    return frame.with_columns(pl.when(known).then(key).alias("key")).select(COLUMNS)


def _without_reading(text: pl.Expr) -> pl.Expr:
    form = text.str.extract(_READING, 2).str.to_lowercase().is_in(list(legal_forms().names))
    return pl.when(form).then(text).otherwise(text.str.replace(_READING, "${1}"))


def _formed(text: pl.Series) -> pl.DataFrame:
    """Columns row, text, core, legal_form, position, branch: the legal form found and cut off."""
    nothing = pl.lit(None, dtype=pl.String)
    frame = text.alias("text").to_frame().with_row_index("row")
    frame = frame.with_columns(
        pl.col("text").alias("core"),
        nothing.alias("legal_form"),
        nothing.alias("position"),
        nothing.alias("branch"),
    )
    amid = pl.col("rest").str.contains(_APART) | pl.col("rest").str.contains(units().whole)
    amid &= ~pl.col("rest").str.contains(units().other)
    for written, groups, position, inside in _places():
        frame = _look_for(frame, written, groups, position, amid if inside else None)
    return frame


@cache
def _places() -> tuple[tuple[str, tuple[str, ...], Position, bool], ...]:
    """Where a legal form may stand, in the order in which it is looked for: pattern, its groups, the
    position, and whether it stands inside a name, which holds only before a branch."""
    forms = legal_forms()
    return (
        (forms.before, ("form", "name"), "before", False),
        (forms.after, ("name", "form"), "after", False),
        (forms.amid, ("name", "form", "rest"), "after", True),
        (forms.latin_before, ("form", "name"), "before", False),
        (forms.latin_glued, ("name", "form", "rest"), "after", False),
        (forms.latin_after, ("name", "form", "rest"), "after", False),
    )


def _look_for(
    frame: pl.DataFrame,
    pattern: str,
    groups: tuple[str, ...],
    position: Position,
    accepted: pl.Expr | None = None,
) -> pl.DataFrame:
    """Fills the rows that have no legal form yet and match `pattern`."""
    open_rows = frame.filter(pl.col("legal_form").is_null() & pl.col("text").str.contains(pattern))
    if not open_rows.height:
        return frame
    finds = open_rows.select(
        "row", pl.col("text").str.extract_groups(pattern).struct.rename_fields(groups).struct.unnest()
    )
    if accepted is not None:
        finds = finds.filter(accepted)
    few = finds["form"].unique().to_list()
    names = {find: form_named(find) for find in few}
    rest = pl.col("rest").str.strip_chars(_AROUND_UNIT) if "rest" in groups else pl.lit(None, dtype=pl.String)
    finds = finds.select(
        "row",
        pl.col("name").alias("core"),
        pl.col("form").replace_strict(names, return_dtype=pl.String).alias("legal_form"),
        pl.lit(position).alias("position"),
        pl.when(rest != "").then(rest).alias("branch"),
    )
    return frame.update(finds, on="row", maintain_order="left")


def _branched(frame: pl.DataFrame) -> pl.DataFrame:
    """Parts branches and departments from the core, where none was found yet."""
    frame = frame.with_columns(
        pl.col("core").str.strip_chars(_STOPS), pl.col("branch").is_null().alias("open")
    )
    found = units()
    open_rows = pl.col("open")
    bracketed = pl.col("core").str.extract(_IN_BRACKETS, 2).str.contains(found.whole)
    frame = _part(frame, open_rows & bracketed, _IN_BRACKETS)
    houses = open_rows & pl.col("legal_form").is_in(_RUNS_A_HOUSE)
    frame = _part(frame, houses, _HOUSE)
    frame = _part(frame, open_rows & ~pl.col("core").str.contains(no_department()), found.apart)
    frame = _part(frame, open_rows & ~pl.col("core").str.contains(no_department()), found.joined)
    return frame.with_columns(pl.col("core").str.strip_chars(_AROUND))


def _part(frame: pl.DataFrame, rows: pl.Expr, pattern: str) -> pl.DataFrame:
    some = frame.filter(rows & pl.col("core").str.contains(pattern))
    if not some.height:
        return frame
    parted = some.select(
        "row",
        pl.col("core").str.extract_groups(pattern).struct.rename_fields(["core", "unit"]).struct.unnest(),
        pl.col("branch").alias("inner"),
    )
    # 大阪支店 joined to the name comes before 営業部, which stood apart.
    whole = pl.concat_str("unit", "inner", separator=" ", ignore_nulls=True)
    parted = parted.select("row", "core", whole.alias("branch"))
    return frame.update(parted, on="row", maintain_order="left")


def _parts_of_one(text: str) -> Row:
    """What `_parts` says of one text."""
    text = pattern(_ADDRESSED).sub("", clean(text), count=1)
    text = pattern(_ADDRESSED_FORM).sub(r"\1", text, count=1).rstrip(_STOPS)
    text = pattern(_FORMER).sub("", text)
    spoken = pattern(_READING).search(text)
    if spoken and spoken[2].lower() not in legal_forms().names:
        text = text[: spoken.start()] + spoken[1] + text[spoken.end() :]
    text = pattern(_QUOTES).sub(r"\1", text)
    core, form, position, branch = _formed_one(text)
    core, branch = _branched_one(core, form, branch)
    core_key = fold(core)
    only_a_unit = form is None and pattern(units().alone).search(core)
    known = core_key and not only_a_unit and core_key not in _not_companies()
    key = None
    if known and not pattern(_MAIL_OR_URL).search(text):
        side = {"before": "前", "after": "後", None: None}[position]
        key = "|".join(part for part in (core_key, form, side) if part is not None)
    return core, form, position, branch, core_key, key


def _formed_one(text: str) -> tuple[str, str | None, Position | None, str | None]:
    for written, groups, position, inside in _places():
        found = pattern(written).search(text)
        if found is None:
            continue
        told = dict(zip(groups, found.groups(), strict=True))
        rest = told.get("rest", "")
        if inside and not (pattern(_APART).search(rest) or pattern(units().whole).search(rest)):
            continue
        if inside and pattern(units().other).search(rest):
            continue
        return told["name"], form_named(told["form"]), position, rest.strip(_AROUND_UNIT) or None
    return text, None, None, None


def _branched_one(core: str, form: str | None, branch: str | None) -> tuple[str, str | None]:
    core = core.strip(_STOPS)
    if branch is None:
        for written in (_IN_BRACKETS, _HOUSE, units().apart, units().joined):
            found = pattern(written).search(core)
            if found is None:
                continue
            if written == _IN_BRACKETS:
                stands = pattern(units().whole).search(found[2])
            elif written == _HOUSE:
                stands = form in _RUNS_A_HOUSE
            else:
                stands = not pattern(no_department()).search(core)
            if stands:
                core, branch = found[1], found[2] if branch is None else f"{found[2]} {branch}"
    return core.strip(_AROUND), branch
