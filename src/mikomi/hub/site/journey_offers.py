"""What can be placed on the journey map: what was really seen, and the groups of the scoring model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from mikomi.core.scoring.model import Model
from mikomi.core.words import Words
from mikomi.hub.activity import content_moves
from mikomi.hub.journey.offers import GROUP, Offer
from mikomi.hub.scores import queries as scores
from mikomi.hub.site.contents import KINDS, all_contents, merged, narrowed

_DEEDS = {
    "page": "page_view",
    "document": "download",
    "form": "form_submit",
    "seminar": "seminar_attend",
    "mail": "mail_click",
}
"""The deed that stands for having met a content of a kind."""
_GROUP = Words("グループ", "Group")


class SeenContents:
    """An `Offering` of what the page コンテンツ lists."""

    def known(self, entries: Collection[str]) -> dict[str, Offer]:
        """Those of these entries that were seen, or are groups."""
        named = [(entry, *entry.partition(":")[::2]) for entry in entries]
        groups = set(self.groups())
        found = {
            entry: Offer(entry, name, _GROUP)
            for entry, kind, name in named
            if kind == GROUP and name in groups
        }
        now_at = content_moves.now_at()
        moved = {entry: f"{kind}:{now_at.get(name, name)}" for entry, kind, name in named if kind != GROUP}
        if moved:
            contents = {now.partition(":")[2] for now in moved.values()}
            seen = merged(all_contents()).filter(pl.col("content").is_in(contents))
            offered = {offer.entry: offer for offer in _offers(seen)}
            found |= {
                entry: replace(offered[now], entry=entry) for entry, now in moved.items() if now in offered
            }
        return found

    def found(self, text: str, most: int) -> tuple[list[Offer], int]:
        """Groups, then contents, with `text` in them."""
        groups = [
            Offer(f"{GROUP}:{name}", name, _GROUP)
            for name in self.groups()
            if text.strip().lower() in name.lower()
        ]
        seen = merged(all_contents()).filter(pl.col("what").is_in(list(_DEEDS)))
        seen = narrowed(seen, _model(), text=text, kind="", group="")
        return groups + _offers(seen.head(most)), max(seen.height - most, 0)

    def groups(self) -> tuple[str, ...]:
        """The groups of the model that scores, of its draft before the first."""
        return tuple(name for name, _globs in _model().groups)


def _model() -> Model:
    published, draft = scores.published(), scores.draft()
    return published.model if published else draft.model if draft else Model(name="")


def _offers(seen: pl.DataFrame) -> list[Offer]:
    return [
        Offer(
            f"{_DEEDS[row['what']]}:{row['content']}",
            row["title"] or row["content"],
            KINDS[row["what"]],
            row["leads"],
        )
        for row in seen.filter(pl.col("what").is_in(list(_DEEDS))).iter_rows(named=True)
    ]
