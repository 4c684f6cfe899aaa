"""What is not kept for ever goes, and no score changes by it."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.urls import reverse
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.models import Event, Subject
from mikomi.hub.activity.retention import forget_subjects, strip_payloads
from mikomi.hub.capture import intake, jobs, privacy, sources
from mikomi.hub.capture.models import Visitor
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import find_by_email
from mikomi.hub.people.services import upsert_leads
from tests.hub.capture.messages import START, entry, message, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    return sources.make_source("site").pk


def test_old_details_go_and_counts_stay(site, settings) -> None:
    upsert_leads(pl.DataFrame({"lead": ["k"], "email": ["sato@example.co.jp"]}), origin("f"))
    server = sources.make_source("server", "server").pk
    said = [message("track", day * 1_440, event="login", userId="k") for day in range(3)]
    taken = intake.take("j", [entry(seq + 1, server, one) for seq, one in enumerate(said)])
    assert taken.events == 3
    day = timezone.localdate(START).toordinal() - intake.EPOCH
    leads = find_by_email("sato@example.co.jp")
    before = activity.event_counts(leads)
    assert list(before.values()) == [3]
    assert strip_payloads(day + 1) == 1
    assert strip_payloads(day + 1) == 0
    assert Event.objects.filter(payload__isnull=False).count() == 2
    assert activity.event_counts(leads) == before
    assert activity.broken_counters() == 0


def test_a_visitor_nobody_knows_goes_with_all_it_did(site) -> None:
    intake.take("j", [entry(1, site, page(0, "a"), page(1, "b"))])
    known = message("identify", 2, "b", traits={"email": "sato@example.co.jp"})
    intake.take("j", [entry(2, site, known)])
    privacy.set_retention("90", "90")
    night = timezone.localdate(START + timedelta(days=1)) + timedelta(days=89)
    jobs.keep_no_longer(night.isoformat())
    assert Visitor.objects.count() == 2
    jobs.keep_no_longer((night + timedelta(days=3)).isoformat())
    assert list(Visitor.objects.values_list("anonymous", flat=True)) == ["b"]
    assert not Subject.objects.filter(key=f"visitor:{site}:a").exists()
    assert Event.objects.count() == 1


def test_what_belongs_to_a_lead_is_not_forgotten_as_of_nobody(site) -> None:
    upsert_leads(pl.DataFrame({"lead": ["k"], "email": ["sato@example.co.jp"]}), origin("f"))
    assert forget_subjects(["k"]) == 0
    assert Subject.objects.filter(key="k").exists()


@pytest.mark.parametrize("days", ["", "89", "x", "99999", "-100", "９０"])
def test_days_are_a_sensible_number(client, days: str) -> None:
    client.force_login(User.objects.create_user("sasaki@example.com"))
    url = reverse("capture:privacy_retention")
    assert client.post(url, {"details": days, "unknown": "400"}).status_code == 422
    assert client.post(url, {"details": "120", "unknown": "400"}).status_code == 302
    assert privacy.settings().details_days == 120
