"""Is the activity sound? Asked by `mikomi doctor`."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.activity.queries import broken_counters
from mikomi.hub.kit.health import Finding


def look_at_counters() -> Finding:
    """Whether the counters that scores read are the sums of the events that count."""
    broken = broken_counters()
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
