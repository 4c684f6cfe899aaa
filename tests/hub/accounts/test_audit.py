"""What people do is logged, and the log cannot be changed."""

from __future__ import annotations

import csv
import io

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from mikomi.core.words import Words
from mikomi.hub.accounts import audit, audited, services
from mikomi.hub.accounts.access import NEEDS
from mikomi.hub.accounts.models import AuditEntry, User
from mikomi.hub.accounts.types import Role
from mikomi.hub.people import queries as people
from mikomi.hub.site import pipeline
from tests.hub.site.world import ON, make_world

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 42"


@pytest.fixture
def admin() -> User:
    return services.create_user("hana@works.example", "見込 花子", PASSWORD, language="ja")


@pytest.fixture
def client(admin: User) -> Client:
    logged_in = Client()
    logged_in.force_login(admin)
    return logged_in


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize(
    "sql", ["update accounts_auditentry set action = 'x'", "delete from accounts_auditentry"]
)
def test_the_database_itself_refuses_to_change_the_log(admin: User, sql: str) -> None:
    audit.record(admin, "score.published", "model:1", Words("公開した", "Published"))
    with (
        pytest.raises(DatabaseError, match="audit log cannot be changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert actions() == ["score.published"]


def test_a_button_that_did_something_is_logged_and_one_that_did_not_is_not(
    client: Client, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    pipeline.score_all(ON)
    (lead,) = people.numbers_of(["L1"]).values()
    client.post("/score/publish/")  # nothing to publish, and no draft
    client.post(f"/leads/{lead}/privacy/erase/")  # not confirmed
    b"".join(client.get("/leads/export/file/").streaming_content)
    client.post(f"/leads/{lead}/trash/")
    client.post("/settings/privacy/retention/", {"details": "400", "unknown": "400"})
    assert actions() == ["leads.exported", "leads.trashed", "settings.privacy"]
    entry = AuditEntry.objects.get(action="leads.trashed")
    assert (entry.target, entry.by_name) == (f"lead:{lead}", "見込 花子")
    assert "三宅" not in str(list(AuditEntry.objects.values())), "no lead's name is kept"


def test_logins_that_work_fail_and_are_locked_are_logged(admin: User) -> None:
    cache.clear()
    visitor = Client()
    for password in [PASSWORD, *["wrong"] * 6]:
        visitor.logout()
        visitor.post(reverse("account_login"), {"login": "hana@works.example", "password": password})
    visitor.post(reverse("account_login"), {"login": "nobody@else.example", "password": "x"})
    found = actions()
    assert found[0] == "login.done"
    assert found.count("login.failed") >= 5
    assert "login.locked" in found
    assert "nobody@else" not in str(list(AuditEntry.objects.values()))


def test_the_page_narrows_the_log_and_gives_it_out(client: Client, admin: User) -> None:
    ken = services.create_user("ken@works.example", "=ケン", PASSWORD, role=Role.MARKETER)
    audit.record(admin, "score.published", "model:1", Words("スコアを公開した", "Published the score"))
    audit.record(ken, "import.loaded", "import:1", Words("ファイルを取り込んだ", "Loaded a file"))
    page = client.get("/settings/audit/?area=score").content.decode()
    assert ("スコアを公開した" in page, "ファイルを取り込んだ" in page) == (True, False)
    assert "あてはまる記録はありません" in client.get("/settings/audit/?to=2001-01-01").content.decode()
    for odd in (
        "?by=x&area=evil&from=9999-99-99&page=x",
        f"?by={'9' * 30}",
        "?from=9999-12-31&to=9999-12-31",
    ):
        assert client.get(f"/settings/audit/{odd}").status_code == 200
    body = b"".join(client.get(f"/settings/audit/file/?by={ken.pk}").streaming_content).decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(body))
    assert heads[1:3] == ["だれが", "したこと"]
    assert [row[2] for row in rows] == ["ファイルを取り込んだ"]
    assert not rows[0][1].startswith("="), "no cell is a formula"


def test_every_address_that_is_logged_is_an_address() -> None:
    assert {*audited.PRESSED, *audited.LOADED, *audited.POSTED} <= set(NEEDS)
