"""What may be wrong with a model: on its own, and against leads and activity.

Nothing here is an error: such a model scores. A finding says what a person most likely did not
mean: a rule that nobody can meet, one that all meet, two that count the same thing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
import polars as pl

from mikomi.core.conditions.activity import ANY_ACTIVITY, ActivityCondition, matches
from mikomi.core.conditions.attributes import AttributeCondition, Test, tests_of
from mikomi.core.conditions.sentence import DEFAULT_LABELS, Labels, number_text
from mikomi.core.conditions.text import as_number, folded
from mikomi.core.events import ActivitySource
from mikomi.core.review.reach import Reach, reach_of
from mikomi.core.scoring.model import (
    ColleaguesSignal,
    EngagementRule,
    FitRule,
    Model,
    Rule,
    Signal,
)
from mikomi.core.scoring.score import Flags, field_resolver, fit_flags
from mikomi.core.words import Words

type FindingKind = Literal[
    "no_column",
    "not_number",
    "range",
    "empty_group",
    "unused_group",
    "never",
    "always",
    "overlap",
    "unreachable",
]

WEEKS_LOOKED_BACK = 52
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `rule` is the rule's id; None: it is about the whole model."""

    kind: FindingKind
    rule: str | None
    words: Words


def check_model(model: Model) -> list[Finding]:
    """What the model alone shows: thresholds that nobody can reach, groups that no rule uses."""
    return [*_unreachable(model), *_unused_groups(model)]


def check_on_data(
    model: Model,
    leads: pl.DataFrame,
    source: ActivitySource | None,
    day: date,
    *,
    labels: Labels = DEFAULT_LABELS,
    threads: int = 2,
) -> list[Finding]:
    """What shows on these leads and this activity as of `day`; without a source: the fit rules alone.

    Signals are looked at on `day` and on the same weekday of each of the 52 weeks before.
    """
    found = [*_columns(model, leads, labels), *_numbers(model, leads, labels)]
    if source is None:
        flags = fit_flags([rule.when for rule in model.fit], leads)
        return [*found, *_fit(model, flags, leads.height), *_fit_overlaps(model, flags)]
    reach = reach_of(model, leads, source, day, weeks=WEEKS_LOOKED_BACK, threads=threads)
    return [
        *found,
        *_empty_groups(model, source),
        *_fit(model, reach.fit, leads.height),
        *_activity(model, reach, leads.height),
        *_fit_overlaps(model, reach.fit),
        *_touch_overlaps(model, source, reach),
        *_signal_overlaps(model, reach),
    ]


def _unreachable(model: Model) -> Iterable[Finding]:
    most_fit = sum(max(rule.points, 0.0) for rule in model.fit)
    most_engagement = sum(_most(rule) for rule in (*model.engagement, *model.signals))
    ways = (
        (model.hot.fit, most_fit, Words("属性", "fit")),
        (model.hot.engagement, most_engagement, Words("行動", "engagement")),
        (model.hot.total, most_fit + most_engagement, Words("合計", "total")),
    )
    for least, most, name in ways:
        if least is not None and least > most:
            yield Finding(
                "unreachable",
                None,
                Words(
                    f"だれもホットになりません：{name.ja}は最大{number_text(most)}点で、"
                    f"{number_text(least)}点に届きません",
                    f"nobody can be hot: {name.en} is at most {number_text(most)} points, "
                    f"below the {number_text(least)} asked for",
                ),
            )
    for grades, most, name in (
        (model.fit_grades, most_fit, Words("属性", "fit")),
        (model.engagement_grades, most_engagement, Words("行動", "engagement")),
    ):
        for label, least in grades:
            if least > most:
                yield Finding(
                    "unreachable",
                    None,
                    Words(
                        f"{name.ja}の等級{label}に届く人はいません：最大{number_text(most)}点で、"
                        f"{number_text(least)}点が要ります",
                        f"nobody can have {name.en} grade {label}: at most {number_text(most)} points, "
                        f"{number_text(least)} needed",
                    ),
                )
        for (better, high), (worse, low) in pairwise(grades):
            if high < low:
                yield Finding(
                    "unreachable",
                    None,
                    Words(
                        f"{name.ja}の等級{better}（{number_text(high)}点以上）が、"
                        f"等級{worse}（{number_text(low)}点以上）より低くなっています",
                        f"{name.en} grade {better} (from {number_text(high)}) is lower than "
                        f"grade {worse} (from {number_text(low)})",
                    ),
                )


