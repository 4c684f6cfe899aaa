"""Results by hand on the pages, and companies whose deal has ended: nobody of them is called by rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import polars as pl
import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from mikomi.core.tabular.read import read_table
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as activity
from mikomi.hub.handoff import queries
from mikomi.hub.handoff.models import HandedLead, Occasion
from mikomi.hub.handoff.types import Cause, State
from mikomi.hub.people import queries as people
from mikomi.hub.people.results import record_result, take_back_result
from mikomi.hub.site import pipeline
from mikomi.hub.site.closed import closed_leads, set_rest_days
from mikomi.hub.site.handed import Known
from mikomi.hub.site.today import by_hand
from tests.hub.site.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    make_world()
    pipeline.score_all(timezone.localdate())
    logged_in = Client()
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return logged_in


def two() -> tuple[int, int]:
    """Two people of one company."""
    rows = people.company_numbers().drop_nulls().sort("company_id", "number")
    first = rows.filter(rows["company_id"].is_duplicated())
    return int(first["number"][0]), int(first["number"][1])


def test_a_result_is_recorded_on_the_page_and_taken_back(client: Client) -> None:
    lead, _other = two()
    before = len(activity.outcomes_of(lead))
    given = {"lead": lead, "result": "won", "on": timezone.localdate().isoformat(), "amount": "120万円"}
    page = client.post("/results/", given, follow=True)
    won = activity.outcomes_of(lead)[0]
    assert (won.result, won.yen) == ("won", 1_200_000)
    text = page.content.decode()
    assert "1,200,000円" in text
    assert "お客様の会社です" in text
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key is not None
    client.post("/results/undo/", {"key": key.group(1)})
    assert len(activity.outcomes_of(lead)) == before
    for bad in ({"amount": "たくさん"}, {"on": "2999-01-01"}, {"on": "昨日"}, {"result": "call"}):
        client.post("/results/", given | bad)
    assert len(activity.outcomes_of(lead)) == before
    assert client.post("/results/undo/", {"key": "9" * 30 + ":1:1"}).status_code == 404


def test_nobody_of_a_company_that_said_no_is_handed_over_by_a_rule_until_it_rested(client: Client) -> None:
    lead, other = two()
    today = timezone.localdate()
    record_result(lead, "lost", by=None, at=timezone.now() - timedelta(days=10))
    assert closed_leads([other], today)[other].until == today + timedelta(days=80)
    known = Known.of([other], today)
    refused = known.why_not(other, Cause.HOT)
    assert refused is not None
    assert "失注した会社" in refused.ja
    assert known.why_not(other, Cause.RECONSIDER) is None
    assert "失注した会社です" in client.get(f"/leads/{other}/").content.decode()
    assert closed_leads([other], today + timedelta(days=81)) == {}
    client.post("/settings/exclusions/rest/", {"days": "5"})
    assert closed_leads([other], today) == {}
    set_rest_days(90)
    record_result(other, "meeting", by=None)
    assert closed_leads([lead], today) == {}


def test_hand_offs_are_written_for_the_sfa_as_they_were_handed_over(client: Client, tmp_path: Path) -> None:
    lead, _other = two()
    person = people.person(lead)
    assert person is not None
    held = queries.of_lead(lead)[0]
    one = next(member for member in held.members if member.lead == lead)
    hot = next(m.entry for m in held.members if m.lead == lead and m.cause == Cause.HOT)
    told = {
        "引き渡し番号": str(held.number),
        "会社名": person.company,
        "氏名": person.name,
        "メールアドレス": person.email,
        "スコア": f"{one.frozen.total:.1f}",
        "属性の評価": one.frozen.fit_grade,
        "行動の評価": one.frozen.engagement_grade,
        "ホットになった日": hot,
        "理由": one.frozen.reason.ja,
        "担当": held.owner_name,
    }
    for chosen, ending, encoding in (
        ("cp932", "csv", "cp932"),
        ("csv", "csv", "utf-8-sig"),
        ("xlsx", "xlsx", None),
    ):
        answer = client.get(f"/handoffs/file/?as={chosen}")
        streamed = isinstance(answer, StreamingHttpResponse)
        content = b"".join(cast(Iterator[bytes], answer.streaming_content)) if streamed else answer.content
        file = tmp_path / f"{chosen}.{ending}"
        file.write_bytes(content)
        # As Excel tells a file's encoding: by its mark, else it is CP932.
        assert content.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
        table = read_table(file)
        assert table.encoding == encoding
        mine = table.frame.filter(pl.col("リードのキー") == person.key).row(0, named=True)
        seen = {head: mine[head] or "" for head in told} | {"スコア": f"{float(mine['スコア']):.1f}"}
        assert seen == told
        assert mine["Mikomiのページ"].endswith(f"/leads/{lead}/")
    assert client.get("/handoffs/file/?as=xlsx&state=x&since=y").status_code == 200


def test_whose_company_said_no_leaves_the_calls_of_the_day_at_once(client: Client) -> None:
    lead, _other = two()
    held = queries.of_lead(lead)[0]
    assert held.state == State.OPEN
    by_hand.hand_over(lead, User.objects.get().pk, None, "展示会")
    HandedLead.objects.update(at=timezone.now() - timedelta(days=2))
    said = record_result(lead, "lost", by=None)
    pipeline.score_touched(timezone.localdate())
    ended = queries.handoff(held.number)
    assert ended is not None
    assert (ended.state, ended.close_reason) == (State.RETURNED, "lost")
    # It was pressed by mistake.
    pipeline.score_all(timezone.localdate())
    assert queries.open_of(lead=lead) is None
    assert not Occasion.objects.filter(settled_at=None).exists()
    take_back_result(said)
    pipeline.score_touched(timezone.localdate())
    assert queries.open_of(lead=lead) is not None
