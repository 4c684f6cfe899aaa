"""What the demo's maker of 生産管理 SaaS offers to look at, and where each kind of visitor looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mikomi.hub.site.demo.words import INDUSTRIES

PAGES = {
    "/": "トップページ",
    "/product": "製品紹介",
    "/product/scheduling": "製品紹介 生産計画",
    "/product/progress": "製品紹介 進捗の見える化",
    "/product/traceability": "製品紹介 トレーサビリティ",
    "/product/quality": "製品紹介 品質記録",
    "/product/costing": "製品紹介 原価管理",
    "/product/integration": "製品紹介 既存システム連携",
    "/pricing": "料金",
    "/pricing/simulator": "料金シミュレーション",
    "/cases": "導入事例",
    "/cases/metal": "導入事例 金属加工",
    "/cases/machinery": "導入事例 機械製造",
    "/cases/electronics": "導入事例 電子部品",
    "/cases/food": "導入事例 食品製造",
    "/cases/chemical": "導入事例 化学・樹脂",
    "/cases/automotive": "導入事例 自動車部品",
    "/blog/kaizen-basics": "コラム カイゼンの進め方",
    "/blog/excel-limits": "コラム Excel工程表の限界",
    "/blog/lead-time": "コラム リードタイム短縮の考え方",
    "/blog/dx-subsidy": "コラム 補助金の使い方",
    "/blog/skill-map": "コラム 多能工化とスキルマップ",
    "/blog/inventory": "コラム 仕掛在庫を減らす",
    "/documents": "資料一覧",
    "/seminars": "セミナー一覧",
    "/security": "セキュリティ",
    "/faq": "よくある質問",
    "/company": "会社案内",
    "/contact": "問い合わせページ",
    "/recruit": "採用情報",
    "/support": "サポートページ",
    "/support/manual": "操作マニュアル",
    "/release-notes": "更新情報",
}
DOCUMENTS = {
    "doc/product-guide": "製品ガイド",
    "doc/price-list": "料金表",
    "doc/case-book": "導入事例集",
    "doc/selection-checklist": "生産管理システム選定チェックリスト",
    "doc/roi-worksheet": "費用対効果の計算シート",
    "doc/excel-template": "工程表テンプレート",
}
FORMS = {
    "form/document": "資料請求フォーム",
    "form/contact": "問い合わせフォーム",
    "form/quote": "見積依頼フォーム",
    "form/demo": "デモ申し込みフォーム",
}
CALLS = {"call/inside-sales": "電話 インサイドセールス", "call/sales": "電話 営業"}
CARDS = {"card/visit": "名刺交換 訪問"}

SEMINAR_TOPICS = (
    "はじめての工程の見える化",
    "Excel工程表からの卒業",
    "多品種少量生産の計画の立て方",
    "原価を日次でつかむ",
    "補助金を使った現場のデジタル化",
    "トレーサビリティ対応の実務",
)
NEWSLETTER_TOPICS = (
    "納期遅れを半分にした工場の工夫",
    "新機能のお知らせ",
    "今月の導入事例",
    "現場の紙をなくす三つの順番",
    "セミナーのご案内",
    "生産計画の見直し方",
    "補助金の最新情報",
    "多能工化の進め方",
)
EXPO_NAMES = ("ものづくり現場展", "工場デジタル化展", "生産システム展")

PAGE_KINDS: dict[str, tuple[str, ...]] = {
    "top": ("/",),
    "product": ("/product", "/product/progress"),
    "feature": (),  # by department
    "pricing": ("/pricing", "/pricing/simulator"),
    "cases": (),  # by industry
    "blog": tuple(path for path in PAGES if path.startswith("/blog")),
    "documents": ("/documents",),
    "seminars": ("/seminars",),
    "trust": ("/security", "/faq"),
    "company": ("/company",),
    "contact": ("/contact",),
    "recruit": ("/recruit",),
    "support": ("/support", "/support/manual", "/release-notes"),
}
"""Groups of pages that a visit draws from."""

FEATURE_OF_DEPARTMENT = {
    "生産管理部": "/product/scheduling",
    "製造部": "/product/progress",
    "情報システム部": "/product/integration",
    "品質保証部": "/product/quality",
    "経営企画部": "/product/costing",
    "購買部": "/product/traceability",
    "総務部": "/product/costing",
    "営業部": "/product/progress",
}
CASE_OF_INDUSTRY = dict.fromkeys((industry.name for industry in INDUSTRIES), "/cases") | {
    "金属加工": "/cases/metal",
    "機械製造": "/cases/machinery",
    "電子部品": "/cases/electronics",
    "食品製造": "/cases/food",
    "化学・樹脂": "/cases/chemical",
    "自動車部品": "/cases/automotive",
}

MOODS: dict[str, dict[str, float]] = {
    "idle": {"top": 22, "blog": 44, "product": 9, "feature": 6, "pricing": 1.5, "cases": 4, "seminars": 6,
             "documents": 4, "company": 3, "recruit": 1},
    "early": {"top": 16, "blog": 16, "product": 19, "feature": 18, "pricing": 7, "cases": 9, "seminars": 6,
              "documents": 7, "trust": 2},
    "late": {"top": 8, "product": 12, "feature": 14, "pricing": 26, "cases": 20, "trust": 11, "documents": 4,
             "contact": 3, "company": 2},
    "customer": {"support": 82, "top": 10, "blog": 5, "seminars": 3},
    "curious": {"top": 12, "product": 24, "feature": 20, "pricing": 20, "cases": 14, "recruit": 10},
}  # fmt: skip
"""How often each group of pages is opened, by the visitor's mood."""


def seminar_key(day: date) -> str:
    """The content of the online seminar held on `day`."""
    return f"seminar/{day:%Y-%m-%d}"


def newsletter_key(day: date) -> str:
    """The content of the newsletter sent on `day`."""
    return f"mail/{day:%Y-%m-%d}"


def expo_key(day: date) -> str:
    """The content of cards exchanged at the exhibition that opened on `day`."""
    return f"card/expo-{day:%Y-%m-%d}"


def titles_of(seminars: Sequence[date], newsletters: Sequence[date], expos: Sequence[date]) -> dict[str, str]:
    """Every content with its Japanese title, dated ones included."""
    titles = PAGES | DOCUMENTS | FORMS | CALLS | CARDS
    for at, day in enumerate(seminars):
        topic = SEMINAR_TOPICS[at % len(SEMINAR_TOPICS)]
        titles[seminar_key(day)] = f"セミナー {topic}（{day.month}月{day.day}日）"
    for at, day in enumerate(newsletters):
        topic = NEWSLETTER_TOPICS[at % len(NEWSLETTER_TOPICS)]
        titles[newsletter_key(day)] = f"メールマガジン {topic}（{day.month}月{day.day}日号）"
    for at, day in enumerate(expos):
        name = EXPO_NAMES[at % len(EXPO_NAMES)]
        titles[expo_key(day)] = f"名刺交換 {name} {day.year}年{day.month}月"
    return titles
