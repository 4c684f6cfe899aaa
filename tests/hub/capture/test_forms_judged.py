"""Which submissions count: sales pitches, machines, and what people say of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mikomi.core.machines.addresses import parse_ranges
from mikomi.hub.accounts.models import User
from mikomi.hub.activity.judging import judge_again
from mikomi.hub.activity.models import Event
from mikomi.hub.capture import machines
from mikomi.hub.capture.models import FormMail, Submission
from mikomi.hub.capture.webforms import own_phrases, submitting
from mikomi.hub.capture.webforms.pitches import default_weights
from mikomi.hub.people import notes
from mikomi.hub.people import queries as people
from tests.hub.capture.forms_world import AYA, aya, counted, publish_form, send

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def test_a_sales_pitch_is_flagged_with_its_words_and_counts_only_when_somebody_says_so() -> None:
    form = publish_form("contact", "お問い合わせ")
    pitch = "突然のご連絡失礼いたします。貴社サイトを拝見し、営業代行のご提案をさせていただきたく存じます。"
    send(form, AYA | {"q-q1": pitch})
    held = Submission.objects.get()
    assert held.pitch
    assert {"営業代行", "突然のご連絡"} <= set(held.pitch_why)
    assert counted("form_submit") == 0
    assert Event.objects.get().reason == "pitch"
    assert "営業代行" in notes.notes_of("lead", aya().number)[0].text
    staff = Client(headers={"accept-language": "ja"})
    staff.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    page = f"/forms/{form.pk}/submissions/{held.pk}/"
    shown = staff.get(page).content.decode()
    assert "点数には入れていません" in shown
    assert "<q>営業代行</q>" in shown
    staff.post(page + "judge/", {"pitch": "no"})
    assert counted("form_submit") == 1
    staff.post(page + "judge/", {"pitch": "yes"})
    assert counted("form_submit") == 0
    staff.post(page + "exclude/", {"target": "lead"})
    assert "「営業目的」として除外されています" in staff.get(page).content.decode()


def test_phrases_are_added_and_taken_out_with_what_they_would_have_flagged() -> None:
    form = publish_form("contact", "お問い合わせ")
    for n, said in enumerate(
        ("ＡＩ研修の\nご案内です", "AI研修の資料をください", "価格を教えてください", "営業代行です")
    ):
        send(form, AYA | {"q-q1": said, "q-email": f"p{n}@works.example"})
    staff = Client(headers={"accept-language": "ja"})
    staff.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    shown = staff.post("/forms/pitches/add/", {"phrase": "AI研修", "do": "look"}).content.decode()
    assert "「ai研修」は、これまでの送信のうち2件に含まれます。2点なら、そのうち2件" in shown
    staff.post("/forms/pitches/add/", {"phrase": "AI研修", "weight": "2", "do": "add"})
    assert Submission.objects.filter(pitch=True).count() == 1
    send(form, AYA | {"q-q1": "ai研修をご紹介します", "q-email": "z@works.example"})
    assert Submission.objects.latest("pk").pitch_why == ["ai研修"]
    assert own_phrases.found_in_past(["営業代行"])["営業代行"] == own_phrases.Found(1, 1)
    staff.post("/forms/pitches/set/", {"phrase": "営業代行"})
    staff.post("/forms/pitches/set/", {"phrase": "ai研修"})
    page = staff.get("/forms/pitches/").content.decode()
    assert "外した言葉" in page
    assert "ai研修" not in page
    send(form, AYA | {"q-q1": "AI研修と営業代行", "q-email": "y@works.example"})
    assert not Submission.objects.latest("pk").pitch
    staff.post("/forms/pitches/set/", {"phrase": "営業代行", "on": "1"})
    assert own_phrases.phrase_weights() == default_weights()
    for bad in ("", "x", "あ" * 101):
        assert staff.post("/forms/pitches/add/", {"phrase": bad, "do": "add"}).status_code == 422


@pytest.mark.parametrize(
    "text",
    [
        "製品の価格と納期を教えてください。来月の導入を考えています。",
        "担当者様とお打ち合わせの日程調整をお願いしたいです。見積もりもお願いします。",
        "We would like a quotation for 20 units. Could we schedule a call?",
    ],
)
def test_a_question_is_no_sales_pitch(text: str) -> None:
    form = publish_form("contact", "お問い合わせ")
    send(form, AYA | {"q-q1": text})
    assert not Submission.objects.get().pitch


def test_what_fills_in_the_unseen_field_is_held_until_somebody_releases_it() -> None:
    form = publish_form()
    assert send(form, AYA | {"website_confirm": "http://spam.example"}).status_code == 303
    held = Submission.objects.get()
    assert (held.state, people.lead_count(), FormMail.objects.count()) == ("held", 0, 0)
    assert submitting.release(held.pk, "http://testserver/")
    assert not submitting.release(held.pk, "http://testserver/")
    assert aya().name == "小林 彩"
    assert counted("form_submit") == 1


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"user-agent": "python-requests/2.32"}, "program"),
        ({"user-agent": PERSON, "sec-purpose": "prefetch"}, "prefetch"),
        ({"user-agent": PERSON, "remote": "104.47.1.1"}, "mail_scanner"),
        ({"user-agent": PERSON}, ""),
        ({}, ""),
    ],
)
def test_a_form_is_judged_by_who_sent_it(headers: dict[str, str], why: str) -> None:
    form = publish_form()
    address = headers.pop("remote", "203.0.113.9")
    browser = Client(headers={"accept-language": "ja", **headers}, REMOTE_ADDR=address)
    assert send(form, AYA, client=browser).status_code == 303
    held = Submission.objects.get()
    assert (held.state, held.held_why) == ("held" if why else "taken", why)
    assert counted("form_submit") == (0 if why else 1)
    if not why:
        return
    staff = Client(headers={"accept-language": "ja"})
    staff.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    assert "と判断しました" in staff.get(f"/forms/{form.pk}/submissions/{held.pk}/").content.decode()
    submitting.release(held.pk, "http://testserver/")
    machines.look_again(timezone.localdate(), 2)
    assert counted("form_submit") == 1


def test_more_forms_at_once_than_people_send_are_held() -> None:
    form = publish_form()
    at = timezone.now()
    details = {"agent": PERSON, "address": "203.0.113.9", "flags": "{}"}
    assert form.version is not None
    sent = submitting.Sent({"email": "p@works.example"}, False, "ja", "0", at, details=details)
    for n in range(6):
        submitting.submit(form, form.version, replace(sent, mark=str(n), at=at + timedelta(milliseconds=n)))
    assert Submission.objects.filter(held_why="burst").count() == 4
    later = replace(sent, mark="later", at=at + timedelta(seconds=2))
    assert submitting.submit(form, form.version, later).held_why == ""
    assert submitting.forget_details(at + timedelta(seconds=1)) == 6


def test_a_form_that_turns_out_to_be_a_machines_is_taken_back() -> None:
    form = publish_form()
    send(form, AYA, client=Client(headers={"user-agent": PERSON}, REMOTE_ADDR="203.0.113.9"))
    assert counted("form_submit") == 1
    own = parse_ranges(["203.0.113.0/24"])
    today = timezone.localdate().toordinal() - machines.EPOCH
    assert judge_again(today, today, own).taken == 1
    assert counted("form_submit") == 0
