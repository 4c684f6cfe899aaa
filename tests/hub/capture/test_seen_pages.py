from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from mikomi.hub.activity.models import Event
from mikomi.hub.activity.queries import titles
from mikomi.hub.capture import arrivals, intake
from mikomi.hub.capture.models import SeenPage
from mikomi.hub.capture.tagging import seen_pages
from tests.hub.capture.messages import START, entry, message, page

pytestmark = pytest.mark.django_db

DAY = timezone.localtime(START).date()


def test_pages_are_counted_by_site_and_day_and_called_by_their_titles() -> None:
    first = entry(1, 7, page(0, "a" * 20), page(1, "b" * 20), page(2, "a" * 20, "/cases?x=1"))
    intake.take("j", [first])
    intake.take("j", [entry(2, 7, page(-60 * 24, "a" * 20)), entry(3, 8, page(3, "c" * 20))])
    arriving = seen_pages.arriving(7, DAY)
    assert [(p.site, p.content, p.title, p.today, p.yesterday) for p in arriving.pages] == [
        ("www.example.co.jp", "/pricing", "/pricing の題", 2, 1),
        ("www.example.co.jp", "/cases", "/cases?x=1 の題", 1, 0),
    ]
    assert arriving.today == 3
    assert arriving.last is not None
    assert arriving.last.last == START + timedelta(minutes=2)
    assert seen_pages.seen_since(7, DAY - timedelta(days=1)) == {"/pricing": 3, "/cases": 1}
    assert set(seen_pages.last_views([7, 8, 9])) == {7, 8}


def test_a_source_that_fell_silent_still_says_when_it_was_heard_of() -> None:
    intake.take("j", [entry(1, 7, page(0, "a" * 20))])
    later = seen_pages.arriving(7, DAY + timedelta(days=5))
    assert later.pages == ()
    assert later.last is not None
    assert later.last.content == "/pricing"
    assert seen_pages.forget_pages(DAY + timedelta(days=1)) == 1
    assert seen_pages.arriving(7, DAY).last is None


def test_a_site_with_an_id_in_each_address_does_not_fill_the_table(monkeypatch) -> None:
    monkeypatch.setattr(seen_pages, "MOST_A_DAY", 3)
    for n in range(4):
        frame = arrivals.read(
            [entry(n + 1, 7, page(0, "a" * 20, f"/item/{n}"), page(0, "a" * 20, "/item/0"))]
        )
        with transaction.atomic():
            seen_pages.note(frame)
    assert SeenPage.objects.count() == 3


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("製品カタログ 2026", "製品カタログ 2026"),
        ("ダウンロードする", ""),
        ("PDFダウンロード", ""),
        ("here", ""),
    ],
)
def test_a_document_is_called_as_its_link_says_where_that_says_something(words: str, title: str) -> None:
    said = {"content": "/files/catalogue.pdf", "title": words}
    intake.take("j", [entry(1, 7, message("track", 0, "a" * 20, event="download", properties=said))])
    assert titles({"/files/catalogue.pdf"}) == ({"/files/catalogue.pdf": title} if title else {})


def test_our_own_people_are_seen_and_do_not_count() -> None:
    marked = replace(entry(1, 7, page(0, "a" * 20)), flags='{"staff":"1"}')
    intake.take("j", [marked, entry(2, 7, page(0, "b" * 20))])
    assert seen_pages.arriving(7, DAY).today == 2
    assert sorted(Event.objects.values_list("automated", flat=True)) == [False, True]
