"""Numbers as people write them: `50名`, `約300人`, `300〜999名`, `1億2,000万円`, `50人未満`.

A quantity is a number, or a least and a most of which one may be open, and whether the writer said
"about". What is not surely a quantity is null. Understood, after NFKC and without white space:

* digits with or without grouping commas, kanji digits, 兆 億 万 千 百 十 in any order people use
  (`3百万`, `120百万`, `12千`, `1.5億`, `三百五十`), `10K`, `3M`, `1.2 million`
* money of the field's currency: `¥`, `円`, `JPY`; `$`, `USD`, `ドル`; `€`, `EUR`, `ユーロ`
* counters (人, 名, 社, 件 …), 従業員数 or 資本金 before the number, （連結） or （2026年4月現在） after it
* ranges: `300〜999`, `300-999`, `100以上300未満`, `300名から999名まで`, `3〜5億円` (both 億)
* open ends: 以上, 以下, 以内, まで, 未満, 超, `1,000+`, `>100`, `over 100`, `up to 50`
* about: 約, およそ, 程度, くらい, 前後, ほど, 弱, 強, 余り, approx.
* negative numbers with `-`, `△` or `▲` before them

Not understood, since the number is not sure: 数十名, 10名程度増, 50/60, 300人（うち正社員200人）, a
foreign currency, commas at other places than thousands, more than one number without a range.

The stored text is the shortest that says the same: `300`, `約300`, `300〜999`, `1000〜`, `〜50`,
`〜<50` (50未満), `>100〜` (100超). It reads back as the same quantity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

SCHEMA: dict[str, type[pl.DataType]] = {
    "least": pl.Float64,
    "most": pl.Float64,
    "above": pl.Boolean,
    "below": pl.Boolean,
    "approximate": pl.Boolean,
}
"""`least` and `most` are equal for a number and null where open; `above`: more than `least`, which itself
is out; `below`: less than `most`. All five are null where the text is no quantity."""

LONGEST = 80
"""A text of more characters is no quantity."""

CURRENCIES = {
    "JPY": ("¥", "円", "jpy", "yen"),
    "USD": ("us$", "$", "米ドル", "ドル", "usd"),
    "EUR": ("€", "ユーロ", "eur"),
}
"""The marks of the currencies known, as they stand after NFKC and lower-casing."""

_COUNTED = "人 名 名様 社 社員 件 店 店舗 拠点 箇所 か所 カ所 ヶ所 ケ所 個 台 回 本 枚 室 席 床"
_SIZED = "棟 戸 校 歳 才 年 日 時間 ヶ月 か月 カ月 人規模 名規模 規模"
_ENGLISH = "people persons person employees employee staff users companies seats"
COUNTERS = (*_COUNTED.split(" "), *_SIZED.split(" "), *_ENGLISH.split(" "))

LABELS = (
    "従業員数", "従業員", "社員数", "社員", "職員数", "人数", "人員", "資本金", "売上高", "売上", "年商",
    "予算", "全", "計", "合計",
)  # fmt: skip

_KANJI_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_SPELLINGS = {
    **_KANJI_DIGITS, "拾": "十", "佰": "百", "阡": "千", "萬": "万", "≧": ">=", "≥": ">=",
    "≦": "<=", "≤": "<=",
}  # fmt: skip

_N = r"(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|(?:0|[1-9]\d*)(?:\.\d+)?)"
_S = rf"(?:{_N}?千(?:{_N}?百)?(?:{_N}?十)?{_N}?|{_N}?百(?:{_N}?十)?{_N}?|{_N}?十{_N}?|{_N})"
_NUMBER = rf"(?:{_S}兆(?:{_S}億)?(?:{_S}万)?{_S}?|{_S}億(?:{_S}万)?{_S}?|{_S}万{_S}?|{_S})"

_ABOUT = r"約|およそ|おおよそ|おおむね|概ね|だいたい|大体|approx\.?|approximately|about|around|ca\."
_SOFT = r"程度|くらい|ぐらい|位|前後|ほど|弱|強|余り|余|内外"
_REMARK = r"\([^()]*(?:現在|時点|期|連結|単体|単独|税込み?|税抜き?|税別|概算)\)"
_ABOVE = ("を超える", "超える", "を超え", "超え", "超", "を上回る", "より多い", ">", "over", "morethan")
_BELOW = ("未満", "を下回る", "より少ない", "<", "under", "lessthan", "below")
_LEAST = ("以上", "+", "ormore", "andover", "andabove", ">=", "atleast", "最低", "最小")
_MOST = ("以下", "以内", "まで", "orless", "<=", "upto", "最大")


@dataclass(frozen=True, slots=True)
class Unit:
    """What one stands for: 百万円 has `scale` 1,000,000; whether counters (名, 件) fit, and which money."""

    scale: float = 1.0
    currency: str = "JPY"
    counted: bool = True


ONE = Unit()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a least and a most; see `SCHEMA`."""

    least: float | None
    most: float | None
    above: bool = False
    below: bool = False
    approximate: bool = False

    @property
    def number(self) -> float | None:
        """The number, where it is one and not a range."""
        return self.least if self.least == self.most else None

    def text(self) -> str:
        """The stored text: `約300`, `300〜999`, `〜<50`."""
        row = (self.least, self.most, self.above, self.below, self.approximate)
        return write_quantities(pl.DataFrame([row], schema=SCHEMA, orient="row"))[0]


