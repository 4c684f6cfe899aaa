"""Groups that contents seem to belong to, told by their addresses and titles.

A step of an address tells first (`/pricing/simulator` is of 料金), then the title before the site's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import polars as pl

from mikomi.core.scoring.model import Model
from mikomi.core.words import Language, Words
from mikomi.hub.scores.edits import glob_literal

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A group that sites have: its key and name, the steps of addresses that tell it (regular expressions,
    in any case; `japanese` ones also as browsers encode them) and the words of titles."""

    key: str
    name: Words
    steps: str
    japanese: str
    words: str


KINDS: tuple[Kind, ...] = (
    Kind(
        "pricing",
        Words("料金", "Pricing"),
        "pricing|prices?|plans?|fees?|ryou?kin|kakaku",
        "料金|料金表|料金プラン|価格|価格表|プラン",
        "料金|価格|プラン|pricing|price",
    ),
    Kind(
        "cases",
        Words("事例", "Case studies"),
        "cases?|case-?stud(?:y|ies)|customers?|works|success(?:-stories)?|jirei|voices?",
        "導入事例|事例|実績",
        "事例|導入実績|お客様の声|case stud|customer stor",
    ),
    Kind(
        "seminars",
        Words("セミナー", "Seminars"),
        "seminars?|webinars?|events?",
        "セミナー|イベント",
        "セミナー|ウェビナー|seminar|webinar",
    ),
    Kind(
        "careers",
        Words("採用", "Careers"),
        "recruit(?:ing|ment)?|careers?|jobs?|saiyou?",
        "採用|採用情報",
        "採用|求人|careers|recruit",
    ),
    Kind(
        "company",
        Words("会社概要", "Company"),
        "company|about(?:-us)?|corporate|profile",
        "会社概要|会社案内|企業情報",
        "会社概要|会社案内|会社情報|企業情報|about us",
    ),
    Kind(
        "contact",
        Words("お問い合わせ", "Contact"),
        "contact(?:-us)?|inquir(?:y|ies)|enquiry|o?toiawase",
        "お問い合わせ|お問合せ",
        "お?問い?合わ?せ|contact",
    ),
    Kind(
        "documents",
        Words("資料", "Documents"),
        "downloads?|white-?papers?|documents?|docs?|shiryou?|catalog(?:ue)?s?|brochures?",
        "資料|資料請求|カタログ",
        "資料|ホワイトペーパー|カタログ|white ?paper|download",
    ),
    Kind(
        "blog",
        Words("ブログ", "Blog"),
        "blogs?|columns?|articles?|magazine",
        "ブログ|コラム",
        "ブログ|コラム|blog",
    ),
    Kind(
        "products",
        Words("製品", "Products"),
        "products?|services?|solutions?|features?|seihin",
        "製品|サービス|機能",
        "製品|サービス|ソリューション|products?|services?",
    ),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Contents that seem to belong together: the group they would be put into (`there`: it is there
    already), by which globs, how many contents that covers now, and a few of them."""

    key: str
    name: str
    there: bool
    globs: tuple[str, ...]
    n: int
    examples: tuple[str, ...]


def propose(contents: pl.DataFrame, model: Model, language: Language) -> list[Proposal]:
    """What to put together of `contents` (`content`, `title`: may be null), which are in no group yet; most
    contents first."""
    if contents.is_empty():
        return []
    title = pl.col("title").fill_null("").str.replace(r"\s*(?:[|｜].*|\s[–—-]\s.*)$", "")
    found = contents.select(
        "content",
        title=title,
        **{kind.key: pl.col("content").str.extract(_address(kind), 1) for kind in KINDS},
    )
    by_step = pl.coalesce([pl.when(pl.col(kind.key).is_not_null()).then(pl.lit(kind.key)) for kind in KINDS])
    by_word = pl.coalesce(
        [pl.when(pl.col("title").str.contains(f"(?i){kind.words}")).then(pl.lit(kind.key)) for kind in KINDS]
    )
    told = found.with_columns(step=by_step, kind=pl.coalesce(by_step, by_word)).drop_nulls("kind")
    names = {name for name, _globs in model.groups}
    made = [
        _proposal(kind, told.filter(pl.col("kind") == kind.key), names, language)
        for kind in KINDS
        if kind.key in told["kind"]
    ]
    return sorted(made, key=lambda one: -one.n)


def _proposal(kind: Kind, rows: pl.DataFrame, names: set[str], language: Language) -> Proposal:
    said = (kind.name.ja, kind.name.en.lower())
    held = next((name for name in sorted(names) if any(one in name.lower() for one in said)), None)
    globs = dict.fromkeys(
        _glob(content, step if by_step else None)
        for content, step, by_step in rows.select("content", kind.key, pl.col("step") == kind.key).iter_rows()
    )
    return Proposal(
        kind.key,
        held or kind.name.text(language),
        held is not None,
        tuple(globs),
        rows.height,
        tuple(rows["content"][:EXAMPLES]),
    )


def _glob(content: str, step: str | None) -> str:
    """What covers a content: itself, or everything below the step that told it."""
    if step is None or not content[len(step) :].strip("/") or "/" not in content[len(step) :]:
        return glob_literal(content)
    return glob_literal(step) + "/*"


def _address(kind: Kind) -> str:
    """A regular expression for an address with such a step; its group is the address through that step."""
    encoded = (quote(step) for step in kind.japanese.split("|") if step)
    every = "|".join(filter(None, (kind.steps, kind.japanese, *encoded)))
    return rf"(?i)^(/?(?:[^/:]+/)*?(?:{every}))(?:\.[a-z]{{2,5}})?(?:/.*)?$"
