"""Given out, stopped, erased: complete, logged, and not undone by the next import."""

from __future__ import annotations

import json

import polars as pl
import pytest
from django.urls import reverse
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity.models import Event, Subject
from mikomi.hub.capture import intake, sources, visitors
from mikomi.hub.capture.models import Submission, Visitor
from mikomi.hub.capture.webforms.hidden import HONEYPOT
from mikomi.hub.consent.queries import standing_of
from mikomi.hub.people import exclusions, notes
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import find_by_email, person
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site.models import PrivacyRequest
from tests.hub.capture.forms_world import AYA, publish_form, send
from tests.hub.capture.messages import entry, message, page

pytestmark = pytest.mark.django_db

EMAIL = "sato@example.co.jp"


@pytest.fixture
def lead(client, settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    client.force_login(User.objects.create_user("sasaki@example.com"))
    known = {"lead": ["k"], "email": [EMAIL], "name": ["佐藤 花子"], "company": ["見込製作所"]}
    upsert_leads(pl.DataFrame(known), origin("名刺.csv"))
    site = sources.make_source("site").pk
    visitors.confirm_linking("test", "", timezone.now())
    said = (page(0, "a"), message("identify", 1, "a", traits={"email": EMAIL}))
    intake.take("j", [entry(1, site, *said)])
    (number,) = find_by_email(EMAIL)
    notes.write_note("lead", number, "電話した", None)
    return number


def test_all_that_is_known_is_given_out(client, lead) -> None:
    answer = client.post(reverse("site:give_out", args=[lead]))
    assert "attachment" in answer["Content-Disposition"]
    told = json.loads(answer.content)
    assert told["name"] == "佐藤 花子"
    assert told["values"]["email"] == EMAIL
    assert {change["source"] for change in told["history"]} >= {"名刺.csv"}
    assert told["events"][0]["contents"] == [["/pricing", 1]]
    assert told["notes"][0]["text"] == "電話した"
    assert told["browsers"][0]["certainty"] == "sure"
    assert PrivacyRequest.objects.get().kind == "give_out"


def test_who_asks_is_used_for_nothing_any_more(client, lead) -> None:
    client.post(reverse("site:stop_use", args=[lead]))
    (held,) = exclusions.exclusions_of(lead)
    assert (held.reason, held.keeps_out) == ("asked", exclusions.EVERYTHING)
    assert standing_of([EMAIL])[EMAIL].refused
    assert "止めています" in client.get(reverse("site:privacy_requests", args=[lead])).content.decode()


def test_nothing_is_erased_before_the_name_is_typed(client, lead) -> None:
    url = reverse("site:erase", args=[lead])
    assert client.post(url, {"name": "佐藤"}).status_code == 422
    assert person(lead) is not None


def test_what_was_held_of_the_person_goes_too(client, lead) -> None:
    form = publish_form()
    for mail in (EMAIL, "other@example.co.jp"):
        send(form, {**AYA, "q-email": mail, HONEYPOT: "x"})
    assert set(Submission.objects.values_list("state", "lead")) == {("held", None)}
    client.post(reverse("site:erase", args=[lead]), {"name": "佐藤 花子"})
    assert list(Submission.objects.values_list("email", flat=True)) == ["other@example.co.jp"]


def test_who_is_erased_leaves_a_refusal_and_a_line_without_a_name(client, lead) -> None:
    client.post(reverse("site:give_out", args=[lead]))
    assert client.post(reverse("site:erase", args=[lead]), {"name": "佐藤 花子"}).status_code == 302
    assert person(lead) is None
    assert not Event.objects.exists()
    assert not Subject.objects.exists()
    assert not Visitor.objects.exists()
    assert standing_of([EMAIL])[EMAIL].refused
    assert not PrivacyRequest.objects.exclude(name="").exists()
    log = reverse("site:privacy_log")
    shown = client.get(log, {"q": f" {EMAIL.upper()} "}).content.decode()
    assert "消去した人<" in shown
    assert "佐藤" not in shown
    assert "消去した人<" not in client.get(log, {"q": "x@example.com"}).content.decode()


@pytest.mark.parametrize("name", ["privacy_requests", "give_out", "stop_use", "erase"])
def test_nobody_is_there(client, lead, name: str) -> None:
    url = reverse(f"site:{name}", args=[2**31 + 5])
    answer = client.get(url) if name == "privacy_requests" else client.post(url)
    assert answer.status_code == 404
