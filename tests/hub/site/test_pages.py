from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mikomi.core.engine.local import explain
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as activity
from mikomi.hub.people import queries as people
from mikomi.hub.scores import services as scores
from mikomi.hub.site import pipeline
from mikomi.hub.site.models import LeadScore
from tests.hub.site.world import LEADS, MODEL, ON, make_world, put_events, put_leads, put_outcome

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


@pytest.fixture
def client() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


@pytest.fixture
def world() -> None:
    make_world()
    put_outcome("L1", 150, "lost")
    pipeline.score_all(ON)


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def text(client: Client, path: str, **headers) -> str:
    answer = client.get(path, **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def points(page: str) -> tuple[list[Decimal], list[Decimal], Decimal]:
    """Subtotals, lines and the total of the why table as they are shown."""
    table = page[page.index('id="why"') : page.index("</table>", page.index('id="why"'))]
    found = []
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL):
        cell = re.search(r'class="mk-points">(?:<b[^>]*>)?([+−]?[\d,.]+)', row)
        if cell:
            found.append(("group" in row, Decimal(cell[1].replace("−", "-").replace("+", ""))))
    *rest, (_, total) = found
    return [worth for group, worth in rest if group], [worth for group, worth in rest if not group], total


def test_it_works(client, world) -> None:
    assert client.get("/").headers["Location"] == "/today/"
    assert "三宅 浩司" in text(client, "/hot/")
    assert "村上 千尋" in text(client, "/leads/")
    assert "三宅 浩司" in text(client, f"/leads/{number('L1')}/")


def test_pages_are_for_people_who_are_logged_in(world) -> None:
    for path in ("/hot/", "/leads/", "/leads/export/", "/leads/export/file/", f"/leads/{number('L1')}/"):
        assert Client().get(path).status_code == 302


def test_every_empty_page_says_what_to_do_next(client) -> None:
    assert "リードがまだありません" in text(client, "/hot/")
    assert "リードがまだありません" in text(client, "/leads/")
    put_leads(LEADS)
    pipeline.score_all(ON)
    assert "スコアの決まりがまだありません" in text(client, "/hot/")
    assert "スコアを決める" in text(client, f"/leads/{number('L1')}/")
    scores.publish_model(parse_model(MODEL.replace("engagement: 20}", "engagement: 9000}")))
    pipeline.score_all(ON)
    assert "今、ホットな人はいません" in text(client, "/hot/")
    assert "あてはまる人がいません" in text(client, "/leads/?q=いない人")


def test_the_hot_list_says_why_in_one_sentence(client, world) -> None:
    page = text(client, "/hot/")
    assert "失注から148日後、" in page
    assert "同じ会社で2人目" in page
    english = text(client, "/hot/", headers={"accept-language": "en"})
    assert "148 days after the deal was lost" in english
    assert re.search("[ぁ-ん]", english[english.index("<h1>") : english.index("<table")]) is None


@pytest.mark.parametrize("days", [0, 1, 20, 190])
def test_the_lines_shown_add_up_to_the_number_shown(client, world, days: int) -> None:
    on = ON - timedelta(days=days)
    for key, *_ in LEADS:
        page = text(client, f"/leads/{number(key)}/?on={on.isoformat()}")
        subtotals, lines, total = points(page)
        assert sum(subtotals) == sum(lines) == total
        told = explain(
            parse_model(MODEL), people.attribute_frame(on), activity.activity_source(), on, [number(key)]
        )[0]
        assert abs(float(total) - told.total) <= 0.05 + 1e-9
        assert re.search(rf'id="total">{total:.1f}'.replace("-", "−"), page)


def test_a_past_day_knows_only_what_was_known_then(client, world) -> None:
    put_leads([("L1", "三宅 浩司", "ミヤケ コウジ", "北浜精機", "工場長", "製造業")], ON)
    put_events([("L1", 0, "download", "doc/new")])
    pipeline.score_touched(ON)
    lead = number("L1")
    past = text(client, f"/leads/{lead}/?on={ON - timedelta(days=1)}")
    today = text(client, f"/leads/{lead}/")
    assert "部長" in past[past.index('id="why"') :]
    assert "今は 工場長" in past
    assert "doc/new" in today
    assert "doc/new" not in past
    assert points(past)[2] != points(today)[2]


def test_a_later_day_than_today_is_today(client, world) -> None:
    later = text(client, f"/leads/{number('L1')}/?on={ON + timedelta(days=9)}")
    assert points(later) == points(text(client, f"/leads/{number('L1')}/"))


def test_the_version_of_that_day_can_be_chosen(client, world) -> None:
    scores.publish_model(parse_model(MODEL.replace("points: 15,", "points: 25,")))
    on = max(ON, timezone.localdate())
    pipeline.score_all(on)
    page = text(client, f"/leads/{number('L1')}/")
    assert "第2版" in page
    assert "その日の版で見る" not in page


