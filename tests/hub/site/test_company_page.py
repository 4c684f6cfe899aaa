"""会社: the list in any order and by any search, and the page of one company."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.conf import settings
from django.test import Client

from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as facts
from mikomi.hub.activity import services as activity
from mikomi.hub.people import notes
from mikomi.hub.people import queries as people
from mikomi.hub.people import services as leads
from mikomi.hub.site import company_page, pipeline
from mikomi.hub.site.lists import companies
from mikomi.hub.site.models import CompanyRow
from mikomi.hub.site.standing import standing
from mikomi.hub.site.timeline import points_of
from tests.hub.site.world import MODEL, ON, make_world, origin, put_events, put_leads, put_outcome

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    put_outcome("L1", 150, "lost")
    put_outcome("L3", 20, "meeting")
    pipeline.score_all(ON)


@pytest.fixture
def client() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return logged_in


def number(key: str = "L1") -> int:
    return people.numbers_of([key])[key]


def company(key: str = "L1") -> int:
    found = people.person(number(key))
    assert found is not None
    assert found.company_number is not None
    return found.company_number


def listed(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/companies/{query}")
    assert page.status_code == 200
    return [row.name for row, _facts in page.context["rows"]]


def test_it_works(client: Client) -> None:
    assert listed(client)[0] == "北浜精機"
    page = client.get(f"/companies/{company()}/")
    text = page.content.decode()
    assert page.context["members"][0].row.name == "三宅 浩司"
    assert {m.row.name for m in page.context["members"]} == {"三宅 浩司", "島田 結衣", "今井 徹"}
    outcomes = {m.row.name: m.outcome and m.outcome.result for m in page.context["members"]}
    assert outcomes == {"三宅 浩司": "lost", "島田 結衣": None, "今井 徹": "meeting"}
    assert {m.row.name: m.rank.ja for m in page.context["members"]} == {
        "三宅 浩司": "部長", "島田 結衣": "", "今井 徹": "課長",
    }  # fmt: skip
    assert "製造業" in text
    assert "名簿.csv" in text


def test_a_company_that_is_not_there_is_said(client: Client) -> None:
    assert client.get("/companies/99999/").status_code == 404
    assert client.get(f"/companies/{2**40}/").status_code == 404
    assert client.get("/companies/99999/timeline/").status_code == 404


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("sort", lambda row: row.sort),
        ("leads", lambda row: row.leads),
        ("last_day", lambda row: row.last_day),
        ("rank", lambda row: row.rank),
    ],
)
@pytest.mark.parametrize("down", [False, True])
def test_every_order_pages_through_all_companies_forth_and_back(
    client: Client, monkeypatch, sort, key, down
) -> None:
    put_leads([(f"X{n}", f"人 {n}", "", f"会社{n // 2:02}", "", "") for n in range(12)])
    pipeline.score_touched(ON)
    monkeypatch.setattr("mikomi.hub.site.views.company.LIST_SIZE", 3)
    query = f"?sort={'-' if down else ''}{sort}"
    rows = sorted(CompanyRow.objects.all(), key=lambda row: (key(row), row.company_id), reverse=down)
    forth, page = [], client.get(f"/companies/{query}")
    pages = []
    while True:
        pages.append([row.name for row, _ in page.context["rows"]])
        forth += pages[-1]
        if not page.context["after_url"]:
            break
        page = client.get(f"/companies/{page.context['after_url']}")
    assert forth == [row.name for row in rows]
    for expected in reversed(pages[:-1]):
        page = client.get(f"/companies/{page.context['before_url']}")
        assert [row.name for row, _ in page.context["rows"]] == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("北浜", ["北浜精機"]),
        ("キタハマ", []),
        ("きんがた", []),
        ("たかせ", ["タカセ金型"]),
        ("樹脂 東亜", ["東亜樹脂工業"]),
        ("樹脂 北浜", []),
        ("%", []),
        ("フーズ'", []),
    ],
)
def test_a_search_finds_names_by_any_part(client: Client, text: str, found: list[str]) -> None:
    assert listed(client, f"?q={text.replace('%', '%25').replace(' ', '+')}") == found


def test_common_words_are_walked(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(companies, "MANY", 0)
    assert listed(client, "?q=工業") == ["東亜樹脂工業"]
    monkeypatch.setattr(companies, "BUDGET", 1)
    page = client.get("/companies/?q=工業")
    steps = 1
    while page.context["page"].unfinished:
        if page.context["rows"]:
            break
        page = client.get(f"/companies/{page.context['after_url']}")
        steps += 1
    assert [row.name for row, _ in page.context["rows"]] == ["東亜樹脂工業"]
    assert steps <= 4


def test_a_company_is_found_by_its_corporate_number(client: Client) -> None:
    frame = pl.DataFrame({"company": ["北浜精機"], "corporate_number": ["7000012050002"]})
    leads.upsert_companies(frame, origin())
    assert listed(client, "?q=7-0000-1205-0002") == ["北浜精機"]


@pytest.mark.parametrize(
    "query",
    [
        "?sort=nonsense",
        "?after=[1]",
        "?after=[null,1]",
        '?sort=sort&after=["\\u0000",1]',
        "?before=x&from=-1",
    ],
)
def test_addresses_that_make_no_sense_are_no_errors(client: Client, query: str) -> None:
    assert client.get(f"/companies/{query}").status_code == 200


def test_nobody_is_said(client: Client) -> None:
    CompanyRow.objects.all().delete()
    assert "会社がまだありません" in client.get("/companies/").content.decode()


def test_what_all_did_is_one_timeline_and_one_person_alone_can_be_seen(client: Client) -> None:
    page = client.get(f"/companies/{company()}/")
    told = [(entry.lead, entry.at) for entry in page.context["entries"]]
    assert {lead for lead, _ in told} == {number("L1"), number("L2"), number("L3")}
    assert [at for _, at in told] == sorted((at for _, at in told), reverse=True)
    one = client.get(f"/companies/{company()}/?person={number('L2')}")
    assert {entry.lead for entry in one.context["entries"]} == {number("L2")}
    other = client.get(f"/companies/{company()}/?person={number('L6')}")
    assert number("L6") not in {entry.lead for entry in other.context["entries"]}


def test_the_timeline_pages_through_everything_once(client: Client, monkeypatch) -> None:
    put_events(
        [(lead, day, "page_view", f"/{lead}/{day}") for lead in ("L1", "L2", "L3") for day in range(60, 70)]
    )
    notes.write_note("lead", number("L2"), "L2のメモ", None)
    notes.write_note("company", company(), "会社のメモ", None)
    whole = client.get(f"/companies/{company()}/").context["entries"]
    monkeypatch.setattr("mikomi.hub.site.views.company.TIMELINE_SIZE", 4)
    page = client.get(f"/companies/{company()}/")
    found = list(page.context["entries"])
    while page.context["more_url"]:
        page = client.get(page.context["more_url"])
        assert page.status_code == 200
        found += page.context["entries"]
    assert [(entry.lead, entry.at) for entry in found] == [(entry.lead, entry.at) for entry in whole]
    assert sum("メモ" in entry.what.ja for entry in found) == 2


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_one_timeline_of_many_is_what_each_of_them_has(monkeypatch, at_once: int) -> None:
    monkeypatch.setattr(facts, "SUBJECTS_AT_ONCE", at_once)
    everybody = [number(f"L{n}") for n in range(1, 7)]
    each = [(m.last, lead, m.contents) for lead in everybody for m in facts.timeline(lead).moments]
    found, before = [], None
    while True:
        page = facts.timeline_among(everybody, 2, before)
        found += [(m.last, m.lead, m.contents) for m in page.moments]
        if (before := page.before) is None:
            break
    assert sorted(found) == sorted(each)
    assert [at for at, _, _ in found] == sorted((at for at, _, _ in found), reverse=True)


def test_a_daily_limit_is_each_persons_own() -> None:
    once = parse_model(MODEL.replace("half_life_days: 14,", "half_life_days: 14, per_day: 1,", 1))
    put_events([("L2", 3, "page_view", "/pricing")])
    together = facts.timeline_among([number("L1"), number("L2")]).moments
    points = points_of(together, once)
    day = next(m.day for m in together if m.lead == number("L2") and m.day == together[0].day - 1)
    of_that_day = {m.lead: worth for m, worth in zip(together, points, strict=True) if m.day == day}
    assert of_that_day == {number("L1"): 7.0, number("L2"): 7.0}


def test_machines_are_marked_and_can_be_left_out(client: Client) -> None:
    at = datetime(ON.year, ON.month, ON.day, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {"lead": ["L2"], "at": [at], "kind": ["mail_click"], "content": ["n1"], "automated": [True]},
        schema_overrides={"at": pl.Datetime("us", "UTC")},
    )
    activity.record_events(frame)
    assert any(entry.machine for entry in client.get(f"/companies/{company()}/").context["entries"])
    assert not any(e.machine for e in client.get(f"/companies/{company()}/?who=people").context["entries"])


def test_the_curve_ends_at_the_best_persons_score() -> None:
    now = standing()
    assert now is not None
    ids = company_page.member_ids(company())
    warmth = company_page.warmth_of(company(), ids, now, facts.outcomes_among(ids), {}, "ja")
    assert warmth is not None
    best = max(row.total for row in company_page.rows_of(ids))
    assert warmth.drawing.cursor_score == pytest.approx(best)
    assert [mark.day for mark in warmth.drawing.marks] == [ON - timedelta(days=150), ON - timedelta(days=20)]


def test_large_companies_are_cut_and_it_is_said(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(company_page, "MOST_PEOPLE", 2)
    monkeypatch.setattr(company_page, "CURVE_PEOPLE", 1)
    text = client.get(f"/companies/{company()}/").content.decode()
    assert "ほかの1人は" in text
    assert "いま点数の高い1人だけで計算しました" in text
    assert "会社の温度の推移" in text


def test_pages_stand_before_anything_is_scored(client: Client, monkeypatch) -> None:
    monkeypatch.setattr("mikomi.hub.site.views.company.standing", lambda: None)
    assert client.get(f"/companies/{company()}/").status_code == 200
    assert client.get("/companies/").status_code == 200


def test_notes_are_shown_and_never_run(client: Client) -> None:
    notes.write_note("company", company(), "<script>alert(1)</script>", None)
    notes.write_note("lead", number(), "<b>太字</b>", None)
    text = client.get(f"/companies/{company()}/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    lead = client.get(f"/leads/{number()}/").content.decode()
    assert "<b>太字" not in lead
    assert lead.count("&lt;b&gt;太字") >= 2


@pytest.mark.parametrize(
    ("website", "opened"),
    [
        ("https://kitahama.example/a", True),
        ("kitahama.example", True),
        ("javascript:alert(1)", False),
        ("なし", False),
        ("data:text/html,x", False),
    ],
)
def test_only_addresses_of_the_web_become_links(client: Client, website: str, opened: bool) -> None:
    leads.upsert_companies(pl.DataFrame({"company": ["北浜精機"], "website": [website]}), origin())
    text = client.get(f"/companies/{company()}/").content.decode()
    assert (f'href="{website}"' in text or f'href="https://{website}"' in text) == opened
