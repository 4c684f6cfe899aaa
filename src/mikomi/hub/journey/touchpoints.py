"""Where we meet: the touchpoints that can be picked. Others are kept as they were written."""

from __future__ import annotations

from mikomi.core.words import Words

TOUCHPOINTS: dict[str, tuple[Words, str]] = {
    "search": (Words("検索", "Search"), "search"),
    "ad": (Words("広告", "Ads"), "speakerphone"),
    "social": (Words("SNS", "Social media"), "message-2"),
    "exhibition": (Words("展示会", "Exhibition"), "building"),
    "referral": (Words("紹介", "Referral"), "user-check"),
    "site": (Words("サイト", "Website"), "world"),
    "document": (Words("資料", "Document"), "file-text"),
    "seminar": (Words("セミナー", "Seminar"), "presentation"),
    "mail": (Words("メール", "Mail"), "mail"),
    "letter": (Words("郵送", "Letter"), "mail-opened"),
    "phone": (Words("電話", "Phone"), "phone"),
    "meeting": (Words("打ち合わせ", "Meeting"), "users"),
}
"""By key: the name and the icon."""


def touchpoint(key: str) -> tuple[Words | str, str]:
    """How a touchpoint is called, and its icon."""
    return TOUCHPOINTS.get(key, (key, "circle-dot"))
