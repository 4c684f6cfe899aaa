"""Were stages and segments counted lately? Asked by `mikomi doctor`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.journey import standing
from mikomi.hub.kit.health import Finding
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.segments import queries as segments
from mikomi.hub.site.models import Board

LATE = timedelta(days=1)
"""Everybody is counted each night; a day later something is wrong."""


def look_at_groups() -> Finding:
    """Whether everybody was counted for the stages and segments that hold now, and since when. What was not
    is counted anew by the worker."""
    at = Board.objects.filter(id=1).values_list("scored_at", flat=True).first()
    if at is None or not (standing.stage_names() or segments.names()):
        return Finding(
            True, Words("数える段階とセグメントはまだありません", "no stages or segments to count yet")
        )
    when = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    today = timezone.localdate()
    waiting = [one.name for one in segments.segments() if one.counted_on is None]
    placed = not standing.stage_names() or standing.is_counted()
    if placed and not waiting and today - timezone.localtime(at).date() <= LATE:
        return Finding(
            True,
            Words(
                f"段階とセグメントは {when} に数えました", f"stages and segments were last counted at {when}"
            ),
        )
    enqueue("site.score_all", once=True)
    return Finding(
        False,
        Words(
            f"段階かセグメントが {when} に数えたままです。数え直すように頼みました。"
            "mikomi serve を動かしたままにして、もう一度 mikomi doctor で確かめてください",
            f"stages or segments were last counted at {when}; counting them anew is asked for."
            " Keep mikomi serve running, then look once more with mikomi doctor",
        ),
    )
