"""施策: who comes to belong to one, by what, and what takes them out again."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity import services as activity
from mikomi.hub.capture import intake, sources, visitors
from mikomi.hub.capture.campaigns import editing, following, queries
from mikomi.hub.capture.campaigns.editing import Plan
from mikomi.hub.capture.models import Campaign
from mikomi.hub.people.importing.joining import campaign_named
from mikomi.hub.people.importing.options import parse
from mikomi.hub.people.importing.undoing import undo_import
from mikomi.hub.people.imports import run_import
from mikomi.hub.people.models import Import
from mikomi.hub.people.queries import find_by_email, numbers_of, person
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.count_campaigns import count_campaigns
from mikomi.hub.site.actions.edit_leads import undo_edit
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads
from mikomi.hub.site.lists.pages import list_page
from mikomi.hub.site.models import Act
from mikomi.hub.site.types import ListQuery
from tests.hub.capture.forms_world import AYA, publish_form, send
from tests.hub.capture.messages import START, entry, message, page
from tests.hub.site.world import put_leads

pytestmark = pytest.mark.django_db
SITE = "https://www.example.co.jp/lp"
_seq = itertools.count(1)


@pytest.fixture
def site(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    visitors.confirm_linking("test", "https://www.example.co.jp/privacy", timezone.now())
    return sources.make_source("site").pk


def score() -> None:
    pipeline.score_touched(timezone.localdate())


def joined(number: int) -> dict[str, list[str]]:
    """Who belongs to a campaign and by what, by mail address."""
    leads = [lead for _at, lead in queries.members(number, None, 100)]
    ways = queries.ways_of(number, leads)
    return {mail_of(lead): sorted(ways[lead]) for lead in leads}


def mail_of(lead: int) -> str:
    found = person(lead)
    assert found is not None
    return found.email


def visit(source: int, email: str, query: str, minutes: float = 0) -> None:
    browser = email.partition("@")[0]
    told = message("identify", minutes + 1, browser, traits={"email": email})
    intake.take("journal", [entry(next(_seq), source, page(minutes, browser, url=f"{SITE}?{query}"), told)])


def a_list(folder: Path, *mails: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text("会社名,メールアドレス\n" + "".join(f"会社{m},{m}\n" for m in mails), encoding="utf-8")
    return path


def test_a_list_brings_its_leads_and_its_undo_takes_them_out(site, tmp_path) -> None:
    fair = editing.make_campaign(Plan("秋の展示会", "exhibition")).pk
    put_leads([("old", "三宅 浩司", "", "北浜精機", "", "")])
    options = parse({"campaign": campaign_named("秋の展示会")})
    path = a_list(tmp_path, "old@works.example", "new@works.example")
    report = run_import(path, "leads", options=options)
    editing.add_leads(fair, find_by_email("old@works.example"))
    score()
    assert joined(fair) == {"old@works.example": ["取り込み", "手で追加"], "new@works.example": ["取り込み"]}
    assert report.import_id is not None
    Import.objects.filter(pk=report.import_id).update(status=Import.Status.UNDOING)
    undo_import(report.import_id)
    score()
    assert joined(fair) == {"old@works.example": ["手で追加"]}


def test_forms_visits_and_cards_bring_leads_also_those_of_before(site) -> None:
    form = publish_form()
    visit(site, "early@works.example", "utm_campaign=Autumn-Fair-tokyo&utm_source=mail")
    visit(site, "other@works.example", "utm_campaign=Autumn-Fair-tokyo&utm_source=google")
    send(form, AYA)
    put_leads([("card", "島田 結衣", "", "北浜精機", "", "")])
    at = datetime(2026, 10, 1, tzinfo=UTC)
    event = {"lead": ["card"], "at": [at], "kind": ["card_exchange"], "content": ["秋の展示会（東京）"]}
    activity.record_events(pl.DataFrame(event | {"automated": [False]}))
    score()
    rules = [{"campaign": "autumn-fair*", "source": "mail"}, {"campaign": "", "source": " "}]
    put_leads([("guest", "今井 徹", "", "北浜精機", "", "")])
    attended = {"lead": ["guest"], "at": [at], "kind": ["seminar_attend"], "content": ["seminar/2026-10-01"]}
    activity.record_events(pl.DataFrame(attended | {"automated": [False]}))
    plan = Plan(
        "展示会", "exhibition", rules=rules, cards="秋の展示会*", seminars="seminar/2026-10*", forms=[form.pk]
    )
    fair = editing.make_campaign(plan).pk
    following.follow_campaign(fair)
    before = {
        "early@works.example": ["サイトへの訪問"],
        AYA["q-email"]: ["フォーム"],
        "card@works.example": ["名刺交換"],
        "guest@works.example": ["セミナー"],
    }
    assert joined(fair) == before
    visit(site, "late@works.example", "utm_campaign=autumn-fair&utm_source=mail")
    score()
    now = joined(fair)
    assert now == before | {"late@works.example": ["サイトへの訪問"]}
    # The same worked out for one campaign and for those who were touched.
    following.follow_campaign(fair)
    assert joined(fair) == now
    # Visits count on the campaign's days alone; what else brings people does not ask for them.
    for days, who in (
        ({"begins": date(2026, 11, 3), "ends": None}, 0),
        ({"ends": date(2026, 11, 1)}, 0),
        ({}, 2),
    ):
        editing.change_campaign(fair, replace(plan, **({"ends": date(2026, 11, 2)} | days)))
        following.follow_campaign(fair)
        assert list(joined(fair).values()).count(["サイトへの訪問"]) == who
        following.follow(pl.Series("lead", find_by_email("early@works.example"), pl.Int32))
        assert list(joined(fair).values()).count(["サイトへの訪問"]) == who
    editing.change_campaign(fair, plan)
    following.follow_campaign(fair)
    assert editing.set_archived(fair, archived=True)
    Campaign.objects.filter(pk=fair).update(archived_at=START + timedelta(minutes=5))
    visit(site, "too.late@works.example", "utm_campaign=autumn-fair&utm_source=mail", 10)
    score()
    following.follow_campaign(fair)
    # The form was sent after the campaign was put away, too.
    assert joined(fair) == {mail: ways for mail, ways in now.items() if mail != AYA["q-email"]}
    editing.change_campaign(fair, Plan("展示会", "exhibition"))
    following.follow_campaign(fair)
    assert joined(fair) == {}


def test_a_merge_brings_both_ways_together_and_its_undo_parts_them(site) -> None:
    put_leads([("a", "三宅 浩司", "", "北浜精機", "", ""), ("b", "三宅 浩二", "", "北浜精機", "", "")])
    score()
    one, two = (editing.make_campaign(Plan(name, "seminar")).pk for name in ("春", "夏"))
    kept, gone = numbers_of(["a"])["a"], numbers_of(["b"])["b"]
    editing.add_leads(one, [kept])
    editing.add_leads(one, [gone])
    editing.add_leads(two, [gone])
    made = merge_leads(kept, gone)
    score()
    assert queries.names_of([kept])[kept] == ["夏", "春"]
    assert list(joined(two)) == ["a@works.example"]
    part_leads(made)
    score()
    assert (list(joined(two)), len(joined(one))) == (["b@works.example"], 2)
    erase_leads([gone])
    assert joined(two) == {}


def test_what_came_of_a_campaign_is_counted_and_lists_are_narrowed(site) -> None:
    put_leads([(key, f"人{key}", "", "会社", "", "") for key in "abc"])
    at = [datetime(2026, 9, 30, 3, tzinfo=UTC), datetime(2026, 10, 5, 3, tzinfo=UTC)]
    results = {"lead": ["a", "b"], "at": at, "result": ["won", "meeting"]}
    activity.record_outcomes(pl.DataFrame(results))
    score()
    plan = Plan("展示会", "exhibition", begins=date(2026, 10, 1), cost=100_000)
    fair = editing.make_campaign(plan).pk
    other = editing.make_campaign(Plan("だれもいない", "other")).pk
    editing.add_leads(fair, list(numbers_of(list("ab")).values()))
    count_campaigns(timezone.now())
    (row,) = [one for one in queries.listed(archived=False) if one.campaign.pk == fair]
    counts, nobody = row.counts, queries.counts_of(other)
    assert counts is not None
    assert nobody is not None
    # The deal of before the campaign is none of its own.
    assert (counts.leads, counts.new, counts.hot, counts.meetings, counts.won) == (2, 2, 0, 1, 0)
    assert row.cost_per_lead == 50_000
    assert nobody.leads == 0
    found = list_page(ListQuery(campaigns=(fair,)), None)
    assert sorted(one.key for one in found.rows) == ["a", "b"]
    assert queries.choices("exhibition") == [queries.campaign(fair)]


def test_a_campaign_is_made_filled_and_read_on_pages(client, site) -> None:
    client.force_login(User.objects.create_user("aya@works.example", name="彩", language="ja"))
    assert "施策はまだありません" in client.get("/campaigns/").content.decode()
    put_leads([(key, f"人{key}", "", "会社", "", "") for key in "ab"])
    score()
    one, two = numbers_of(list("ab")).values()
    told = {
        "name": "春の展示会",
        "kind": "exhibition",
        "begins": "2026-04-01",
        "cost": "１，２００，０００円",
    }
    told |= {"utm_campaign": ["spring*", ""], "utm_source": ["mail", ""]}
    refused = client.post("/campaigns/new/", told | {"ends": "2026-03-01"})
    assert (refused.status_code, "終わりの日が始まりの日より前です" in refused.content.decode()) == (
        422,
        True,
    )
    assert "spring*" in refused.content.decode()
    answer = client.post("/campaigns/new/", told, follow=True)
    held = Campaign.objects.get()
    assert (held.cost, held.rules) == (1_200_000, [{"campaign": "spring*", "source": "mail"}])
    assert "utm_campaign = spring*" in answer.content.decode()
    client.post(f"/leads/{one}/campaigns/", {"campaign": held.pk})
    chosen = {"lead": two, "do": "campaign", "name": held.pk}
    assert "施策「春の展示会」に加える" in client.post("/leads/edit/", chosen).content.decode()
    client.post("/leads/edit/", chosen | {"sure": "1"})
    assert joined(held.pk) == {f"{key}@works.example": ["手で追加"] for key in "ab"}
    page_of_one = client.get(f"/campaigns/{held.pk}/").content.decode()
    assert "人a" in page_of_one
    assert "手で追加" in page_of_one
    assert "春の展示会" in client.get(f"/leads/{one}/").content.decode()
    narrowed = client.get(f"/leads/?campaign={held.pk}&col=campaigns").content.decode()
    assert narrowed.count("春の展示会") >= 3
    client.post(f"/leads/{one}/campaigns/{held.pk}/leave/")
    assert list(joined(held.pk)) == ["b@works.example"]
    undo_edit(Act.objects.get().batch, None)
    assert joined(held.pk) == {}
    client.post(f"/campaigns/{held.pk}/archive/", {"archived": "yes"})
    assert "春の展示会" in client.get("/campaigns/?archived").content.decode()
    assert queries.choices() == []
    assert client.get("/campaigns/999999/").status_code == 404
