"""A condition as a form: every part a line of words and fields, parts inside parts.

The form is the whole state: what stands in it is read into plain data (`data_of`), which
`core.conditions.parse_who` reads further; an edit of its shape (`reshaped`) changes that data. A part has an
address, the places on the way to it from the top: "", "0", "1.2".
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from mikomi.core.conditions.document import DocumentError
from mikomi.core.conditions.parse_who import read_who
from mikomi.core.words import Words
from mikomi.hub.scores.answers import split_words

JOINS = ("all", "any")
RANGED = ("gte", "lte", "between")
MOST_PARTS = 60
LARGEST = 1e15
TYPED = "t:"
"""The choice of contents by a pattern that is typed."""

type Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the form shows it. `kind`: `all`, `any`, or what a leaf asks for; `fields`: what stands in
    its fields, by name; `chosen`: where several may stand. `error`: why it cannot be read."""

    address: str
    kind: str
    negated: bool
    parts: tuple[Part, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    error: Words | None = None

    @property
    def joins(self) -> bool:
        """Whether it holds other parts."""
        return self.kind in JOINS

    @property
    def depth(self) -> int:
        """How many parts it stands inside."""
        return self.address.count(".") + 1 if self.address else 0

    def get(self, name: str) -> str:
        """What stands in the field `name`."""
        return self.fields.get(name, "")


def shown(data: Data, *, check: bool = True) -> Part:
    """The form of a condition; with `check`, a part that cannot be read says why."""
    top = data if next(iter(data), "") in JOINS else {"all": [data]}
    return _part(top, "", check=check)


def _part(data: Data, address: str, *, check: bool) -> Part:
    negated = "not" in data
    inner: Data = data["not"] if negated else data
    kind = _kind(inner)
    if kind in JOINS:
        parts = tuple(
            _part(one, f"{address}.{place}".lstrip("."), check=check) for place, one in enumerate(inner[kind])
        )
        return Part(address, kind, negated, parts)
    fields, chosen = _leaf_fields(kind, inner)
    return Part(address, kind, negated, (), fields, chosen, _error(inner) if check else None)


def _error(data: Data) -> Words | None:
    try:
        read_who(data)
    except DocumentError as error:
        return error.detail
    return None


def parts_in(part: Part) -> Iterator[Part]:
    """A part and all inside it."""
    yield part
    for one in part.parts:
        yield from parts_in(one)


def data_of(post: QueryDict) -> Data:
    """The condition that a form holds, its top a join; unreadable values are left as they were typed, for
    the reader to name. A form of more than `MOST_PARTS` parts is cut there."""
    left = [MOST_PARTS]
    return _data(post, "", left)


def _data(post: QueryDict, address: str, left: list[int]) -> Data:
    kind = post.get(f"kind.{address}", "all" if not address else "field")
    negated = bool(post.get(f"not.{address}", ""))
    if kind in JOINS:
        kids = []
        for place in post.getlist(f"kid.{address}"):
            left[0] -= 1
            if left[0] < 0:
                break
            if place.isascii() and place.isdigit() and len(place) < 4:
                kids.append(_data(post, f"{address}.{int(place)}".lstrip("."), left))
        inner: Data = {kind: kids}
    else:
        inner = _leaf_data(kind, lambda name: post.get(f"{name}.{address}", "").strip(),
                           [v for v in post.getlist(f"value.{address}") if v.strip()])  # fmt: skip
    return {"not": inner} if negated else inner


def reshaped(data: Data, do: str) -> Data:
    """The condition after a button of the form: `add:ADDRESS:KIND` or `remove:ADDRESS`.

    What does not fit is left as it is. Raises nothing: a form may have been sent twice.
    """
    what, _colon, rest = do.partition(":")
    address, _colon, kind = rest.partition(":")
    whole = _copied(data)
    if what == "add" and (kind in FRESH):
        held = _at(whole, address)
        if held is not None and _kind(held) in JOINS:
            held[_kind(held)].append(_copied(FRESH[kind]))
    elif what == "remove" and address:
        above, _dot, last = address.rpartition(".")
        held = _at(whole, above)
        if held is not None and _kind(held) in JOINS and int(last) < len(held[_kind(held)]):
            del held[_kind(held)][int(last)]
    return whole


FRESH: dict[str, Data] = {
    "field": {"field": "industry", "in": []},
    "did": {"did": {"kind": "page_view"}, "within_days": 30},
    "last": {"last": {}, "days_ago": {"at_most": 7}},
    "outcome": {"outcome": ["meeting"]},
    "score": {"score": "total", "gte": 50},
    "grade": {"grade": "fit", "in": ["A"]},
    "hot": {"hot": True},
    "stage": {"stage": []},
    "tag": {"tag": []},
    "list": {"list": []},
    "consent": {"consent": "granted"},
    "segment": {"segment": []},
    "any": {"any": [{"did": {"kind": "page_view"}, "within_days": 30}]},
    "all": {"all": [{"did": {"kind": "page_view"}, "within_days": 30}]},
}
"""What a part begins as."""


def pruned(data: Data) -> Data:
    """The condition without joins of one part, and without joins of none beside others."""
    negated = "not" in data
    inner: Data = data["not"] if negated else data
    kind = _kind(inner)
    if kind in JOINS:
        parts = [pruned(one) for one in inner[kind]]
        parts = [one for one in parts if not (_kind(one) in JOINS and not one[_kind(one)])]
        inner = parts[0] if len(parts) == 1 else {kind: parts}
        if negated and "not" in inner:
            return inner["not"]
    return {"not": inner} if negated else inner


def _copied(data: Data) -> Data:
    return {
        name: [_copied(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else _copied(value)
        if isinstance(value, dict)
        else value
        for name, value in data.items()
    }


def _at(data: Data, address: str) -> Data | None:
    held = data.get("not", data)
    for place in filter(None, address.split(".")):
        kind = _kind(held)
        if kind not in JOINS or not place.isdigit() or int(place) >= len(held[kind]):
            return None
        inside = held[kind][int(place)]
        held = inside.get("not", inside)
    return held


def _kind(data: Data) -> str:
    return next((name for name in data if name in KINDS), "field")


LEAVES = ("field", "did", "first", "last", "outcome", "score", "grade", "hot", "stage", "consent")
KINDS = (*JOINS, "not", *LEAVES, "tag", "list", "segment")


def _leaf_data(kind: str, get: Any, values: list[str]) -> Data:
    match kind:
        case "did":
            data: Data = {"did": _what(get)}
            if get("within"):
                data["within_days"] = _number(get("within"))
            if get("count") == "days":
                data["count"] = "days"
            if get("cmp") == "never":
                data["at_most"] = 0
            else:
                data["at_most" if get("cmp") == "most" else "at_least"] = _number(get("n") or "1")
            return data
        case "first" | "last":
            which = "first" if get("which") == "first" else "last"
            bound = "at_least" if get("cmp") == "least" else "at_most"
            return {which: _what(get), "days_ago": {bound: _number(get("n") or "0")}}
        case "outcome":
            return {"outcome": values} | ({"within_days": _number(get("within"))} if get("within") else {})
        case "score":
            return {"score": get("of") or "total"} | _bounds(get("cmp"), get("n"), get("high"))
        case "grade":
            return {"grade": get("of") or "fit", "in": values}
        case "hot":
            return {"hot": get("is") != "no"}
        case "stage":
            return {"stage": values}
        case "consent":
            return {"consent": values[0] if values else "granted"}
        case "tag" | "list" | "segment":
            return {kind: [_number(value) for value in values]}
        case _:
            return {"field": get("field")} | _compared(get, values)


def _compared(get: Any, values: list[str]) -> Data:
    op = get("op") or "in"
    match op:
        case "known" | "unknown":
            return {"known": op == "known"}
        case "free_mail" | "no_free_mail":
            return {"free_mail": op == "free_mail"}
        case "gte" | "lte" | "between":
            return _bounds(op, get("n"), get("high"))
        case "contains" | "starts_with":
            return {op: get("n")}
        case "not_in":
            return {"not_in": values}
        case _:
            return {"in": values}


def _bounds(op: str, low: str, high: str) -> Data:
    if op == "between":
        return {"between": [_number(low), _number(high)]}
    return {"lte" if op == "lte" else "gte": _number(low)}


def _what(get: Any) -> Data:
    kind, content = get("k"), get("c")
    data: Data = {"kind": decoded(kind)} if kind else {}
    if content == TYPED:
        globs = split_words(get("p"))
        data["content"] = globs if len(globs) > 1 else "".join(globs)
        return data
    name = {"g:": "group", "c:": "content"}.get(content[:2])
    if name and content[2:]:
        data[name] = decoded(content[2:])
    return data


def decoded(text: str) -> str | list[str]:
    """One name, or several that the form carries as one choice."""
    if not text.startswith("["):
        return text
    try:
        several = json.loads(text)
    except ValueError:
        return text
    return [str(one) for one in several] if isinstance(several, list) else text


def _number(text: str) -> Any:
    """A number as it was meant; what is none is left as text, which the reader then names."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    try:
        value = float(plain)
    except ValueError:
        return text
    if not math.isfinite(value) or abs(value) >= LARGEST:
        return text
    return int(value) if value == int(value) else value


def _leaf_fields(kind: str, data: Data) -> tuple[dict[str, str], tuple[str, ...]]:
    match kind:
        case "did":
            low, high = data.get("at_least"), data.get("at_most")
            compared = {"cmp": "least", "n": str(1 if low is None else low)}
            if high is not None:
                compared = {"cmp": "most", "n": str(high)} if high else {"cmp": "never"}
            return {
                **_what_fields(data["did"]),
                "within": str(data.get("within_days", "")),
                "count": data.get("count", "events"),
                **compared,
            }, ()
        case "first" | "last":
            bounds = data["days_ago"]
            bound = "at_least" if "at_least" in bounds else "at_most"
            return {
                **_what_fields(data[kind]),
                "which": kind,
                "cmp": bound.removeprefix("at_"),
                "n": str(bounds.get(bound, "")),
            }, ()
        case "outcome":
            return {"within": str(data.get("within_days", ""))}, tuple(data["outcome"])
        case "score":
            return {"of": data["score"], **_bound_fields(data)}, ()
        case "grade":
            return {"of": data["grade"]}, tuple(data["in"])
        case "hot":
            return {"is": "yes" if data["hot"] else "no"}, ()
        case "consent":
            return {}, (data["consent"],)
        case "stage" | "tag" | "list" | "segment":
            return {}, tuple(str(value) for value in data[kind])
        case _:
            return _field_fields(data)


def _field_fields(data: Data) -> tuple[dict[str, str], tuple[str, ...]]:
    fields = {"field": str(data.get("field", ""))}
    if "known" in data:
        return fields | {"op": "known" if data["known"] else "unknown"}, ()
    if "free_mail" in data:
        return fields | {"op": "free_mail" if data["free_mail"] else "no_free_mail"}, ()
    for op in ("contains", "starts_with"):
        if op in data:
            return fields | {"op": op, "n": str(data[op])}, ()
    if any(op in data for op in RANGED):
        return fields | {"op": next(op for op in RANGED if op in data), **_bound_fields(data)}, ()
    for op, several in (("is", "in"), ("is_not", "not_in")):
        if op in data:
            return fields | {"op": several}, (_text(data[op]),)
        if several in data:
            return fields | {"op": several}, tuple(_text(value) for value in data[several])
    return fields | {"op": "in"}, ()


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bound_fields(data: Data) -> dict[str, str]:
    if "between" in data:
        low, high = data["between"]
        return {"cmp": "between", "n": str(low), "high": str(high)}
    op = "lte" if "lte" in data else "gte"
    return {"cmp": op, "n": str(data.get(op, ""))}


def _what_fields(data: Data) -> dict[str, str]:
    held = data.get("content")
    globs = [str(one) for one in held] if isinstance(held, list) else [] if held is None else [str(held)]
    typed = "、".join(globs)
    # A content whose name holds a comma cannot be typed in one line with others.
    if globs == [""] or (_patterns(globs) and split_words(typed) == globs):
        return {"k": _coded(data.get("kind")), "c": TYPED, "p": typed}
    kind, content, group = (_coded(data.get(name)) for name in ("kind", "content", "group"))
    return {"k": kind, "c": f"g:{group}" if group else f"c:{content}" if content else ""}


def _patterns(globs: list[str]) -> bool:
    return any({"*", "?"} & set(glob) for glob in globs)


def _coded(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False) if len(value) > 1 else str(value[0]) if value else ""
    return "" if value is None else str(value)
