"""From what an editor sends to a changed rule. Each mistake names the field it stands in."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Operator, Scalar, Test
from mikomi.core.conditions.text import fold_text
from mikomi.core.events import KIND_PATTERN
from mikomi.hub.scores.edits import glob_literal


class AnswerError(Exception):
    """A value that cannot be. `field` is the editor's field, `message` is in the reader's language."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True)
class NumberPart:
    """What a number of a rule may be. `optional`: it may be left empty (None)."""

    whole: bool = False
    least: float | None = None
    above: float | None = None
    optional: bool = False


NUMBERS: Mapping[str, NumberPart] = {
    "points": NumberPart(),
    "half_life_days": NumberPart(above=0, optional=True),
    "per_day": NumberPart(whole=True, least=1, optional=True),
    "cap": NumberPart(above=0, optional=True),
    "quiet_days": NumberPart(whole=True, least=1),
    "within_days": NumberPart(whole=True, least=1),
    "at_least": NumberPart(whole=True, least=1),
}


def read_number(text: str, part: NumberPart, field: str = "value") -> float | int | None:
    """The number that was typed, full-width digits included; None for nothing, where that may be."""
    typed = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-").strip()
    if not typed:
        if part.optional:
            return None
        raise AnswerError(field, _("数字を入れてください（例：10）"))
    try:
        value = float(typed)
    except ValueError:
        raise AnswerError(field, _("数字で入れてください（例：60）")) from None
    if not math.isfinite(value):
        raise AnswerError(field, _("数字で入れてください（例：60）"))
    if part.whole and not value.is_integer():
        raise AnswerError(field, _("小数のない数を入れてください（例：7）"))
    if part.least is not None and value < part.least:
        raise AnswerError(field, _("%(least)s以上の数を入れてください") % {"least": f"{part.least:g}"})
    if part.above is not None and value <= part.above:
        raise AnswerError(field, _("%(least)sより大きい数を入れてください") % {"least": f"{part.above:g}"})
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def split_words(text: str) -> list[str]:
    """Several values typed in one line, parted by 、 , or a line break."""
    parts = unicodedata.normalize("NFC", text)
    for sign in ("、", "，", "\r", "\n"):
        parts = parts.replace(sign, ",")
    return [part.strip() for part in parts.split(",") if part.strip()]


TEXT_OPERATORS: tuple[Operator, ...] = ("in", "not_in", "contains", "starts_with")
NUMBER_OPERATORS: tuple[Operator, ...] = ("gte", "lte", "between")


def read_test(post: QueryDict, old: Test, *, numbers: bool) -> Test:
    """A test from the editor of its operator and values.

    `op` is an operator, `unknown` for `known: false`, `other_mail` for `free_mail: false`. `values`
    and `other` (typed, several) are the values of texts, `low` and `high` those of numbers.
    """
    op = post.get("op", old.op)
    match op:
        case "known" | "unknown":
            return Test(old.field, "known", op == "known")
        case "free_mail" | "other_mail":
            return Test(old.field, "free_mail", op == "free_mail")
        case "gte":
            return Test(old.field, "gte", _needed(post, "low"))
        case "lte":
            return Test(old.field, "lte", _needed(post, "high"))
        case "between":
            low, high = _needed(post, "low"), _needed(post, "high")
            if low > high:
                raise AnswerError("high", _("下の数以上の数を入れてください"))
            return Test(old.field, "between", (low, high))
        case "contains" | "starts_with":
            typed = post.get("other", "").strip()
            picked = post.getlist("values")
            text = typed or (picked[0] if len(picked) == 1 else "")
            if not fold_text(text):
                raise AnswerError("other", _("含まれる言葉を1つ入れてください（例：部長）"))
            return Test(old.field, op, text)
        case "in" | "not_in":
            values = _values(post, old, numbers=numbers)
            if len(values) == 1:
                return Test(old.field, "is" if op == "in" else "is_not", values[0])
            return Test(old.field, op, tuple(values))
    raise AnswerError("op", _("比べ方を選んでください"))


def _needed(post: QueryDict, name: str) -> float | int:
    value = read_number(post.get(name, ""), NumberPart(), name)
    assert value is not None
    return value


def _values(post: QueryDict, old: Test, *, numbers: bool) -> list[Scalar]:
    typed = [*post.getlist("values"), *split_words(post.get("other", ""))]
    texts = list(dict.fromkeys(text for text in typed if fold_text(text)))
    if not texts:
        raise AnswerError("other", _("値を1つ以上選ぶか、入れてください"))
    if not numbers:
        return list(texts)
    values: list[Scalar] = []
    for text in texts:
        value = read_number(text, NumberPart(), "other")
        assert value is not None
        values.append(value)
    return values


def read_activity(post: QueryDict, known_groups: Sequence[str]) -> ActivityCondition:
    """An activity condition from `kinds`, `groups`, `contents` (picked) and `patterns` (typed)."""
    kinds = tuple(dict.fromkeys(post.getlist("kinds")))
    if any(not KIND_PATTERN.fullmatch(kind) for kind in kinds):
        raise AnswerError("kinds", _("一覧から選んでください"))
    groups = tuple(dict.fromkeys(post.getlist("groups")))
    if any(group not in known_groups for group in groups):
        raise AnswerError("groups", _("一覧から選んでください"))
    contents = _contents(post)
    return ActivityCondition(kinds, contents, groups)


def _contents(post: QueryDict) -> tuple[str, ...]:
    picked = [glob_literal(str(content)) for content in post.getlist("contents")]
    return tuple(dict.fromkeys([*picked, *split_words(post.get("patterns", ""))]))


def read_globs(post: QueryDict) -> tuple[str, ...]:
    """The contents of a group: picked and typed."""
    globs = _contents(post)
    if not globs:
        raise AnswerError("patterns", _("ページや資料を1つ以上選ぶか、入れてください"))
    return globs


def read_name(post: QueryDict, field: str = "value") -> str:
    """A name that is not empty."""
    name = " ".join(unicodedata.normalize("NFC", post.get(field, "")).split())
    if not name:
        raise AnswerError(field, _("名前を入れてください"))
    if len(name) > 100:
        raise AnswerError(field, _("100文字までで入れてください"))
    return name


def values_of(test: Test) -> tuple[Any, ...]:
    """A test's values as a tuple."""
    return test.value if isinstance(test.value, tuple) else (test.value,)
