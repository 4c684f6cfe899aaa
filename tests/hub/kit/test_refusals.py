"""Addresses that are no pages: said in words, or not there at all."""

from __future__ import annotations

import pytest
from django.test import Client

from mikomi.hub.accounts.models import User

pytestmark = pytest.mark.django_db
PAGE = {"accept": "text/html,application/xhtml+xml"}
SAMPLES = ["/_kit/", "/_kit/rule", "/_kit/effect", "/_kit/toast"]


@pytest.fixture
def client() -> Client:
    browser = Client()
    user = User.objects.create_user("ishida@example.jp", name="石田 彩")
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.mark.parametrize(
    ("language", "said", "back"),
    [
        ("ja", "ここは開くページではありません", "「スコア」へ戻る"),
        ("en", "This is not a page to open", "Back to Score"),
    ],
)
def test_an_address_for_buttons_says_so_when_it_is_opened(
    client: Client, language: str, said: str, back: str
) -> None:
    answer = client.get("/score/discard/", headers=PAGE | {"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert said in page
    assert f'href="/score/">{back}</a>' in page


def test_where_no_page_is_near_the_way_leads_to_the_start(client: Client) -> None:
    page = client.get("/account/language/", headers=PAGE)
    assert page.status_code == 405
    assert 'href="/">入口へ戻る</a>' in page.content.decode()


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true", "accept": "text/html"}])
def test_scripts_get_the_plain_answer(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/score/discard/", headers=headers)
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("address", SAMPLES)
def test_samples_are_not_served(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_samples_are_served_where_they_are_asked_for(client: Client, settings) -> None:
    settings.SAMPLES = True
    assert client.get("/_kit/").status_code == 200


def test_searches_of_one_page_can_be_told_apart(client: Client) -> None:
    page = client.get("/leads/?q=x").content.decode()
    assert page.count('role="search"') == 2
    assert 'aria-label="すべてのリードから探す"' in page
    assert 'aria-label="この一覧から探す"' in page
