"""Leads as arrays of codes, so that comparing two of them is comparing numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.names.spelling import FEW, likened, sounds

SHARED_NAMES = 5
"""A mail address or a phone number carried by more different names than these is shared."""

CROWD = 20
"""Carriers of one value are compared all with all up to this many; above, only those of like names."""

COLLEAGUES = 50
"""Names that differ in one letter are looked for in companies of at most so many leads."""

ROLES = (
    "info", "contact", "sales", "support", "office", "mail", "admin", "inquiry", "otoiawase", "toiawase",
    "webmaster", "postmaster", "noreply", "no-reply", "help", "service", "customer", "order", "shop", "press",
    "recruit", "saiyo", "saiyou", "jinji", "soumu", "somu", "keiri", "eigyo", "eigyou", "jimu", "kouhou",
    "koho", "honsha", "daihyo", "daihyou", "team", "all", "staff", "hello", "general",
)  # fmt: skip
"""Local parts that name a desk rather than a person."""

LATIN, KANA, KANJI = 0, 1, 2
"""How a name is written; anything that is neither Latin nor kana counts as kanji."""

SURELY_WHOLE = (8, 6, 4)
"""A name of so many letters is family and given name, where nobody parted it; by script."""

WHOLE_KANJI, WHOLE_READING = 3, 6
"""So are three kanji with a reading of six kana: 五十嵐 and 小笠原 have less."""

IS_WHOLE = pl.all_horizontal(pl.col("family", "given").is_not_null())

SCHEMA: dict[str, pl.DataType] = {
    "lead": pl.Int64(),
    "email": pl.String(),
    "company_domain": pl.String(),
    "phones": pl.List(pl.String),
    "name_key": pl.String(),
    "kana_key": pl.String(),
    "family": pl.String(),
    "given": pl.String(),
    "company_key": pl.String(),
    "company_core": pl.String(),
    "company_form": pl.String(),
    "corporate_number": pl.String(),
}
"""A row a lead; columns that are missing, null and empty texts are unknown.

