"""The model file: YAML to a checked model, and back. What it says is in docs/reference/scoring.md."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

from mikomi.core.conditions.activity import ANY_ACTIVITY, ActivityCondition
from mikomi.core.conditions.document import Place, check_keys, need, read_document, tidy, write_document
from mikomi.core.conditions.parse import (
    activity_data,
    attribute_data,
    parse_activity_condition,
    parse_attribute_condition,
)
from mikomi.core.scoring.model import (
    ENGAGEMENT_GRADES,
    FIT_GRADES,
    PATTERNS,
    EngagementRule,
    FitRule,
    Hot,
    Model,
    Rule,
    Signal,
)
from mikomi.core.words import MikomiError, Words

MOST_GATES = 64
"""How many signals can carry `lead`: the fold keeps a bit for each."""
TOP_KEYS = ("name", "timezone", "groups", "company_field", "fit", "engagement", "signals", "grades", "hot")
_ENGAGEMENT_KEYS = ("id", "label", "when", "points", "half_life_days", "per_day", "cap")
_SIGNAL_KEYS = {
    "return": ("quiet_days", "quiet_when", "within_days", "at_least", "when", "half_life_days"),
    "surge": ("within_days", "at_least", "when"),
    "silence": ("quiet_days", "quiet_when"),
    "colleagues": ("within_days", "at_least", "when"),
}
_SIGNAL_NEEDS = {
    "return": ("quiet_days", "within_days", "at_least"),
    "surge": ("within_days", "at_least"),
    "silence": ("quiet_days",),
    "colleagues": ("within_days", "at_least"),
}


def load_model(path: Path) -> Model:
    """Reads a model file (UTF-8). Raises `MikomiError` naming file, line and place."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MikomiError(
            Words(
                f"{path}: UTF-8で読めません。UTF-8で保存し直してください",
                f"{path}: not UTF-8 text; save the file as UTF-8",
            )
        ) from error
    except OSError as error:
        raise MikomiError(
            Words(
                f"{path}: 読めません（{error.strerror}）。場所と権限を確かめてください",
                f"{path}: cannot be read ({error.strerror}); check the path and its permissions",
            )
        ) from error
    return parse_model(text, file=str(path))


def parse_model(text: str, *, file: str = "model.yaml") -> Model:
    """Parses and checks a model. Raises `DocumentError`: one line with file, line, place, remedy."""
    root = read_document(text, file)
    items = root.items()
    check_keys(items, TOP_KEYS)
    zone = items["timezone"].text() if "timezone" in items else "Asia/Tokyo"
    if zone not in available_timezones():
        items["timezone"].fail(
            f"タイムゾーン「{zone}」はありません（例：Asia/Tokyo）",
            f"'{zone}' is no time zone; write for example Asia/Tokyo",
        )
    groups = _groups(items.get("groups"))
    names = tuple(groups)
    model = Model(
        name=items["name"].text() if "name" in items else "Mikomi",
        timezone=zone,
        groups=tuple(groups.items()),
        company_field=items["company_field"].text() if "company_field" in items else "company",
        fit=tuple(_fit_rule(place) for place in _list(items.get("fit"))),
        engagement=tuple(_engagement_rule(place, names) for place in _list(items.get("engagement"))),
        signals=tuple(_signal(place, names) for place in _list(items.get("signals"))),
        **_grades(items.get("grades")),
        hot=_hot(items.get("hot")),
    )
    _check_ids(items)
    if sum(signal.lead is not None for signal in model.signals) > MOST_GATES:
        items["signals"].fail(
            f"lead を持つ兆しは{MOST_GATES}個までです", f"at most {MOST_GATES} signals can carry 'lead'"
        )
    return model


def _list(place: Place | None) -> list[Place]:
    return [] if place is None or place.kind() == "null" else place.sequence()


def _groups(place: Place | None) -> dict[str, tuple[str, ...]]:
    if place is None or place.kind() == "null":
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, contents in place.items().items():
        globs = tuple(entry.text() for entry in contents.entries())
        if not globs:
            contents.fail(
                "ページや資料を1つ以上入れてください", "the group is empty; give at least one content"
            )
        if not name.strip():
            contents.fail("グループの名前が空です", "the group's name is empty")
        found[name] = globs
    return found


def _fit_rule(place: Place) -> FitRule:
    items = place.items()
    check_keys(items, ("id", "label", "when", "points"))
    name = need(items, "id", place).text()
    return FitRule(
        id=name,
        label=_label(items, name),
        when=parse_attribute_condition(need(items, "when", place)),
        points=need(items, "points", place).number(),
    )


def _engagement_rule(place: Place, groups: tuple[str, ...]) -> EngagementRule:
    items = place.items()
    check_keys(items, _ENGAGEMENT_KEYS)
    name = need(items, "id", place).text()
    per_day: int | None = 1
    if "per_day" in items:
        per_day = None if items["per_day"].kind() == "null" else items["per_day"].whole()
    return EngagementRule(
        id=name,
        label=_label(items, name),
        when=_activity(items.get("when"), groups),
        points=need(items, "points", place).number(),
        half_life_days=_optional_positive(items.get("half_life_days")),
        per_day=per_day,
        cap=_optional_positive(items.get("cap")),
    )


