"""Names for what data only has keys for: fields, pages, documents."""

from __future__ import annotations

import polars as pl
from django.db import connection

from mikomi.core.conditions.sentence import FIELDS, FieldLabel, Labels
from mikomi.core.words import Words
from mikomi.hub.kit.setwise import staged
from mikomi.hub.people import queries as people
from mikomi.hub.site.models import ContentTitle


def labels_of() -> Labels:
    """The names known on this installation."""
    named = {
        view.key: FieldLabel(Words(view.label_ja, view.label_en.lower()))
        for view in people.fields()
        if view.key not in FIELDS
    }
    return Labels({**FIELDS, **named}, dict(ContentTitle.objects.values_list("content", "title")))


def put_titles(titles: pl.DataFrame) -> None:
    """Stores what contents are called: `content`, `title`. Must stand in a transaction."""
    with staged(titles.select("content", "title"), "titles_in"), connection.cursor() as cursor:
        cursor.execute(
            "insert into site_content_title (content, title) select content, title from titles_in where true"
            " on conflict (content) do update set title = excluded.title"
        )