`lead`: its number, unique. `email`: folded. `company_domain`: the domain of the address where it is a
company's own. `phones`: E.164. `name_key`, `kana_key` (with or without spaces), `family`, `given`: as
`mikomi.core.names` gives them. `company_key`: anything that names of one company have in common, and those
of two companies have not; the row number of a company serves. `company_core`, `company_form`: the folded
name without its legal form, and the form, unknown where none is written. `corporate_number`: 13 digits.
"""

type Ints = npt.NDArray[np.int32]
type Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Coded:
    """Codes by row; equal codes are equal values, -1 is unknown.

    `phone`: of all rows, those of row i from `phone_from[i]` to `phone_from[i + 1]`. `letters`: of all
    names, in the same way by `letters_from`. The states and `script` are by code of mail, phone, name.
    """

    numbers: npt.NDArray[np.int64]
    mail: Ints
    domain: Ints
    name: Ints
    alike: Ints
    kana: Ints
    family: Ints
    company: Ints
    core: Ints
    form: Ints
    corporate: Ints
    full: Bytes
    phone: Ints
    phone_from: Ints
    mail_state: Bytes
    phone_state: Bytes
    company_state: Bytes
    corporate_state: Bytes
    letters: npt.NDArray[np.uint32]
    letters_from: Ints
    script: Bytes

    def __len__(self) -> int:
        return len(self.numbers)


ROLE, SHARED, CROWDED, LARGE = 1, 2, 4, 8
"""Bits of the states of a mail address, a phone number, a company."""


def code_leads(leads: pl.DataFrame) -> Coded:
    """The leads of a frame as `SCHEMA` says; columns it does not name are left alone."""
    missing = [pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items() if name not in leads.columns]
    frame = leads.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    frame = frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
    name, names = _codes(frame["name_key"])
    alike, _ = _codes(likened(names))
    script = _scripts(names)
    # Kana that is the name itself says how it is spoken.
    spoken = sounds(names).zip_with(pl.Series(script == KANA), _nothing(len(names)))
    of_rows = pl.concat([spoken, _nothing(1)]).gather(np.where(name < 0, len(names), name))
    readings = sounds(frame["kana_key"])
    read = readings.zip_with(readings.is_not_null(), of_rows)
    kana, _ = _codes(read)
    mail, mails = _codes(frame["email"])
    domain, _ = _codes(frame["company_domain"])
    phone, phone_from = _phones(frame["phones"])
    of_phone = np.repeat(np.arange(len(frame), dtype=np.int32), np.diff(phone_from))
    length = names.str.len_chars().to_numpy()
    role = mails.str.extract(r"^([^@]*)@").is_in(list(ROLES)).fill_null(False).to_numpy()
    parted = frame.select(any=pl.any_horizontal(pl.col("family", "given").is_not_null()), given=IS_WHOLE)
    long = length >= np.array(SURELY_WHOLE)[script]
    nearly = (script == KANJI) & (length >= WHOLE_KANJI)
    spelt = (read.str.len_chars() >= WHOLE_READING).fill_null(False).to_numpy()
    whole = np.append(long, False)[name] | (np.append(nearly, False)[name] & spelt)
    full = np.where(parted["any"].to_numpy(), parted["given"].to_numpy(), whole)
    company = _codes(frame["company_key"])[0]
    corporate = _codes(frame["corporate_number"])[0]
    return Coded(
        numbers=frame["lead"].to_numpy(),
        mail=mail,
        domain=domain,
        name=name,
        alike=np.append(alike, np.int32(-1))[name],
        kana=kana,
        family=_codes(frame["family"])[0],
        company=company,
        core=_codes(frame["company_core"])[0],
        form=_codes(frame["company_form"])[0],
        corporate=corporate,
        full=full.astype(np.uint8),
        phone=phone,
        phone_from=phone_from,
        mail_state=_states(mail, name, len(mails)) | role.astype(np.uint8) * np.uint8(ROLE),
        phone_state=_states(phone, name[of_phone], int(phone.max(initial=-1)) + 1),
        company_state=_sizes(company),
        corporate_state=_sizes(corporate),
        letters=np.frombuffer("".join(names.to_list()).encode("utf-32-le"), np.uint32),
        letters_from=np.concatenate([[0], np.cumsum(length)]).astype(np.int32),
        script=script,
    )


def _nothing(rows: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows)


def _codes(values: pl.Series) -> tuple[Ints, pl.Series]:
    """A code for each row, -1 for null, and the value of each code."""
    if len(values) <= FEW:
        codes_of: dict[str | None, int] = {}
        few = [-1 if text is None else codes_of.setdefault(text, len(codes_of)) for text in values.to_list()]
        return np.array(few, np.int32), pl.Series(list(codes_of), dtype=pl.String)
    coded = values.cast(pl.Categorical(pl.Categories.random()))
    codes = coded.to_physical().cast(pl.Int64).fill_null(-1).cast(pl.Int32).to_numpy()
    seen = coded.drop_nulls().unique()
    words = seen.cast(pl.String).gather(seen.to_physical().arg_sort())
    if len(words) and int(codes.max()) != len(words) - 1:
        ranks = np.full(int(codes.max()) + 1, -1, np.int32)
        ranks[np.sort(seen.to_physical().to_numpy())] = np.arange(len(words), dtype=np.int32)
        codes = np.where(codes >= 0, ranks[codes], -1).astype(np.int32)
    return codes, words


def _phones(lists: pl.Series) -> tuple[Ints, Ints]:
    """Codes of the distinct phones of each row, ascending in a row, and where each row's begin."""
    rows = lists.alias("phone").to_frame().with_row_index("row").explode("phone", empty_as_null=True)
    rows = rows.filter((pl.col("phone") != "").fill_null(False)).unique()
    row, phone = rows["row"].to_numpy(), _codes(rows["phone"])[0]
    order = np.lexsort((phone, row))
    starts = np.searchsorted(row[order], np.arange(len(lists) + 1)).astype(np.int32)
    return phone[order], starts


def _scripts(names: pl.Series) -> Bytes:
    latin = pl.col("name").str.len_bytes() == pl.col("name").str.len_chars()
    kana = pl.col("name").str.contains(r"^[\p{Hiragana}\p{Katakana}ー]+$")
    chosen = pl.when(latin).then(LATIN).when(kana).then(KANA).otherwise(KANJI)
    return names.alias("name").to_frame().select(chosen.cast(pl.UInt8).alias("s"))["s"].to_numpy()


def _states(code: Ints, name: Ints, count: int) -> Bytes:
    """For each code whether many different names, or many rows, carry it."""
    known = code >= 0
    rows = np.bincount(code[known], minlength=count)
    named = known & (name >= 0)
    top = int(name.max(initial=0)) + 1
    pairs = np.unique(code[named].astype(np.int64) * top + name[named])
    people = np.bincount(pairs // top, minlength=count)
    return np.where(people > SHARED_NAMES, SHARED, 0).astype(np.uint8) | np.where(
        rows > CROWD, CROWDED, 0
    ).astype(np.uint8)


def _sizes(code: Ints) -> Bytes:
    """For each code whether more rows carry it than are colleagues that are looked through."""
    return np.where(np.bincount(code[code >= 0]) > COLLEAGUES, LARGE, 0).astype(np.uint8)
