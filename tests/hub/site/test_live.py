"""What is accepted changes the lists: from the journal to the rows, without a job in between."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone

from mikomi.collector.journal import Journal, backlog
from mikomi.core.scoring.model_file import parse_model
from mikomi.hub.capture import sources, visitors
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import find_by_email
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.scores import services as scores
from mikomi.hub.site import pipeline
from mikomi.hub.site.lists.pages import rows_of
from mikomi.hub.site.live import LiveLoop

pytestmark = pytest.mark.django_db

MODEL = """
name: m
timezone: Asia/Tokyo
engagement:
  - {id: pricing, label: 料金, when: {kind: page_view, content: "/pricing"}, points: 10, per_day: null}
hot: {engagement: 20}
"""


@pytest.fixture
def folder(settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    return tmp_path


def send(folder, source: int, *messages: dict) -> None:
    async def append() -> None:
        journal = Journal(folder)
        await journal.append(
            received=int(time.time() * 1_000_000),
            source=source,
            body=json.dumps({"batch": messages}).encode(),
        )
        journal.close()

    asyncio.run(append())


def views(browser: str, count: int) -> list[dict]:
    return [
        {
            "type": "page",
            "messageId": f"{browser}{number}",
            "anonymousId": browser,
            "timestamp": (timezone.now() - timedelta(seconds=number)).isoformat(),
            "properties": {"path": "/pricing"},
        }
        for number in range(count)
    ]


def test_a_round_brings_an_accepted_visit_into_the_lists(folder) -> None:
    scores.publish_model(parse_model(MODEL))
    known = {"lead": ["k"], "email": ["sato@example.co.jp"], "name": ["佐藤"]}
    upsert_leads(pl.DataFrame(known), origin("f"))
    pipeline.score_all(timezone.localdate())
    (number,) = find_by_email("sato@example.co.jp")
    visitors.confirm_linking("test", "", timezone.now())
    source = sources.make_source("site").pk
    loop = LiveLoop(folder)
    loop.round()
    assert not loop.round()
    send(folder, source, *views("a", 3))
    assert loop.round()
    (row,) = rows_of([number])
    assert row.engagement == 0
    told = {"type": "identify", "anonymousId": "a", "traits": {"email": "sato@example.co.jp"}}
    send(folder, source, told)
    loop.round()
    (row,) = rows_of([number])
    assert (row.engagement, row.heat) == (30, 4)
    assert backlog(folder).entries == 0


def test_a_round_that_was_cut_off_is_made_up_for(folder, monkeypatch) -> None:
    upsert_leads(pl.DataFrame({"lead": ["k"], "email": ["sato@example.co.jp"]}), origin("f"))
    pipeline.score_all(timezone.localdate())
    source = sources.make_source("server", "server").pk
    loop = LiveLoop(folder)
    loop.round()
    send(folder, source, {"type": "track", "event": "login", "userId": "k"})
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "score_touched", lambda on: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loop.round()
    assert backlog(folder).entries == 0
    (number,) = find_by_email("sato@example.co.jp")
    assert rows_of([number])[0].last_day is None
    LiveLoop(folder).round()
    assert rows_of([number])[0].last_day == timezone.localdate()
