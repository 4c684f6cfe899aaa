"""What a visitor sends becomes a lead, an event, evidence and mails: once, and nothing is lost."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from django.conf import settings
from django.core import mail
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from mikomi.core.machines.addresses import parse_ranges
from mikomi.hub.accounts.models import User
from mikomi.hub.activity.judging import judge_again
from mikomi.hub.activity.models import Activity, Event, Touch
from mikomi.hub.capture import machines
from mikomi.hub.capture.models import FormMail, Submission
from mikomi.hub.capture.webforms import editing, mails, own_phrases, submitting, tokens
from mikomi.hub.capture.webforms.content import Question, content_from
from mikomi.hub.capture.webforms.pitches import default_weights
from mikomi.hub.consent import services as consent
from mikomi.hub.consent.queries import standing_of
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import notes
from mikomi.hub.people import queries as people
from mikomi.hub.people.field_users import fields_in_use
from mikomi.hub.people.types import Person
from tests.hub.capture.forms_world import AYA, SENDER, page_of, publish_form, send, token_in
from tests.hub.site.world import LEADS, put_leads

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def aya() -> Person:
    found = people.find_by_email("aya@setouchi.example")
    assert len(found) == 1
    person = people.person(found[0])
    assert person is not None
    return person


def counted(kind: str) -> int:
    """How many events of a kind count."""
    touches = Touch.objects.filter(kind=kind).values_list("pk", flat=True)
    return Activity.objects.filter(touch__in=list(touches)).aggregate(n=Sum("n"))["n"] or 0


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
    for _ in range(2):
        assert "確認しました" in visitor.post(path).content.decode()
    standing = standing_of([address])[address]
    assert not standing.refused
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


def test_a_mail_is_never_sent_twice(monkeypatch) -> None:
    form = publish_form()
    send(form, AYA)
    sent = FormMail.objects.get()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("django.core.mail.EmailMessage.send", die)
        with pytest.raises(KeyboardInterrupt):
            mails.send(sent.pk)
    mails.send(sent.pk)
    sent.refresh_from_db()
    assert sent.state == "sending"
    assert mail.outbox == []


def test_a_mail_that_surely_was_not_taken_is_tried_again(monkeypatch) -> None:
    form = publish_form()
    send(form, AYA)
    sent = FormMail.objects.get()

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    with monkeypatch.context() as down:
        down.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            mails.send(sent.pk)
    sent.refresh_from_db()
    assert (sent.state, "refused" in sent.error) == ("waiting", True)
    mails.send(sent.pk)
    assert len(mail.outbox) == 1


def test_a_mail_that_was_refused_is_sent_again_by_a_button_and_one_that_was_sent_is_not(monkeypatch) -> None:
    form = publish_form()

    def refuse(*_: object, **__: object) -> None:
        raise smtplib.SMTPRecipientsRefused({"aya@setouchi.example": (550, b"no such user")})

    with monkeypatch.context() as strict:
        strict.setattr("django.core.mail.EmailMessage.send", refuse)
        send(form, AYA)
        run_pending()
    held = FormMail.objects.get()
    assert held.state == "failed"
    staff = Client(headers={"accept-language": "ja"})
    staff.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    page = f"/forms/{form.pk}/submissions/{held.submission.pk}/"
    assert "もう一度送る" in staff.get(page).content.decode()
    staff.post(f"{page}mails/{held.pk}/again/")
    run_pending()
    held.refresh_from_db()
    assert (held.state, len(mail.outbox)) == ("sent", 1)
    staff.post(f"{page}mails/{held.pk}/again/")
    run_pending()
    assert len(mail.outbox) == 1
    # Of one that was handed over long ago nobody will hear any more; of one just now somebody may.
    for ago, again in ((1, False), (11, True)):
        tried = timezone.now() - timedelta(minutes=ago)
        FormMail.objects.update(state="sending", tried_at=tried)
        assert ("送り直す" in staff.get(page).content.decode()) is again
        assert mails.send_again(held.submission.pk, held.pk) is again


def test_nobody_is_flooded_with_mail_by_a_form() -> None:
    form = publish_form()
    for n in range(8):
        send(form, AYA | {"q-phone": f"06-5555-01{n:02}"})
    run_pending()
    assert len(mail.outbox) == 5
    assert FormMail.objects.filter(state="left_out").count() == 3


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
