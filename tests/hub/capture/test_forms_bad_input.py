"""Whatever is sent to a form is answered in words; nothing breaks, nothing that was filled in is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from mikomi.hub.accounts.models import User
from mikomi.hub.capture import intake, sources
from mikomi.hub.capture.models import Submission, Visitor
from mikomi.hub.capture.webforms import captured, editing
from mikomi.hub.capture.webforms.answers import cleaned
from mikomi.hub.capture.webforms.content import Consent, Question, content_from
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import queries as people
from tests.hub.capture.forms_world import AYA, page_of, publish_form, send
from tests.hub.capture.messages import entry, message

pytestmark = pytest.mark.django_db(transaction=True)

SQL = "'; drop table people_lead; --"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


@pytest.fixture
def staff() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return logged_in


def test_script_and_sql_in_every_field_are_text(staff: Client) -> None:
    form = publish_form("contact", "お問い合わせ")
    bad = SCRIPT + SQL
    given = dict.fromkeys(
        ("q-company", "q-name", "q-phone", "q-q1", "utm_source", "mk_visitor", "mk_page"), bad
    )
    assert send(form, given | {"q-email": "x@y.example"}).status_code == 303
    held = Submission.objects.get()
    assert held.answers["name"] == bad
    assert held.page.startswith("http://testserver/")
    pages = (f"/forms/{form.pk}/submissions/", f"/forms/{form.pk}/submissions/{held.pk}/", "/forms/")
    for path in pages:
        assert "<script>alert" not in staff.get(path).content.decode()
    wrong = send(form, given | {"q-email": bad}).content.decode()
    assert "<script>alert" not in wrong
    assert "&lt;script&gt;alert" in wrong


@pytest.mark.parametrize("name", ["q-company", "q-name", "q-email", "q-phone", "q-q1"])
def test_a_field_that_is_too_long_is_said_beside_it_and_keeps_its_text(name: str) -> None:
    form = publish_form("contact", "お問い合わせ")
    long = "あ" * 100_000
    answer = send(form, AYA | {"q-q1": "質問", name: long})
    assert answer.status_code == 422
    assert long in answer.content.decode()
    assert f'href="#{name}"' in answer.content.decode()
    assert not Submission.objects.exists()


def test_ten_megabytes_are_refused_in_words() -> None:
    form = publish_form()
    answer = send(form, AYA | {"q-name": "x" * 10_500_000})
    assert answer.status_code == 413
    assert "長すぎるため、送れませんでした" in answer.content.decode()


def test_what_no_keyboard_types_is_taken_out() -> None:
    form = publish_form("contact", "お問い合わせ")
    given = AYA | {"q-name": "小林\0 彩\x1b\u202e", "q-q1": "\0一行目\r\n二行目\x07", "utm_source": "a\0b"}
    assert send(form, given).status_code == 303
    held = Submission.objects.get()
    assert (held.answers["name"], held.answers["q1"]) == ("小林 彩", "一行目\n二行目")
    assert held.touch == {"utm_source": "ab"}
    assert cleaned("\ud800a\udfff") == "a"


@pytest.mark.parametrize(
    "address", ["", "aya", "aya@", "@x.example", "a b@x.example", "a@b@c.example", "aya@localhost", "a" * 300]
)
def test_an_address_that_is_none_is_said(address: str) -> None:
    form = publish_form()
    answer = send(form, AYA | {"q-email": address})
    assert answer.status_code == 422
    assert 'id="q-email-error"' in answer.content.decode()
    assert 'value="小林 彩"' in answer.content.decode()


def test_a_header_is_one_line() -> None:
    form = publish_form(name="資料\r\nBcc: all@victim.example")
    evil = "彩\r\nBcc: all@victim.example\r\n\r\nbuy"
    content = content_from(form.draft)
    editing.save_draft(
        form.pk, form.name, replace(content, mail_subject=replace(content.title, ja="{name} 様"))
    )
    editing.publish(form.pk, None)
    form.refresh_from_db()
    send(form, AYA | {"q-name": evil, "q-email": "aya@setouchi.example\nBcc: b@victim.example"})
    assert not Submission.objects.exists()
    send(form, AYA | {"q-name": evil})
    run_pending()
    (sent,) = mail.outbox
    assert sent.recipients() == ["aya@setouchi.example"]
    head = sent.message().as_string().split("\n\n")[0]
    assert not any(line.lower().startswith("bcc:") for line in head.splitlines())


def test_missing_fields_are_named_and_unknown_ones_are_nothing() -> None:
    form = publish_form()
    answer = send(form, {"q-nobody": "x", "q-email": "aya@setouchi.example"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#q-company">' in body
    assert '<a href="#q-name">' in body
    assert '<a href="#q-phone">' not in body


@pytest.mark.parametrize("token", ["", "x", "e30:1abc:zzzz", "\0"])
def test_a_forged_token_sends_nothing_and_keeps_what_was_filled_in(token: str) -> None:
    form = publish_form()
    answer = send(form, AYA, token=token)
    assert answer.status_code == 422
    assert "もう一度ボタンを押してください" in answer.content.decode()
    assert 'value="小林 彩"' in answer.content.decode()
    other = publish_form(name="別のフォーム")
    assert send(form, AYA, token=page_of(other)).status_code == 422
    assert not Submission.objects.exists()


def test_a_form_that_was_closed_meanwhile_gives_back_what_was_filled_in() -> None:
    form = publish_form()
    opened = page_of(form)
    editing.close(form.pk)
    answer = send(form, AYA, token=opened)
    assert answer.status_code == 410
    assert "受付は終わりました" in answer.content.decode()
    assert "小林 彩" in answer.content.decode()
    assert Client().get(f"/f/{form.slug}").status_code == 410
    editing.reopen(form.pk)
    assert send(form, AYA, token=opened).status_code == 303


def test_a_draft_is_not_there_for_visitors() -> None:
    draft = editing.make_form("下書き", content_from({}), None)
    for path in (f"/f/{draft.slug}", f"/f/{draft.slug}.js", f"/f/{draft.slug}/thanks", "/f/nothing"):
        assert Client().get(path).status_code == 404
    assert Client().post(f"/f/{draft.slug}", AYA).status_code == 404


def test_free_mail_is_refused_where_the_form_says_so() -> None:
    form = publish_form(refuse_free=True)
    answer = send(form, AYA | {"q-email": "aya@gmail.com"})
    assert "会社のメールアドレス" in answer.content.decode()
    assert send(form, AYA).status_code == 303


def test_a_form_that_needs_consent_says_so_at_its_box() -> None:
    form = publish_form("newsletter", "メルマガ")
    answer = send(form, {"q-email": "aya@setouchi.example"})
    assert answer.status_code == 422
    assert 'id="consent-error"' in answer.content.decode()


def test_other_methods_and_odd_bodies_break_nothing() -> None:
    form = publish_form()
    visitor = Client(headers={"accept-language": "ja"}, raise_request_exception=False)
    assert visitor.put(f"/f/{form.slug}", b"x").status_code == 405
    assert visitor.post(f"/f/{form.slug}", b"\xff\xfe", content_type="application/json").status_code == 422
    bad = visitor.post(f"/f/{form.slug}", b"--x\r\n", content_type="multipart/form-data; boundary=")
    assert bad.status_code in (400, 422)
    many = {f"f{n}": "x" for n in range(2_000)}
    assert visitor.post(f"/f/{form.slug}", many).status_code in (400, 422)


def test_these_pages_alone_may_stand_in_a_frame(staff: Client) -> None:
    form = publish_form(thanks_url="https://www.example.co.jp/thanks")
    page = Client().get(f"/f/{form.slug}")
    assert "X-Frame-Options" not in page
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert "form-action 'self' https://www.example.co.jp" in page["Content-Security-Policy"]
    assert send(form, AYA)["Location"] == "https://www.example.co.jp/thanks"
    own = staff.get("/forms/")
    assert own["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in own["Content-Security-Policy"]


def test_the_script_names_the_form_and_nothing_can_break_out_of_it() -> None:
    form = publish_form(name="'+alert(1)+'</script>")
    script = Client().get(f"/f/{form.slug}.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert f"http://testserver/f/{form.slug}".replace("-", "\\u002D") in script.content.decode()
    assert "'+alert" not in script.content.decode()
    assert "</script>" not in script.content.decode()


class TestFormsOfTheSite:
    def content(self):
        inputs = {"email": "your-email", "name": "your-name", "company": "org"}
        asked = tuple(Question(k, k, input=v, required=k == "email") for k, v in inputs.items())
        secret = Question("note2", "department", input="password")
        begun = captured.start("contact")
        return replace(begun, questions=(*asked, secret), consent=Consent(), selector="form#c", source=3)

    def test_named_fields_are_taken_and_nothing_else(self) -> None:
        traits = {
            "email": " Aya@Setouchi.example ",
            "name": "小林 彩",
            "company": "4111 1111 1111 1111",
            "department": "hunter2",
            "title": "部長",
        }
        found = captured.answers_of(self.content(), traits)
        assert found == {"email": "aya@setouchi.example", "name": "小林 彩"}
        assert captured.is_card("カードは4111-1111-1111-1111です")
        assert not captured.is_card("06-5555-0101")

    @pytest.mark.parametrize("traits", [{}, {"email": 5}, {"email": None}, {"email": ["x", {}]}])
    def test_odd_values_are_nothing(self, traits: dict[str, object]) -> None:
        assert captured.answers_of(self.content(), traits) == {}

    def test_what_the_tag_saw_is_a_submission_and_the_browser_is_known(self) -> None:
        source = sources.make_source("本サイト").pk
        form = editing.make_form("サイトの問い合わせ", replace(self.content(), source=source), None, "site")
        editing.publish(form.pk, None)
        traits = {"email": "aya@setouchi.example", "name": "小林 彩", "card": "1"}
        said = {
            "event": "form_submit",
            "properties": {"form": f"form/{form.slug}"},
            "context": {"traits": traits},
        }
        sent = message("track", 5, "browser-1", **said)
        intake.take("j", [entry(1, source, sent)])
        intake.take("j", [entry(2, source, sent)])
        run_pending()
        held = Submission.objects.get()
        assert held.answers == {"email": "aya@setouchi.example", "name": "小林 彩"}
        assert people.find_by_email("aya@setouchi.example") == [held.lead]
        visitor = Visitor.objects.get(anonymous="browser-1")
        assert (visitor.lead, visitor.certainty, visitor.how) == (held.lead, "sure", "form")
        assert Client().get(f"/f/{form.slug}").status_code == 404, "it has no page of ours"

    def test_what_no_open_form_takes_stays_an_event(self) -> None:
        source = sources.make_source("本サイト").pk
        form = editing.make_form("サイトの問い合わせ", replace(self.content(), source=source), None, "site")
        editing.publish(form.pk, None)
        odd = [(f"form/{form.slug}", "no address"), ("form/other", "a@b.example")]
        for seq, (place, email) in enumerate(odd, start=1):
            context = {"traits": {"email": email}}
            sent = message("track", 5, "b", event="form_submit", properties={"form": place}, context=context)
            assert intake.take("j", [entry(seq, source, sent)]).events == 1
        run_pending()
        assert not Submission.objects.exists()
