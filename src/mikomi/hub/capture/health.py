"""Is collecting sound? Asked by `mikomi doctor`."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.capture.models import AsideEntry
from mikomi.hub.kit.health import Finding


def look_at_aside() -> Finding:
    """Whether all that was accepted could be taken in."""
    aside = AsideEntry.objects.count()
    if not aside:
        return Finding(
            True,
            Words("受け取ったものはすべて取り込めています", "all that was accepted has been taken in"),
        )
    error = AsideEntry.objects.order_by("-at").values_list("error", flat=True)[0]
    return Finding(
        False,
        Words(
            f"受け取ったもののうち{aside:,}件を取り込めず、分けて残してあります（{error}）。"
            "ほかには影響しません。起動のたびに試し直すので、更新してください。続くときは知らせてください",
            f"{aside:,} accepted requests could not be taken in and are kept aside ({error}); nothing else is"
            " affected. Each start tries them again, so update; if they stay, report this",
        ),
    )
