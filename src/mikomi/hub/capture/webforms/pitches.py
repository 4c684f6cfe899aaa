"""営業目的: whether a text wants to sell us something, by a list of phrases that everybody can read, and
change (`own_phrases`).

Each phrase counts 1 or 2; from `FLAGGED` on a submission is flagged. The phrases found are the reason,
and a person may say otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mikomi.core.words import Words

FLAGGED = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases of one sort. They are looked for in folded text (half width, lower case, no line breaks)."""

    words: Words
    weight: int
    phrases: tuple[str, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        Words("自社のサービスを売り込む言い方", "Offering a service of theirs"),
        2,
        (
            "営業代行", "テレアポ代行", "リード獲得を支援", "リード獲得のご支援", "集客支援", "集客のご支援",
            "アポイント獲得", "アポ獲得", "seo対策のご", "meo対策", "web制作のご提案", "ホームページ制作のご",
            "ホームページを拝見し", "hpを拝見し", "サイトを拝見し", "貴社サイトを拝見", "人材のご紹介",
            "人材紹介サービス", "採用支援", "採用のご支援", "コスト削減のご", "経費削減のご",
            "助成金のご案内", "補助金のご案内", "m&aのご", "完全成果報酬", "成果報酬型",
            "初期費用無料", "弊社サービスのご",
            "弊社のサービスをご", "当社サービスのご", "サービスのご案内でご連絡", "ご提案の機会を",
            "ご提案をさせて", "ご提案したく", "相互リンク", "広告掲載のご", "掲載のご案内", "取材のご依頼",
            "無料でお試しいただけ", "導入企業様", "代理店を募集", "業務提携のご",
            "seo services", "search engine optimization services", "guest post", "link building",
            "backlink", "link exchange", "web design services", "web development services",
            "mobile app development services", "lead generation services", "increase your traffic",
            "boost your ranking", "rank on google", "first page of google", "i came across your website",
            "i visited your website", "i was on your website", "offshore development", "outsourcing services",
            "our agency", "we are a leading provider", "white label", "sponsored post", "email list",
            "business loan", "merchant cash",
        ),
    ),
    Group(
        Words("面談や電話の時間を求める言い方", "Asking for a meeting or a call"),
        1,
        (
            "お打ち合わせのお時間", "お時間をいただけ", "お時間を頂", "お時間を頂戴", "30分ほど", "15分ほど",
            "オンライン商談", "ご都合の良い日時", "ご都合のよい日時", "日程調整", "面談の機会", "情報交換",
            "quick call", "15-minute call", "15 minute call", "schedule a call", "book a call",
            "hop on a call", "jump on a call",
        ),
    ),
    Group(
        Words("送りつけであることをことわる言い方", "Excusing an unasked message"),
        1,
        (
            "突然のご連絡", "突然のお問い合わせ", "突然のメール", "お問い合わせフォームより失礼",
            "問い合わせフォームから失礼", "ご担当者様", "営業のご連絡", "今後ご案内が不要",
            "配信停止をご希望", "ご不要の場合", "今後のご連絡が不要", "ご連絡不要", "配信不要",
            "to unsubscribe", "opt out", "reply stop", "if you are not interested", "not interested, just",
            "person in charge", "whom it may concern",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`pitch`: it wants to sell. `found`: the phrases, as the list writes them."""

    pitch: bool
    found: tuple[str, ...]


def default_weights() -> dict[str, int]:
    """The phrases that come with the product, each with what it counts."""
    return {phrase: group.weight for group in GROUPS for phrase in group.phrases}


def judge_pitch(texts: Iterable[str], weights: Mapping[str, int]) -> Verdict:
    """Whether the texts that somebody filled in want to sell us something, and by which phrases.
    `weights`: the phrases (folded) that are looked for, each with what it counts."""
    text = "\n".join(folded(one) for one in texts)
    found = [phrase for phrase in weights if phrase in text]
    return Verdict(sum(weights[phrase] for phrase in found) >= FLAGGED, tuple(found))


def folded(text: str) -> str:
    """A text as phrases are looked for in it: half width, lower case, no line breaks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower())
