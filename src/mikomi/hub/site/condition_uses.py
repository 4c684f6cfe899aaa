"""What the conditions of segments and stages speak of, and what of it is there no more."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from mikomi.core.conditions.sentence import FIELDS
from mikomi.core.conditions.who import (
    Who,
    used_fields,
    used_groups,
    used_labels,
    used_segments,
    used_stages,
)
from mikomi.core.words import Words
from mikomi.hub.journey import queries as journeys
from mikomi.hub.journey.stage_users import STAGE_USERS
from mikomi.hub.people import queries as people
from mikomi.hub.people.labels import Kind
from mikomi.hub.scores.group_users import GROUP_USERS
from mikomi.hub.segments import queries as segments
from mikomi.hub.segments.types import SegmentView
from mikomi.hub.site.segments.picks import Offer


def tell_uses() -> None:
    """Has the parts below ask here before a group or a stage goes."""
    GROUP_USERS.tell(group_uses)
    STAGE_USERS.tell(stage_uses)


def group_uses() -> Iterator[tuple[str, Words]]:
    """Who speaks of groups of contents, by the group's name."""
    for one in segments.segments():
        for group in used_groups(one.who):
            yield group, _segment(one)
    for journey in filter(None, (journeys.current_map(), journeys.draft())):
        for stage in journey.map.stages:
            for group in used_groups(stage.condition) if stage.condition is not None else ():
                yield (
                    group,
                    Words(f"ジャーニーの段階「{stage.name}」", f"the journey stage “{stage.name}”"),
                )


def stage_uses() -> Iterator[tuple[str, Words]]:
    """Which segments ask for stages, by the stage's key."""
    for one in segments.segments():
        for key in used_stages(one.who):
            yield key, _segment(one)


def segments_with_label(kind: Kind, number: int) -> list[SegmentView]:
    """The segments that ask for a tag or a list."""
    return [one for one in segments.segments() if number in used_labels(one.who, kind)]


def missing(who: Who, offer: Offer) -> list[str]:
    """What a condition names that is not there (any more), a sentence each, in the reader's language."""
    names = offer.names
    fields = used_fields(who)
    known = FIELDS.keys() | {pick.key for pick in offer.picks.fields}
    if fields - known:
        known |= {field.key for field in people.fields()}
    said = [_("項目「%(name)s」がありません") % {"name": key} for key in sorted(fields - known)]
    said += [
        _("コンテンツのグループ「%(name)s」がありません") % {"name": group}
        for group in sorted(used_groups(who) - dict(offer.model.groups).keys())
    ]
    if used_labels(who, "tag") - names.tags.keys():
        said.append(_("条件のタグが消されています"))
    if used_labels(who, "list") - names.lists.keys():
        said.append(_("条件のリストが消されています"))
    if used_segments(who) - names.segments.keys():
        said.append(_("条件のセグメントが消されています"))
    if used_stages(who) - names.stages.keys():
        said.append(_("ジャーニーの地図から、条件の段階がなくなっています"))
    return said


def _segment(one: SegmentView) -> Words:
    return Words(f"セグメント「{one.name}」", f"the segment “{one.name}”")
