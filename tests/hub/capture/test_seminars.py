"""A seminar gives its places once, knows who came, and forgets whoever is erased."""

from __future__ import annotations

import threading

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from mikomi.hub.accounts.models import User
from mikomi.hub.activity.models import ContentTitle
from mikomi.hub.capture.campaigns import following
from mikomi.hub.capture.campaigns.editing import Plan as Campaigned
from mikomi.hub.capture.campaigns.editing import make_campaign
from mikomi.hub.capture.campaigns.queries import members
from mikomi.hub.capture.models import Application, Seminar, Submission
from mikomi.hub.capture.seminars import lists, planning, seats, showing
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from mikomi.hub.people.models import Import
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.actions.give_out import everything_of
from mikomi.hub.site.actions.merge_leads import merge_leads
from tests.hub.capture.seminars_world import apply, counted, hold, mail_of, open_seminar

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


@pytest.fixture
def staff() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return logged_in


def states(seminar: Seminar) -> dict[str, str]:
    return dict(Application.objects.filter(seminar=seminar).values_list("name", "state"))


def test_it_works(staff: Client) -> None:
    plan = {"title": "段取り改善セミナー", "day": "2099-04-16", "begins": "14:00", "ends": "15:30"}
    assert staff.post("/seminars/new/", {**plan, "ends": "13:00"}).status_code == 422
    staff.post("/seminars/new/", {**plan, "capacity": "１", "place": "本社", "url": "https://meet.example/x"})
    seminar = Seminar.objects.get()
    assert "申込の受付を始める" in staff.get(f"/seminars/{seminar.pk}/").content.decode()
    staff.post(f"/seminars/{seminar.pk}/open/", {"organiser": "北浜精機"})
    seminar.refresh_from_db()
    assert seminar.form is not None
    visitor = Client(headers={"accept-language": "ja"})
    page = visitor.get(f"/f/{seminar.form.slug}").content.decode()
    assert "2099年4月16日（木） 14:00〜15:30" in page
    assert "残り 1席" in page
    assert "meet.example" not in page
    assert apply(seminar, "小林 彩")["Location"].endswith("?lang=ja")
    assert apply(seminar, "西 健")["Location"].endswith("&waiting=1")
    assert apply(seminar, "小林　彩", **{"q-phone": "1"})["Location"].endswith("&again=1")
    assert states(seminar) == {"小林 彩": "applied", "西 健": "waiting"}
    assert (counted("seminar_apply", seminar.key), counted("form_submit", seminar.key)) == (2, 0)
    assert ContentTitle.objects.get(content=seminar.key).title == "段取り改善セミナー（4月16日）"
    run_pending()
    told = {m.to[0]: m for m in mail.outbox}
    mine = told[mail_of("小林 彩")].body
    assert (
        "日時: 2099年4月16日（木） 14:00〜15:30\n会場: 本社 / オンライン\n参加用URL: https://meet.example/x"
        in mine
    )
    assert "キャンセル待ち" in told[mail_of("西 健")].subject
    assert "meet.example" not in told[mail_of("西 健")].body
    mail.outbox.clear()
    link = next(line for line in mine.splitlines() if "/seat/" in line).removeprefix("http://testserver")
    assert "キャンセルする" in visitor.get(link).content.decode()
    assert states(seminar)["小林 彩"] == "applied", "opening a link cancels nothing"
    for _ in range(2):
        assert "キャンセルしました" in visitor.post(link).content.decode()
    assert states(seminar) == {"小林 彩": "cancelled", "西 健": "applied"}
    run_pending()
    (moved,) = mail.outbox
    assert (moved.to, "席が空きました" in moved.subject) == ([mail_of("西 健")], True)
    assert "https://meet.example/x" in moved.body
    assert visitor.get(link[:-3] + "xx/").status_code == 410
    staff.post(f"/seminars/{seminar.pk}/close/")
    assert visitor.get(f"/f/{seminar.form.slug}").status_code == 410
    mail.outbox.clear()
    assert "申し込んだ人（1人）に" in staff.get(f"/seminars/{seminar.pk}/call-off/").content.decode()
    staff.post(f"/seminars/{seminar.pk}/call-off/")
    planning.tell_called_off(seminar.pk)
    run_pending()
    assert [(m.to, "中止" in m.subject) for m in mail.outbox] == [([mail_of("西 健")], True)]
    assert staff.get("/seminars/", headers={"accept-language": "en"}).status_code == 200


def test_the_last_place_is_given_once_to_two_who_ask_together() -> None:
    seminar = open_seminar(capacity=1)
    ready = threading.Barrier(2)
    answers = []

    def ask(name: str) -> None:
        try:
            ready.wait(10)
            answers.append(apply(seminar, name).status_code)
        finally:
            connection.close()

    both = [threading.Thread(target=ask, args=(name,)) for name in ("小林 彩", "西 健")]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert answers == [303, 303]
    assert sorted(states(seminar).values()) == ["applied", "waiting"]


