"""From plain data or YAML to conditions on leads, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, get_args

from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.document import Place, check_keys, need, place_of, shown, tidy
from mikomi.core.conditions.parse import (
    OPERATORS,
    activity_data,
    attribute_data,
    parse_activity_condition,
    parse_attribute_condition,
)
from mikomi.core.conditions.who import (
    NOWHERE,
    OUTCOMES,
    ConsentIs,
    ConsentState,
    Counted,
    Did,
    Every,
    GradeIs,
    GradeName,
    HadOutcome,
    HotIs,
    InStage,
    LabelKind,
    Labelled,
    ScoreIs,
    ScoreName,
    Since,
    Some,
    Who,
)
from mikomi.core.conditions.who import Not as Negated

type Purpose = Literal["segment", "stage"]

DEEPEST = 12
"""How deep conditions may stand inside each other."""

MOST = 200
"""How many conditions may be put together."""

STAGE_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FOR_STAGES = ("field", "did", "first", "last", "outcome", "all", "any", "not")
_HEADS = (
    *_FOR_STAGES[:5],
    "score",
    "grade",
    "hot",
    "stage",
    "tag",
    "list",
    "consent",
    "segment",
    "all",
    "any",
    "not",
)


def parse_who(place: Place, *, purpose: Purpose = "segment", groups: tuple[str, ...] | None = None) -> Who:
    """A condition on leads. Raises `DocumentError`, which names the place.

    `purpose`: a stage's condition rests on attributes, activity and outcomes alone, since scores
    and segments are worked out after it. `groups`: the groups of contents that there are (None:
    any name is taken, as for a condition that was right when it was stored).
    """
    left = [MOST]
    return _who(place, purpose, groups, 1, left)


def read_who(data: object, *, purpose: Purpose = "segment", groups: tuple[str, ...] | None = None) -> Who:
    """`parse_who` of plain data, as it comes out of JSON."""
    return parse_who(place_of(data), purpose=purpose, groups=groups)


def _who(place: Place, purpose: Purpose, groups: tuple[str, ...] | None, depth: int, left: list[int]) -> Who:
    if depth > DEEPEST:
        place.fail(
            f"条件の入れ子は{DEEPEST}段までです。浅くまとめてください",
            f"conditions stand more than {DEEPEST} deep inside each other; write them flatter",
        )
    left[0] -= 1
    if left[0] < 0:
        place.fail(
            f"条件は合わせて{MOST}個までです。セグメントに分けて組み合わせてください",
            f"there are more than {MOST} conditions; make segments of some and refer to them",
        )
    items = place.items()
    allowed = _FOR_STAGES if purpose == "stage" else _HEADS
    heads = [name for name in items if name in _HEADS]
    if len(heads) != 1:
        found = ", ".join(heads) or (next(iter(items)) if items else "")
        place.fail(
            f"条件の種類はちょうど1つにしてください（{'、'.join(allowed)} のどれか。今は{found or 'なし'}）",
            f"needs exactly one kind of condition ({', '.join(allowed)}); found {found or 'none'}",
        )
    head = heads[0]
    if head not in allowed:
        items[head].fail(
            f"段階の条件に「{head}」は使えません（段階はスコアやセグメントより先に決まります）。"
            "属性・行動・結果だけで書いてください",
            f"a stage cannot ask for '{head}', since stages come before scores and segments; "
            "use attributes, activity and outcomes",
        )
    if head in ("all", "any"):
        check_keys(items, (head,))
        parts = tuple(_who(p, purpose, groups, depth + 1, left) for p in items[head].sequence())
        if not parts:
            items[head].fail("条件を1つ以上入れてください", "needs at least one condition")
        return Every(parts) if head == "all" else Some(parts)
    if head == "not":
        check_keys(items, (head,))
        return Negated(_who(items[head], purpose, groups, depth + 1, left))
    return _LEAVES[head](place, items, groups)


type _Items = dict[str, Place]
type _Groups = tuple[str, ...] | None


def _field(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("field", *OPERATORS))
    condition = parse_attribute_condition(place)
    assert isinstance(condition, Test)
    return condition


def _what(place: Place, groups: _Groups) -> Place:
    inside = place.items()
    if "content" in inside and "group" in inside:
        inside["group"].fail(
            "content と group はどちらか1つにしてください", "give either content or group, not both"
        )
    return place


def _did(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("did", "within_days", "count", "at_least", "at_most"))
    what = parse_activity_condition(_what(items["did"], groups), groups)
    counted: Counted = "events"
    if "count" in items:
        counted = _one_of(items["count"], get_args(Counted.__value__))
    at_most = _from_zero(items["at_most"]) if "at_most" in items else None
    at_least = items["at_least"].whole() if "at_least" in items else None if at_most is not None else 1
    _in_order(items, at_least, at_most)
    return Did(what, _days(items), counted, at_least, at_most)


def _since(place: Place, items: _Items, groups: _Groups) -> Who:
    which: Literal["first", "last"] = "first" if "first" in items else "last"
    check_keys(items, (which, "days_ago"))
    what = parse_activity_condition(_what(items[which], groups), groups)
    ago = need(items, "days_ago", place)
    bounds = ago.items()
    check_keys(bounds, ("at_least", "at_most"))
    low, high = (_from_zero(bounds[k]) if k in bounds else None for k in ("at_least", "at_most"))
    if low is None and high is None:
        ago.fail("at_least か at_most を入れてください", "needs at_least or at_most")
    _in_order(bounds, low, high)
    return Since(which, what, low, high)


def _outcome(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("outcome", "within_days"))
    results = tuple(_one_of(entry, OUTCOMES) for entry in _some(items["outcome"]))
    return HadOutcome(results, _days(items))


def _score(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("score", "gte", "lte", "between"))
    of: ScoreName = _one_of(items["score"], get_args(ScoreName.__value__))
    given = [key for key in ("gte", "lte", "between") if key in items]
    if len(given) != 1:
        place.fail(
            f"gte、lte、between のどれか1つを入れてください（今は{len(given)}個）",
            f"needs exactly one of gte, lte, between; found {len(given)}",
        )
    value = items[given[0]]
    if given[0] == "between":
        bounds = [entry.number() for entry in value.sequence()]
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            value.fail("[下限, 上限] の2つの数にしてください", "must be two numbers [least, most]")
        return ScoreIs(of, bounds[0], bounds[1])
    return ScoreIs(of, value.number()) if given[0] == "gte" else ScoreIs(of, None, value.number())


def _grade(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("grade", "in"))
    of: GradeName = _one_of(items["grade"], get_args(GradeName.__value__))
    return GradeIs(of, tuple(entry.text() for entry in _some(need(items, "in", place))))


def _hot(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("hot",))
    return HotIs(items["hot"].truth())


def _stage(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("stage",))
    keys = []
    for entry in _some(items["stage"]):
        key = entry.text()
        if not STAGE_KEY.fullmatch(key):
            entry.fail(
                f"段階のキー「{key}」は使えません。英小文字・数字・_ で40字までです"
                f"（どこにもいない人は {NOWHERE}）",
                f"'{key}' is no key of a stage; use lower snake case of at most 40 characters "
                f"({NOWHERE}: in no stage)",
            )
        keys.append(key)
    return InStage(tuple(keys))


def _labelled(kind: LabelKind) -> Callable[[Place, _Items, _Groups], Who]:
    def parse(place: Place, items: _Items, groups: _Groups) -> Who:
        check_keys(items, (kind,))
        return Labelled(kind, tuple(entry.whole() for entry in _some(items[kind])))

    return parse


def _consent(place: Place, items: _Items, groups: _Groups) -> Who:
    check_keys(items, ("consent",))
    state: ConsentState = _one_of(items["consent"], get_args(ConsentState.__value__))
    return ConsentIs(state)


_LEAVES: dict[str, Callable[[Place, _Items, _Groups], Who]] = {
    "field": _field,
    "did": _did,
    "first": _since,
    "last": _since,
    "outcome": _outcome,
    "score": _score,
    "grade": _grade,
    "hot": _hot,
    "stage": _stage,
    "tag": _labelled("tag"),
    "list": _labelled("list"),
    "segment": _labelled("segment"),
    "consent": _consent,
}


def _one_of[T: str](place: Place, choices: tuple[T, ...]) -> T:
    found = place.text()
    for choice in choices:
        if found == choice:
            return choice
    return place.fail(
        f"「{found}」は使えません。{'、'.join(choices)} のどれかにしてください",
        f"'{found}' is not possible here; use one of {', '.join(choices)}",
    )


def _some(place: Place) -> list[Place]:
    entries = place.entries()
    if not entries:
        place.fail("値を1つ以上入れてください", "the list is empty; give at least one value")
    return entries


def _days(items: _Items) -> int | None:
    return items["within_days"].whole() if "within_days" in items else None


def _from_zero(place: Place) -> int:
    value = place.number()
    if value != int(value) or value < 0:
        place.fail(
            f"0以上の整数にしてください（今は{shown(place)}）",
            f"must be a whole number from 0, found {shown(place)}",
        )
    return int(value)


def _in_order(items: _Items, low: int | None, high: int | None) -> None:
    if low is not None and high is not None and low > high:
        items["at_most"].fail(
            f"at_most（{high}）は at_least（{low}）以上にしてください",
            f"at_most ({high}) must not be below at_least ({low})",
        )


def who_data(who: Who) -> dict[str, object]:
    """A condition as plain data that `read_who` reads back as the same; what goes without saying is
    left out."""
    match who:
        case Test():
            return attribute_data(who)
        case Did(what, within, count, low, high):
            plain: dict[str, object] = {"did": activity_data(what)}
            if within is not None:
                plain["within_days"] = within
            if count != "events":
                plain["count"] = count
            if low is not None and (low, high) != (1, None):
                plain["at_least"] = low
            if high is not None:
                plain["at_most"] = high
            return plain
        case Since(which, what, low, high):
            bounds = {"at_least": low, "at_most": high}
            return {
                which: activity_data(what),
                "days_ago": {k: v for k, v in bounds.items() if v is not None},
            }
        case HadOutcome(results, within):
            ended: dict[str, object] = {"outcome": list(results)}
            return ended if within is None else ended | {"within_days": within}
        case ScoreIs(of, low, high):
            if low is not None and high is not None:
                return {"score": of, "between": [tidy(low), tidy(high)]}
            return {"score": of, "gte": tidy(low)} if high is None else {"score": of, "lte": tidy(high)}
        case GradeIs(of, grades):
            return {"grade": of, "in": list(grades)}
        case HotIs(hot):
            return {"hot": hot}
        case InStage(stages):
            return {"stage": list(stages)}
        case Labelled(kind, ids):
            return {kind: list(ids)}
        case ConsentIs(state):
            return {"consent": state}
        case Every(parts):
            return {"all": [who_data(p) for p in parts]}
        case Some(parts):
            return {"any": [who_data(p) for p in parts]}
        case Negated(part):
            return {"not": who_data(part)}
