"""What every page of the editor begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from mikomi.core.scoring.describe import SECTION_NAMES, Section
from mikomi.core.scoring.model import Model
from mikomi.core.words import Language
from mikomi.hub.scores import easy, queries, starters
from mikomi.hub.scores.adding import choices_of
from mikomi.hub.scores.differences import Difference, differences
from mikomi.hub.scores.editors import content_fields
from mikomi.hub.scores.edits import SECTIONS
from mikomi.hub.scores.ground import current_picks
from mikomi.hub.scores.model_rows import grades_row, group_row, hot_row, name_row
from mikomi.hub.scores.rows import Desk, Opened, deleted_row, rule_row
from mikomi.hub.scores.types import PublishedModel

ICONS: dict[Section, str] = {"fit": "id-badge-2", "engagement": "click", "signals": "activity"}


def language() -> Language:
    """The reader's language."""
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


@dataclass(frozen=True, slots=True)
class Work:
    """The draft on its desk. `kept` is false while the draft is only a suggestion."""

    desk: Desk
    published: PublishedModel | None
    revision: int | None
    kept: bool
    detailed: bool

    @property
    def model(self) -> Model:
        """The draft."""
        return self.desk.model

    @property
    def differences(self) -> list[Difference]:
        """What the draft changes."""
        if not self.kept:
            return []
        old = self.published.model if self.published else None
        return differences(old, self.model, self.desk.language, self.desk.labels)


def open_work(model: Model | None = None) -> Work:
    """The draft, or the suggestion where nothing was set up; `model` stands in for it."""
    picks, draft, published = current_picks(), queries.draft(), queries.published()
    if model is None:
        model = draft.model if draft else published.model if published else None
    if model is None:
        model = easy.suggested(picks, settings.TIME_ZONE, language())
    return Work(
        desk=Desk(model, published.model if published else None, picks, language()),
        published=published,
        revision=draft.revision if draft else None,
        kept=draft is not None,
        # A model that is more than one sentence can only be shown in the editor.
        detailed=(draft.detailed if draft else published is not None) or not easy.is_easy(model),
    )


def way_back(work: Work) -> str:
    """Where the undo of a toast leads after the draft was replaced; "" where there was none before."""
    return reverse("scores:bring_back") if work.kept else ""


def draft_bar(work: Work) -> dict[str, Any]:
    """Context of the bar that says what the draft changes."""
    return {"work": work, "changed": len(work.differences)}


def section(work: Work, name: Section, *, opened: tuple[str, Opened] | None = None) -> dict[str, Any]:
    """Context of one card of rules; `opened` is a rule's id and the editor to show open."""
    desk = work.desk
    rules = [
        rule_row(desk, rule, opened=opened[1] if opened and opened[0] == rule.id else None)
        for rule in getattr(desk.model, name)
    ]
    kept = {rule.id for rule in getattr(desk.model, name)}
    gone = getattr(desk.published, name) if desk.published else ()
    rules += [deleted_row(desk, rule) for rule in gone if rule.id not in kept]
    title, _sign, note = (
        SECTION_NAMES[name].text(desk.language).partition("（" if desk.language == "ja" else ": ")
    )
    return {
        "name": name,
        "title": title,
        "note": note.removesuffix("）"),
        "icon": ICONS[name],
        "rules": rules,
        "choices": choices_of(desk, name),
    }


def page(work: Work) -> dict[str, Any]:
    """Context of the whole editor."""
    desk = work.desk
    return {
        "work": work,
        "changed": len(work.differences),
        "sections": [section(work, name) for name in SECTIONS],
        "hot": hot_row(desk),
        "grades": [grades_row(desk, "fit"), grades_row(desk, "engagement"), name_row(desk)],
        "content_groups": [group_row(desk, name) for name, _globs in desk.model.groups],
        "contents": next((f.choices for f in content_fields((), desk.picks, desk.language) if f.choices), ()),
        "templates": templates(),
    }


def templates() -> list[tuple[str, object, object]]:
    """The templates: key, name, what they lead to."""
    return [(key, *words) for key, words in starters.NAMES.items()]
