from __future__ import annotations

import re
from importlib.metadata import version

import pytest
from django.test import Client
from django.urls import reverse

from mikomi.hub.accounts import services

pytestmark = pytest.mark.django_db


def test_pages_forbid_inline_script_style_and_framing(client: Client) -> None:
    answer = client.get(reverse("account_login"))
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_profile", "account_change_password"]
)
def test_account_pages_hold_no_inline_style_or_script(client: Client, name: str) -> None:
    client.force_login(services.create_user("hana@example.com", "Hana", "correct horse 42"))
    if name in ("account_login", "account_reset_password"):
        client.logout()
    page = client.get(reverse(name)).content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize("name", ["account_login", "account_logout", "language", "account_profile"])
def test_posts_want_the_csrf_token(name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(services.create_user("hana@example.com", "Hana"))
    assert client.post(reverse(name), {}).status_code == 403


def test_health_is_open_and_tells_no_secrets(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.json() == {"ok": True, "version": version("mikomi"), "database": True, "worker": False}
