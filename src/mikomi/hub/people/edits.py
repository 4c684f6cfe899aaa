"""One value for many leads, by a bulk edit."""

from __future__ import annotations

import polars as pl

from mikomi.core.values.fields import reason_words
from mikomi.core.words import MikomiError
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.people.dated import SUBJECT, origin, write_values
from mikomi.hub.people.field_tests import TestedField, tested_fields
from mikomi.hub.people.fields import label_of, make_fields
from mikomi.hub.people.following import follow
from mikomi.hub.people.kinds import check_values, options_of
from mikomi.hub.people.models import Field, Scope
from mikomi.hub.people.value_sources import AUTOMATIC

OWNER = "owner"
_NAMES = ("name", "family_name", "given_name", "name_kana", "family_name_kana", "given_name_kana")
ONE_BY_ONE = frozenset({*_NAMES, "email", "company", "consent", "unsubscribed"})
"""Fields that a bulk edit does not touch: each person's own, or an act of its own."""


def editable_fields() -> list[TestedField]:
    """The fields that many leads can be given one value of, in their order."""
    found = [field for field in tested_fields() if not field.of_company and field.key not in ONE_BY_ONE]
    if not any(field.key == OWNER for field in found):
        # Nothing named one yet; the first that is set makes the field.
        found.append(TestedField(OWNER, label_of(OWNER), "text", False, False, ()))
    return found


def read_value(key: str, text: str) -> str:
    """What is typed for a field as it is stored, "" for nothing. Raises `MikomiError` where it does
    not fit the field."""
    field = Field.objects.filter(pk=key).first()
    if field is None:
        return " ".join(text.split())
    values, reasons = check_values(pl.Series([text], dtype=pl.String), field)
    if reasons[0] is not None:
        raise MikomiError(reason_words(reasons[0], options_of(field)))
    return values[0] or ""


def set_value(leads: pl.Series, field: str, value: str, *, source: str, batch_id: int, by: int | None) -> int:
    """Gives leads a value ("" takes it away) as part of an act; for how many it was new."""
    values = pl.DataFrame({SUBJECT: leads.cast(pl.Int32)}).with_columns(pl.lit(value).alias(field))
    with changing() as number:
        make_fields([field])
        changed = write_values(Scope.LEAD, values, [field], origin(source, batch_id=batch_id, by_id=by))
        followed = follow(changed, origin(AUTOMATIC, batch_id=batch_id))
        mark_changed(pl.concat([changed, followed]).unique(), number, activity=False)
    return len(changed)