def _most(rule: EngagementRule | Signal) -> float:
    """The most points a rule can bring."""
    if rule.points <= 0:
        return 0.0
    if not isinstance(rule, EngagementRule):
        return rule.points
    if rule.cap is not None:
        return rule.cap
    if rule.half_life_days is None or rule.per_day is None:
        return float("inf")
    # An event each day for ever: a geometric series.
    return rule.points * rule.per_day / (1 - 2 ** (-1 / rule.half_life_days))


def _unused_groups(model: Model) -> Iterable[Finding]:
    used = {group for condition in _activity_conditions(model) for group in condition.groups}
    for name, _ in model.groups:
        if name not in used:
            yield Finding(
                "unused_group",
                None,
                Words(f"グループ「{name}」を使うルールがありません", f"no rule uses the group “{name}”"),
            )


def _activity_conditions(model: Model) -> Iterable[ActivityCondition]:
    for rule in model.rules:
        if not isinstance(rule, FitRule):
            for key in ("when", "quiet_when"):
                condition = getattr(rule, key, None)
                if condition is not None:
                    yield condition


def _attribute_conditions(model: Model) -> Iterable[tuple[str, AttributeCondition]]:
    for rule in model.rules:
        if isinstance(rule, FitRule):
            yield rule.id, rule.when
        elif not isinstance(rule, EngagementRule) and rule.lead is not None:
            yield rule.id, rule.lead


def _columns(model: Model, leads: pl.DataFrame, labels: Labels) -> Iterable[Finding]:
    resolve = field_resolver(leads.columns)
    for rule, condition in _attribute_conditions(model):
        for field in dict.fromkeys(test.field for test in tests_of(condition)):
            if resolve(field) is None:
                yield Finding("no_column", rule, _no_column(field, labels))
    for signal in model.signals:
        if isinstance(signal, ColleaguesSignal) and resolve(model.company_field) is None:
            yield Finding("no_column", signal.id, _no_column(model.company_field, labels))


def _no_column(field: str, labels: Labels) -> Words:
    ja, en = labels.field_name(field, "ja"), labels.field_name(field, "en")
    shown_ja = ja if ja == field else f"{ja}（{field}）"
    return Words(
        f"項目「{shown_ja}」を持つ列がないため、全員が「不明」になります",
        f"no column bears the field “{en}”, so it is unknown for everyone",
    )


def _wants_number(test: Test) -> bool:
    if test.op in ("gte", "lte", "between"):
        return True
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return test.op in ("is", "is_not", "in", "not_in") and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in values
    )


def _numbers(model: Model, leads: pl.DataFrame, labels: Labels) -> Iterable[Finding]:
    resolve = field_resolver(leads.columns)
    for rule, condition in _attribute_conditions(model):
        wanted = dict.fromkeys(test.field for test in tests_of(condition) if _wants_number(test))
        for field in wanted:
            column = resolve(field)
            if column is None:
                continue
            text = pl.col(column).cast(pl.String)
            odd = (
                leads.lazy()
                .filter((folded(text) != "").fill_null(False) & as_number(text).is_null())
                .select(text.str.strip_chars().alias("value"))
                .group_by("value")
                .len()
                .sort("len", "value", descending=[True, False])
                .collect()
            )
            if odd.height:
                count = int(odd["len"].sum())
                examples = [str(value)[:40] for value in odd["value"].head(EXAMPLES)]
                name_ja, name_en = labels.field_name(field, "ja"), labels.field_name(field, "en")
                yield Finding(
                    "not_number",
                    rule,
                    Words(
                        f"{name_ja}の{count:,}件は数字として読めず、当てはまりません"
                        f"（例：{'、'.join(f'「{e}」' for e in examples)}）",
                        f"{count:,} values of {name_en} are no numbers and never match "
                        f"(such as {', '.join(f'“{e}”' for e in examples)})",
                    ),
                )


def _empty_groups(model: Model, source: ActivitySource) -> Iterable[Finding]:
    for name, globs in model.groups:
        if not matches(ActivityCondition(contents=globs), source.touches, {}).any():
            yield Finding(
                "empty_group",
                None,
                Words(
                    f"グループ「{name}」に当てはまるページや資料は、まだ見られていません"
                    f"（{'、'.join(globs)}）",
                    f"the group “{name}” matches no content seen so far ({', '.join(globs)})",
                ),
            )