def test_a_lead_that_is_not_there_is_said_in_words(client, world) -> None:
    for path in ("/leads/999999/", "/leads/99999999999999999999/", "/leads/999999/timeline/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "入口" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?sort=evil&heat=9&heat=x&fit=-1&active=3000",
        "?after=%5B1%2C&from=-5",
        '?sort=-total&after=["x",1]',
        "?sort=kana&after=[1,2]",
        "?sort=-total&after=[NaN,1]",
        "?sort=-total&before=[1e999,1]",
        "?sort=fit&after=[99999999999999999999,1]",
        "?after=[true,false]",
        "?q=%00%27%22%25_",
        "?owner=%27%3B--&industry=",
    ],
)
def test_addresses_that_make_no_sense_are_no_errors(client, world, query: str) -> None:
    assert client.get("/leads/" + query).status_code == 200
    assert client.get("/hot/" + query).status_code == 200
    assert client.get(f"/leads/{number('L1')}/{query}&on=2026-99-99&before=x.y").status_code == 200


def test_pressing_a_head_sorts_and_again_turns_round(client, world) -> None:
    page = text(client, "/leads/")
    url = re.search(r'href="(\?sort=-total)"', page)
    assert url
    turned = text(client, "/leads/" + url[1])
    assert 'aria-sort="descending"' in turned
    assert 'href="?sort=total"' in turned


def rows(client: Client, path: str = "/leads/export/file/") -> list[list[str]]:
    body = b"".join(client.get(path).streaming_content).decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body[1:])))


def test_the_export_has_every_lead_of_the_list(client, world, monkeypatch) -> None:
    monkeypatch.setattr("mikomi.hub.site.lists.export.PIECE", 3)
    heads, *found = rows(client)
    assert heads[:4] == ["番号", "氏名", "会社", "スコア"]
    assert sorted(row[0] for row in found) == [lead[0] for lead in LEADS]
    assert {row[0] for row in rows(client, "/leads/export/file/?q=北浜")[1:]} == {"L1", "L2", "L3"}


@pytest.mark.parametrize("evil", ["=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", "\t=1", "  =1", "＝cmd"])
def test_no_cell_of_the_export_is_a_formula(client, evil: str) -> None:
    put_leads([("L1", evil, evil, evil, evil, evil)])
    pipeline.score_all(ON)
    for cell in rows(client)[1][:8]:
        assert cell.lstrip()[:1] not in set("=+-@\t\r＝")


def test_a_lead_that_did_nothing_has_a_page_where_silence_counts(client, world) -> None:
    silence = "  - {id: still, label: 静か, pattern: silence, quiet_days: 90, points: -20}\ngrades:"
    scores.publish_model(parse_model(MODEL.replace("grades:", silence, 1)))
    pipeline.score_all(ON)
    for key in ("L7", "L4"):
        assert client.get(f"/leads/{number(key)}/").status_code == 200


def test_the_timeline_goes_on_where_it_stopped(client, world, monkeypatch) -> None:
    monkeypatch.setattr("mikomi.hub.site.views.lead.TIMELINE_SIZE", 2)
    lead = number("L1")
    page = text(client, f"/leads/{lead}/")
    more = re.search(r'hx-get="([^"]+)"', page)
    assert more
    older = text(client, more[1].replace("&amp;", "&"))
    assert "失注" in older
    shown = page[page.index('id="timeline"') :]
    assert "失注" not in shown[: shown.index("</section>")]


def test_a_name_is_shown_not_run(client) -> None:
    put_leads([("L1", "<script>alert(1)</script>", "", "<b>会社</b>", "", "製造業")])
    put_events([("L1", 1, "page_view", "/<i>x</i>")])
    scores.publish_model(parse_model(MODEL))
    pipeline.score_all(ON)
    for path in ("/leads/", f"/leads/{number('L1')}/"):
        page = text(client, path)
        assert "<script>alert" not in page
        assert "<b>会社" not in page
        assert "<i>x" not in page


def test_a_list_of_one_page_has_its_rows_in_order(client, world) -> None:
    page = text(client, "/leads/?sort=-total")
    shown = [int(n) for n in re.findall(r'href="/leads/(\d+)/"', page)]
    assert shown == list(LeadScore.objects.order_by("-total", "-lead_id").values_list("lead_id", flat=True))


def test_the_hot_list_is_told_anew_only_when_it_would_look_otherwise(client: Client, world) -> None:
    page = text(client, "/hot/?sort=company")
    asked = re.search(r'hx-get="([^"]+)"', page)
    assert asked is not None
    url = asked[1].replace("&amp;", "&")
    assert client.get(url).status_code == 204
    pipeline.score_all(ON)
    assert client.get(url).status_code == 204
    put_events([("L8", 0, "download", "doc/guide"), ("L8", 1, "download", "doc/guide")])
    pipeline.score_touched(ON)
    told = text(client, url)
    assert "及川 隆" in told
    assert "一覧を新しくしました" in told
    assert "?sort=-company" in told
    assert 'hx-get="/hot/live/?sort=company&amp;seen=' in told
