"""Fields that an import made: which they are, and what becomes of them when it is taken back.

Where nothing is known in such a field any more, it goes. Where a rule or a view asks for it, it is put
aside instead; where values of others are in it, or somebody arranged it, it stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import Words
from mikomi.hub.kit.setwise import fetch, on_postgres, staged
from mikomi.hub.people.field_users import fields_in_use
from mikomi.hub.people.fields import STANDARD, plain_field
from mikomi.hub.people.importing.checking import new_field
from mikomi.hub.people.importing.options import Options, parse
from mikomi.hub.people.importing.sheets import Sheet
from mikomi.hub.people.models import Field, Import

ARRANGED = ("label_ja", "label_en", "kind", "scope", "group", "choices", "checks", "unit", "required")
"""What people change of a field. One that differs in it from what the import made is theirs."""

SHOWN = 10
GONE = (
    Words("この取り込みで作った項目{}を消しました", "the fields that it made are gone: {}"),
    Words(
        "この取り込みで作った項目{}も消します。ほかで値が入っている項目は残します",
        "the fields that it made go, too: {}; one in which others have values stays",
    ),
)
ASIDE = (
    Words(
        "項目{}は、決まりや表示で使われているため、消さずにしまいました",
        "used by rules or views, these fields were put aside instead of taken away: {}",
    ),
    Words(
        "項目{}は、決まりや表示で使われているため、消さずにしまいます",
        "used by rules or views, these fields are put aside instead of taken away: {}",
    ),
)
STAY = (
    Words(
        "項目{}は、ほかで値が入っているか、設定が変えられているため残しました",
        "these fields stay, since others have values in them or somebody arranged them: {}",
    ),
    Words(
        "項目{}は、設定が変えられているため残します",
        "these fields stay, since somebody arranged them: {}",
    ),
)
"""What is said of fields: once it was done, and before."""


@dataclass(frozen=True, slots=True)
class FieldsBack:
    """What became (or would become) of the fields that an import made, by their names."""

    gone: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """The keys of those that are still there: they go with the last import that has values in them."""


def undefined_fields(sheet: Sheet, options: Options) -> list[str]:
    """The keys of the fields of their own that storing `sheet` would make."""
    if sheet.kind != Import.Kind.LEADS:
        return []
    wanted = {column.field for column in sheet.columns if column.custom}
    wanted |= {told.key for told in options.fields if told.key not in STANDARD}
    return sorted(wanted - set(Field.objects.filter(custom=True).values_list("key", flat=True)))


def made_by(record: Import) -> list[Field]:
    """The fields that the import made, and those that are left of imports that were taken back."""
    made = set((record.report.get("made") or {}).get("field", ()))
    undone = Import.objects.filter(status=Import.Status.UNDONE, kind=Import.Kind.LEADS)
    for left in undone.values_list("undo_report__fields_left", flat=True):
        made |= set(left or ())
    return list(Field.objects.filter(key__in=made, custom=True).order_by("key"))


def take_fields(record: Import) -> FieldsBack:
    """Takes the fields away, or puts them aside. To be called once the values of the import are gone."""
    with transaction.atomic():
        fields = made_by(record)
        if not fields:
            return FieldsBack()
        filled = _filled(field.key for field in fields)
        told = _sorted(fields, record, filled)
        Field.objects.filter(key__in=[field.key for field in told["gone"]]).delete()
        aside = [field.key for field in told["aside"]]
        Field.objects.filter(key__in=aside, archived_at=None).update(archived_at=timezone.now())
    return FieldsBack(
        *(tuple(field.label_ja for field in told[name]) for name in ("gone", "aside", "stay")),
        left=tuple(field.key for field in fields if field.key in filled),
    )


def fields_ahead(record: Import) -> FieldsBack:
    """What `take_fields` would do where nobody else has values in them, without looking through all."""
    told = _sorted(made_by(record), record, set())
    return FieldsBack(*(tuple(field.label_ja for field in told[name]) for name in ("gone", "aside", "stay")))


def _sorted(fields: Iterable[Field], record: Import, filled: set[str]) -> dict[str, list[Field]]:
    made = {told.key: new_field(told) for told in parse(record.options).fields}
    asked = fields_in_use()
    found: dict[str, list[Field]] = {"gone": [], "aside": [], "stay": []}
    for field in fields:
        plain = made.get(field.key) or plain_field(field.key)
        arranged = any(getattr(field, name) != getattr(plain, name) for name in ARRANGED)
        stays = field.key in filled or arranged
        found["stay" if stays else "aside" if field.key in asked else "gone"].append(field)
    return found


def _filled(keys: Iterable[str]) -> set[str]:
    """Those of `keys` in which something is or was known of a lead or company."""
    each = 'json_each(c."values") j'
    if on_postgres():
        each = 'lateral jsonb_object_keys(c."values") as j(key)'
    with staged(pl.DataFrame({"key": list(keys)}, schema={"key": pl.String}), "asked"):
        found = fetch(
            f"select distinct j.key from people_change c, {each} where j.key in (select key from asked)",
            {"key": pl.String},
        )
    return set(found["key"])


def field_sentences(told: FieldsBack, *, done: bool) -> list[Words]:
    """What became of the fields (`done`), or what would."""
    said = []
    for names, (did, would) in ((told.gone, GONE), (told.aside, ASIDE), (told.stay, STAY)):
        if names:
            words = did if done else would
            shown = "、".join(f"「{name}」" for name in names[:SHOWN])
            listed = ", ".join(f"“{name}”" for name in names[:SHOWN])
            more = len(names) - SHOWN
            if more > 0:
                shown, listed = f"{shown}ほか{more:,}件", f"{listed} and {more:,} more"
            said.append(Words(words.ja.format(shown), words.en.format(listed)))
    return said