def _never(rule: Rule, why: Words) -> Finding:
    return Finding("never", rule.id, why)


def _fit(model: Model, flags: Sequence[Flags], leads: int) -> Iterable[Finding]:
    for rule, held in zip(model.fit, flags, strict=True):
        count = int(held.sum())
        if count == 0:
            yield _never(rule, Words("当てはまる人がいません", "nobody meets it"))
        elif count == leads:
            yield Finding(
                "always",
                rule.id,
                Words(
                    f"{leads:,}人全員に当てはまり、差がつきません",
                    f"all {leads:,} leads meet it, so it makes no difference",
                ),
            )


def _activity(model: Model, reach: Reach, leads: int) -> Iterable[Finding]:
    active = int(reach.active.sum())
    for rule, held in zip(model.engagement, reach.engagement, strict=True):
        count = int(held.sum())
        if count == 0:
            yield _never(
                rule,
                Words("当てはまる動きが、まだ一度もありません", "no activity has ever met it"),
            )
        elif count == active and active > 1 and rule.when != ANY_ACTIVITY:
            yield _always_active(rule, active)
    for signal, now, ever in zip(model.signals, reach.signals, reach.signals_ever, strict=True):
        if not ever.any():
            yield _never(
                signal,
                Words(
                    "過去1年、毎週見ても当てはまる人がいません",
                    "looked at each week of the past year, nobody met it",
                ),
            )
        elif int(now.sum()) == leads and leads > 1:
            yield _always_active(signal, leads)


def _always_active(rule: Rule, count: int) -> Finding:
    return Finding(
        "always",
        rule.id,
        Words(
            f"動きのある{count:,}人全員に当てはまり、差がつきません",
            f"all {count:,} leads with activity meet it, so it makes no difference",
        ),
    )


def _overlap(one: Rule, other: Rule, ja: str, en: str) -> Finding:
    return Finding(
        "overlap",
        one.id,
        Words(
            f"「{one.label}」と「{other.label}」は{ja}。点数は両方足されます",
            f"“{one.label}” and “{other.label}” {en}; both points are added",
        ),
    )


def _fit_overlaps(model: Model, flags: Sequence[Flags]) -> Iterable[Finding]:
    fields = [{test.field for test in tests_of(rule.when)} for rule in model.fit]
    for i, j in combinations(range(len(model.fit)), 2):
        both = int((flags[i] & flags[j]).sum())
        same = both > 0 and np.array_equal(flags[i], flags[j])
        if same:
            yield _overlap(
                model.fit[i],
                model.fit[j],
                f"同じ{both:,}人に当てはまります",
                f"touch the same {both:,} leads",
            )
        elif both and fields[i] & fields[j]:
            yield _overlap(
                model.fit[i],
                model.fit[j],
                f"同じ項目を見ていて、{both:,}人が両方に当てはまります",
                f"look at the same field, and {both:,} leads meet both",
            )


def _touch_overlaps(model: Model, source: ActivitySource, reach: Reach) -> Iterable[Finding]:
    masks = [matches(rule.when, source.touches, model.group_contents) for rule in model.engagement]
    for i, j in combinations(range(len(masks)), 2):
        shared = np.flatnonzero(masks[i] & masks[j])
        if len(shared) == 0 or not (reach.engagement[i] & reach.engagement[j]).any():
            continue
        first = source.touches.frame.row(int(shared[0]), named=True)
        example = str(first["content"] or first["kind"])
        yield _overlap(
            model.engagement[i],
            model.engagement[j],
            f"同じ動きを{len(shared):,}種類、二重に数えます（例：{example}）",
            f"count the same activity twice, {len(shared):,} kinds of it (such as {example})",
        )


def _signal_overlaps(model: Model, reach: Reach) -> Iterable[Finding]:
    for i, j in combinations(range(len(model.signals)), 2):
        one, other = reach.signals_ever[i], reach.signals_ever[j]
        alike = type(model.signals[i]) is type(model.signals[j]) and np.array_equal(one, other)
        if alike and one.any():
            count = int(one.sum())
            yield _overlap(
                model.signals[i],
                model.signals[j],
                f"いつも同じ{count:,}人に当てはまります",
                f"always touch the same {count:,} leads",
            )
