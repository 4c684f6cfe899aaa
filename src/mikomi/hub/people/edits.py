"""One value for many leads, by a bulk edit."""

from __future__ import annotations

import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.people.dated import SUBJECT, origin, write_values
from mikomi.hub.people.following import AUTOMATIC, follow
from mikomi.hub.people.models import Field, Scope

_NAMES = ("name", "family_name", "given_name", "name_kana", "family_name_kana", "given_name_kana")
ONE_BY_ONE = frozenset({*_NAMES, "email", "company", "consent", "unsubscribed"})
"""Fields that a bulk edit does not touch: each person's own, or an act of its own."""


def editable_fields() -> list[Field]:
    """The fields that many leads can be given one value of, in their order."""
    mine = Field.objects.filter(scope=Scope.LEAD, archived_at=None).exclude(key__in=ONE_BY_ONE)
    return list(mine.order_by("custom", "place", "key"))


def set_value(leads: pl.Series, field: str, value: str, *, source: str, batch_id: int, by: int | None) -> int:
    """Gives leads a value ("" takes it away) as part of an act; for how many it was new."""
    values = pl.DataFrame({SUBJECT: leads.cast(pl.Int32)}).with_columns(pl.lit(value).alias(field))
    with changing() as number:
        changed = write_values(Scope.LEAD, values, [field], origin(source, batch_id=batch_id, by_id=by))
        followed = follow(changed, origin(AUTOMATIC, batch_id=batch_id))
        mark_changed(pl.concat([changed, followed]).unique(), number, activity=False)
    return len(changed)
