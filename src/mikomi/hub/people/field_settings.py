"""Fields as people arrange them: made, called, checked, ordered, put aside.

A field's values are never taken away with it: an archived field keeps what is known and gives it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.values.choices import SEPARATOR
from mikomi.core.values.fields import KINDS, reason_words
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.people.fields import FACTS, STANDARD, field_of, field_place, field_view, group_of, make_fields
from mikomi.hub.people.json_values import opened
from mikomi.hub.people.kinds import check_values, options_of
from mikomi.hub.people.models import Field, Scope
from mikomi.hub.people.types import FieldView

KIND_NAMES: dict[str, Words] = {
    "text": Words("文字", "Text"),
    "long_text": Words("長い文章", "Long text"),
    "number": Words("数", "Number"),
    "money": Words("金額", "Money"),
    "date": Words("日付", "Date"),
    "choice": Words("1つ選ぶ", "Choice"),
    "choices": Words("いくつか選ぶ", "Several choices"),
    "yes_no": Words("はい・いいえ", "Yes or no"),
    "url": Words("URL", "Web address"),
    "mail": Words("メール", "Mail address"),
    "phone": Words("電話", "Phone"),
    "person": Words("社内の人", "Person of the team"),
}
PLACES_REQUIRED: dict[str, Words] = {
    "import": Words("取り込み", "Imports"),
    "form": Words("画面での入力", "Editing by hand"),
}
_TAKEN = {"number", "lead", "created_at", "company_number", *FACTS}
READ_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a field should be. `choices`: labels, one each, in their order; a label that was there keeps
    its stored key."""

    label_ja: str
    label_en: str = ""
    kind: str = "text"
    scope: Literal["lead", "company"] = "lead"
    group: str = ""
    choices: Sequence[str] = ()
    checks: Mapping[str, float] = field(default_factory=dict)
    required: Sequence[str] = ()


def add_field(wanted: Wanted) -> str:
    """Makes a custom field; its key. It is called in conditions and files what it is called here.

    Raises `MikomiError` for a name that is taken or a field that makes no sense.
    """
    label = _label(wanted)
    with transaction.atomic():
        if label in _TAKEN or _named(label):
            raise MikomiError(
                Words(f"「{label}」という項目はもうあります", f"there is a field called “{label}” already")
            )
        last = Field.objects.filter(custom=True).order_by("-place").values_list("place", flat=True).first()
        made = Field(key=label, scope=wanted.scope, custom=True, place=(last or 0) + 1)
        _fill(made, wanted)
        made.save(force_insert=True)
    return made.key


def change_field(key: str, wanted: Wanted) -> int:
    """Changes a field; how many of its values do not fit what is asked now (they stay as they are).

    What comes with the product keeps its kind and whose it is. A custom field's values stay with
    leads or companies once there are any. Raises `MikomiError`, and LookupError where there is none.
    """
    with audit.deed():
        _define(key)
        held = Field.objects.select_for_update().filter(key=key).first()
        if held is None:
            raise LookupError(key)
        label = _label(wanted)
        if label != held.label_ja and _named(label, besides=key):
            raise MikomiError(
                Words(f"「{label}」という項目はもうあります", f"there is a field called “{label}” already")
            )
        if held.custom and wanted.scope != held.scope:
            if usage_of([key])[key]:
                raise MikomiError(
                    Words(
                        "値があるので、人の項目と会社の項目は入れ替えられません",
                        "it has values, so it cannot change between person and company",
                    )
                )
            held.scope = wanted.scope
        _fill(held, wanted)
        held.save()
    return misfits(key)


def misfits(key: str) -> int:
    """How many values of a field are not of its kind or fail its checks."""
    held = Field.objects.get(pk=key)
    values = _values(held)
    if values.is_empty():
        return 0
    _, reasons = check_values(values["value"], held)
    return int(values.filter(reasons.is_not_null())["n"].sum())


def move_field(key: str, *, up: bool) -> None:
    """Moves a field by one place in its group."""
    with transaction.atomic():
        make_fields(STANDARD)
        every = {f.key: f for f in Field.objects.select_for_update()}
        if key not in every:
            raise LookupError(key)
        home = group_of(every[key])
        order = [
            view.key
            for view in sorted(map(field_view, every.values()), key=field_place)
            if view.group == home and not view.archived
        ]
        if key not in order:
            return
        at = order.index(key)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(order):
            return
        order[at], order[to] = order[to], order[at]
        for place, name in enumerate(order, start=1):
            every[name].place = place
        Field.objects.bulk_update([every[name] for name in order], ["place"])


def archive_field(key: str) -> None:
    """Puts a field aside: it is not offered any more. Its values stay, and so do rules that name it."""
    _define(key)
    if not Field.objects.filter(pk=key, archived_at=None).update(archived_at=timezone.now()):
        raise LookupError(key)


