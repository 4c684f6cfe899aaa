"""Names for what data only has keys for: fields, pages, documents."""

from __future__ import annotations

from mikomi.core.conditions.sentence import FIELDS, FieldLabel, Labels
from mikomi.core.words import Words
from mikomi.hub.activity import content_moves
from mikomi.hub.people import queries as people


def labels_of() -> Labels:
    """The names known on this installation."""
    named = {
        view.key: FieldLabel(Words(view.label_ja, view.label_en.lower()))
        for view in people.fields()
        if view.key not in FIELDS
    }
    return Labels({**FIELDS, **named}, content_moves.names())