def parse_quantity(text: str, unit: Unit = ONE) -> Quantity | None:
    """The quantity that one text writes, or None; `parse_quantity("約300名").text() == "約300"`."""
    row = parse_quantities(pl.Series([text], dtype=pl.String), unit).row(0)
    return None if row[4] is None else Quantity(*row)


def parse_quantities(texts: pl.Series, unit: Unit = ONE) -> pl.DataFrame:
    """The quantities of a text column, a row each, with the columns of `SCHEMA`.

    `unit` is what the column is in (`header_unit`): it scales numbers that name no unit themselves.
    """
    rows = texts.cast(pl.String).alias("text").to_frame()
    distinct = rows["text"].drop_nulls().unique()
    simple = distinct.str.contains(_SIMPLE)
    plain, rest = distinct.filter(simple), distinct.filter(~simple)
    found = pl.concat(
        [
            pl.concat([plain.to_frame(), _read_plain(plain, unit)], how="horizontal"),
            pl.concat([rest.to_frame(), _read(rest, unit)], how="horizontal"),
        ]
    )
    return rows.join(found, on="text", how="left", maintain_order="left").select(*SCHEMA)


def write_quantities(quantities: pl.DataFrame) -> pl.Series:
    """The stored texts of a frame with the columns of `SCHEMA`; null where there is no quantity."""
    least, most = _plain(pl.col("least")), _plain(pl.col("most"))
    low = pl.when("above").then(pl.lit(">") + least).otherwise(least).fill_null("")
    high = pl.when("below").then(pl.lit("<") + most).otherwise(most).fill_null("")
    single = pl.col("least").eq(pl.col("most")).fill_null(False)
    about = pl.when("approximate").then(pl.lit("約")).otherwise(pl.lit(""))
    text = about + pl.when(single).then(least).otherwise(low + "〜" + high)
    return quantities.select(pl.when(pl.col("approximate").is_not_null()).then(text).alias("text"))["text"]


_HEADER = (
    r"[(\[_・/\s](?:単位)?[:=]?\s*(?<scale>[十百千万億兆]*|million|thousand|billion|mn|bn|m|k)\s*"
    r"(?<what>円|yen|jpy|¥|usd|\$|ドル|eur|€|ユーロ|人|名|社|件|台|店舗?|拠点)?\s*[)\]]?$"
)


def header_unit(header: str) -> Unit | None:
    """The unit that a header names: `売上高（百万円）`, `資本金[単位：千円]`, `Revenue (million yen)`.

    None where it names none.
    """
    text = pl.Series([header]).str.normalize("NFKC").str.to_lowercase().str.strip_chars()
    turned = text.str.replace(r"(jpy|yen|usd|eur|[¥$€])\s*(million|thousand|billion|mn|bn|m|k)\b", "$2 $1")
    found = turned.str.extract_groups(_HEADER).struct.unnest().row(0, named=True)
    scale, what = found["scale"] or "", found["what"]
    if not scale and not what:
        return None
    factor = {"million": 1e6, "mn": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, "billion": 1e9, "bn": 1e9}
    times = factor.get(scale) or (_value(pl.Series([f"1{scale}"]))[0] if scale else 1.0)
    currency = next((code for code, marks in CURRENCIES.items() if what in marks), None)
    return Unit(times, currency or "JPY", counted=currency is None)


