"""Is the activity sound? Asked by `mikomi doctor`."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.activity.cache import folder, trouble
from mikomi.hub.activity.contents import MOST_CONTENTS
from mikomi.hub.activity.queries import broken_counters
from mikomi.hub.activity.tallies import broken_tallies
from mikomi.hub.activity.touches import overflowing
from mikomi.hub.kit.health import Finding


def look_at_counters() -> Finding:
    """Whether the counters that scores read are the sums of the events that count."""
    broken = broken_counters() + broken_tallies()
    if not broken:
        return Finding(
            True, Words("行動の集計は記録と合っています", "the counters of activity equal the events")
        )
    return Finding(
        False,
        Words(
            f"行動の集計{broken:,}件が記録と合いません。控えから戻し、このことを知らせてください",
            f"{broken:,} counters of activity differ from the events; restore a backup and report this",
        ),
    )


def look_at_contents() -> Finding:
    """Whether every page and every name still has a line of its own."""
    many = overflowing()
    if not many:
        return Finding(True, Words("ページや資料の種類は上限の内です", "pages and names are within bounds"))
    named = ", ".join(many[:5])
    return Finding(
        False,
        Words(
            f"{named}の種類が{MOST_CONTENTS:,}を超えたので、新しいものは「そのほか」にまとめています。"
            "アドレスに番号などが入るページは、タグの側でまとめたパスを送ってください",
            f"there are more than {MOST_CONTENTS:,} different {named}; new ones are kept as “other”."
            " Where a page has an id in its address, send a path without it",
        ),
    )


def look_at_history() -> Finding:
    """Whether scoring could use the history files when it last wanted to."""
    words = trouble()
    if words is None:
        return Finding(
            True, Words("履歴ファイルに問題はありません", "nothing is wrong with the history files")
        )
    return Finding(
        False,
        Words(
            f"{words.ja}。続くときは {folder()} を消してください。次の計算で作り直します",
            f"{words.en}; if this goes on, delete {folder()}: the next scoring makes it anew",
        ),
    )
