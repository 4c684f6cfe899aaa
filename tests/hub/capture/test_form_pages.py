"""The pages on which forms are made and submissions are read."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from django.test import Client

from mikomi.hub.accounts.models import User
from mikomi.hub.capture import sources
from mikomi.hub.capture.models import Form, Source, Submission
from mikomi.hub.capture.webforms.content import content_from
from tests.hub.capture.forms_world import AYA, publish_form, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


@pytest.fixture
def staff() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    return logged_in


def begun(staff: Client, **asked: str) -> Form:
    answer = staff.post("/forms/new/", {"purpose": "contact", **asked})
    return Form.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))


def written(form: Form, **changes: Any) -> dict[str, Any]:
    """What the editor's page sends, changed."""
    content = content_from(form.draft)
    told = {
        "name": form.name,
        "purpose": content.purpose,
        "title_ja": content.title.ja,
        "question": [q.key for q in content.questions],
        "consent_ask": "on",
        "consent_sender": "北浜精機株式会社",
        "consent_ja": content.consent.wording.ja,
        "button_ja": content.button.ja,
    }
    labels = {f"label-{q.key}_ja": q.label.ja for q in content.questions}
    return told | labels | changes


def keys(form: Form) -> list[str]:
    form.refresh_from_db()
    return [q.key for q in content_from(form.draft).questions]


def test_questions_are_ordered_added_and_removed_by_buttons(staff: Client) -> None:
    form = begun(staff)
    page = f"/forms/{form.pk}/"
    assert keys(form) == ["company", "name", "email", "phone", "q1"]
    answer = staff.post(page, written(form, do="down:company"))
    assert answer["Location"] == f"{page}?at=company&way=down"
    assert keys(form)[:2] == ["name", "company"]
    staff.post(page, written(form, do="up:name"))
    assert keys(form)[:2] == ["name", "company"], "it is the first already"
    staff.post(page, written(form, do="remove:phone"))
    staff.post(page, written(form, do="remove:email"))
    assert keys(form) == ["name", "company", "email", "q1"], "the mail address stays"
    staff.post(page, written(form, do="add", add_field="title"))
    staff.post(page, written(form, do="add", add_field="title"))
    staff.post(page, written(form, do="add", add_field="choice"))
    assert keys(form) == ["name", "company", "email", "q1", "title", "q2"]
    choice = {"label-q2_ja": "興味", "choices-q2": "価格\n\n納期;早め\n価格", "do": "save"}
    staff.post(page, written(form, **choice))
    form.refresh_from_db()
    assert content_from(form.draft).questions[-1].choices == ("価格", "納期；早め")


def test_what_is_wrong_is_said_and_nothing_is_published(staff: Client) -> None:
    form = begun(staff)
    page = f"/forms/{form.pk}/"
    answer = staff.post(page, written(form, do="publish", consent_sender=""))
    assert answer.status_code == 422
    assert "送り主の名前を入れてください" in answer.content.decode()
    answer = staff.post(page, written(form, do="publish", thanks_url="javascript:alert(1)"))
    assert "URL ではありません" in answer.content.decode()
    form.refresh_from_db()
    assert form.version is None
    answer = staff.post(page, written(form, do="save", name=""))
    assert "名前を80文字まで" in answer.content.decode()
    answer = staff.post(page, written(form, do="publish"), follow=True)
    assert "第1版を公開しました" in answer.content.decode()
    assert Client().get(f"/f/{form.slug}").status_code == 200


def test_a_draft_changes_nothing_for_visitors_until_it_is_published(staff: Client) -> None:
    form = publish_form()
    staff.post(f"/forms/{form.pk}/", written(form, title_ja="新しい見出し", do="save"))
    assert "新しい見出し" not in Client().get(f"/f/{form.slug}").content.decode()
    assert "公開していない変更" in staff.get("/forms/").content.decode()
    staff.post(f"/forms/{form.pk}/", written(form, title_ja="新しい見出し", do="publish"))
    assert "新しい見出し" in Client().get(f"/f/{form.slug}").content.decode()


def test_the_preview_shows_what_stands_in_the_editor(staff: Client) -> None:
    form = begun(staff)
    answer = staff.post(f"/forms/{form.pk}/preview/", written(form, title_ja="<b>ご相談</b>"))
    assert "&lt;b&gt;ご相談&lt;/b&gt;" in answer.content.decode()
    assert "<form" not in answer.content.decode()
    form.refresh_from_db()
    assert content_from(form.draft).title.ja == "お問い合わせ", "looking keeps nothing"


