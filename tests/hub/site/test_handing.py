"""From a run of scoring to hand-offs."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.activity import services as activity
from mikomi.hub.handoff import queries, services
from mikomi.hub.handoff.models import Occasion
from mikomi.hub.handoff.types import Cause, State
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import exclusions
from mikomi.hub.people.queries import attribute_frame, numbers_of
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.edit_leads import undo_edit
from mikomi.hub.site.actions.edit_value import hear
from tests.hub.capture.forms_world import publish_form, send
from tests.hub.handoff.team import seat
from tests.hub.site.world import ON, make_world, put_events, put_outcome

pytestmark = pytest.mark.django_db


def test_whoever_gets_hot_is_in_somebodys_hands_in_the_same_run() -> None:
    ito = seat("伊藤")
    make_world()
    pipeline.score_all(ON)
    known = numbers_of(["L1", "L2", "L5"])
    first = queries.today(ON, ito.pk)
    assert [one.leads for one in first] == [(known["L1"],)]
    assert set(first[0].causes) == {Cause.HOT, Cause.RECONSIDER}
    frozen = first[0].members[0].frozen
    assert frozen.hot
    assert frozen.reason.ja
    assert queries.whys_of(first[0].number)[first[0].members[0].number]
    put_events([("L5", 0, "page_view", "/pricing"), ("L5", 0, "download", "doc/guide")])
    pipeline.score_touched(ON)
    assert {one.leads[0] for one in queries.today(ON, ito.pk)} == {known["L1"], known["L5"]}
    # Again the same: nobody is handed over twice.
    pipeline.score_all(ON)
    assert len(queries.today(ON)) == 2
    assert not Occasion.objects.filter(settled_at=None).exists()


def test_whoever_is_in_a_deal_or_kept_out_of_calls_is_not_handed_over_for_being_hot() -> None:
    make_world()
    put_outcome("L1", 5, "meeting")
    pipeline.score_all(ON)
    known = numbers_of(["L1", "L5"])
    assert all(known["L1"] not in one.leads or Cause.RECONSIDER in one.causes for one in queries.today(ON))
    said = Occasion.objects.get(lead=known["L1"], cause=Cause.HOT)
    assert "商談" in said.answer["ja"]
    exclusions.exclude("no_calls", "lead", str(known["L5"]))
    put_events([("L5", 0, "page_view", "/pricing"), ("L5", 0, "download", "doc/guide")])
    pipeline.score_touched(ON)
    assert Occasion.objects.get(lead=known["L5"], cause=Cause.HOT).answer
    assert all(known["L5"] not in one.leads for one in queries.today(ON))


def test_what_sales_hear_is_known_from_that_day_on_and_can_be_undone() -> None:
    make_world()
    lead = numbers_of(["L1"])["L1"]
    batch = hear(lead, "hearing_timing", "3か月以内", None)
    assert batch is not None
    today = timezone.localdate()
    told = attribute_frame(today, [lead])["hearing_timing"].to_list()
    before = attribute_frame(today - timedelta(days=1), [lead])["hearing_timing"].to_list()
    assert (told, before) == (["3か月以内"], [None])
    with pytest.raises(MikomiError):
        hear(lead, "hearing_timing", "いつか", None)
    with pytest.raises(MikomiError):
        hear(lead, "title", "社長", None)
    undo_edit(batch, None)
    run_pending()
    assert attribute_frame(today, [lead])["hearing_timing"].to_list() == [None]


def test_an_inquiry_is_handed_over_at_once_whatever_the_score() -> None:
    ito = seat("伊藤")
    make_world()
    pipeline.score_all(ON)
    told = {"q-company": "瀬戸内フーズ", "q-name": "村上 千尋", "q-email": "l6@works.example"}
    send(publish_form("contact", "問い合わせ"), told | {"q-q1": "導入の費用を知りたい"})
    run_pending()
    held = next(one for one in queries.today(timezone.localdate(), ito.pk) if one.urgent)
    assert held.causes == (Cause.URGENT,)
    assert "送信" in held.members[0].frozen.reason.ja


def test_a_form_of_the_site_itself_counts_by_its_name_until_somebody_chooses() -> None:
    make_world()
    today = timezone.localdate()
    pipeline.score_all(today)
    activity.record_events(
        pl.DataFrame(
            {
                "lead": ["L6", "L5"],
                "at": [timezone.now()] * 2,
                "kind": ["form_submit"] * 2,
                "content": ["/contact/", "/newsletter/"],
                "automated": [False] * 2,
            },
            schema_overrides={"at": pl.Datetime("us", "UTC")},
        )
    )
    pipeline.score_touched(today)
    urgent = [one.leads for one in queries.today(today) if one.urgent]
    assert urgent == [(numbers_of(["L6"])["L6"],)]


def test_who_asks_again_by_a_form_with_a_long_address_is_handed_over_again() -> None:
    make_world()
    today = timezone.localdate()
    pipeline.score_all(today)
    long = "/contact/" + "x" * 300
    lead = numbers_of(["L6"])["L6"]

    def sent(content: str) -> int:
        activity.record_events(
            pl.DataFrame(
                {
                    "lead": ["L6"],
                    "at": [timezone.now()],
                    "kind": ["form_submit"],
                    "content": [content],
                    "automated": [False],
                },
                schema_overrides={"at": pl.Datetime("us", "UTC")},
            )
        )
        pipeline.score_touched(today)
        held = queries.open_of(lead=lead)
        return sum(one.cause == Cause.URGENT for one in held.members) if held else 0

    assert [sent(long), sent(long + "y"), sent(long)] == [1, 2, 3]


def test_who_was_kept_out_by_mistake_is_back_as_soon_as_that_is_taken_back() -> None:
    ito = seat("伊藤")
    make_world()
    pipeline.score_all(ON)
    today = timezone.localdate()
    pipeline.score_all(today)
    known = numbers_of(["L1", "L6"])
    hot = queries.open_of(lead=known["L1"])
    assert hot is not None
    wrong = [exclusions.exclude("no_calls", "lead", str(lead)) for lead in known.values()]
    inquiry = pl.DataFrame(
        {
            "lead": ["L6"],
            "at": [timezone.now()],
            "kind": ["form_submit"],
            "content": ["/contact/"],
            "automated": [False],
        },
        schema_overrides={"at": pl.Datetime("us", "UTC")},
    )
    activity.record_events(inquiry)
    pipeline.score_touched(today)
    ended = queries.handoff(hot.number)
    assert ended is not None
    assert (ended.state, ended.close_reason) == (State.RETURNED, "kept_out")
    assert [queries.open_of(lead=lead) for lead in known.values()] == [None, None]
    pipeline.score_all(today)
    assert [queries.open_of(lead=lead) for lead in known.values()] == [None, None]
    for number in wrong:
        exclusions.end_exclusion(number)
    pipeline.score_touched(today)
    back = [queries.open_of(lead=lead) for lead in known.values()]
    assert [one and one.owner for one in back] == [ito.pk, ito.pk]
    assert [one and one.urgent for one in back] == [False, True]
    # And it comes once.
    for one in back:
        services.give_back(one.number if one else 0, None, "試験")
    pipeline.score_all(today)
    assert [queries.open_of(lead=lead) for lead in known.values()] == [None, None]
