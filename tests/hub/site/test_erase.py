from __future__ import annotations

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from mikomi.hub.alerts.models import Alert, Mention
from mikomi.hub.capture.campaigns import editing
from mikomi.hub.capture.campaigns.editing import Plan
from mikomi.hub.capture.documents import keeping
from mikomi.hub.capture.models import Download, TokenUse, Visitor
from mikomi.hub.handoff import services as handoff
from mikomi.hub.handoff.types import Cause, Handing, Kind
from mikomi.hub.journey.models import ByHand, StageMove
from mikomi.hub.people import exclusions
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as people_services
from mikomi.hub.people.duplicates import finding
from mikomi.hub.people.models import LeadTag, ListMember, PastLabel
from mikomi.hub.segments.models import Move
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.models import ActedLead, LeadRow, LeadScore, ScoreLog
from mikomi.hub.site.rows import log, store
from tests.hub.capture.forms_world import give_document, publish_form, send
from tests.hub.capture.seminars_world import apply, open_seminar
from tests.hub.site.world import LEADS, ON, make_world, origin, put_leads, put_outcome

pytestmark = pytest.mark.django_db(transaction=True)
LEAD_COLUMNS = {"lead", "lead_id"}
# Which lead changed when: a number without a person, read by whoever keeps copies.
ONLY_NUMBERS = {"activity_changedlead"}


def tables_with_leads() -> dict[str, str]:
    """Every table that names leads, and the column that does."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            columns = {c.name for c in connection.introspection.get_table_description(cursor, table)}
            for column in columns & LEAD_COLUMNS:
                found[table] = column
    return found


def count(table: str, column: str, number: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'select count(*) from {table} where "{column}" = %s', [number])
        return cursor.fetchone()[0]


@pytest.fixture
def lead(tmp_path, monkeypatch) -> int:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    put_outcome("L1", 100, "lost")
    put_leads([("L1", "三宅 浩司", "ミヤケ コウジ", "北浜精機", "本部長", "製造業")])
    number = people.numbers_of(["L1"])["L1"]
    exclusions.exclude("no_calls", "lead", str(number))
    pipeline.score_all(ON)
    people_services.set_value(number, "phone", "03-5555-0101", origin())
    finding.find_all()
    LeadTag.objects.create(lead=number, tag=1, at=timezone.now())
    ListMember.objects.create(lead=number, list=1, at=timezone.now())
    PastLabel.objects.create(kind="tag", label=2, lead=number, since=timezone.now(), until=timezone.now())
    ActedLead.objects.create(batch=1, lead=number)
    Visitor.objects.create(source=1, anonymous="a", lead=number, certainty="sure", first_seen=0, last_seen=0)
    TokenUse.objects.create(mail="m", lead=number, visitor=1, at=0)
    StageMove.objects.create(lead=number, was="", now="aware", on=1)
    Move.objects.create(segment=1, lead=number, on=ON, at=timezone.now(), entered=True)
    ByHand.objects.create(lead=number, stage="won", reason="r", at=timezone.now(), computed="aware")
    send(publish_form(), {"q-company": "北浜精機", "q-name": "三宅 浩司", "q-email": "l1@works.example"})
    editing.add_leads(editing.make_campaign(Plan("展示会", "exhibition")).pk, [number])
    apply(open_seminar(), "三宅 浩司", "北浜精機", "l1@works.example")
    link = keeping.make_link(give_document().pk, email="l1@works.example")
    Download.objects.create(document=link.document, link=link, lead=number, at=timezone.now(), browser="b")
    alert = Alert.objects.create(key="a", kind="given", lead=number, told={}, made_at=timezone.now())
    Mention.objects.create(alert=alert, lead=number)
    made = handoff.hand_over(Handing(number, Cause.MANUAL, "1"), ON)
    handoff.record_result(made.handoff or 0, number, Kind.REJECTED, None, timezone.now(), reason="競合")
    return number


def test_every_table_that_names_a_lead_forgets_an_erased_one(lead: int) -> None:
    tables = tables_with_leads()
    assert len(tables) >= 5
    unknown = {table for table, column in tables.items() if not count(table, column, lead)}
    assert unknown == set(), "this test's lead must be in every table, or erasing it there goes untested"
    erase_leads([lead])
    left = {table for table, column in tables.items() if count(table, column, lead)}
    assert left <= ONLY_NUMBERS
    assert people.person(lead) is None
    assert log.shown(lead, ON) is None
    assert ScoreLog.objects.exists()


def test_others_stay_and_counts_follow(lead: int) -> None:
    erase_leads([lead])
    assert LeadRow.objects.count() == LeadScore.objects.count() == store.row_count() == len(LEADS) - 1
    after = store.read_scores()
    pipeline.score_touched(ON)
    assert np.array_equal(store.read_scores()["lead_id"], after["lead_id"])


def test_erasing_twice_is_no_error(lead: int) -> None:
    erase_leads([lead])
    erase_leads([lead])
