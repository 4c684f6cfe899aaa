from __future__ import annotations

import pytest
from django.urls import reverse

from mikomi.hub.accounts.models import User
from mikomi.hub.capture import privacy, queries, sources, transmission

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    client.force_login(User.objects.create_user("sasaki@example.com"))
    client.get(reverse("capture:privacy"), headers={"accept-language": "ja"})
    return client


def test_what_is_shown_is_what_the_tag_sends() -> None:
    every = transmission.sent_by(sources.DEFAULT_OPTIONS)
    asked = transmission.sent_by({**sources.DEFAULT_OPTIONS, "consent": "wait"})
    assert [one.what.ja for one in asked if one not in every] == ["同意なさったこと（Cookie）"]
    few = transmission.sent_by({"cookie": "none", "collect": {"page": True, "time": False}})
    assert len(few) == 2
    assert set(few) < set(every)
    assert not any("Cookie" in one.what.ja for one in few)


def test_a_page_about_oneself_shows_it_by_choice_and_a_forum_by_duty() -> None:
    assert not transmission.is_duty([])
    assert transmission.is_duty(["platform"])


def test_linking_begins_only_with_an_address_and_a_tick(staff) -> None:
    url = reverse("capture:privacy_linking")
    for wrong in ({}, {"url": "https://a.example/p"}, {"sure": "on", "url": "javascript:alert(1)"}):
        assert staff.post(url, wrong).status_code == 422
        assert queries.published() is None
    assert staff.post(url, {"sure": "on", "url": "https://a.example/p"}).status_code == 302
    said = queries.published()
    assert said is not None
    assert (said.by, said.url) == ("sasaki@example.com", "https://a.example/p")
    staff.post(url, {"published": "no"})
    assert queries.published() is None


def test_the_texts_bear_the_company_and_where_to_ask(staff) -> None:
    url = reverse("capture:privacy_publisher")
    assert staff.post(url, {"company": " ", "contact": "x"}).status_code == 422
    told = {"company": "株式会社<b>見込", "contact": "privacy@example.co.jp", "service": ["search", "x"]}
    assert staff.post(url, told).status_code == 302
    assert privacy.settings().services == ["search"]
    page = staff.get(reverse("capture:privacy")).content.decode()
    assert "株式会社&lt;b&gt;見込（以下「当社」）" in page
    assert "公表は義務" in page


def test_everybody_may_read_what_is_sent(client, settings, tmp_path) -> None:
    settings.DATA_FOLDER = tmp_path
    sources.make_source("会社サイト")
    privacy.set_publisher("株式会社見込", "privacy@example.co.jp", [])
    page = client.get(reverse("capture:transmission"), headers={"accept-language": "en"}).content.decode()
    assert "株式会社見込" in page
    assert "IP address" in page