def _escaped(words: tuple[str, ...]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(word.replace("$", r"\$").replace("+", r"\+") for word in ordered)


@cache
def _pattern(unit: Unit) -> str:
    """The whole of a quantity as one expression, of the sides `a` and `b`."""
    money = _escaped(CURRENCIES[unit.currency])
    counter = _escaped(COUNTERS) if unit.counted else r"[^\s\S]"
    leading = _escaped((">=", "<=", ">", "<", "over", "morethan", "under", "lessthan", "below", "atleast",
                        "upto", "最大", "最低", "最小"))  # fmt: skip
    edges = tuple(word for word in (*_ABOVE, *_BELOW, *_LEAST, *_MOST) if word[0] not in "<>")
    trailing = _escaped(edges)

    def side(name: str) -> str:
        return (
            rf"(?<{name}_lead>{leading})?(?<{name}_mark>{money})?(?<{name}_sign>[-△▲])?(?<{name}>{_NUMBER})"
            rf"(?<{name}_unit>{money}|{counter})?(?<{name}_soft>{_SOFT})?(?<{name}_edge>{trailing})?"
        )

    return (
        rf"^(?:(?:{_escaped(LABELS)})(?:は|:)?)?(?<about>{_ABOUT})?(?<open>〜)?{side('a')}"
        rf"(?:(?<sep>〜|、|,|かつ|to)?(?<about2>{_ABOUT})?{side('b')})?(?<ends>〜)?(?:{_REMARK})?$"
    )


def _clean(text: pl.Expr) -> pl.Expr:
    """One spelling for digits, dashes and multipliers, without white space."""
    text = text.str.normalize("NFKC").str.strip_chars()
    for word, mark in (
        ("(?i:million|mn)|M", "百万"),
        ("(?i:billion|bn)|B", "十億"),
        ("(?i:thousand|k)", "千"),
    ):
        text = text.str.replace_all(rf"(\d)\s*(?:{word})([^a-zA-Z]|$)", rf"${{1}}{mark}${{2}}")
    text = text.str.to_lowercase().str.replace_all(r"[\x{301c}~∼〰]", "〜")
    # 二三人 is two or three of them; the digits of 23 are not meant.
    text = text.str.replace_all(r"([一二三四五六七八九])([一二三四五六七八九])", "${1}_${2}")
    text = text.str.replace_many(_SPELLINGS)
    # White space between two digits may part two numbers; anywhere else it says nothing.
    text = text.str.replace_all(r"(\d)\s+(\d)", "${1}_${2}").str.replace_all(r"\s", "")
    text = text.str.replace_all("[‐‑‒–—―−]", "-")
    text = text.str.replace_all(
        r"([\d十百千万億兆円人名社件ルロ])(?:-|ー|から|より)(約?[¥$€]?[\d十百千])", "${1}〜${2}"
    )
    return (
        text.str.replace_all(r"(以上|超|を超え)〜", "${1}")
        .str.replace(r"から$", "〜")
        .str.replace(r"〜(.+)まで", "〜${1}")
    )


def _value(numbers: pl.Series) -> pl.Series:
    """The values of texts that match `_NUMBER` (Float64)."""
    text = pl.col("n").str.replace_all(",", "", literal=True)
    parts = text.str.extract_groups(r"^(?:([^兆]*)兆)?(?:([^億]*)億)?(?:([^万]*)万)?(.*)$")
    frame = numbers.alias("n").to_frame().select(parts.alias("p")).unnest("p")
    total = pl.lit(0.0)
    for name, power in zip(frame.columns, (1e12, 1e8, 1e4, 1.0), strict=True):
        groups = pl.col(name).str.extract_groups(r"^(?:([\d.]*)千)?(?:([\d.]*)百)?(?:([\d.]*)十)?([\d.]*)$")
        for at, times in enumerate((1000.0, 100.0, 10.0, 1.0), start=1):
            digits = groups.struct.field(str(at))
            worth = pl.when(digits == "").then(0.0 if times == 1.0 else 1.0).otherwise(
                digits.cast(pl.Float64, strict=False)
            )  # fmt: skip
            total = total + worth.fill_null(0.0) * times * power
    return frame.select(_tidy(total).alias("value"))["value"]


_FINE = 9e9
"""From here on numbers are kept to whole units: their millionths would not be exact."""


_LARGEST = 1e15


def _tidy(number: pl.Expr) -> pl.Expr:
    """The number that was meant: 2.3 times 億 is 230,000,000 and not a little less."""
    return pl.when(number.abs() < _FINE).then(number.round(6)).otherwise(number.round(0))


def _plain(number: pl.Expr) -> pl.Expr:
    """A number as digits, with up to 6 decimals, never in exponent form."""
    units = (number.abs() * 1e6).round(0)
    small = number.abs() < _FINE
    millionths = pl.when(small).then(units).otherwise(0.0).cast(pl.Int64)
    rest = millionths % 1_000_000
    decimals = pl.format(".{}", rest.cast(pl.String).str.zfill(6)).str.strip_chars_end("0")
    whole = (
        pl.when(small)
        .then(millionths // 1_000_000)
        .otherwise(number.abs().round(0).cast(pl.Int64, strict=False))
    )
    sign = pl.when(number < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + whole.cast(pl.String) + pl.when(rest == 0).then(pl.lit("")).otherwise(decimals)


_SIMPLE = r"^(?:[1-9]\d{0,13}|[1-9]\d{0,2}(?:,\d{3}){1,4})$"
"""Most numbers are digits and no more; the long expression is for the others."""


def _read_plain(texts: pl.Series, unit: Unit) -> pl.DataFrame:
    number = _tidy(pl.col("text").str.replace_all(",", "", literal=True).cast(pl.Float64) * unit.scale)
    fits = number.abs() < _LARGEST
    frame = texts.to_frame().select(pl.when(fits).then(number).alias("least"))
    known = pl.when(pl.col("least").is_not_null()).then(False)
    return frame.select(
        "least",
        pl.col("least").alias("most"),
        *(known.alias(name) for name in ("above", "below", "approximate")),
    )


def _read(texts: pl.Series, unit: Unit) -> pl.DataFrame:
    short = pl.when(pl.col("text").str.len_chars() <= LONGEST).then("text")
    frame = texts.to_frame().select(_clean(short).str.extract_groups(_pattern(unit)).alias("g")).unnest("g")
    frame = frame.with_columns(
        _value(frame[name]).alias(f"{name}_value") for name in ("a", "b")
    ).with_columns(
        # 3〜5億: the unit of the second number is that of the first, if the first is the smaller.
        _value(frame["b"].str.extract(rf"^({_N})[十百千万億兆]+$")).alias("b_digits")
    )  # fmt: skip
    large = "[十百千万億兆]"
    shared = (
        pl.col("b_digits").is_not_null()
        & (pl.col("b_digits") > 0)
        & ~pl.col("a").str.contains(large)
        & pl.col("a_unit").is_null()
        & (pl.col("a_value") < pl.col("b_digits"))
    ).fill_null(False)
    own = pl.any_horizontal(
        pl.col("a", "b").str.contains(large).fill_null(False), pl.col("a_unit", "b_unit").is_not_null()
    )
    scale = pl.when(own).then(1.0).otherwise(unit.scale)
    # ¥1,200 under a header of 千円 may be either.
    unsure = ~own & (unit.scale != 1.0) & pl.any_horizontal(pl.col("a_mark", "b_mark").is_not_null())

    def signed(name: str, value: pl.Expr) -> pl.Expr:
        return pl.when(pl.col(f"{name}_sign").is_not_null()).then(-value).otherwise(value) * scale

    def edge(name: str, words: tuple[str, ...]) -> pl.Expr:
        said = pl.coalesce(f"{name}_lead", f"{name}_edge")
        return said.is_in(list(words)).fill_null(False)

    first = (
        pl.when(shared)
        .then(pl.col("a_value") * (pl.col("b_value") / pl.col("b_digits")))
        .otherwise("a_value")
    )
    frame = frame.with_columns(
        _tidy(signed("a", first)).alias("x"),
        _tidy(signed("b", pl.col("b_value"))).alias("y"),
        *(
            edge(name, words).alias(f"{name}{kind}")
            for name in ("a", "b")
            for kind, words in (("above", _ABOVE), ("below", _BELOW), ("least", _LEAST), ("most", _MOST))
        ),
    )
    two = pl.col("b").is_not_null()
    starts, ends = pl.col("open").is_not_null(), pl.col("ends").is_not_null()
    a_low, a_high = pl.col("aabove") | pl.col("aleast"), pl.col("abelow") | pl.col("amost")
    b_low, b_high = pl.col("babove") | pl.col("bleast"), pl.col("bbelow") | pl.col("bmost")
    ordered = (pl.col("x") < pl.col("y")) | (
        (pl.col("x") == pl.col("y")) & ~pl.col("aabove") & ~pl.col("bbelow")
    )
    spelled = pl.col("sep").is_in(["〜", "to"]).fill_null(False) | (a_low & b_high)
    range_fits = ~starts & ~ends & ~a_high & ~b_low & ordered & spelled
    one_fits = ~(starts & ends) & ~(starts & a_low) & ~(ends & a_high)
    fits = (
        pl.col("a").is_not_null()
        & ~unsure
        & pl.when(two).then(range_fits).otherwise(one_fits)
        & (pl.max_horizontal(pl.col("x", "y").abs()) < _LARGEST)
        & ~pl.any_horizontal(
            pl.col(f"{side}_lead").is_not_null() & pl.col(f"{side}_edge").is_not_null() for side in "ab"
        )
    ).fill_null(False)
    least = pl.when(two | ~(starts | a_high)).then("x")
    most = pl.when(two).then("y").when(~(ends | a_low)).then("x")
    about = pl.any_horizontal(pl.col("about", "about2", "a_soft", "b_soft").is_not_null())
    return frame.select(
        pl.when(fits).then(expr).alias(name)
        for name, expr in (
            ("least", least),
            ("most", most),
            ("above", pl.col("aabove")),
            ("below", pl.when(two).then("bbelow").otherwise("abelow")),
            ("approximate", about),
        )
    )
