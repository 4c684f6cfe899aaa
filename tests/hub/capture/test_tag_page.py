from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.capture import intake, sources
from mikomi.hub.capture.models import RefusedCount, Source
from mikomi.hub.capture.tagging.fetching import Fetched
from mikomi.hub.capture.views import tag as views
from tests.hub.capture.messages import entry, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    client.force_login(User.objects.create_user("sasaki@example.com"))
    client.get(reverse("capture:tags"), headers={"accept-language": "ja"})
    return client


@pytest.fixture
def source(staff) -> Source:
    return sources.make_source("会社のサイト")


def at(name: str, source: Source) -> str:
    return reverse(f"capture:{name}", args=[source.pk])


def test_a_tag_is_made_and_its_line_is_there_to_copy(staff) -> None:
    answer = staff.post(reverse("capture:tags"), {"name": "会社のサイト"}, follow=True)
    made = Source.objects.get()
    assert f"http://testserver/mikomi.js?k={made.write_key}" in answer.text
    assert staff.post(reverse("capture:tags"), {"name": "会社のサイト"}).status_code == 422


def test_settings_are_kept_and_shown_again(staff, source) -> None:
    said = {
        "name": "新しいサイト",
        "origins": "www.example.co.jp\nhttp://localhost:3000",
        "collect": ["page", "download"],
        "cookie": "script",
        "consent": "wait",
        "selector": ["form.contact", ""],
        "form_name": ["お問い合わせ", ""],
        "form_fields": ["your-email = email\nyour-company = company", ""],
    }
    assert staff.post(at("tag", source), said).status_code == 302
    source.refresh_from_db()
    assert source.name == "新しいサイト"
    assert source.options["origins"] == ["https://www.example.co.jp", "http://localhost:3000"]
    assert source.options["collect"] == {
        "page": True,
        "download": True,
        "outbound": False,
        "time": False,
        "forms": [
            {
                "selector": "form.contact",
                "name": "お問い合わせ",
                "fields": {"your-email": "email", "your-company": "company"},
            }
        ],
    }
    assert "your-email = email" in staff.get(at("tag", source)).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"origins": "javascript:alert(1)"},
        {"cookie_domain": "no domain"},
        {"selector": "form", "form_name": "", "form_fields": "password = email"},
        {"selector": "form", "form_name": "", "form_fields": "a = no_such_field"},
        {"selector": "form", "form_name": "", "form_fields": "nonsense"},
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_changed(staff, source, wrong) -> None:
    answer = staff.post(at("tag", source), {"name": "other", **wrong})
    assert answer.status_code == 422
    source.refresh_from_db()
    assert source.name == "会社のサイト"


def test_a_stopped_tag_starts_again_unless_its_name_is_taken(staff, source) -> None:
    staff.post(at("tag_switch", source))
    source.refresh_from_db()
    assert source.disabled_at is not None
    other = sources.make_source("会社のサイト")
    assert staff.post(at("tag_switch", source), {"on": "1"}).status_code == 422
    sources.disable(other.pk)
    assert staff.post(at("tag_switch", source), {"on": "1"}).status_code == 302


def test_what_arrives_and_what_does_not_is_told(staff, source) -> None:
    assert "まだ何も届いていません" in staff.get(at("tag", source)).text
    intake.take("j", [entry(1, source.pk, page(0, "a" * 20))])
    hour = int(timezone.now().timestamp()) // 3600
    RefusedCount.objects.create(hour=hour, source=source.pk, reason="origin_not_allowed", n=12)
    RefusedCount.objects.create(hour=hour - 30, source=source.pk, reason="busy", n=99)
    whole = staff.get(at("tag", source)).text
    assert "www.example.co.jp/pricing" in staff.get(at("tag_arriving", source)).text
    assert "このサイトからは受け付けていません" in whole
    assert "いまは受け取れません" not in whole


def test_a_page_is_checked_and_pages_without_the_tag_are_named(staff, source, monkeypatch) -> None:
    def fetched(url: str) -> Fetched:
        if url.endswith(".xml"):
            urls = "".join(
                f"<url><loc>https://www.example.co.jp{p}</loc></url>" for p in ("/pricing/", "/cases")
            )
            return Fetched(url, 200, {}, f'<urlset xmlns="http://www.sitemaps.org/schemas">{urls}</urlset>')
        return Fetched(url, 200, {}, f'<script src="https://x/mikomi.js?k={source.write_key}"></script>')

    monkeypatch.setattr(views, "fetch_page", fetched)
    monkeypatch.setattr(views, "addresses_of", lambda host, port: ["192.0.2.1"])
    intake.take("j", [entry(1, source.pk, page(0, "a" * 20))])
    checked = staff.post(at("tag_check", source), {"url": "https://www.example.co.jp/"})
    assert "タグがあります" in checked.text
    missing = staff.post(at("tag_missing", source), {"sitemap": "https://www.example.co.jp/sitemap.xml"})
    assert "<li>/cases</li>" in missing.text
    assert "/pricing/</li>" not in missing.text
    pasted = staff.post(at("tag_missing", source), {"paths": "/pricing\n"})
    assert "1ページすべてから" in pasted.text


def test_a_page_that_must_not_be_opened_is_refused_in_words(staff, source) -> None:
    answer = staff.post(at("tag_check", source), {"url": "http://127.0.0.1:8000/"})
    assert answer.status_code == 422
    assert "公開されたサイトではない" in answer.text


def test_enabling_asks_for_the_name() -> None:
    first = sources.make_source("a")
    sources.disable(first.pk)
    sources.make_source("a")
    with pytest.raises(MikomiError):
        sources.enable(first.pk)