def test_a_form_is_closed_opened_and_only_a_draft_deleted(staff: Client) -> None:
    form, draft = publish_form(), begun(staff)
    closed = staff.post(f"/forms/{form.pk}/close/", follow=True).content.decode()
    assert f"/forms/{form.pk}/reopen/" in closed
    assert Client().get(f"/f/{form.slug}").status_code == 410
    staff.post(f"/forms/{form.pk}/reopen/")
    assert Client().get(f"/f/{form.slug}").status_code == 200
    staff.post(f"/forms/{form.pk}/delete/")
    staff.post(f"/forms/{draft.pk}/delete/")
    assert list(Form.objects.values_list("pk", flat=True)) == [form.pk]


def test_submissions_are_a_file_with_the_evidence_and_without_formulas(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = publish_form("contact", "お問い合わせ")
    send(form, AYA | {"q-q1": '=HYPERLINK("http://x")', "consent": "1", "utm_source": "yahoo"})
    send(form, AYA | {"q-email": "ken@x.example", "q-name": "西 健", "q-q1": "質問"})
    path = f"/forms/{form.pk}/submissions/file/"
    text = staff.get(path).getvalue().decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    table = pl.read_csv(StringIO(text), infer_schema=False)
    assert table["メール"].to_list() == ["ken@x.example", "aya@setouchi.example"]
    assert str(table["同意文"][1]).startswith("北浜精機株式会社から、")
    assert table["utm_source"][1] == "yahoo"
    assert staff.get(path + "?as=cp932").getvalue().decode("cp932").count("\n") == 3
    sheet = BytesIO(staff.get(path + "?as=xlsx").getvalue())
    assert pl.read_excel(sheet, engine="calamine").height == 2
    page = staff.get(f"/forms/{form.pk}/submissions/?show=pitch").content.decode()
    assert "まだありません" in page
    assert "?as=xlsx" in staff.get(f"/forms/{form.pk}/submissions/").content.decode()
    monkeypatch.setattr("mikomi.hub.capture.views.submissions.SHEET_MOST", 1)
    # Too long a list comes as no other kind of file: the reader is told why there is no workbook.
    told = staff.get(path + "?as=xlsx&show=", follow=True).content.decode()
    assert "XLSX にできるのは1件までなので" in told
    assert "?as=xlsx" not in told


def test_a_form_of_the_site_tells_its_source_what_to_take(staff: Client) -> None:
    other = {"name": "見積", "selector": "#quote", "fields": {"mail": "email"}}
    source = sources.make_source("本サイト")
    sources.set_options(source.pk, {"collect": {"page": True, "forms": [other]}})
    form = begun(staff, place="site")
    told = {"do": "publish", "selector": "form#contact", "source": str(source.pk), "input-name": "your-name"}
    told |= {"input-company": "password", "input-email": "mail"}
    asked = written(form, **told)
    del asked["consent_ask"]
    staff.post(f"/forms/{form.pk}/", asked)
    collect = sources.options_of(Source.objects.get(pk=source.pk))["collect"]
    assert collect["forms"] == [
        other,
        {
            "name": f"form/{form.slug}",
            "selector": "form#contact",
            "fields": {"mail": "email", "your-name": "name"},
        },
    ]
    assert collect["page"] is True
    # The tag's own settings neither change nor forge what a form takes.
    shown = staff.get(f"/settings/tag/{source.pk}/").content.decode()
    assert "読む欄は、フォームの画面で決めています" in shown
    assert f"form/{form.slug}" not in shown
    tag = {"name": "本サイト", "collect": "page", "selector": "#quote", "form_name": "見積"}
    tag["form_fields"] = "mail = email"
    staff.post(f"/settings/tag/{source.pk}/", tag)
    assert sources.options_of(Source.objects.get(pk=source.pk))["collect"]["forms"] == collect["forms"]
    forged = tag | {"form_name": f"form/{form.slug}", "form_fields": "your-password-hint = email"}
    assert staff.post(f"/settings/tag/{source.pk}/", forged).status_code == 422
    staff.post(f"/forms/{form.pk}/close/")
    assert sources.options_of(Source.objects.get(pk=source.pk))["collect"]["forms"] == [other]


@pytest.mark.parametrize(
    "path", ["", "new/", "pitches/", "{n}/", "{n}/share/", "{n}/submissions/", "{n}/submissions/{s}/"]
)
def test_pages_are_there_in_both_languages_and_only_for_those_who_log_in(staff: Client, path: str) -> None:
    form = publish_form(notify=(1,))
    send(form, AYA | {"consent": "1"})
    address = "/forms/" + path.format(n=form.pk, s=Submission.objects.get().pk)
    for language in ("ja", "en"):
        assert staff.get(address, headers={"accept-language": language}).status_code == 200
    assert Client().get(address).status_code == 302
    gone = address.replace(str(form.pk), "999")
    assert gone == address or staff.get(gone).status_code == 404
