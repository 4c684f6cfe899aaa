"""Japanese addresses in three parts: prefecture, city, rest.

    split_address("〒510-0075 三重県四日市市安島1-2-3")
    Address(postal="510-0075", prefecture="三重県", city="四日市市", rest="安島1-2-3")

The city is the municipality: 市, 区 of Tokyo, 町 and 村 with their 郡, and for the cities that have wards
the ward with it (横浜市西区). There is no list of towns; rules, and the names that break them, do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl

from mikomi.core.names.spelling import by_distinct, cleaned

COLUMNS = ("postal", "prefecture", "city", "rest")
_POSTAL = r"^(?:〒|郵便番号:?)?\s*([0-9]{3})\s?-?\s?([0-9]{4})(?:[\s,]+|([^0-9\-\s]))"
_COUNTRY = r"(?i)^(?:日本国?|japan)[\s,、]+"
_BEFORE_NUMBERS = r"[^0-9\s\-市区町村郡]"


@dataclass(frozen=True, slots=True)
class Address:
    """One address, widths evened; a part that cannot be told is None, and nothing of the text is lost:
    what is in no other part is in `rest`. `postal` is NNN-NNNN."""

    postal: str | None
    prefecture: str | None
    city: str | None
    rest: str | None


def split_address(text: str) -> Address:
    """`address_parts` for one address."""
    return Address(*address_parts(pl.Series([text], dtype=pl.String)).row(0))


def address_parts(values: pl.Series) -> pl.DataFrame:
    """The columns `COLUMNS` for each address of a text column; unknown parts are null.

    The prefecture is filled in where it is not written only for cities with wards, whose names are theirs
    alone. 府中市 without a prefecture stays without.
    """
    return by_distinct(values, _parts)


def _parts(words: pl.Series) -> pl.DataFrame:
    places = _places()
    text = pl.col("text")
    frame = cleaned(words).alias("text").to_frame()
    only_postal = r"^〒?\s*([0-9]{3})-?([0-9]{4})$"
    postal = [pl.coalesce(text.str.extract(_POSTAL, n), text.str.extract(only_postal, n)) for n in (1, 2)]
    frame = frame.with_columns(
        pl.concat_str(postal[0], pl.lit("-"), postal[1]).alias("postal"),
        text.str.replace(only_postal, "")
        .str.replace(_POSTAL, "${3}")
        .str.replace(_COUNTRY, "")
        .str.strip_chars(),
    )
    written = text.str.extract(rf"^({_any(places.prefectures)})", 1)
    frame = frame.with_columns(written.alias("prefecture"))
    frame = frame.with_columns(
        text.str.slice(pl.col("prefecture").str.len_chars().fill_null(0))
        .str.strip_chars(" ,、")
        .alias("after")
    )
    # Spaces are often set between the parts; a city's own name has none.
    frame = frame.with_columns(pl.col("after").str.extract(places.city, 1).alias("city"))
    in_tokyo = (pl.col("prefecture") == "東京都").fill_null(False)
    town = pl.when(pl.col("prefecture").is_not_null()).then(pl.col("after").str.extract(places.town, 1))
    ward = pl.when(in_tokyo).then(pl.col("after").str.extract(places.tokyo_ward, 1))
    frame = frame.with_columns(pl.coalesce(ward, "city", town).alias("city"))
    rest = pl.col("after").str.slice(pl.col("city").str.len_chars().fill_null(0)).str.strip_chars(" ,、")
    city = pl.col("city").str.replace_all(" ", "")
    alone = city.str.extract(r"^([^市]+市).+区$", 1).replace_strict(
        places.of_city, default=None, return_dtype=pl.String
    )
    frame = frame.with_columns(rest.alias("rest"), city, pl.coalesce("prefecture", alone).alias("prefecture"))
    return frame.select(
        "postal", "prefecture", "city", pl.when(pl.col("rest") != "").then("rest").alias("rest")
    )


@dataclass(frozen=True, slots=True)
class _Places:
    prefectures: list[str]
    of_city: dict[str, str]
    city: str
    tokyo_ward: str
    town: str


@cache
def _places() -> _Places:
    text = resources.files(__package__).joinpath("places.txt").read_text("utf-8")
    prefectures, warded, wards, cities, towns, districts = (
        part.partition("\n")[2].split() for part in ("\n" + text).split("\n# ")[1:]
    )
    of_city = dict(pair.split("=") for pair in warded)
    letter = _BEFORE_NUMBERS
    district = rf"(?:{_any(districts)}|{letter}{{1,5}}郡)"
    in_district = rf"(?:{_any(towns)}|{letter}{{1,7}}[町村])"
    city = "|".join(
        (
            rf"(?:{_any(list(of_city))})\s?(?:中村|[^0-9\s\-市町村]{{1,5}}?)区",
            _any(cities),
            # 郡山市, 郡上市, 蒲郡市, 小郡市, 大和郡山市 and 高市郡, 余市郡: the longer rule is asked first.
            rf"{district}\s?{in_district}",
            _any(towns),
            r"[^0-9\s\-]{1,7}?市",
        )
    )
    return _Places(
        prefectures,
        of_city,
        city=f"^({city})",
        tokyo_ward=rf"^({_any(wards)})",
        town=rf"^({letter}{{1,7}}[町村])",
    )


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