def restore_field(key: str) -> None:
    """Offers an archived field again."""
    if not Field.objects.filter(pk=key).update(archived_at=None):
        raise LookupError(key)


def view_of(key: str) -> FieldView | None:
    """One field, or None."""
    held = field_of(key)
    return None if held is None else field_view(held)


def check_value(key: str, text: str) -> tuple[str, Words | None]:
    """The stored text of a value that somebody typed ("" takes it away), or why it does not fit.
    Raises LookupError for a field that is none."""
    held = field_of(key)
    if held is None:
        raise LookupError(key)
    required = "form" in held.required
    values, reasons = check_values(pl.Series([text.replace("\0", "")]), held, required=required)
    reason = reasons[0]
    if reason is not None:
        return "", reason_words(reason, options_of(held))
    return values[0] or "", None


def usage_of(keys: Sequence[str]) -> dict[str, int]:
    """How many leads or companies have a value in each field."""
    wanted = {f.key: f.scope for f in Field.objects.filter(key__in=list(keys))}
    found = dict.fromkeys(keys, 0)
    for scope, table in ((Scope.LEAD, "people_lead"), (Scope.COMPANY, "people_company")):
        mine = [key for key, of in wanted.items() if of == scope.value]
        for part in _read(table) if mine else ():
            held = opened(part, mine)
            counts = held.select((pl.col(key).fill_null("") != "").sum() for key in mine).row(0, named=True)
            found = {key: n + counts.get(key, 0) for key, n in found.items()}
    return found


def _define(key: str) -> None:
    if key in STANDARD:
        make_fields([key])


def _read(table: str):
    """The values of all rows of a table as JSON texts, some at a time."""
    text = "attributes::text" if on_postgres() else "attributes"
    last = 0
    while True:
        rows = fetch(
            f"select id, {text} from {table} where id > %s order by id limit {READ_AT_ONCE}",
            {"id": pl.Int32, "values": pl.String},
            [last],
        )
        if rows.is_empty():
            return
        yield rows["values"]
        last = int(rows["id"][-1])


def _values(held: Field) -> pl.DataFrame:
    """`value` and `n`, how many bear it."""
    table = "people_lead" if held.scope == Scope.LEAD else "people_company"
    parts = [opened(part, [held.key])[held.key].alias("value") for part in _read(table)]
    if not parts:
        return pl.DataFrame(schema={"value": pl.String, "n": pl.UInt32})
    return pl.concat(parts).to_frame().filter(pl.col("value") != "").group_by("value").len("n")


def _label(wanted: Wanted) -> str:
    label = re.sub(r"\s+", " ", wanted.label_ja).strip()
    if not label:
        raise MikomiError(Words("名前を書いてください", "give it a name"))
    if len(label) > 100:
        raise MikomiError(Words("名前は100文字までです", "a name has 100 characters at most"))
    return label


def _named(label: str, besides: str = "") -> bool:
    taken = {text for key, (ja, en, *_) in STANDARD.items() if key != besides for text in (key, ja, en)}
    there = Field.objects.exclude(key=besides)
    return (label in taken) or there.filter(key=label).exists() or there.filter(label_ja=label).exists()


def _fill(held: Field, wanted: Wanted) -> None:
    label = _label(wanted)
    held.label_ja, held.label_en = label, wanted.label_en.strip() or label
    held.group = wanted.group.strip()
    held.required = [place for place in wanted.required if place in PLACES_REQUIRED]
    if held.custom:
        if wanted.kind not in KINDS:
            raise MikomiError(Words("種類を選んでください", "choose a kind"))
        held.kind = wanted.kind
        held.choices = _choices(held, wanted.choices) if wanted.kind in ("choice", "choices") else []
    held.checks = _checks(held.kind, wanted.checks)


def _choices(held: Field, labels: Sequence[str]) -> list[dict[str, object]]:
    before = {choice["ja"]: choice for choice in held.choices}
    names = list(dict.fromkeys(name for label in labels if (name := label.strip())))
    if not names:
        raise MikomiError(Words("選択肢を1つ以上書いてください", "give at least one choice"))
    if wrong := next((name for name in names if SEPARATOR in name), None):
        raise MikomiError(
            Words(f"選択肢「{wrong}」に「;」は使えません", f"the choice “{wrong}” must not hold “;”")
        )
    return [before.get(name) or {"key": name, "ja": name, "en": name} for name in names]


def _checks(kind: str, checks: Mapping[str, float]) -> dict[str, float]:
    usable = {"number": ("least", "most"), "money": ("least", "most")}.get(kind, ())
    usable = ("longest",) if kind in ("text", "long_text") else usable
    kept = {name: checks[name] for name in usable if checks.get(name) is not None}
    if "least" in kept and "most" in kept and kept["least"] > kept["most"]:
        raise MikomiError(Words("最小が最大より大きくなっています", "the least is more than the most"))
    return kept
