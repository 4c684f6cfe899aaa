"""On what ground mail may be sent to whom, where a file says it row by row: its columns and their texts.

    propose_grounds(table.columns, table.frame.head(1000)).days["card"]     # 名刺交換日
    read_grounds(table.frame["配信の根拠"])             # consent, card, deal, published

The grounds are those of 特定電子メールの送信の適正化等に関する法律 第3条第1項: consent, card (書面・名刺),
deal (取引関係), published (公表). A column is proposed by its whole header alone, and a text that says none
of them for sure says nothing: no ground is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from mikomi.core.tabular.headers import plain_header
from mikomi.core.tabular.times import parse_dates

GROUNDS = ("consent", "card", "deal", "published")
NO_GROUND = "none"
"""What a text says that there is no ground for."""

DAYS: Mapping[str, tuple[str, ...]] = {
    "consent": (
        "同意日", "同意日時", "同意取得日", "同意取得日時", "同意を得た日", "配信同意日", "メール同意日",
        "メール配信同意日", "オプトイン日", "オプトイン日時", "配信許可日", "受信許可日", "許諾日", "承諾日",
        "consent date", "date of consent", "consented at", "consented on", "opt-in date", "opt-in time",
        "opt-in at", "opted in at", "opted in on", "email opt-in date",
    ),
    "card": (
        "名刺交換日", "名刺交換日時", "名刺受領日", "名刺取得日", "名刺をもらった日", "交換日", "受領日",
        "受け取った日", "申込書受領日", "date exchanged", "exchange date", "business card exchange date",
        "card received on",
    ),
    "deal": (
        "取引開始日", "取引を始めた日", "初回取引日", "契約開始日", "契約日", "初回購入日", "初回注文日",
        "customer since", "contract start date", "contract date", "first order date", "first purchase date",
    ),
    "published": (
        "公表確認日", "公表を確認した日", "ページ確認日", "ページを見た日", "掲載確認日", "確認日",
        "page seen on", "date retrieved", "retrieved on",
    ),
}  # fmt: skip
"""Headers of the day on which a ground began, the most telling first."""
ANY_DAY = (
    "根拠の日", "根拠日", "根拠ができた日", "メールアドレス取得日", "メール取得日", "アドレス取得日",
    "取得日", "取得日時", "獲得日", "ground since", "acquired on", "date acquired", "acquisition date",
    "collected on", "date collected",
)  # fmt: skip
"""Those that fit every ground."""
KINDS = (
    "メールを送れる根拠", "メール配信の根拠", "配信の根拠", "配信根拠", "送信の根拠", "送信根拠",
    "根拠の種類", "根拠区分", "根拠", "ground for mail", "consent basis", "legal basis", "lawful basis",
    "basis", "ground",
)  # fmt: skip
"""Headers of the kind of ground."""

TEXTS: Mapping[str, tuple[str, ...]] = {
    "consent": (
        "同意", "同意あり", "同意済", "同意済み", "同意取得", "同意取得済", "同意取得済み", "同意をもらった",
        "事前同意", "オプトイン", "許諾", "承諾", "consent", "consented", "gave consent", "has consented",
        "opt-in", "opted in",
    ),
    "card": (
        "名刺", "書面", "書面・名刺", "名刺・書面", "名刺交換", "名刺などの書面",
        "名刺などの書面で受け取った",
        "card", "business card", "in writing", "written",
    ),
    "deal": (
        "取引", "取引関係", "取引がある", "取引あり", "取引中", "取引先", "deal", "business relationship",
        "existing business relationship",
    ),
    "published": (
        "公表", "公表している", "公表あり", "公表アドレス", "published", "published address",
    ),
    NO_GROUND: (
        "なし", "無し", "無", "根拠なし", "根拠を記録しない", "不明", "none", "no ground", "unknown", "n/a",
    ),
}  # fmt: skip
"""What is written in such a column, for each ground."""

READABLE = 0.5
"""The share of a column's values that must be days, or grounds, for the column to be proposed."""

_MEANS = {plain_header(text): ground for ground, texts in TEXTS.items() for text in texts}


@dataclass(frozen=True, slots=True)
class GroundColumns:
    """The columns that seem to say it. `days`: ground -> header of the day on which it began; `kind`:
    the header of the column that says which ground it is, or ""."""

    days: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""


def propose_grounds(columns: Sequence[str], sample: pl.DataFrame) -> GroundColumns:
    """The columns of a file that say on what ground, and since when, mail may be sent. `sample`: rows of
    it, as text; a column whose values are hardly ever a day (or a ground) is not proposed."""
    days = {}
    for ground, names in DAYS.items():
        header = _first((*names, *ANY_DAY), columns, sample, _are_days)
        if header:
            days[ground] = header
    return GroundColumns(days, _first(KINDS, columns, sample, _are_grounds))


def read_grounds(texts: pl.Series) -> pl.Series:
    """What `texts` say: one of `GROUNDS`, `NO_GROUND`, or null where they say nothing or nothing known."""
    if not texts.len():
        return pl.Series(texts.name, [], dtype=pl.String)
    written = texts.drop_nulls().unique()
    said = {text: _ground_of(text) for text in written.to_list()}
    return texts.replace_strict(said, default=None, return_dtype=pl.String)


def _ground_of(text: str) -> str | None:
    # Nothing but signs (-, ―) is how people write that there is none.
    if text.strip() and not any(sign.isalnum() for sign in text):
        return NO_GROUND
    return _MEANS.get(plain_header(text))


def _first(names: Iterable[str], columns: Sequence[str], sample: pl.DataFrame, fits) -> str:
    there: dict[str, str] = {}
    for column in columns:
        # Of two header rows, the lower one says it (名刺情報 名刺交換日).
        for name in (column, column.strip().rpartition(" ")[2]):
            there.setdefault(plain_header(name), column)
    for name in names:
        header = there.get(plain_header(name))
        if header is not None and header in sample.columns:
            values = sample[header].drop_nulls().str.strip_chars()
            values = values.filter(values != "")
            if len(values) and fits(values) >= READABLE * len(values):
                return header
    return ""


def _are_days(values: pl.Series) -> int:
    return int(parse_dates(values, "Asia/Tokyo")[1].sum())


def _are_grounds(values: pl.Series) -> int:
    return int(read_grounds(values).is_not_null().sum())
