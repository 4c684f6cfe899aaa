"""Is the activity sound? Asked by `mikomi doctor`."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.activity.cache import folder, trouble
from mikomi.hub.activity.queries import broken_counters
from mikomi.hub.activity.tallies import broken_tallies
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
