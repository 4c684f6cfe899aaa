"""A content that moved: whatever names the old address by a condition names the new one as well.

Facts stay as they were recorded. What was changed is written down with the move, so that taking the move
back takes back what is still as the move left it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.conditions.who import Did, Every, Not, Since, Some, Who
from mikomi.core.journey.edits import called_now, change_stage
from mikomi.core.journey.map import JourneyMap
from mikomi.core.scoring.model import FitRule, Model
from mikomi.core.words import Language
from mikomi.hub.activity import content_moves
from mikomi.hub.activity.types import Moved
from mikomi.hub.journey import queries as journeys
from mikomi.hub.journey import services as journey
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.scores.drafting import change_draft, standing_model
from mikomi.hub.scores.edits import changed_rule, glob_literal, rule_of, with_group, with_rule
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments import services as segment_services

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

type Globs = tuple[str, ...]
type Change = tuple[Any, Any]
"""What stood there before and after, as plain data."""


@dataclass(frozen=True, slots=True)
class Added:
    """What a move changed. `groups`: by name; `rules`: by `id/key`; `segments`: by number; `stages`: by
    `key/condition` and `key/contents`."""

    groups: dict[str, Change] = field(default_factory=dict)
    rules: dict[str, Change] = field(default_factory=dict)
    segments: dict[str, Change] = field(default_factory=dict)
    stages: dict[str, Change] = field(default_factory=dict)


def move_content(old: str, new: str, user: User | None, language: Language) -> tuple[Moved, Added]:
    """Records a move and has everything that names `old` name both; one transaction.

    Raises `MikomiError` as `record_move`, and where a condition cannot be kept with one content more.
    """
    with transaction.atomic():
        moved = content_moves.record_move(old, new, user)
        added = Added()

        def both(globs: Globs) -> Globs:
            return _both(globs, moved)

        model = standing_model(language)
        if _widened(model, both, Added()) != model:
            change_draft(lambda standing: _widened(standing, both, added), user, language)
        for one in segments.segments():
            who = _mapped(one.who, both)
            if who != one.who:
                added.segments[str(one.number)] = (who_data(one.who), who_data(who))
                segment_services.define(one.number, who, user, definition=one.definition)
        held = journeys.draft() or journeys.current_map()
        if held is not None and _drawn(held.map, moved, Added()) != held.map:
            journey.edit_draft(lambda drawn: _drawn(drawn, moved, added), user)
        content_moves.keep_added(
            moved.number,
            {
                "groups": added.groups,
                "rules": added.rules,
                "segments": added.segments,
                "stages": added.stages,
            },
        )
        enqueue("site.score_all", once=True)
        enqueue("site.prepare_journey", once=True)
    return moved, added


def take_back(number: int, user: User | None, language: Language) -> int | None:
    """Takes a move back with all that it added, as far as that is as the move left it; one transaction.

    Gives how many places were changed since and stay as they are; None where the move does not stand.
    """
    with transaction.atomic():
        told = content_moves.take_back_move(number)
        if told is None:
            return None
        added, left = Added(**told), 0
        model = standing_model(language)
        narrowed, kept = _narrowed(model, added)
        left += kept
        if narrowed != model:
            change_draft(lambda standing: _narrowed(standing, added)[0], user, language)
        for one, (before, after) in added.segments.items():
            held = segments.segment(int(one))
            if held is not None and who_data(held.who) == after:
                segment_services.define(held.number, read_who(before), user, definition=held.definition)
            else:
                left += 1
        drawn = journeys.draft() or journeys.current_map()
        if drawn is not None and added.stages:
            undrawn, kept = _undrawn(drawn.map, added)
            left += kept
            if undrawn != drawn.map:
                journey.edit_draft(lambda standing: _undrawn(standing, added)[0], user)
        enqueue("site.score_all", once=True)
        enqueue("site.prepare_journey", once=True)
    return left


def _both(globs: Globs, moved: Moved) -> Globs:
    """With the new address where the old one is named and the new one is not."""
    return (*globs, glob_literal(moved.new)) if content_moves.behind(globs, moved) else globs


def _mapped(who: Who, edit: Callable[[Globs], Globs]) -> Who:
    match who:
        case Every(parts):
            return Every(tuple(_mapped(part, edit) for part in parts))
        case Some(parts):
            return Some(tuple(_mapped(part, edit) for part in parts))
        case Not(part):
            return Not(_mapped(part, edit))
        case Did() | Since():
            return replace(who, what=replace(who.what, contents=edit(who.what.contents)))
        case _:
            return who


def _widened(model: Model, edit: Callable[[Globs], Globs], added: Added) -> Model:
    """The model with groups and rules changed; `added` is told."""
    for name, globs in model.groups:
        if edit(globs) != globs:
            added.groups[name] = ([*globs], [*edit(globs)])
            model = with_group(model, name, name, edit(globs))
    for rule in model.rules:
        for key in ("when", "quiet_when"):
            condition = None if isinstance(rule, FitRule) else getattr(rule, key, None)
            if condition is not None and edit(condition.contents) != condition.contents:
                after = edit(condition.contents)
                added.rules[f"{rule.id}/{key}"] = ([*condition.contents], [*after])
                changed = changed_rule(
                    rule_of(model, rule.id) or rule, **{key: replace(condition, contents=after)}
                )
                model = with_rule(model, changed)
    return model


def _narrowed(model: Model, added: Added) -> tuple[Model, int]:
    """The model before the move, and how many places were changed since."""
    left = 0
    for name, (before, after) in added.groups.items():
        if list(dict(model.groups).get(name, ())) == list(after):
            model = with_group(model, name, name, tuple(before))
        else:
            left += 1
    for place, (before, after) in added.rules.items():
        rule_id, _slash, key = place.rpartition("/")
        rule = rule_of(model, rule_id)
        condition = getattr(rule, key, None)
        if rule is not None and condition is not None and list(condition.contents) == list(after):
            model = with_rule(model, changed_rule(rule, **{key: replace(condition, contents=tuple(before))}))
        else:
            left += 1
    return model, left


def _drawn(drawn: JourneyMap, moved: Moved, added: Added) -> JourneyMap:
    """The map with the new address for the old one: conditions ask for both, and what is placed there is
    placed as it is called now. `added` is told."""
    for stage in drawn.stages:
        if stage.condition is not None:
            who = _mapped(stage.condition, lambda globs: _both(globs, moved))
            if who != stage.condition:
                added.stages[f"{stage.key}/condition"] = (who_data(stage.condition), who_data(who))
                drawn = change_stage(drawn, stage.key, condition=who)
    renamed = called_now(drawn, {moved.old: moved.new})
    for before, after in zip(drawn.stages, renamed.stages, strict=True):
        if before.contents != after.contents:
            added.stages[f"{before.key}/contents"] = ([*before.contents], [*after.contents])
    return renamed


def _undrawn(drawn: JourneyMap, added: Added) -> tuple[JourneyMap, int]:
    """The map before the move, and how many places were changed since."""
    left = 0
    for place, (before, after) in added.stages.items():
        key, _slash, what = place.rpartition("/")
        stage = drawn.stage(key)
        if stage is not None and what == "contents" and list(stage.contents) == list(after):
            drawn = change_stage(drawn, key, contents=tuple(before))
        elif (
            stage is not None
            and what == "condition"
            and stage.condition is not None
            and who_data(stage.condition) == after
        ):
            drawn = change_stage(drawn, key, condition=read_who(before))
        else:
            left += 1
    return drawn, left
