"""Where sales people see their own alone: every page that shows a lead, as such a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mikomi.core.conditions.parse_who import read_who
from mikomi.hub.accounts import allowing
from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import Role
from mikomi.hub.activity import queries as activity
from mikomi.hub.capture.campaigns import editing as campaigns
from mikomi.hub.capture.campaigns.editing import Plan
from mikomi.hub.capture.documents import keeping
from mikomi.hub.handoff import editing, services
from mikomi.hub.people import notes
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as people_services
from mikomi.hub.people.results import record_result
from mikomi.hub.segments.services import make_segment
from mikomi.hub.site import flow, pipeline
from tests.hub.accounts.addresses import addresses
from tests.hub.accounts.test_access import tried
from tests.hub.handoff.team import NOW, handing, seat
from tests.hub.site.world import ON, make_world, origin

pytestmark = pytest.mark.django_db
HIDDEN = ("三宅", "島田 結衣", "今井 徹", "北浜精機", "早川 由紀子", "l1@works.example")
"""L1 to L3 by the hand-off of their company, L4 by 担当."""
ABOUT_A_LEAD = {"site:segment_why", "site:take_back_result"}
PART_OF_AN_EVENT = {"capture:reception", "capture:seminar", "capture:seminar_sheet"}


@dataclass
class World:
    leads: dict[str, int]
    companies: dict[str, int]
    mine: User
    client: Client
    standing: dict[str, str]

    def shown(self, path: str) -> str:
        return self.client.get(path).content.decode()


@pytest.fixture
def world(tmp_path, monkeypatch) -> World:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    mine, other = seat("森"), seat("伊藤")
    User.objects.filter(pk=mine.pk).update(role=Role.SALES)
    mine.refresh_from_db()
    owners = pl.DataFrame(
        {"lead": ["L3", "L4", "L5", "L8"], "owner": ["森 太郎", "伊藤", "森", "森"]},
        schema={"lead": pl.String, "owner": pl.String},
    )
    people_services.upsert_leads(owners, origin())
    leads = people.numbers_of([f"L{n}" for n in range(1, 9)])
    companies = {one.key: one.company_number or 0 for one in people.persons(list(leads.values()))}
    handoff = services.hand_over(handing(leads["L1"]), ON, to=other.pk, now=NOW).handoff
    note = notes.write_note("lead", leads["L1"], "三宅さんの秘密", other.pk)
    fair = campaigns.make_campaign(Plan("展示会", "exhibition")).pk
    campaigns.add_leads(fair, list(leads.values()))
    paper = keeping.add_document("資料", SimpleUploadedFile("a.pdf", b"%PDF-1.4 x"), other.pk).pk
    keeping.make_link(paper, email="l1@works.example", days=None, by=other.pk)
    group = make_segment("製造業", read_who({"field": "industry", "in": ["製造業"]}), user=other)
    pipeline.score_all(ON)
    flow.prepare(timezone.now())
    editing.set_sight(everybody=False)
    client = Client(raise_request_exception=False, headers={"accept": "text/html"})
    client.force_login(mine)
    standing = {
        "/leads/1/": f"/leads/{leads['L1']}/",
        "/companies/1/": f"/companies/{companies['L1']}/",
        "/handoffs/1/": f"/handoffs/{handoff}/",
        "/today/1/": f"/today/{handoff}/",
        "/notes/1/": f"/notes/{note}/",
        "/campaigns/1/": f"/campaigns/{fair}/",
        "/documents/1/": f"/documents/{paper}/",
        "/segments/1/": f"/segments/{group}/",
    }
    return World(leads, companies, mine, client, standing)


def test_no_page_shows_what_is_somebody_elses(world: World) -> None:
    shown, opened = [], 0
    for address in addresses():
        path = address.path
        for sample, real in world.standing.items():
            path = path.replace(sample, real, 1)
        lead = f"&lead={world.leads['L1']}" if address.name in ABOUT_A_LEAD else ""
        asked = f"?who=all&company=北浜{lead}"
        for method in ("GET", "POST"):
            if (
                not allowing.allowed_role(Role.SALES, address.name, method)
                or address.name == "account_logout"
            ):
                continue
            answer = tried(world.client, path + asked if method == "GET" else path, method, script=False)
            if re.match("/(leads|companies|handoffs|notes)/[0-9]+/", path) and answer.status_code != 405:
                assert (address.name, method, answer.status_code) == (address.name, method, 403)
            if answer.streaming or address.name in PART_OF_AN_EVENT:
                continue
            opened += method == "GET" and answer.status_code == 200
            told = answer.content.decode()
            shown += [(address.name, method, name) for name in HIDDEN if name in told]
    assert shown == []
    assert opened > 25


def test_their_own_and_nobodys_are_shown_and_a_search_says_how_many_are_not(world: World) -> None:
    told = world.shown("/leads/?view=0")
    assert all(name in told for name in ("高瀬 誠一", "村上 千尋", "及川 隆"))
    assert "1件は、ほかの人が担当しているため表示できません" in world.shown("/leads/?in=0&q=三宅")
    assert "1件は、ほかの人が担当しているため表示できません" in world.shown("/companies/?q=北浜")
    for key in ("L5", "L6", "L8"):
        assert world.client.get(f"/leads/{world.leads[key]}/").status_code == 200
    assert "高瀬" in world.shown("/companies/")
    # A company of which one person is theirs: the page stands, without the other.
    company = world.shown(f"/companies/{world.companies['L4']}/")
    assert "及川 隆" in company
    assert "1件は、ほかの人が担当しているため表示できません" in company


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MARKETER, Role.VIEWER, Role.ADMIN])
def test_everybody_else_sees_all(world: World, role: Role) -> None:
    User.objects.filter(pk=world.mine.pk).update(role=role)
    assert "三宅" in world.shown("/leads/?view=0")
    assert world.client.get(f"/leads/{world.leads['L1']}/").status_code == 200


def test_whoever_is_given_the_company_sees_all_of_it_and_whoever_had_it_does_not(world: World) -> None:
    held = services.hand_over(handing(world.leads["L1"]), ON, now=NOW).handoff or 0
    services.reassign(held, world.mine.pk, None, "休みのため")
    assert world.client.get(f"/leads/{world.leads['L2']}/").status_code == 200
    assert "今井 徹" in world.shown(f"/companies/{world.companies['L1']}/")
    services.give_back(held, world.mine.pk, "予算がない")
    assert world.client.get(f"/leads/{world.leads['L2']}/").status_code == 200


def test_a_result_of_somebody_elses_lead_is_not_taken_back_by_its_number(world: World) -> None:
    made = record_result(world.leads["L1"], "won", by=None)
    key = f"{made.subject}:{made.at}:{made.id}"
    for lead in (world.leads["L1"], world.leads["L8"], ""):
        answer = world.client.post(f"/results/undo/?lead={lead}", {"key": key})
        assert answer.status_code == 403, lead
    assert activity.outcomes_of(world.leads["L1"])[0].result == "won"
