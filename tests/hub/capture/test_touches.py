"""By what way a lead came first and last: fields that follow from visits and forms."""

from __future__ import annotations

import itertools
from datetime import date

import polars as pl
import pytest
from django.utils import timezone

from mikomi.core.names.registered import registered_domain
from mikomi.hub.activity.models import Event
from mikomi.hub.activity.services import set_automated
from mikomi.hub.capture import intake, sources, visitors
from mikomi.hub.capture.campaigns import following
from mikomi.hub.capture.campaigns.editing import Plan, make_campaign
from mikomi.hub.capture.jobs import judge_touches
from mikomi.hub.capture.models import CampaignMember, Touch, Visitor
from mikomi.hub.kit.jobs import due
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import attribute_frame, find_by_email, person
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site.actions.give_out import everything_of
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads
from tests.hub.capture.forms_world import AYA, publish_form, send
from tests.hub.capture.messages import entry, message, page

pytestmark = pytest.mark.django_db
DAY = 24 * 60
SITE = "https://www.example.co.jp/lp"
_seq = itertools.count(1)


@pytest.fixture
def site(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    visitors.confirm_linking("test", "https://www.example.co.jp/privacy", timezone.now())
    return sources.make_source("site", options={"origins": ["https://shop.example.jp"]}).pk


def take(source: int, *messages) -> None:
    intake.take("journal", [entry(next(_seq), source, *messages)])


def known(email: str, on: date | None = None) -> dict[str, str]:
    """What the touch fields of a lead say without those that say nothing, on a day or now."""
    (number,) = find_by_email(email)
    held = person(number)
    assert held is not None
    found = held.attributes if on is None else attribute_frame(on, [number]).row(0, named=True)
    return {k.replace("_touch_", "."): v for k, v in found.items() if "_touch_" in k and v}


def named(email: str, minutes: float, anonymous: str):
    return message("identify", minutes, anonymous, traits={"email": email})


def test_what_came_before_somebody_was_known_is_the_first_way_of_the_lead(site) -> None:
    take(site, page(-3 * DAY, "a", url=f"{SITE}?utm_source=google&utm_medium=cpc&gclid=x1", path="/lp"))
    take(site, page(-DAY, "a", url=SITE, path="/lp", properties={"referrer": "https://news.example.com/x"}))
    take(site, named("sato@example.co.jp", -DAY + 1, "a"))
    assert known("sato@example.co.jp") == {
        "first.source": "google",
        "first.medium": "cpc",
        "first.click": "gclid",
        "first.landing": "/lp",
        "first.on": "2026-10-30",
        "last.referrer": "news.example.com",
        "last.landing": "/lp",
        "last.on": "2026-11-01",
    }
    sato = person(find_by_email("sato@example.co.jp")[0])
    assert sato is not None
    given = everything_of(sato)["touches"]
    assert [(one["source"], one["referrer"]) for one in given] == [("google", ""), ("", "news.example.com")]
    then = known("sato@example.co.jp", date(2026, 10, 31))
    assert (then["last.source"], then["last.on"]) == ("google", "2026-10-30")
    # One that is told late was earlier all the same.
    take(site, page(-4 * DAY, "a", url=f"{SITE}?utm_source=early", path="/lp"))
    now = known("sato@example.co.jp")
    assert (now["first.source"], now["first.on"], now["last.on"]) == ("early", "2026-10-29", "2026-11-01")
    assert "first.medium" not in now
    held = Visitor.objects.get()
    (number,) = find_by_email("sato@example.co.jp")
    visitors.part(held.pk, number)
    assert known("sato@example.co.jp") == {}
    visitors.give_back(held.pk, number)
    assert known("sato@example.co.jp") == now


def test_our_own_sites_and_machines_are_no_way_of_coming(site) -> None:
    own = ("https://blog.example.co.jp/post", "https://www.shop.example.jp/")
    take(site, named("sato@example.co.jp", 0, "a"))
    for at, referrer in enumerate(own):
        take(site, page(at, "a", properties={"referrer": referrer}))
    intake.take(
        "journal",
        [entry(next(_seq), site, page(3, "a", url=f"{SITE}?utm_source=bot"), agent="Googlebot/2.1")],
    )
    assert Touch.objects.count() == 0
    assert [registered_domain(host) for host in ("a.b.co.jp", "x.io", "localhost", "10.0.0.1")] == [
        "b.co.jp",
        "x.io",
        "localhost",
        "10.0.0.1",
    ]


def test_a_machine_that_is_found_late_takes_its_way_and_its_campaign_back(site) -> None:
    fair = make_campaign(Plan("秋の広告", "advert", rules=[{"source": "google"}]))
    take(site, page(0, "a", url=f"{SITE}?utm_source=google"), named("sato@example.co.jp", 1, "a"))
    take(site, page(DAY, "a", url=f"{SITE}?utm_source=mail"))
    (number,) = find_by_email("sato@example.co.jp")

    def now() -> tuple[str | None, str | None, int]:
        for job in due():
            if job.args_kwargs["kwargs"]["name"] == "capture.judge_touches":
                judge_touches(**job.args_kwargs["kwargs"]["arguments"])
        following.follow(pl.Series("lead", [number], pl.Int32))
        said = known("sato@example.co.jp")
        members = CampaignMember.objects.filter(campaign=fair.pk).count()
        return said.get("first.source"), said.get("last.source"), members

    before = now()
    assert before == ("google", "mail", 1)
    first = Event.objects.order_by("at").values_list("subject", "at", "id")[:1]
    schema = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}
    machine = pl.DataFrame(list(first), schema=schema, orient="row")
    set_automated(machine, True)
    assert now() == ("mail", "mail", 0)
    set_automated(machine, False)
    assert now() == before


def test_a_merge_takes_the_earliest_and_the_latest_and_its_undo_parts_them(site) -> None:
    take(site, page(0, "a", url=f"{SITE}?utm_source=one"), named("a@example.co.jp", 1, "a"))
    take(site, page(DAY, "b", url=f"{SITE}?utm_source=two"), named("b@example.co.jp", DAY + 1, "b"))
    (kept,), (gone,) = find_by_email("b@example.co.jp"), find_by_email("a@example.co.jp")
    alone = known("b@example.co.jp"), known("a@example.co.jp")
    made = merge_leads(kept, gone)
    together = known("b@example.co.jp")
    assert (together["first.source"], together["last.source"]) == ("one", "two")
    parted = part_leads(made)
    assert parted.left == ()
    assert (known("b@example.co.jp"), known("a@example.co.jp")) == alone


def test_a_form_says_how_somebody_came_and_a_persons_word_stands(site) -> None:
    told = {"lead": ["aya"], "email": [AYA["q-email"]], "first_touch_source": ["展示会の前から"]}
    upsert_leads(pl.DataFrame(told), origin("f"))
    send(publish_form(), {**AYA, "utm_source": "mail", "utm_campaign": "秋"})
    found = known(AYA["q-email"])
    assert (found["last.source"], found["last.campaign"]) == ("mail", "秋")
    assert (found["first.source"], found["first.campaign"]) == ("展示会の前から", "秋")
