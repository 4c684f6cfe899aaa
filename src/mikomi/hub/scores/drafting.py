"""The draft as other pages change it: one thing at a time, with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from mikomi.core.scoring.model import Model
from mikomi.core.words import Language
from mikomi.hub.scores import easy, queries, services
from mikomi.hub.scores.ground import current_picks

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User


def standing_model(language: Language) -> Model:
    """The draft; the published model where there is none; a suggestion where nothing was set up."""
    draft, published = queries.draft(), queries.published()
    if draft is not None:
        return draft.model
    return published.model if published else easy.suggested(current_picks(), settings.TIME_ZONE, language)


def change_draft(edit: Callable[[Model], Model], user: User | None, language: Language) -> Model:
    """Applies one change to the draft, which begins with `standing_model`; `services.bring_back` takes it
    back. Raises what `edit` raises, and `MikomiError` for a model that cannot be kept."""
    start = standing_model(language)
    with transaction.atomic():
        if queries.draft() is None:
            services.save_draft(start, user)
            if queries.published() is not None:
                services.show_details()
        return services.edit_draft(edit, start, user, undoable=True)
