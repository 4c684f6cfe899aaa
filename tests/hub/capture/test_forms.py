"""What a visitor sends becomes a lead, an event, evidence and mails: once, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity.queries import changed_since, last_change
from mikomi.hub.capture.models import FormMail, Submission
from mikomi.hub.capture.webforms import editing, submitting, tokens
from mikomi.hub.capture.webforms.content import Question, content_from
from mikomi.hub.consent import services as consent
from mikomi.hub.consent.queries import standing_of
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from mikomi.hub.people.field_users import fields_in_use
from mikomi.hub.people.services import upsert_leads
from tests.hub.capture.forms_world import AYA, SENDER, aya, counted, page_of, publish_form, send, token_in
from tests.hub.site.world import LEADS, origin, put_leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def test_it_works() -> None:
    mori = User.objects.create_user("mori@works.example", name="森 健太郎")
    form = publish_form(notify=(mori.pk,))
    page = Client(headers={"accept-language": "ja"}).get(f"/f/{form.slug}?utm_source=yahoo&gclid=x1")
    assert page.status_code == 200
    assert page.cookies == {}
    assert 'name="utm_source" value="yahoo"' in page.content.decode()
    answer = send(form, AYA | {"consent": "1", "utm_source": "yahoo", "q-phone": "06-5555-0101"})
    assert answer.status_code == 303
    assert answer["Location"] == f"/f/{form.slug}/thanks?lang=ja"
    person = aya()
    assert (person.name, person.company) == ("小林 彩", "瀬戸内フーズ")
    assert person.attributes["phone"] == "06-5555-0101"
    assert {c.source for c in people.attribute_history(person.number) if c.field == "phone"} == {
        "フォーム「資料請求」"
    }
    assert counted("form_submit") == 1
    held = Submission.objects.get()
    assert (held.state, held.lead, held.touch) == ("taken", person.number, {"utm_source": "yahoo"})
    run_pending()
    assert sorted(m.to[0] for m in mail.outbox) == ["aya@setouchi.example", "mori@works.example"]
    thanks = next(m for m in mail.outbox if m.to == ["aya@setouchi.example"])
    assert "小林 彩 様" in thanks.body
    assert SENDER in thanks.body
    assert f"/forms/{form.pk}/submissions/{held.pk}/" in next(
        m.body for m in mail.outbox if m.to == ["mori@works.example"]
    )


def test_a_field_that_a_form_asks_for_is_in_use() -> None:
    assert "phone" not in fields_in_use()
    publish_form()
    assert "phone" in fields_in_use()


def test_consent_is_kept_with_the_very_words_that_were_shown() -> None:
    form = publish_form()
    opened = page_of(form)
    before = content_from(form.draft)
    after = replace(before, consent=replace(before.consent, sender="別の会社"))
    editing.save_draft(form.pk, form.name, after)
    editing.publish(form.pk, None)
    send(form, AYA | {"consent": "1"}, token=opened)
    (ground,) = standing_of(["aya@setouchi.example"])["aya@setouchi.example"].grounds
    assert ground.kind == "consent"
    assert ground.wording.startswith(f"{SENDER}から、")
    assert "同意文 第1版" in ground.how
    assert ground.url == f"http://testserver/f/{form.slug}"
    held = Submission.objects.get()
    assert held.wording is not None
    assert (held.wording.text, held.version.number) == (ground.wording, 1)
    send(form, AYA | {"q-email": "ken@setouchi.example", "q-name": "西 健"})
    assert "ken@setouchi.example" not in {
        a for a, s in standing_of(["ken@setouchi.example"]).items() if s.grounds
    }


def test_only_a_confirmed_form_lifts_a_refusal() -> None:
    address = "aya@setouchi.example"
    refusals = pl.DataFrame(
        {"address": [address], "kind": ["opt_out"], "since": [date(2026, 1, 5)], "how": [""]}
    )
    consent.record_refusals(refusals)
    single = publish_form()
    send(single, AYA | {"consent": "1"})
    assert standing_of([address])[address].refused
    double = publish_form("newsletter", "メルマガ")
    send(double, {"q-email": address, "consent": "1"})
    assert len(standing_of([address])[address].grounds) == 1, "not confirmed yet"
    held = Submission.objects.get(form=double)
    link = next(
        line for line in FormMail.objects.get(kind="confirm").body.splitlines() if "/f/confirm/" in line
    )
    visitor = Client(headers={"accept-language": "ja"}, enforce_csrf_checks=True)
    path = link.removeprefix("http://testserver")
    assert "確認する" in visitor.get(path).content.decode()
    assert standing_of([address])[address].refused, "opening a link confirms nothing"
    known, before = (
        upsert_leads(pl.DataFrame({"lead": ["twin"], "email": [address]}), origin()),
        last_change(),
    )
    for _ in range(2):
        assert "確認しました" in visitor.post(path).content.decode()
    standing = standing_of([address])[address]
    assert not standing.refused
    assert known.new == 1
    assert changed_since(before).height == 2, "segments ask for the consent of all who have the address"
    assert len(standing.grounds) == 2
    assert "本人が確認" in standing.grounds[-1].how
    held.refresh_from_db()
    assert held.confirmed_at is not None
    assert visitor.post(path[:-3] + "xx/").status_code == 410


def test_the_same_post_again_is_one_submission() -> None:
    form = publish_form()
    opened = page_of(form)
    answers = {send(form, AYA, token=opened)["Location"] for _ in range(3)}
    assert len(answers) == 1
    run_pending()
    assert (Submission.objects.count(), counted("form_submit"), len(mail.outbox)) == (1, 1, 1)
    send(form, AYA | {"q-phone": "06-5555-0102"}, token=opened)
    assert Submission.objects.count() == 2, "mended after going back, it is another one"


def test_a_known_address_is_the_same_lead_and_no_field_is_emptied() -> None:
    put_leads(LEADS)
    number = people.numbers_of(["L1"])["L1"]
    form = publish_form()
    send(
        form, {"q-company": "北浜精機", "q-name": "三宅　浩司", "q-email": "L1@works.example", "q-phone": "1"}
    )
    person = people.person(number)
    assert person is not None
    assert Submission.objects.get().lead == number
    assert (person.attributes["title"], person.attributes["phone"]) == ("部長", "1")
    assert people.lead_count() == len(LEADS)


def test_another_name_at_a_known_address_is_another_person() -> None:
    put_leads(LEADS)
    number = people.numbers_of(["L1"])["L1"]
    form = publish_form()
    send(form, AYA | {"q-email": "l1@works.example"})
    held = Submission.objects.get()
    assert held.lead != number
    person = people.person(number)
    assert person is not None
    assert person.name == "三宅 浩司"
    assert sorted(people.find_by_email("l1@works.example")) == sorted([number, held.lead])
    send(form, AYA | {"q-email": "l1@works.example", "q-phone": "2"})
    assert people.lead_count() == len(LEADS) + 1, "she is found again"


def test_a_form_does_not_overrule_what_the_company_record_says() -> None:
    put_leads(LEADS)
    form = publish_form(
        questions=(*content_from(publish_form(name="別").draft).questions, Question("industry", "industry"))
    )
    send(form, AYA | {"q-company": "北浜精機", "q-industry": "食品"})
    assert aya().attributes["industry"] == "製造業"
    send(
        form,
        AYA | {"q-email": "bo@new.example", "q-name": "町田 望", "q-company": "新興", "q-industry": "食品"},
    )
    (number,) = people.find_by_email("bo@new.example")
    person = people.person(number)
    assert person is not None
    assert person.attributes["industry"] == "食品"


def test_a_seminar_form_is_an_application() -> None:
    form = publish_form("seminar", "セミナー")
    send(form, AYA)
    assert (counted("seminar_apply"), counted("form_submit")) == (1, 0)


def test_what_could_not_be_taken_in_is_taken_in_later(monkeypatch) -> None:
    form = publish_form()

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(submitting, "write_lead", fail)
        assert send(form, AYA).status_code == 303
    assert Submission.objects.get().state == "new"
    run_pending()
    assert Submission.objects.get().lead == aya().number


def test_a_page_that_was_open_for_too_long_or_sent_too_fast_keeps_what_was_filled_in() -> None:
    form = publish_form()
    for ago in (2 * 24 * 3600, 0.2):
        again = send(form, AYA, token=page_of(form, ago=ago))
        assert again.status_code == 422
        assert 'value="小林 彩"' in again.content.decode()
    assert Submission.objects.count() == 0
    stale = send(form, AYA, token=page_of(form, ago=2 * 24 * 3600))
    assert tokens.read_page_token(token_in(stale.content), form.pk, timezone.now())
