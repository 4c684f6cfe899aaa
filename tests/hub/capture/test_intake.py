"""From messages to facts: who they belong to, once, and what becomes of what was there before."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import timedelta

import polars as pl
import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from mikomi.collector.journal import Journal, backlog
from mikomi.core.machines.addresses import Ranges
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import judging, touches
from mikomi.hub.activity.health import look_at_contents
from mikomi.hub.activity.models import ContentTitle, Event, Touch
from mikomi.hub.activity.queries import activity_source, broken_counters, event_counts, leads_of_keys, titles
from mikomi.hub.activity.tallies import broken_tallies
from mikomi.hub.capture import facts, intake, pump, sources, tokens, visitors
from mikomi.hub.capture.health import look_at_aside
from mikomi.hub.capture.models import RefusedCount, Visitor
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import find_by_email, person
from mikomi.hub.people.services import upsert_leads
from tests.hub.capture.messages import START, entry, message, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    visitors.confirm_linking("test", "https://www.example.co.jp/privacy", timezone.now())
    return sources.make_source("site").pk


@pytest.fixture
def server(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    return sources.make_source("server", "server").pk


_seq = itertools.count(1)


def take(source: int, *messages) -> intake.Taken:
    return intake.take("journal", [entry(next(_seq), source, *messages)])


def counted(email: str) -> int:
    (number,) = find_by_email(email)
    return event_counts([number]).get(number, 0)


def test_visits_of_nobody_wait_and_join_whom_a_form_names(site) -> None:
    taken = take(site, page(0, "a"), page(1, "a", "/case"))
    assert (taken.messages, taken.new, taken.events) == (2, 2, 2)
    take(
        site,
        message("identify", 2, "a", traits={"email": "Sato@Example.co.jp", "name": "佐藤 花子"}),
        message("track", 2.1, "a", event="form_submit", properties={"form": "contact"}),
    )
    (number,) = find_by_email("sato@example.co.jp")
    assert counted("sato@example.co.jp") == 3
    found = person(number)
    assert found is not None
    assert found.name == "佐藤 花子"
    assert titles(["/pricing"]) == {"/pricing": "/pricing の題"}
    assert broken_counters() == 0


def test_a_message_sent_again_is_stored_once(site) -> None:
    said = page(0, "a")
    take(site, said, said)
    again = take(site, said)
    assert (again.messages, again.new, again.events) == (1, 0, 0)


def test_two_messages_of_one_moment_are_two(site) -> None:
    taken = take(site, page(0, "a"), page(0, "a"))
    assert taken.events == 2


def test_an_entry_read_twice_is_taken_once(site) -> None:
    one = entry(next(_seq), site, page(0, "a"), {**page(1, "a"), "messageId": ""})
    assert intake.take("journal", [one]).events == 2
    assert intake.take("journal", [one]).messages == 0


def test_another_journal_has_a_cursor_of_its_own(site) -> None:
    one = entry(1, site, page(0, "a"))
    two = entry(1, site, page(1, "a"))
    assert intake.take("first", [one]).events == 1
    assert intake.take("second", [two]).events == 1


def test_a_second_person_at_the_browser_gets_nothing_of_the_first(site) -> None:
    take(site, page(0, "a"), message("identify", 1, "a", traits={"email": "sato@example.co.jp"}))
    take(
        site,
        page(2, "a"),
        message("identify", 3, "a", traits={"email": "tanaka@example.co.jp"}),
        page(4, "a"),
        page(5, "a"),
    )
    assert counted("sato@example.co.jp") == 2
    assert counted("tanaka@example.co.jp") == 2
    assert broken_counters() == 0


def test_a_visit_that_is_told_late_goes_to_who_was_there_then(site) -> None:
    take(site, message("identify", 10, "a", traits={"email": "sato@example.co.jp"}))
    take(site, message("identify", 20, "a", traits={"email": "tanaka@example.co.jp"}))
    take(site, page(15, "a"))
    assert counted("sato@example.co.jp") == 1
    assert counted("tanaka@example.co.jp") == 0


def test_what_a_browser_says_only_fills_and_what_a_server_says_holds(site, server) -> None:
    known = {"lead": ["k"], "email": ["sato@example.co.jp"], "title": ["部長"]}
    upsert_leads(pl.DataFrame(known), origin("f"))
    said = {"email": "sato@example.co.jp", "title": "課長", "department": "営業"}
    take(site, message("identify", 0, "a", traits=said))
    (number,) = find_by_email("sato@example.co.jp")
    assert person(number).attributes["title"] == "部長"
    assert person(number).attributes["department"] == "営業"
    take(server, message("identify", 1, userId="k", traits=said))
    assert person(number).attributes["title"] == "課長"


def test_a_servers_user_ids_are_the_keys_of_leads(server) -> None:
    upsert_leads(pl.DataFrame({"lead": ["C-7"], "email": ["sato@example.co.jp"]}), origin("f"))
    take(server, message("track", 0, event="Plan Changed", userId="C-7"))
    assert counted("sato@example.co.jp") == 1


def test_a_user_id_alone_makes_nobody_and_its_events_wait(site) -> None:
    assert take(site, message("track", 0, event="login", userId="42")).events == 1
    take(site, message("identify", 1, userId="42", traits={"email": "sato@example.co.jp"}))
    assert counted("sato@example.co.jp") == 1
    take(site, message("track", 2, "b", event="login", userId="42"), page(3, "b"))
    assert counted("sato@example.co.jp") == 3


def test_user_ids_of_two_sites_are_two(site, settings) -> None:
    other = sources.make_source("other").pk
    take(site, message("identify", 0, userId="1", traits={"email": "sato@example.co.jp"}))
    take(other, message("track", 1, event="login", userId="1"))
    assert counted("sato@example.co.jp") == 0
    assert leads_of_keys(pl.Series([f"user:{other}:1"])).is_empty()


def test_an_alias_names_the_browser_of_before(site) -> None:
    take(site, page(0, "a"))
    take(site, message("identify", 1, userId="42", traits={"email": "sato@example.co.jp"}))
    take(site, message("alias", 2, "b", previousId="a", userId="42"))
    assert counted("sato@example.co.jp") == 1


def test_a_mail_link_waits_for_a_second_sign(site) -> None:
    upsert_leads(pl.DataFrame({"lead": ["k"], "email": ["sato@example.co.jp"]}), origin("f"))
    (number,) = find_by_email("sato@example.co.jp")

    def click(minutes: float, browser: str, mail: str):
        token = tokens.make_token(tokens.MailLink(number, mail))
        return page(minutes, browser, url=f"https://www.example.co.jp/pricing?mk={token}")

    take(site, click(0, "a", "mail1"))
    assert counted("sato@example.co.jp") == 0
    assert Visitor.objects.get().certainty == "guess"
    take(site, click(1, "a", "mail2"))
    assert counted("sato@example.co.jp") == 2
    take(site, click(2, "b", "mail3"), click(3, "c", "mail3"))
    assert counted("sato@example.co.jp") == 2
    passed_on = Visitor.objects.filter(anonymous__in="bc").values_list("certainty", flat=True)
    assert list(passed_on) == ["forwarded", "forwarded"]


@pytest.mark.parametrize("token", ["x", "7.mail:forged", "a" * 300, "%00"])
def test_a_forged_link_says_nothing(site, token: str) -> None:
    take(site, page(0, "a", url=f"https://www.example.co.jp/?mk={token}"))
    assert Visitor.objects.get().certainty == ""


def test_nothing_is_linked_before_the_privacy_text_is_published(settings, tmp_path) -> None:
    settings.DATA_FOLDER = tmp_path
    site = sources.make_source("site").pk
    take(site, page(0, "a"), message("identify", 1, "a", traits={"email": "sato@example.co.jp"}))
    assert counted("sato@example.co.jp") == 0
    assert visitors.confirm_linking("佐々木", "https://www.example.co.jp/privacy", timezone.now()) == 1
    assert counted("sato@example.co.jp") == 1
    assert visitors.confirm_linking("佐々木", "https://www.example.co.jp/privacy", timezone.now()) == 0


def test_a_visitor_taken_for_somebody_by_mistake_is_parted_again(site) -> None:
    take(site, page(0, "a"), message("identify", 1, "a", traits={"email": "sato@example.co.jp"}))
    (number,) = find_by_email("sato@example.co.jp")
    held = Visitor.objects.get().pk
    visitors.part(held, number)
    assert counted("sato@example.co.jp") == 0
    visitors.give_back(held, number)
    assert counted("sato@example.co.jp") == 1
    visitors.part(held, number)
    assert broken_counters() == 0
    take(site, message("identify", 2, "a", traits={"email": "tanaka@example.co.jp"}))
    assert counted("tanaka@example.co.jp") == 1
    with pytest.raises(LookupError):
        visitors.give_back(held, number)


def test_everything_hostile_is_text(site) -> None:
    bad = "'; drop table activity_event; -- <script>alert(1)</script> \\ \" 😀"
    taken = take(
        site,
        page(0, bad, properties={"path": "/" + bad, "title": bad}),
        message("track", 1, bad, event=bad, properties={"content": bad}),
        message("identify", 2, bad, userId=bad, traits={"email": bad, "name": bad, "company": {"name": [1]}}),
        message("group", 3, bad, groupId=bad, traits={"name": bad, "employees": {"a": 1}}),
    )
    assert taken.events == 2


def test_millions_of_names_and_paths_are_folded_into_one_and_said(site, monkeypatch, client) -> None:
    monkeypatch.setattr(touches, "MOST_KINDS", 4)
    monkeypatch.setattr(touches, "MOST_CONTENTS", 5)
    assert look_at_contents().well
    take(site, page(0, "a", "/first"))
    take(site, *[page(n, "a", f"/id/{n}") for n in range(1, 30)])
    take(site, *[message("track", 40 + n, "a", event=f"made up {n}") for n in range(30)])
    held = list(Touch.objects.values_list("kind", "content"))
    assert len({kind for kind, _content in held}) <= 5
    assert len(held) <= 12
    assert Event.objects.count() == 60
    assert ContentTitle.objects.count() <= 5
    assert (broken_counters(), broken_tallies()) == (0, 0)
    assert not look_at_contents().well
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    shown = client.get(reverse("site:measuring"), headers={"accept-language": "ja"}).content.decode()
    assert "「そのほか」にまとめています" in shown


def test_refused_messages_are_counted_by_the_hour(site) -> None:
    intake.count_refused([(1, site, "json", 2), (1, site, "json", 3), (2, 0, "unknown_key", 1)])
    intake.count_refused([(1, site, "json", 1)])
    assert sorted(RefusedCount.objects.values_list("hour", "source", "reason", "n")) == sorted(
        [(1, site, "json", 6), (2, 0, "unknown_key", 1)]
    )


def test_activity_of_a_joined_visitor_is_read_like_any_other(site) -> None:
    take(site, page(0, "a"), message("identify", 1, "a", traits={"email": "sato@example.co.jp"}))
    (number,) = find_by_email("sato@example.co.jp")
    (piece,) = activity_source([number]).pieces
    assert piece.load().n.tolist() == [1]


def test_a_page_of_our_own_names_the_browser_and_records_what_was_done(site) -> None:
    take(site, page(0, "a"))
    upsert_leads(pl.DataFrame({"lead": ["k"], "email": ["sato@example.co.jp"]}), origin("f"))
    (number,) = find_by_email("sato@example.co.jp")
    at = START + timedelta(minutes=3)
    visitors.identified(site, "a", number, "form", int(at.timestamp() * 1e6))
    facts.record("k", "form_submit", "contact", at, payload={"form": "contact"})
    facts.record("k", "form_submit", "contact", at, automated=True)
    assert counted("sato@example.co.jp") == 2
    assert broken_counters() == 0


def test_a_request_that_cannot_be_taken_in_stops_nobody_else(site, tmp_path, monkeypatch) -> None:
    async def accept() -> None:
        journal = Journal(tmp_path)
        for number in range(5):
            body = json.dumps({"batch": [page(number, f"b{number}")]}).encode()
            await journal.append(received=1_790_000_000_000_000, source=site, body=body)
        journal.close()

    asyncio.run(accept())
    read = intake.arrivals.read

    def breaks_at_the_third(entries):
        if any(b'"b2"' in entry.body for entry in entries):
            raise ValueError("an unforeseen shape")
        return read(entries)

    with monkeypatch.context() as broken:
        broken.setattr(intake.arrivals, "read", breaks_at_the_third)
        assert pump.pump(tmp_path).events == 4
        assert pump.pump(tmp_path) == intake.Taken()
        assert backlog(tmp_path).entries == 0
        assert pump.take_aside() == 1
        told = look_at_aside()
        assert not told.well
        assert "an unforeseen shape" in told.words.en
    assert Visitor.objects.count() == 4
    assert pump.take_aside() == 0
    assert Visitor.objects.count() == 5
    assert look_at_aside().well


def test_a_database_that_is_busy_is_no_fault_of_the_request(site, tmp_path, monkeypatch) -> None:
    def busy(journal, entries):
        raise OperationalError("database is locked")

    monkeypatch.setattr(intake, "take", busy)
    monkeypatch.setattr(pump.journal, "journal_id", lambda folder: "journal")
    monkeypatch.setattr(pump.journal, "read_after", lambda folder, seq, limit: [entry(1, site, page(0, "a"))])
    with pytest.raises(OperationalError):
        pump.pump(tmp_path)
    assert look_at_aside().well


def test_a_gateway_that_opens_a_mails_links_as_many_browsers_is_no_visitor_now_or_later(site) -> None:
    upsert_leads(pl.DataFrame({"lead": ["a"], "email": ["sato@example.co.jp"]}), origin("f"))
    link = tokens.make_token(tokens.MailLink(find_by_email("sato@example.co.jp")[0], "m1"))
    pages = [
        page(n / 200, f"browser{n}", f"/p{n}", url=f"https://www.example.co.jp/p{n}?mk={link}")
        for n in range(3)
    ]
    take(site, *pages, page(0, "colleague", "/p9"))
    assert sorted(Event.objects.values_list("reason", flat=True)) == ["", *["many_browsers"] * 3]
    day = Event.objects.values_list("day", flat=True)[0]
    assert judging.judge_again(day, day, Ranges()).given == 0
