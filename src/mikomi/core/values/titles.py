"""Rank and department, derived from the texts of title and department; what is not sure is unknown.

The words are tables in `ranks.txt` and `departments.txt`. Of a title's ranks the highest counts (取締役
営業部長 is an officer), of a department's units the smallest, which stands last. 役員秘書 and 部長付 are
no officers and no heads, 元部長 is none any more, and a title that no table knows has no rank: 一般 is only
who is clearly staff.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources

import polars as pl

from mikomi.core.words import Words

RANKS: dict[str, Words] = {
    "officer": Words("経営者・役員", "Executive"),
    "general": Words("部長", "Department head"),
    "manager": Words("課長", "Manager"),
    "lead": Words("係長・主任", "Team lead"),
    "staff": Words("一般", "Staff"),
}
"""役職ランク, the highest first."""

DEPARTMENTS: dict[str, Words] = {
    "management": Words("経営", "Management"),
    "planning": Words("経営企画・事業開発", "Corporate planning"),
    "sales": Words("営業", "Sales"),
    "marketing": Words("マーケティング", "Marketing"),
    "pr": Words("広報", "Public relations"),
    "support": Words("カスタマーサポート", "Customer support"),
    "it": Words("情報システム", "IT"),
    "hr": Words("人事", "Human resources"),
    "general_affairs": Words("総務", "General affairs"),
    "finance": Words("経理・財務", "Finance"),
    "legal": Words("法務", "Legal"),
    "audit": Words("監査", "Internal audit"),
    "purchasing": Words("購買", "Purchasing"),
    "production": Words("製造", "Production"),
    "engineering": Words("技術・設計", "Engineering"),
    "research": Words("研究開発", "Research and development"),
    "quality": Words("品質", "Quality"),
    "logistics": Words("物流", "Logistics"),
    "stores": Words("店舗", "Stores"),
}
"""部門."""

_RANK_KEYS = tuple(RANKS)
_NONE = 99
_CHIEF_OFFICER = r"chief [a-z]+(?: [a-z]+)? officer"
_SHORTENED = {
    r"sr\.?": "senior", r"asst\.?": "assistant", r"mgr\.?": "manager", r"dept\.?": "department",
    r"exec\.?": "executive", r"v\.p\.": "vp", r"c\.e\.o\.": "ceo", r"g\.m\.": "gm",
}  # fmt: skip
_HELPER = r"(?:assistant|secretary|aide) to [a-z &]+"
_FORMER = r"(?:former|formerly|ex-|retired)\s*[a-z][a-z ]*"


@cache
def _table(name: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The version of a table, and what each of its words stands for."""
    lines = resources.files(__package__).joinpath(name).read_text("utf-8").splitlines()
    words: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            *meaning, listed = line.split("\t")
            words.update((word, tuple(meaning)) for word in listed.split("、"))
    return lines[0].removeprefix("# version "), words


@cache
def _pattern(name: str) -> str:
    """Any word of a table, the longer before the shorter; Latin words only as whole words."""
    parts = []
    for word in sorted(_table(name)[1], key=len, reverse=True):
        start = r"(?-u:\b)" if word[0].isascii() else ""
        end = r"(?-u:\b)" if word[-1].isascii() else ""
        parts.append(f"{start}{re.escape(word)}{end}")
    return "|".join(parts)


@cache
def _former() -> str:
    """A rank that was held: 元 or 前 before a rank, with a department between them or not."""
    ranks = [word for word, meaning in _table("ranks.txt")[1].items() if meaning[0] != "none"]
    units = [word for word in _table("departments.txt")[1] if not word[0].isascii()]
    japanese = [re.escape(word) for word in sorted(ranks, key=len, reverse=True) if not word[0].isascii()]
    between = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
    return rf"(^|[^\p{{Han}}])\(?(?:元|前|旧)\)?・?(?:{between}|本|部|課|\s)*(?:{'|'.join(japanese)})"


def table_versions() -> dict[str, str]:
    """The versions of the tables, by which derived values can be told to be of another day."""
    return {"ranks": _table("ranks.txt")[0], "departments": _table("departments.txt")[0]}