def test_who_comes_is_marked_by_a_tap_and_a_mark_taken_back_takes_the_event_back(staff: Client) -> None:
    seminar = open_seminar()
    for name in ("小林 彩", "西 健"):
        apply(seminar, name)
    guest = Application.objects.get(name="小林 彩")
    tap = f"/seminars/{seminar.pk}/guests/{guest.pk}/mark/"
    answer = staff.post(tap, {"came": "yes"}, headers={"hx-request": "true"})
    assert "12時間前から" in answer.content.decode()
    assert counted("seminar_attend", seminar.key) == 0
    hold(seminar, hours_ago=0.1)
    for _ in range(2):
        assert (
            "来た人 1人" in staff.post(tap, {"came": "yes"}, headers={"hx-request": "true"}).content.decode()
        )
    assert counted("seminar_attend", seminar.key) == 1
    staff.post(f"/seminars/{seminar.pk}/reception/", {"name": "町田 望", "company": "新興", "email": ""})
    assert states(seminar)["町田 望"] == "walk_in"
    assert counted("seminar_attend", seminar.key) == 2
    hold(seminar)
    page = staff.get(f"/seminars/{seminar.pk}/?show=absent").content.decode()
    assert ("西 健" in page, "小林 彩" in page) == (True, False)
    sheet = b"".join(staff.get(f"/seminars/{seminar.pk}/sheet/")).decode("utf-8-sig")
    assert f"瀬戸内フーズ,西 健,{mail_of('西 健')},欠席" in sheet
    staff.post(tap, {"came": "no"})
    assert counted("seminar_attend", seminar.key) == 1
    guest.refresh_from_db()
    assert guest.came_at is None


LIST = (
    "氏名,会社名,メールアドレス,出欠\n"
    f"小林 彩,瀬戸内フーズ,{mail_of('小林 彩')},出席\n"
    "西 健,瀬戸内フーズ株式会社,,出席\n"
    "町田 望,新興,nozomi@new.example,出席\n"
    "今井 徹,新興,toru@new.example,欠席\n"
    "だれか,,,出席\n"
)


def test_a_list_says_who_came_and_taking_it_back_takes_that_back(staff: Client) -> None:
    seminar = open_seminar()
    for name in ("小林 彩", "西 健", "島田 結衣"):
        apply(seminar, name)
    hold(seminar)
    campaign = make_campaign(Campaigned("秋のセミナー", "seminar"))
    Seminar.objects.filter(pk=seminar.pk).update(campaign=campaign)
    guest = Application.objects.get(name="小林 彩")
    staff.post(f"/seminars/{seminar.pk}/guests/{guest.pk}/mark/", {"came": "yes"})
    before = people.lead_count()
    answer = staff.post(
        f"/seminars/{seminar.pk}/list/", {"file": SimpleUploadedFile("attendees.csv", LIST.encode("cp932"))}
    )
    record = Import.objects.get()
    check = staff.get(answer["Location"]).content.decode()
    assert "参加した 3 人として読みました" in check
    staff.post(f"/import/{record.pk}/load/", {"basis": "none", "tags": ""})
    run_pending()
    record.refresh_from_db()
    assert (record.status, record.new, record.rejected) == ("done", 2, 1)
    assert "だれか" in staff.get(f"/import/{record.pk}/rejected.csv").content.decode("utf-8-sig")
    came = Application.objects.filter(seminar=seminar, came_at__isnull=False)
    assert sorted(came.values_list("name", flat=True)) == ["小林 彩", "町田 望", "西 健"]
    assert counted("seminar_attend", seminar.key) == 3
    assert states(seminar) == {
        "小林 彩": "applied",
        "西 健": "applied",
        "島田 結衣": "applied",
        "町田 望": "walk_in",
        "今井 徹": "applied",
    }
    assert showing.row_of(seminar, seminar.ends_at).counts.absent == 2
    following.follow_campaign(campaign.pk)
    assert len(members(campaign.pk, None, 9)) == 5
    assert "段取り改善セミナー" in staff.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert staff.get(f"/seminars/imported/{record.pk}/")["Location"] == f"/seminars/{seminar.pk}/"
    staff.post(f"/import/{record.pk}/undo/")
    run_pending()
    assert people.lead_count() == before
    assert list(came.values_list("name", flat=True)) == ["小林 彩"]
    assert sorted(states(seminar)) == ["小林 彩", "島田 結衣", "西 健"]
    assert counted("seminar_attend", seminar.key) == 1
    following.follow_campaign(campaign.pk)
    assert len(members(campaign.pk, None, 9)) == 3


def test_an_application_follows_a_merge_and_goes_with_an_erased_person() -> None:
    seminar = open_seminar()
    apply(seminar, "小林 彩")
    apply(seminar, "小林 綾", email="aya2@setouchi.example")
    one, other = Application.objects.order_by("pk").values_list("lead", flat=True)
    merge_leads(one, other)
    assert set(lists.applicants_of(seminar.key)["lead"]) == {people.keys_of_leads({one})[one]}
    person = people.person(one)
    assert person is not None
    assert len(everything_of(person)["seminars"]) == 2
    erase_leads([one])
    assert (Application.objects.count(), Submission.objects.count()) == (0, 0)


def test_more_places_are_given_to_those_who_wait_longest() -> None:
    seminar = open_seminar(capacity=1)
    for name in ("一 一", "二 二", "三 三"):
        apply(seminar, name)
    plan = planning.Plan(seminar.title, seminar.starts_at, seminar.ends_at, capacity=2)
    assert planning.change_seminar(seminar.pk, plan, "https://mikomi.example/") == ["二 二"]
    assert seats.cancel(Application.objects.get(name="三 三").pk, "", by=None) == []
    assert states(seminar) == {"一 一": "applied", "二 二": "applied", "三 三": "cancelled"}
