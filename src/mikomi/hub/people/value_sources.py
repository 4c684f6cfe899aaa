"""What the sources of values are called: as the product keeps its own, and as they are shown.

A value keeps where it came from as text: a file's name, a deed in the words of whoever did it, or one of
these. They are kept in Japanese whoever reads them, and shown in the reader's language.
"""

from __future__ import annotations

from mikomi.core.words import Words

AUTOMATIC = "自動"
"""Of values that the product has derived."""
BY_HAND = "手入力"
COMPANY_MERGE = "会社の統合"
LEAD_MERGE = "重複の統合"
MAIL_DOMAIN = "メールのドメイン"
MOVE = "転職・異動"
TRACKED = "計測"
SALES = "営業の聞き取り"
"""Of what a person told sales in a call."""
DEMO = "デモの名簿"

_ENGLISH = {
    AUTOMATIC: "read automatically",
    BY_HAND: "by hand",
    COMPANY_MERGE: "merge of companies",
    LEAD_MERGE: "merge of duplicates",
    MAIL_DOMAIN: "mail domain",
    MOVE: "new job",
    TRACKED: "tracking",
    SALES: "asked by sales",
    DEMO: "the demo's list",
}
_JAPANESE = {"by hand": BY_HAND}
"""Names that earlier versions kept in the language of whoever wrote the value."""
_NAMED = (("フォーム「", "form “"), ("セミナー「", "seminar “"))


def of_form(name: str) -> str:
    """The source of what a form brought, as it is kept."""
    return f"フォーム「{name}」"


def of_seminar(name: str) -> str:
    """The source of what the list of a seminar brought, as it is kept."""
    return f"セミナー「{name}」"


def source_words(kept: str) -> Words:
    """A source, as it was kept, in both languages; names that people gave stay as they are."""
    if kept in _ENGLISH:
        return Words(kept, _ENGLISH[kept])
    if kept in _JAPANESE:
        return Words(_JAPANESE[kept], kept)
    for begins, english in _NAMED:
        if kept.startswith(begins) and kept.endswith("」"):
            return Words(kept, f"{english}{kept[len(begins) : -1]}”")
    return Words(kept, kept)
