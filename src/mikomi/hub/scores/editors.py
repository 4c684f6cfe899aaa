"""The fields of each editor: what opens when a word of a sentence is pressed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.describe import activity_deed
from mikomi.core.words import Language
from mikomi.hub.kit.sentence import Choice, Field
from mikomi.hub.scores.answers import values_of
from mikomi.hub.scores.picks import FieldPick, Picks

CONTENTS_SHOWN = 60
VALUES_SHOWN = 40


def title_of(name: str) -> str:
    """What heads the editor of a number."""
    return {
        "points": _("点数"),
        "half_life_days": _("効果が半分になるまで"),
        "per_day": _("1日に数える回数"),
        "cap": _("合わせた点数の上限"),
        "quiet_days": _("動きのない日数"),
        "within_days": _("数える日数"),
        "at_least": _("何回以上"),
        "when": _("何をしたか"),
        "quiet_when": _("動きとして数えるもの"),
        "field": _("項目"),
        "label": _("名前"),
    }.get(name, _("条件"))


def number_fields(
    name: str, value: float | None, *, error: str = "", typed: str | None = None
) -> list[Field]:
    """The one field of a number of a rule; `typed` is what stood there when it was refused."""
    shown = typed if typed is not None else _plain(value)
    low = "" if name in ("points", "value") else "1"
    unit, empty = {
        "points": (_("点"), ""),
        "half_life_days": (_("日"), _("なし")),
        "per_day": (_("回"), _("何回でも")),
        "cap": (_("点"), _("なし")),
        "quiet_days": (_("日"), ""),
        "within_days": (_("日"), ""),
        "threshold": (_("点"), ""),
    }.get(name, ("", ""))
    step = "any" if name in ("half_life_days", "cap") else "1"
    # A half point is rare but allowed; the arrows still go by whole points.
    step = "1" if float(value or 0).is_integer() and step == "1" else "any"
    optional = name in ("half_life_days", "per_day", "cap")
    return [
        Field(
            "value",
            "number",
            value=shown,
            low=low,
            step=step,
            unit=unit,
            optional=optional,
            empty_label=empty,
            error=error,
        )
    ]


def _plain(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def text_fields(value: str, *, error: str = "", placeholder: str = "") -> list[Field]:
    """One line of words."""
    return [Field("value", "text", value=value, error=error, placeholder=placeholder)]


def field_fields(test: Test, picks: Picks, language: Language, *, error: str = "") -> list[Field]:
    """Which attribute a test looks at."""
    choices = [Choice(pick.key, pick.label.name.text(language)) for pick in picks.fields]
    if test.field not in {choice.value for choice in choices}:
        choices.insert(0, Choice(test.field, picks.labels.field_name(test.field, language)))
    return [Field("field", "choice", value=test.field, choices=choices, error=error)]


def fields_of_test(
    test: Test, picks: Picks, *, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> list[Field]:
    """The operator of a test and its values."""
    errors, typed = errors or {}, typed or {}
    pick = picks.field(test.field)
    numbers = holds_numbers(test, pick)
    op = _shown_operator(test)
    fields = [
        Field(
            "op", "choice", _("比べ方"), value=op, choices=_operators(test, pick), error=errors.get("op", "")
        )
    ]
    values = [str(value) for value in values_of(test)] if test.op not in ("known", "free_mail") else []
    if numbers:
        low, high = _bounds(test)
        low, high = typed.get("low", low), typed.get("high", high)
        fields += [
            Field(
                "low",
                "number",
                _("下の数"),
                value=low,
                optional=True,
                step="any",
                error=errors.get("low", ""),
            ),
            Field(
                "high",
                "number",
                _("上の数"),
                value=high,
                optional=True,
                step="any",
                error=errors.get("high", ""),
            ),
        ]
    common = [value for value, _leads in pick.values[:VALUES_SHOWN]]
    listed = test.op in ("is", "is_not", "in", "not_in")
    if common and not numbers:
        chosen = frozenset(values) if listed else frozenset()
        choices = [Choice(value, value, _("%(n)s人") % {"n": f"{leads:,}"}) for value, leads in pick.values]
        choices = choices[:VALUES_SHOWN]
        choices += [Choice(value, value) for value in values if listed and value not in common]
        fields.append(
            Field("values", "many", _("値"), values=chosen, choices=choices, error=errors.get("values", ""))
        )
        other = "" if listed else (values[0] if values else "")
    else:
        other = "、".join(values) if listed or not numbers else ""
    fields.append(
        Field(
            "other",
            "text",
            _("ほかの値"),
            value=typed.get("other", other),
            placeholder=_("いくつかあれば、読点で区切ります"),
            error=errors.get("other", ""),
        )
    )
    return fields


def holds_numbers(test: Test, pick: FieldPick) -> bool:
    """Whether the editor offers numbers: by the test as it is, then by the field."""
    if test.op in ("gte", "lte", "between"):
        return True
    if test.op in ("contains", "starts_with"):
        return False
    plain = [v for v in values_of(test) if not isinstance(v, bool)]
    if test.op in ("is", "is_not", "in", "not_in") and plain:
        return all(isinstance(v, int | float) for v in plain)
    return pick.number


def _shown_operator(test: Test) -> str:
    match test.op:
        case "is" | "in":
            return "in"
        case "is_not" | "not_in":
            return "not_in"
        case "known":
            return "known" if test.value else "unknown"
        case "free_mail":
            return "free_mail" if test.value else "other_mail"
    return test.op


def _operators(test: Test, pick: FieldPick) -> list[Choice]:
    numbers = [
        Choice("gte", _("下の数以上")),
        Choice("lte", _("上の数以下")),
        Choice("between", _("下の数から上の数まで")),
    ]
    texts = [Choice("contains", _("言葉を含む")), Choice("starts_with", _("言葉で始まる"))]
    choices = numbers if holds_numbers(test, pick) else []
    choices = [*choices, Choice("in", _("選んだ値のどれか")), Choice("not_in", _("選んだ値のどれでもない"))]
    if not holds_numbers(test, pick):
        choices += texts
    if pick.key == "email" or test.op == "free_mail":
        choices += [Choice("free_mail", _("フリーメール")), Choice("other_mail", _("フリーメール以外"))]
    return [*choices, Choice("known", _("入力済み")), Choice("unknown", _("不明"))]


def _bounds(test: Test) -> tuple[str, str]:
    values = [_plain(float(v)) for v in values_of(test) if isinstance(v, int | float)]
    match test.op:
        case "gte":
            return values[0], ""
        case "lte":
            return "", values[0]
        case "between":
            return values[0], values[1]
    return "", ""


def activity_fields(
    when: ActivityCondition,
    groups: Sequence[str],
    picks: Picks,
    language: Language,
    *,
    errors: dict[str, str] | None = None,
    typed: str | None = None,
) -> list[Field]:
    """What a lead must have done: groups, contents that were seen, patterns, and the kinds of activity."""
    errors = errors or {}
    fields: list[Field] = []
    if groups:
        fields.append(
            Field(
                "groups",
                "many",
                _("グループ"),
                values=frozenset(when.groups),
                choices=[Choice(name, name) for name in groups],
                error=errors.get("groups", ""),
            )
        )
    fields += content_fields(when.contents, picks, language, when.kinds, errors, typed)
    kinds = dict.fromkeys([*when.kinds, *picks.kinds])
    fields.append(
        Field(
            "kinds",
            "many",
            _("何をしたか（選ばなければ、すべて）"),
            values=frozenset(when.kinds),
            choices=[Choice(kind, kind_name(kind, language)) for kind in kinds],
            error=errors.get("kinds", ""),
        )
    )
    return fields


def content_fields(
    contents: Sequence[str],
    picks: Picks,
    language: Language,
    kinds: Sequence[str] = (),
    errors: dict[str, str] | None = None,
    typed: str | None = None,
) -> list[Field]:
    """Contents to pick from what was seen, those chosen first, and a line for patterns."""
    errors = errors or {}
    fitting = [pick for pick in picks.contents if not kinds or pick.kind in kinds]
    shown: dict[str, Choice] = {}
    for pick in [p for p in fitting if p.content in contents] + fitting:
        if len(shown) == CONTENTS_SHOWN:
            break
        if pick.content and pick.content not in shown:
            people = _("%(n)s人") % {"n": f"{pick.leads:,}"}
            title = picks.labels.content(pick.content)
            shown[pick.content] = Choice(pick.content, title, people, picks.addresses([pick.content]))
    patterns = [content for content in contents if content not in shown]
    fields = []
    if shown:
        fields.append(
            Field(
                "contents",
                "many",
                _("これまでに見られたものから選ぶ"),
                values=frozenset(contents),
                choices=list(shown.values()),
                error=errors.get("contents", ""),
            )
        )
    fields.append(
        Field(
            "patterns",
            "text",
            _("ほかのページや資料"),
            value="、".join(patterns) if typed is None else typed,
            placeholder="/product/*",
            error=errors.get("patterns", ""),
        )
    )
    return fields


def kind_name(kind: str, language: Language) -> str:
    """A kind as people say it: ページを見る, view a page."""
    deed = activity_deed(ActivityCondition((kind,)), language)
    if language == "ja":
        return f"{deed.thing}{deed.particle}{deed.plain}"
    said = f"{deed.plain} {deed.thing}"
    return said[:1].upper() + said[1:]
