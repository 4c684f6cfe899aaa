"""Logging in with a second step, and where one is logged in."""

from __future__ import annotations

import importlib
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from mikomi.hub.accounts import devices, health, sealing, services
from mikomi.hub.accounts.models import AuditEntry, User
from mikomi.hub.accounts.types import Role

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 42"


@pytest.fixture(autouse=True)
def nobody_is_locked() -> None:
    cache.clear()


@pytest.fixture
def admin() -> User:
    return services.create_user("hana@works.example", "見込 花子", PASSWORD, language="ja")


def log_in(client: Client) -> str:
    given = {"login": "hana@works.example", "password": PASSWORD}
    return client.post(reverse("account_login"), given).headers["Location"]


def code_of(secret: str) -> str:
    """What the app on the phone would show now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_up(client: Client) -> str:
    """Sets the second step up as a person does; the secret."""
    asked = client.get(reverse("mfa_activate_totp")).headers["Location"]
    page = client.post(asked, {"password": PASSWORD}, follow=True).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert not re.search(r"\sstyle=|<script(?![^>]*\ssrc=)", page)
    found = re.search(r'<code class="mk-code">(\w+)</code>', page)
    assert found is not None
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "この数字は違います" in wrong.content.decode()
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1])}, follow=True)
    assert "予備のコード" in done.content.decode()
    return found[1]


def test_a_second_step_is_asked_for_and_spare_codes_stand_in_for_a_lost_phone(admin: User) -> None:
    client = Client()
    log_in(client)
    secret = set_up(client)
    spare = re.findall(
        r"<code>(\d{8})</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode()
    )
    assert len(spare) == 10
    assert spare[0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()
    for code in (code_of(secret), spare[0]):
        cache.clear()  # a code works once: the one of this half minute was used
        visitor = Client()
        assert log_in(visitor) == reverse("mfa_authenticate")
        assert visitor.get("/account/").status_code == 302, "the password alone lets nobody in"
        visitor.post(reverse("mfa_authenticate"), {"code": code})
        assert visitor.get("/account/").status_code == 200
    visitor = Client()
    log_in(visitor)
    assert visitor.post(reverse("mfa_authenticate"), {"code": spare[0]}).status_code == 200, "each once"
    assert visitor.get("/account/").status_code == 302


def test_a_login_link_does_not_pass_the_second_step_by(admin: User) -> None:
    client = Client()
    log_in(client)
    set_up(client)
    visitor = Client()
    answer = visitor.post(reverse("login_by_link", args=[services.make_login_link(admin)]))
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert visitor.get("/account/").status_code == 302


def test_guessing_codes_is_stopped(admin: User) -> None:
    client = Client()
    log_in(client)
    secret = set_up(client)
    cache.clear()
    visitor = Client()
    log_in(visitor)
    for _ in range(10):
        visitor.post(reverse("mfa_authenticate"), {"code": "000000"})
    visitor.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert visitor.get("/account/").status_code == 302


def test_an_admin_may_require_it_of_everybody_and_reset_a_persons(admin: User) -> None:
    client = Client()
    log_in(client)
    set_up(client)
    ken = services.create_user("ken@works.example", "ケン", PASSWORD, role=Role.SALES, language="ja")
    theirs = Client()
    theirs.force_login(ken)
    assert theirs.get("/leads/").status_code == 200
    client.post(reverse("accounts_two_steps"), {"required": "yes"})
    assert client.get("/leads/").status_code == 200
    assert theirs.get("/leads/").headers["Location"] == reverse("mfa_activate_totp")
    assert theirs.get("/leads/", headers={"hx-request": "true"}).status_code == 401
    assert theirs.get("/healthz").status_code == 200
    page = client.post(reverse("accounts_reset_two_steps", args=[admin.pk]), follow=True).content.decode()
    assert "2段階のログインを設定する" in page, "the admin, too, now has to set it up again"
    assert not Authenticator.objects.exists()
    client.post(reverse("accounts_two_steps"), {"required": "no"})
    assert theirs.get("/leads/").status_code == 302, "that was refused, since the admin has none now"
    assert "people.two_steps" in AuditEntry.objects.values_list("action", flat=True)


def test_who_came_by_a_link_alone_chooses_a_password_first() -> None:
    user = services.create_user("ken@works.example", "ケン")
    client = Client()
    client.post(reverse("login_by_link", args=[services.make_login_link(user)]))
    assert client.get(reverse("mfa_activate_totp")).headers["Location"] == reverse("account_set_password")
    client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    answer = client.get(reverse("mfa_activate_totp"), follow=True)
    if answer.redirect_chain:
        answer = client.post(answer.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    assert "data:image/svg+xml" in answer.content.decode()


def test_one_sees_where_one_is_logged_in_and_ends_it(admin: User) -> None:
    here = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"})
    phone = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU OS 18_0) Version/18.0 Safari/604.1"})
    third = Client()
    for one in (here, phone, third):
        log_in(one)
        one.get("/account/")
    held = devices.devices_of(admin, here.session.session_key or "")
    assert [(one.name, one.here) for one in held if one.name] == [
        ("Chrome · Windows", True),
        ("Safari · iPhone", False),
    ]
    page = here.get(reverse("account_devices")).content.decode()
    assert "この端末" in page
    assert "127.0.0.1" in page
    (its,) = [one.number for one in held if "iPhone" in one.name]
    ken = services.create_user("ken@works.example", "ケン", PASSWORD)
    assert not devices.end(ken, its), "nobody ends what is another's"
    here.post(reverse("account_end_device", args=[its]))
    assert phone.get("/account/").status_code == 302
    assert third.get("/account/").status_code == 200
    here.post(reverse("account_end_devices"))
    assert third.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert len(devices.devices_of(admin, here.session.session_key or "")) == 1
    admin.refresh_from_db()
    assert admin.last_seen_at is not None


def test_secrets_are_sealed_in_the_database_old_ones_by_the_migration(admin: User) -> None:
    client = Client()
    log_in(client)
    secret = set_up(client)
    held = {one.type: one for one in Authenticator.objects.all()}
    assert secret not in str([one.data for one in held.values()])
    seed = sealing.unseal(held["recovery_codes"].data["seed"])
    held["totp"].data["secret"], held["recovery_codes"].data["seed"] = secret, seed
    for one in held.values():
        one.save()
    migration = importlib.import_module("mikomi.hub.accounts.migrations.0004_seal_second_steps")
    migration.close(apps, None)
    migration.close(apps, None)
    after = {one.type: one.data for one in Authenticator.objects.all()}
    assert sealing.is_sealed(after["totp"]["secret"])
    assert sealing.unseal(after["totp"]["secret"]) == secret
    assert sealing.unseal(after["recovery_codes"]["seed"]) == seed
    cache.clear()
    visitor = Client()
    log_in(visitor)
    visitor.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert visitor.get("/account/").status_code == 200


def test_another_key_is_said_in_words_with_the_way_out(admin: User, settings) -> None:
    client = Client()
    log_in(client)
    secret = set_up(client)
    assert health.look_at_second_steps().well
    cache.clear()
    settings.SECRET_KEY = "another key that is long enough for this"
    visitor = Client()
    log_in(visitor)
    page = visitor.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).content.decode()
    assert "./mikomi invite メールアドレス --reset-two-steps" in page
    assert visitor.get("/account/").status_code == 302
    found = health.look_at_second_steps()
    assert (found.well, "hana@works.example" in found.words.ja) == (False, True)
    with pytest.raises(sealing.KeyChangedError):
        sealing.unseal(secret)
