"""Can everybody log in? Asked by `mikomi doctor`."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.accounts import two_steps
from mikomi.hub.kit.health import Finding


def look_at_second_steps() -> Finding:
    """Whether the secrets of all second steps can be read with the key of now."""
    locked = two_steps.unreadable()
    if not locked:
        return Finding(True, Words("2段階のログインの秘密は読めます", "the second steps can be read"))
    names, english, n = "、".join(locked), ", ".join(locked), len(locked)
    return Finding(
        False,
        Words(
            f"2段階のログインの秘密を読めない人が{n}人います（{names}）。MIKOMI_SECRET_KEY を元の値に戻すか、"
            "1人ずつ ./mikomi invite メールアドレス --reset-two-steps で外してください",
            f"the second step of {n} cannot be read ({english}): put the old MIKOMI_SECRET_KEY back,"
            " or take each away with ./mikomi invite EMAIL --reset-two-steps",
        ),
    )