def rank_titles(titles: pl.Series, departments: pl.Series | None = None) -> pl.DataFrame:
    """The rank of each row: `rank` (a key of `RANKS` or null) and `deputy` (次長, 部長代理; null with it).

    A department's text is looked at where the title's says nothing, for lists that write 営業部長 there.
    """
    found = _by_distinct(titles, _ranks)
    if departments is not None:
        # 秘書室 or 事務 in a department says nothing of a person's rank.
        head = pl.col("rank") != "staff"
        second = _by_distinct(departments, _ranks).select(
            pl.when(head).then(name).alias(f"{name}_second") for name in ("rank", "deputy")
        )
        both = pl.concat([found, second], how="horizontal")
        use = pl.col("rank").is_null()
        found = both.select(
            pl.when(use).then(f"{name}_second").otherwise(name).alias(name) for name in ("rank", "deputy")
        )
    return found


def place_departments(departments: pl.Series, titles: pl.Series) -> pl.Series:
    """The department of each row, a key of `DEPARTMENTS` or null: by its text, else by the title's.

    An officer of no department belongs to the management.
    """
    told = _by_distinct(departments, _departments)["department"]
    by_title = _by_distinct(titles, _departments)["department"]
    frame = pl.DataFrame({"told": told, "title": by_title, "rank": rank_titles(titles)["rank"]})
    officer = pl.when(pl.col("rank") == "officer").then(pl.lit("management"))
    return frame.select(pl.coalesce("told", "title", officer).alias("department"))["department"]


def rank_of(title: str, department: str = "") -> str | None:
    """The rank of one title; `rank_of("営業部 部長代理") == "general"`."""
    return rank_titles(pl.Series([title]), pl.Series([department]))["rank"][0]


def department_of(department: str, title: str = "") -> str | None:
    """The department of one person; `department_of("", "営業部長") == "sales"`."""
    return place_departments(pl.Series([department]), pl.Series([title]))[0]


def _by_distinct(texts: pl.Series, derive: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    rows = texts.cast(pl.String).alias("text").to_frame()
    words = rows["text"].drop_nulls().unique()
    found = pl.concat([words.to_frame(), derive(words)], how="horizontal")
    return rows.join(found, on="text", how="left", maintain_order="left").drop("text")


def _clean(texts: pl.Series) -> pl.Series:
    return texts.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _ranks(texts: pl.Series) -> pl.DataFrame:
    text = _clean(texts)
    for short, long in _SHORTENED.items():
        text = text.str.replace_all(rf"(^|[^a-z.]){short}($|[^a-z.])", f"${{1}}{long}${{2}}")
    text = text.str.replace_all(_HELPER, "secretary")
    text = text.str.replace_all(_CHIEF_OFFICER, "cxo").str.replace_all(_FORMER, "")
    text = text.str.replace_all("マネジャ", "マネージャ").str.replace_all(_former(), "${1}")
    text = text.str.replace_all(r"(長) (代理|補佐|代行|付)( |$)", "${1}${2}${3}")
    meanings = _table("ranks.txt")[1]
    codes = {
        word: _NONE if meaning[0] == "none" else _RANK_KEYS.index(meaning[0]) * 2 + (len(meaning) > 1)
        for word, meaning in meanings.items()
    }
    code = (
        pl.col("text")
        .str.extract_all(_pattern("ranks.txt"))
        .list.eval(pl.element().replace_strict(codes, default=_NONE, return_dtype=pl.Int32))
        .list.min()
    )
    frame = text.alias("text").to_frame().select(pl.when(code < _NONE).then(code).alias("code"))
    keys = dict(enumerate(_RANK_KEYS))
    return frame.select(
        (pl.col("code") // 2).replace_strict(keys, default=None, return_dtype=pl.String).alias("rank"),
        (pl.col("code") % 2 == 1).alias("deputy"),
    )


def _departments(texts: pl.Series) -> pl.DataFrame:
    meanings = {word: meaning[0] for word, meaning in _table("departments.txt")[1].items()}
    place = (
        pl.col("text")
        .str.extract_all(_pattern("departments.txt"))
        .list.eval(pl.element().replace_strict(meanings, default="none", return_dtype=pl.String))
        .list.eval(pl.element().filter(pl.element() != "none"))
        .list.last()
    )
    return _clean(texts).alias("text").to_frame().select(place.alias("department"))
