"""How sure a pair is, and why: the closed lists of levels and reasons, with their words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from mikomi.core.words import Words


class Level(IntEnum):
    """How sure it is that two leads are one person; higher is surer."""

    MAYBE = 1
    LIKELY = 2
    SURE = 3


LEVEL_WORDS = {
    Level.SURE: Words("確実", "Sure"),
    Level.LIKELY: Words("おそらく同じ人", "Likely"),
    Level.MAYBE: Words("同じ人かもしれない", "Maybe"),
}


class Reason(IntFlag):
    """What two leads share and what speaks against it; a pair carries several."""

    SAME_MAIL = 1 << 0
    SAME_PHONE = 1 << 1
    SAME_NAME = 1 << 2
    SAME_KANA = 1 << 3
    ALIKE_NAME = 1 << 4
    NEAR_NAME = 1 << 5
    PART_NAME = 1 << 6
    SAME_COMPANY = 1 << 7
    SAME_CORPORATE_NUMBER = 1 << 8
    SAME_DOMAIN = 1 << 9
    SHARED_MAIL = 1 << 10
    SHARED_PHONE = 1 << 11
    OTHER_NAME = 1 << 12
    OTHER_MAIL = 1 << 13
    OTHER_COMPANY = 1 << 14
    SHORT_NAME = 1 << 15
    LIKE_COMPANY = 1 << 16


@dataclass(frozen=True, slots=True)
class Told:
    """One reason as it is said: its code, its words, and whether it speaks for the pair."""

    code: str
    words: Words
    speaks_for: bool


_TOLD = {
    Reason.SAME_MAIL: ("メールアドレスが同じ", "same mail address"),
    Reason.SAME_PHONE: ("電話番号が同じ", "same phone number"),
    Reason.SAME_NAME: ("氏名が同じ", "same name"),
    Reason.SAME_KANA: ("氏名の読みが同じで表記が違う", "name written otherwise, same kana"),
    Reason.ALIKE_NAME: ("氏名の字体だけが違う", "name written with other forms of the same kanji"),
    Reason.NEAR_NAME: ("氏名が 1 文字だけ違う", "names differ in one letter"),
    Reason.PART_NAME: ("一方は姓だけ", "one of them has the family name only"),
    Reason.SAME_COMPANY: ("会社名が同じ", "same company name"),
    Reason.SAME_CORPORATE_NUMBER: ("法人番号が同じ", "same corporate number"),
    Reason.SAME_DOMAIN: ("会社のメールドメインが同じ", "same mail domain of a company"),
    Reason.SHARED_MAIL: ("共用のアドレスらしい", "the address looks shared"),
    Reason.SHARED_PHONE: ("代表電話らしい", "the number looks like a switchboard"),
    Reason.OTHER_NAME: ("氏名が違う", "names differ"),
    Reason.OTHER_MAIL: ("同じ会社の別のアドレスを持つ", "different addresses at the same company"),
    Reason.OTHER_COMPANY: ("会社が違う", "companies differ"),
    Reason.LIKE_COMPANY: (
        "会社名は同じで、前株・後株が違うか法人格が書かれていない",
        "same company name, with the legal form on the other side or left out",
    ),
    Reason.SHORT_NAME: ("氏名が姓だけかもしれない", "the name may be a family name only"),
}
_AGAINST = (
    Reason.PART_NAME
    | Reason.SHARED_MAIL
    | Reason.SHARED_PHONE
    | Reason.OTHER_NAME
    | Reason.OTHER_MAIL
    | Reason.OTHER_COMPANY
    | Reason.SHORT_NAME
)


def tell_reasons(reasons: int) -> tuple[Told, ...]:
    """The reasons of a pair in words, those for it before those against it."""
    held = [reason for reason in Reason if reason & reasons]
    told = [Told(str(reason.name).lower(), Words(*_TOLD[reason]), not reason & _AGAINST) for reason in held]
    return tuple(sorted(told, key=lambda one: not one.speaks_for))
