"""A YAML document whose every value knows its place, so that an error can name it.

Scalars are read by the core schema of YAML 1.2: only `true` and `false` are truth values, so that
`no` and `on` stay words. Anchors and aliases are refused: a model must read the same everywhere.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from mikomi.core.words import MikomiError, Words

_INT = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(
    r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
_RESOLVERS = (
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    ("tag:yaml.org,2002:int", _INT, list("-+0123456789")),
    ("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789.")),
)
MAX_BYTES = 4 * 1024 * 1024


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML's own way of configuring


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML's own way of configuring

    def ignore_aliases(self, data: object) -> bool:
        return True


for _class in (_Loader, _Dumper):
    for _tag, _pattern, _first in _RESOLVERS:
        _class.add_implicit_resolver(_tag, _pattern, _first)


class DocumentError(MikomiError):
    """A document that cannot be used: `path` is the place inside it, `line` the line in the file.

    `line` 0 and `file` "": the document came as plain data.
    """

    def __init__(self, file: str, line: int, path: str, words: Words) -> None:
        self.file, self.line, self.path, self.detail = file, line, path, words
        spot = f"{file}:{line}" if line else file
        where = "".join(f"{part}: " for part in (spot, path) if part)
        super().__init__(Words(ja=where + words.ja, en=where + words.en))


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the document with its file, line and path (`engagement[2].points`)."""

    node: yaml.Node
    file: str
    path: str

    @property
    def line(self) -> int:
        """Line in the file, from 1; 0 for plain data."""
        return self.node.start_mark.line + 1 if self.node.start_mark else 0

    def fail(self, ja: str, en: str) -> NoReturn:
        """Raises a `DocumentError` for this place."""
        raise DocumentError(self.file, self.line, self.path, Words(ja, en))

    def kind(self) -> str:
        """`map`, `list`, `null`, `bool`, `int`, `float` or `text`."""
        if isinstance(self.node, yaml.MappingNode):
            return "map"
        if isinstance(self.node, yaml.SequenceNode):
            return "list"
        name = self.node.tag.rsplit(":", 1)[-1]
        if name not in {"null", "bool", "int", "float", "str"}:
            self.fail(
                f"YAMLのタグ {self.node.tag} は使えません",
                f"the YAML tag {self.node.tag} is not allowed; remove it",
            )
        return "text" if name == "str" else name

    def raw(self) -> str:
        """A scalar as it is written."""
        return str(self.node.value)

    def items(self) -> dict[str, Place]:
        """A mapping's places by key, in the order written; a key that stands twice is an error."""
        if self.kind() != "map":
            self.fail(
                f"「キー: 値」の並びにしてください（今は{shown(self)}）",
                f"must be a mapping of keys to values, found {shown(self)}",
            )
        found: dict[str, Place] = {}
        for key_node, value_node in self.node.value:
            key = Place(key_node, self.file, self.path)
            if key.kind() in {"map", "list"}:
                key.fail("キーは文字にしてください", "a key must be plain text")
            name = key.raw()
            path = f"{self.path}.{name}" if self.path else name
            if name in found:
                Place(key_node, self.file, path).fail(
                    f"「{name}」が2回あります。1つにしてください",
                    f"the key '{name}' stands twice; keep one of them",
                )
            found[name] = Place(value_node, self.file, path)
        return found

    def entries(self) -> list[Place]:
        """A list's places; a value that is no list is taken as a list of one."""
        if self.kind() != "list":
            return [self]
        return [Place(n, self.file, f"{self.path}[{i}]") for i, n in enumerate(self.node.value)]

    def sequence(self) -> list[Place]:
        """A list's places; anything else is an error."""
        if self.kind() != "list":
            self.fail(f"リストにしてください（今は{shown(self)}）", f"must be a list, found {shown(self)}")
        return self.entries()

    def text(self) -> str:
        """Text that is not empty; numbers are taken as written."""
        if self.kind() in {"map", "list", "null", "bool"} or not self.raw().strip():
            self.fail(f"文字を入れてください（今は{shown(self)}）", f"must be text, found {shown(self)}")
        return self.raw()

    def number(self) -> float:
        """A finite number."""
        if self.kind() not in {"int", "float"}:
            self.fail(
                f"数字を入れてください（今は{shown(self)}。例：10）",
                f"must be a number, found {shown(self)}; write for example 10",
            )
        try:
            value = float(self.raw().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.fail("有限の数にしてください", "must be a finite number")
        return value

    def whole(self) -> int:
        """A whole number from 1."""
        value = self.number()
        if value != int(value) or value < 1:
            self.fail(
                f"1以上の整数にしてください（今は{self.raw()}）",
                f"must be a whole number from 1, found {self.raw()}",
            )
        return int(value)

    def positive(self) -> float:
        """A number above 0."""
        value = self.number()
        if value <= 0:
            self.fail(
                f"0より大きい数にしてください（今は{self.raw()}）", f"must be above 0, found {self.raw()}"
            )
        return value

    def truth(self) -> bool:
        """true or false."""
        if self.kind() != "bool":
            self.fail(
                f"true か false にしてください（今は{shown(self)}）",
                f"must be true or false, found {shown(self)}",
            )
        return self.raw().lower() == "true"


def shown(place: Place) -> str:
    """A value in a few letters, for an error's sentence."""
    kind = place.kind()
    if kind in {"map", "list"}:
        return {"map": "{…}", "list": "[…]"}[kind]
    raw = place.raw()
    raw = raw if len(raw) <= 40 else raw[:39] + "…"
    return "null" if kind == "null" else f"'{raw}'" if kind == "text" else raw


def check_keys(items: dict[str, Place], allowed: tuple[str, ...]) -> None:
    """Fails at the first key that is not allowed, naming those that are."""
    for name, place in items.items():
        if name not in allowed:
            listed = ", ".join(allowed)
            place.fail(
                f"「{name}」というキーはありません。使えるキー：{listed}",
                f"unknown key '{name}'; allowed here: {listed}",
            )


def need(items: dict[str, Place], name: str, owner: Place) -> Place:
    """The place under `name`; fails at `owner` where it is missing."""
    if name not in items:
        owner.fail(f"「{name}」がありません。足してください", f"'{name}' is missing; add it")
    return items[name]


def read_document(text: str, file: str) -> Place:
    """Parses one YAML document.

    Raises `DocumentError` for broken YAML, several documents, anchors, or nothing at all.
    """
    if len(text) > MAX_BYTES:
        raise DocumentError(
            file, 1, "", Words("ファイルが大きすぎます（上限4 MB）", "the file is too large (at most 4 MB)")
        )
    try:
        for event in yaml.parse(text, Loader=_Loader):
            anchor = getattr(event, "anchor", None)
            if anchor is not None:
                mark = event.start_mark
                line = mark.line + 1 if mark else 1
                raise DocumentError(
                    file,
                    line,
                    "",
                    Words(
                        f"アンカーと別名（&{anchor}、*{anchor}）は使えません。値をそのまま書いてください",
                        f"anchors and aliases (&{anchor}, *{anchor}) are not allowed; write the value out",
                    ),
                )
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        problem = " ".join(problem.split())
        raise DocumentError(
            file,
            mark.line + 1 if mark else 1,
            "",
            Words(
                f"YAMLとして読めません（{problem}）",
                f"not valid YAML ({problem}); check indentation and quotes",
            ),
        ) from error
    except RecursionError as error:
        raise DocumentError(
            file, 1, "", Words("入れ子が深すぎます", "nested too deeply; write it flatter")
        ) from error
    if node is None:
        raise DocumentError(file, 1, "", Words("中身が空です", "the file is empty; write a model"))
    return Place(node, file, "")


def place_of(data: object, file: str = "") -> Place:
    """Plain data (what `json.loads` gives) as a place, so that it is read as a file would be.

    Errors name `file` and the path; the line is always 0.

    Raises `DocumentError` for what JSON has not, or nested too deeply.
    """
    try:
        return Place(_node(data, file), file, "")
    except RecursionError as error:
        raise DocumentError(
            file, 0, "", Words("入れ子が深すぎます", "nested too deeply; write it flatter")
        ) from error


def _node(data: object, file: str) -> yaml.Node:
    match data:
        case dict():
            pairs = [(_scalar("str", str(key)), _node(value, file)) for key, value in data.items()]
            return yaml.MappingNode("tag:yaml.org,2002:map", pairs)
        case list() | tuple():
            return yaml.SequenceNode("tag:yaml.org,2002:seq", [_node(value, file) for value in data])
        case None:
            return _scalar("null", "null")
        case bool():
            return _scalar("bool", "true" if data else "false")
        case int():
            return _scalar("int", str(data))
        case float():
            return _scalar("float", repr(data))
        case str():
            return _scalar("str", data)
        case _:
            kind = type(data).__name__
            raise DocumentError(
                file, 0, "", Words(f"{kind} は使えません", f"{kind} is not allowed; use text or numbers")
            )


def _scalar(kind: str, text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(f"tag:yaml.org,2002:{kind}", text)


def write_document(data: object) -> str:
    """YAML text that `read_document` reads back as the same values."""
    return yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None
    )


def tidy[T](value: T) -> T | int:
    """Whole numbers without a decimal point, so that a written model reads like a typed one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
