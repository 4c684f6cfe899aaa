"""Scoring by the worker: after changes, after a publication, after midnight."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from mikomi.hub.capture.campaigns.queries import has_members
from mikomi.hub.handoff import occasions
from mikomi.hub.journey.offers import offer_from
from mikomi.hub.journey.preparing import prepare_figures
from mikomi.hub.kit.jobs import job, periodic
from mikomi.hub.people import trash
from mikomi.hub.people.deals.placing import tell_handed
from mikomi.hub.people.field_users import tell_fields_in_use
from mikomi.hub.scores.drafting import standing_model
from mikomi.hub.site import checks, exports, flow, handing, pipeline
from mikomi.hub.site.actions import count_campaigns, edit_leads
from mikomi.hub.site.actions import merge_sure as merging
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.condition_uses import tell_uses
from mikomi.hub.site.field_uses import field_uses
from mikomi.hub.site.journey_offers import SeenContents
from mikomi.hub.site.today import capacity, capacity_telling

ERASED_AT_ONCE = 2_000

# Work of the parts below asks what is used up here: an import that is taken back takes its fields along.
tell_fields_in_use(field_uses)
tell_uses()
offer_from(SeenContents())
tell_handed(occasions.handed_of_companies)


@job("site.prepare_journey")
def prepare_journey() -> None:
    """Lays reality over the journey map in force. Enqueue with `once=True`."""
    prepare_figures(timezone.localdate(), dict(standing_model("ja").groups))


@periodic("site.prepare_journey_night", at="00:35")
def prepare_journey_night(slot: str) -> None:
    """Lays reality over the map for the new day."""
    prepare_figures(timezone.localdate(), dict(standing_model("ja").groups))


@job("site.score_changed")
def score_changed(leads: list[int] | None = None) -> None:
    """Scores what changed since the last run. Enqueue with `once=True`: one run takes all changes."""
    pipeline.score_touched(timezone.localdate(), leads or ())


@job("site.hand_over_noted")
def hand_over_noted() -> None:
    """Hands over what waits: more than a run of scoring did itself. Enqueue with `once=True`."""
    handing.hand_over_all(timezone.localdate())


@periodic("site.look_again", minutes=60)
def look_again(slot: str) -> None:
    """Hands over anew whoever was to be looked at again by now, and what a run that was cut off left."""
    handing.look_again(timezone.localdate())
    handing.hand_over_noted(timezone.localdate())


@periodic("site.draw_checks", at="06:00")
def draw_checks(slot: str) -> None:
    """Draws the leads of the week to check, on its first working day."""
    checks.draw(timezone.localdate())


@job("site.score_all")
def score_all() -> None:
    """Scores everybody today, with the version published last."""
    pipeline.score_all(timezone.localdate())


@periodic("site.score_night", at="00:05")
def score_night(slot: str) -> None:
    """Scores everybody for the new day. A slot that is run late scores the day it is run on."""
    pipeline.score_all(max(date.fromisoformat(slot), timezone.localdate()))


@periodic("site.look_at_capacity", at="01:20")
def look_at_capacity(slot: str) -> None:
    """Looks which threshold would give the team as much work as it can follow; tells who may
    change it, changes nothing."""
    capacity.look()
    told = capacity.said()
    if told is not None:
        capacity_telling.tell(told)


@job("site.count_campaigns")
def count_changed_campaigns() -> None:
    """Counts who came by campaigns, after changes. Enqueue with `once=True`."""
    if count_campaigns.is_due(timezone.now()):
        count_campaigns.count_campaigns(timezone.now())


@periodic("site.count_campaigns_again", minutes=10)
def count_campaigns_again(slot: str) -> None:
    """Counts them anew: who is hot, and what became of them, changes by itself."""
    if has_members():
        count_campaigns.count_campaigns(timezone.now())


@job("site.prepare_flow")
def prepare_flow() -> None:
    """Works out how far everybody came. Enqueue with `once=True`."""
    flow.prepare(timezone.now())


@periodic("site.prepare_flow_again", minutes=10)
def prepare_flow_again(slot: str) -> None:
    """Works it out anew where facts have changed; with many leads no more often than each hour."""
    if flow.is_due(timezone.now()):
        flow.prepare(timezone.now())


@job("site.run_act")
def run_act(batch: int) -> None:
    """Does a bulk edit, going on where an earlier try stopped."""
    edit_leads.run_act(batch)


@job("site.undo_act")
def undo_act(batch: int, by: int | None) -> None:
    """Takes a bulk edit back."""
    edit_leads.undo_act(batch, by)


@job("site.merge_sure")
def merge_sure(run: int) -> None:
    """Merges the sure groups, going on where an earlier try stopped."""
    merging.merge_sure(run)


@job("site.part_run")
def part_run(run: int, by: int | None) -> None:
    """Takes a bulk merge back."""
    merging.part_run(run, by)


@job("site.write_export", attempts=exports.ATTEMPTS)
def write_export(number: int) -> None:
    """Writes a list as a workbook, anew where an earlier try was cut off."""
    exports.write(number)


@periodic("site.sweep_exports", at="02:45")
def sweep_exports(slot: str) -> None:
    """Removes workbooks that were kept long enough, and what interrupted work left."""
    exports.sweep(timezone.now())


@periodic("site.empty_trash", at="02:40")
def empty_trash(slot: str) -> None:
    """Erases for good what has been in the trash for long enough."""
    while old := trash.kept_long_enough(timezone.now(), ERASED_AT_ONCE):
        erase_leads(old)
