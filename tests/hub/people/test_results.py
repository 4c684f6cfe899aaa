"""Results that people say of a lead, and taking them back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.activity import queries as activity
from mikomi.hub.people import queries as people
from mikomi.hub.people.results import record_result, take_back_result
from tests.hub.site.world import put_leads

pytestmark = pytest.mark.django_db(transaction=True)

ROW = ("P-1", "青木 一郎", "アオキ イチロウ", "青木製作所", "部長", "製造業")


@pytest.fixture
def lead() -> int:
    put_leads([ROW])
    return people.numbers_of(["P-1"])["P-1"]


def test_a_result_is_known_with_amount_product_and_reason_until_it_is_taken_back(lead: int) -> None:
    told = record_result(lead, "won", by=7, amount=1_200_000, product="標準プラン", reason="価格")
    record_result(lead, "meeting", by=7, at=timezone.now() - timedelta(days=3))
    won, meeting = activity.outcomes_of(lead)
    assert (won.result, won.yen, won.product, won.reason) == ("won", 1_200_000, "標準プラン", "価格")
    assert (won.said_by, won.source, won.key) == (7, "hand", told)
    assert meeting.result == "meeting"
    assert take_back_result(told)
    assert not take_back_result(told)
    assert [one.result for one in activity.outcomes_of(lead)] == ["meeting"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"result": "call"}, "商談・受注"),
        ({"result": "won", "amount": -1}, "金額"),
        ({"result": "won", "at": timezone.now() + timedelta(days=2)}, "これから先"),
        ({"result": "lost", "reason": "長" * 2001}, "2,000文字"),
        ({"result": "lost", "lead": 99_999}, "もうありません"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(lead: int, given: dict[str, Any], said: str) -> None:
    with pytest.raises(MikomiError) as refused:
        record_result(**({"lead": lead, "by": None} | given))
    assert said in refused.value.words.ja
    assert activity.outcomes_of(lead) == []
