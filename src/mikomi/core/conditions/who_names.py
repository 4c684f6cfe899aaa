"""Names and fixed words that conditions on leads are said with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mikomi.core.conditions.sentence import DEFAULT_LABELS, Labels
from mikomi.core.conditions.who import LabelKind
from mikomi.core.words import Words


@dataclass(frozen=True, slots=True)
class Names:
    """Names for what a condition only has keys and numbers for; the key where there is none.

    `labels`: fields and contents. `stages`: by key. `tags`, `lists`, `segments`: by number.
    """

    labels: Labels = DEFAULT_LABELS
    stages: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[int, str] = field(default_factory=dict)
    lists: Mapping[int, str] = field(default_factory=dict)
    segments: Mapping[int, str] = field(default_factory=dict)

    def label(self, kind: LabelKind, number: int) -> str:
        """The name of a tag, list or segment; `?7` where it is not there (any more)."""
        known = {"tag": self.tags, "list": self.lists, "segment": self.segments}[kind]
        return known.get(number, f"?{number}")


DEFAULT_NAMES = Names()

OUTCOME_WORDS: dict[str, Words] = {
    "meeting": Words("商談", "meeting"),
    "won": Words("受注", "won"),
    "lost": Words("失注", "lost"),
    "rejected": Words("対象外", "rejected"),
}
SCORE_WORDS: dict[str, Words] = {
    "total": Words("合計スコア", "total score"),
    "fit": Words("属性スコア", "fit score"),
    "engagement": Words("行動スコア", "engagement score"),
}
GRADE_WORDS: dict[str, Words] = {
    "fit": Words("属性の等級", "fit grade"),
    "engagement": Words("行動の等級", "engagement grade"),
}
LABEL_WORDS: dict[LabelKind, Words] = {
    "tag": Words("タグ", "tag"),
    "list": Words("リスト", "list"),
    "segment": Words("セグメント", "segment"),
}
CONSENT_WORDS: dict[str, tuple[Words, Words]] = {
    "granted": (
        Words("メールの同意がある", "has agreed to mail"),
        Words("メールの同意がない", "has not agreed to mail"),
    ),
    "refused": (
        Words("メールを断っている", "refuses mail"),
        Words("メールを断っていない", "does not refuse mail"),
    ),
    "unknown": (
        Words("メールの同意がわからない", "is not known to agree to mail or refuse it"),
        Words("メールの同意か拒否がわかっている", "is known to agree to mail or refuse it"),
    ),
}
"""Each state, and its contrary."""
