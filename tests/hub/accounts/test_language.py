from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mikomi.hub.accounts import services

pytestmark = pytest.mark.django_db


def language_of(client: Client, accept: str | None = None) -> str:
    headers = {} if accept is None else {"Accept-Language": accept}
    return client.get(reverse("account_login"), headers=headers).headers["Content-Language"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "ja"),
        ("en-US,en;q=0.9", "en"),
        ("ja,en;q=0.8", "ja"),
        ("fr-FR,fr;q=0.9", "ja"),
        ("fr,en;q=0.3", "en"),
        ("*", "ja"),
        ("nonsense;;q=x", "ja"),
    ],
)
def test_the_browser_is_asked_and_japanese_is_the_rest(
    client: Client, accept: str | None, language: str
) -> None:
    assert language_of(client, accept) == language


def test_the_persons_setting_comes_before_the_browser(client: Client) -> None:
    user = services.create_user("hana@example.com", "Hana", language="en")
    client.force_login(user)
    answer = client.get(reverse("account_profile"), headers={"Accept-Language": "ja"})
    assert answer.headers["Content-Language"] == "en"
    assert "My settings" in answer.content.decode()
    client.post(reverse("language"), {"language": "ja", "next": "/account/"})
    answer = client.get(reverse("account_profile"), headers={"Accept-Language": "en"})
    assert "自分の設定" in answer.content.decode()


def test_a_language_nobody_speaks_here_is_not_kept(client: Client) -> None:
    user = services.create_user("hana@example.com", "Hana", language="en")
    client.force_login(user)
    client.post(reverse("language"), {"language": "xx"})
    user.refresh_from_db()
    assert user.language == "en"


def test_the_profile_page_saves_name_and_language(client: Client) -> None:
    user = services.create_user("hana@example.com", "Hana")
    client.force_login(user)
    answer = client.post(reverse("account_profile"), {"name": "花子", "language": "en"}, follow=True)
    user.refresh_from_db()
    assert (user.name, user.language) == ("花子", "en")
    assert "Saved" in answer.content.decode()
