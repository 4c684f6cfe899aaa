"""From a document's places to conditions, and back to plain data."""

from __future__ import annotations

from typing import get_args

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import (
    AllOf,
    AnyOf,
    AttributeCondition,
    Negation,
    Operator,
    Scalar,
    Test,
)
from mikomi.core.conditions.document import Place, check_keys, need, shown, tidy
from mikomi.core.conditions.text import fold_text
from mikomi.core.events import KIND_PATTERN

OPERATORS: tuple[Operator, ...] = get_args(Operator.__value__)


def parse_attribute_condition(place: Place) -> AttributeCondition:
    """`{field: …, <operator>: …}` or `all`, `any`, `not` over such. Raises `DocumentError`."""
    items = place.items()
    joins = [name for name in ("all", "any", "not") if name in items]
    if joins:
        check_keys(items, (joins[0],))
        if joins[0] == "not":
            return Negation(parse_attribute_condition(items["not"]))
        parts = tuple(parse_attribute_condition(part) for part in items[joins[0]].sequence())
        if not parts:
            items[joins[0]].fail("条件を1つ以上入れてください", "needs at least one condition")
        return AllOf(parts) if joins[0] == "all" else AnyOf(parts)
    check_keys(items, ("field", *OPERATORS, "all", "any", "not"))
    field = need(items, "field", place).text()
    given: list[Operator] = [op for op in OPERATORS if items.get(op) is not None]
    if len(given) != 1:
        listed = ", ".join(OPERATORS)
        place.fail(
            f"比べ方はちょうど1つにしてください（{listed} のどれか。今は{len(given)}個）",
            f"needs exactly one of {listed}; found {len(given)}",
        )
    return Test(field, given[0], _operand(given[0], items[given[0]]))


def _operand(op: Operator, place: Place) -> Scalar | tuple[Scalar, ...]:
    match op:
        case "is" | "is_not":
            return _scalar(place)
        case "in" | "not_in":
            values = tuple(_scalar(entry) for entry in place.sequence())
            if not values:
                place.fail("値を1つ以上入れてください", "the list is empty; give at least one value")
            return values
        case "contains" | "starts_with":
            if place.kind() != "text":
                place.fail(
                    f"文字を入れてください（数字は引用符で囲みます。今は{shown(place)}）",
                    f"must be text, found {shown(place)}; put quotes around it",
                )
            return _text(place)
        case "gte" | "lte":
            return place.number()
        case "between":
            bounds = [entry.number() for entry in place.sequence()]
            if len(bounds) != 2 or bounds[0] > bounds[1]:
                place.fail("[下限, 上限] の2つの数にしてください", "must be two numbers [least, most]")
            return (bounds[0], bounds[1])
        case "known" | "free_mail":
            return place.truth()


def _scalar(place: Place) -> Scalar:
    match place.kind():
        case "text":
            return _text(place)
        case "bool":
            return place.truth()
        case "int" | "float":
            value = place.number()
            return int(value) if place.kind() == "int" and abs(value) < 2**53 else value
    return place.fail(
        f"値を1つ入れてください（今は{shown(place)}）", f"must be one value, found {shown(place)}"
    )


def _text(place: Place) -> str:
    if not fold_text(place.raw()):
        place.fail(
            "空の値とは比べられません。known: false を使ってください",
            "cannot compare with empty text; use known: false",
        )
    return place.raw()


def parse_activity_condition(place: Place, groups: tuple[str, ...] | None) -> ActivityCondition:
    """`{kind: …, content: …, group: …}`, each one value or a list. `groups`: those that there are, None
    where any name is taken. Raises `DocumentError`."""
    items = place.items()
    check_keys(items, ("kind", "content", "group"))
    kinds = _texts(items.get("kind"))
    for kind, entry in zip(kinds, items["kind"].entries() if "kind" in items else (), strict=True):
        if not KIND_PATTERN.fullmatch(kind):
            entry.fail(
                f"種類「{kind}」は使えません。英小文字・数字・_ で40字までです（例：page_view）",
                f"'{kind}' is no kind; use lower snake case of at most 40 characters, such as page_view",
            )
    names = _texts(items.get("group"))
    for name, entry in zip(names, items["group"].entries() if "group" in items else (), strict=True):
        if groups is not None and name not in groups:
            known = "、".join(groups) or "なし"
            entry.fail(
                f"グループ「{name}」が groups にありません（今あるもの：{known}）",
                f"group '{name}' is not in groups (there are: {', '.join(groups) or 'none'})",
            )
    return ActivityCondition(kinds, _texts(items.get("content")), names)


def _texts(place: Place | None) -> tuple[str, ...]:
    if place is None:
        return ()
    values = tuple(entry.text() for entry in place.entries())
    if not values:
        place.fail("値を1つ以上入れてください", "the list is empty; give at least one value")
    return values


def attribute_data(condition: AttributeCondition) -> dict[str, object]:
    """A condition as the model file writes it."""
    match condition:
        case Test(field, op, value):
            return {"field": field, op: [tidy(v) for v in value] if isinstance(value, tuple) else tidy(value)}
        case AllOf(parts):
            return {"all": [attribute_data(p) for p in parts]}
        case AnyOf(parts):
            return {"any": [attribute_data(p) for p in parts]}
        case Negation(part):
            return {"not": attribute_data(part)}


def activity_data(condition: ActivityCondition) -> dict[str, object]:
    """A condition as the model file writes it; single values without a list."""
    pairs = (("kind", condition.kinds), ("content", condition.contents), ("group", condition.groups))
    return {name: values[0] if len(values) == 1 else list(values) for name, values in pairs if values}