def _signal(place: Place, groups: tuple[str, ...]) -> Signal:
    items = place.items()
    pattern_place = need(items, "pattern", place)
    pattern = pattern_place.text()
    if pattern not in PATTERNS:
        pattern_place.fail(
            f"パターン「{pattern}」はありません。使えるもの：{', '.join(PATTERNS)}",
            f"unknown pattern '{pattern}'; use one of {', '.join(PATTERNS)}",
        )
    check_keys(items, ("id", "label", "pattern", "points", "lead", *_SIGNAL_KEYS[pattern]))
    name = need(items, "id", place).text()
    values: dict[str, object] = {}
    for key in _SIGNAL_KEYS[pattern]:
        if key in _SIGNAL_NEEDS[pattern]:
            values[key] = need(items, key, place).whole()
        elif key in {"when", "quiet_when"}:
            values[key] = _activity(items.get(key), groups)
        else:
            values[key] = _optional_positive(items.get(key))
    return PATTERNS[pattern](
        id=name,
        label=_label(items, name),
        points=need(items, "points", place).number(),
        lead=parse_attribute_condition(items["lead"]) if "lead" in items else None,
        **values,
    )


def _label(items: dict[str, Place], name: str) -> str:
    return items["label"].text() if "label" in items else name


def _activity(place: Place | None, groups: tuple[str, ...]) -> ActivityCondition:
    return ANY_ACTIVITY if place is None else parse_activity_condition(place, groups)


def _optional_positive(place: Place | None) -> float | None:
    return None if place is None or place.kind() == "null" else place.positive()


def _grades(place: Place | None) -> dict[str, tuple[tuple[str, float], ...]]:
    if place is None or place.kind() == "null":
        return {}
    items = place.items()
    check_keys(items, ("fit", "engagement"))
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for key, labels, field in (
        ("fit", FIT_GRADES, "fit_grades"),
        ("engagement", ENGAGEMENT_GRADES, "engagement_grades"),
    ):
        if key not in items or items[key].kind() == "null":
            continue
        thresholds = items[key].items()
        check_keys(thresholds, labels)
        values = {name: entry.number() for name, entry in thresholds.items()}
        if len(set(values.values())) != len(values):
            items[key].fail(
                "しきい値はそれぞれ違う数にしてください", "the thresholds must differ from one another"
            )
        found[field] = tuple((name, values[name]) for name in labels if name in values)
    return found


def _hot(place: Place | None) -> Hot:
    if place is None or place.kind() == "null":
        return Hot()
    items = place.items()
    check_keys(items, ("fit", "engagement", "total"))
    return Hot(**{name: entry.number() for name, entry in items.items()})


def _check_ids(items: dict[str, Place]) -> None:
    seen: dict[str, Place] = {}
    for section in ("fit", "engagement", "signals"):
        for place in _list(items.get(section)):
            entry = place.items()["id"]
            name = entry.text()
            if name in seen:
                entry.fail(
                    f"id「{name}」は{seen[name].line}行目でも使われています。違うidにしてください",
                    f"the id '{name}' is also used in line {seen[name].line}; ids must be unique",
                )
            seen[name] = entry


def dump_model(model: Model) -> str:
    """The YAML of a model; `parse_model` reads it back as the same model."""
    return write_document(model_data(model))


def model_data(model: Model) -> dict[str, object]:
    """A model as the plain data of its file, defaults left out."""
    data: dict[str, object] = {"name": model.name, "timezone": model.timezone}
    if model.groups:
        data["groups"] = {name: list(globs) for name, globs in model.groups}
    if model.company_field != "company":
        data["company_field"] = model.company_field
    for key, rules in (("fit", model.fit), ("engagement", model.engagement), ("signals", model.signals)):
        if rules:
            data[key] = [rule_data(rule) for rule in rules]
    grades = {
        key: {name: tidy(value) for name, value in values}
        for key, values in (("fit", model.fit_grades), ("engagement", model.engagement_grades))
        if values
    }
    if grades:
        data["grades"] = grades
    if model.hot.anybody:
        pairs = (("fit", model.hot.fit), ("engagement", model.hot.engagement), ("total", model.hot.total))
        data["hot"] = {name: tidy(value) for name, value in pairs if value is not None}
    return data


def rule_data(rule: Rule) -> dict[str, object]:
    """One rule as the plain data of its file, defaults left out."""
    data: dict[str, object] = {"id": rule.id, "label": rule.label}
    if isinstance(rule, FitRule):
        return data | {"when": attribute_data(rule.when), "points": tidy(rule.points)}
    if isinstance(rule, EngagementRule):
        data |= {"when": activity_data(rule.when), "points": tidy(rule.points)}
        if rule.half_life_days is not None:
            data["half_life_days"] = tidy(rule.half_life_days)
        if rule.per_day != 1:
            data["per_day"] = rule.per_day
        if rule.cap is not None:
            data["cap"] = tidy(rule.cap)
        return data
    pattern = next(name for name, kind in PATTERNS.items() if isinstance(rule, kind))
    data["pattern"] = pattern
    for key in _SIGNAL_KEYS[pattern]:
        value = getattr(rule, key)
        if isinstance(value, ActivityCondition):
            if value != ANY_ACTIVITY:
                data[key] = activity_data(value)
        elif value is not None:
            data[key] = tidy(value)
    data["points"] = tidy(rule.points)
    if rule.lead is not None:
        data["lead"] = attribute_data(rule.lead)
    return data
