from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.hub.accounts import queries, services
from mikomi.hub.accounts.models import LoginLink, User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 42"


@pytest.fixture
def user() -> User:
    return services.create_user("Hana@Example.com", "見込 花子", PASSWORD)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def log_in(client: Client, email: str = "hana@example.com", password: str = PASSWORD, **more: str):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def test_it_works(client: Client, user: User) -> None:
    assert log_in(client).headers["Location"] == "/"
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    assert not is_logged_in(client)


def test_the_address_is_the_same_in_any_case(client: Client, user: User) -> None:
    log_in(client, "HANA@example.COM")
    assert is_logged_in(client)
    assert queries.find_user("hana@EXAMPLE.com") == user


def test_a_wrong_password_says_so_in_the_readers_language(client: Client, user: User) -> None:
    assert "メールアドレス" in log_in(client, password="wrong").content.decode()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = log_in(client, password="wrong").content.decode()
    assert "is not correct" in page or "are not correct" in page
    assert not is_logged_in(client)


def test_guessing_passwords_is_stopped(client: Client, user: User) -> None:
    cache.clear()
    for _ in range(6):
        log_in(client, password="wrong")
    log_in(client)
    assert not is_logged_in(client)


def test_asking_for_many_mails_is_stopped_in_words(client: Client, user: User) -> None:
    cache.clear()
    for _ in range(30):
        answer = client.post(reverse("account_reset_password"), {"email": "hana@example.com"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert "少し待ってください" in answer.content.decode()
    assert len(mail.outbox) < 30


@pytest.mark.parametrize("address", ["/account/", "/account/password/"])
def test_pages_ask_for_login_and_lead_back(client: Client, user: User, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/login/?next={address}"
    assert log_in(client, next=address).headers["Location"] == address


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_and_language_never_lead_off_the_site(client: Client, user: User, elsewhere: str) -> None:
    assert log_in(client, next=elsewhere).headers["Location"] == "/"
    answer = client.post(reverse("language"), {"language": "en", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_logging_out_wants_a_press_of_a_button(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_logged_in(client)


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    client.post(reverse("account_signup"), {"email": "x@example.com", "password1": PASSWORD})
    assert not User.objects.exists()


def test_a_login_link_asks_first_and_works_once(client: Client, user: User) -> None:
    address = reverse("login_by_link", args=[services.make_login_link(user)])
    assert client.get(address).status_code == 200  # as a mail scanner would
    assert not is_logged_in(client)
    assert client.post(address).headers["Location"] == "/"
    assert is_logged_in(client)
    assert Client().post(address).status_code == 410


def test_a_demos_link_logs_in_with_one_click_and_again(client: Client, user: User) -> None:
    address = reverse("login_by_link", args=[services.make_login_link(user, reusable=True)])
    for _ in range(2):
        visitor = Client()
        assert visitor.get(address).headers["Location"] == "/"
        assert is_logged_in(visitor)


def test_a_link_ends_and_its_token_is_not_stored(client: Client, user: User) -> None:
    token = services.make_login_link(user, reusable=True)
    assert token not in str(list(LoginLink.objects.values()))
    LoginLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(reverse("login_by_link", args=[token])).status_code == 410
    assert client.get(reverse("login_by_link", args=["guess"])).status_code == 410


def test_a_person_who_left_cannot_use_a_link(client: Client, user: User) -> None:
    token = services.make_login_link(user, reusable=True)
    User.objects.update(is_active=False)
    assert client.get(reverse("login_by_link", args=[token])).status_code == 410


def test_the_first_person_makes_the_account_and_only_the_first(client: Client) -> None:
    address = reverse("set_up", args=[services.make_setup_link()])
    given = {"name": "見込 花子", "email": "hana@example.com", "password": PASSWORD}
    client.post(address, {**given, "password": "short"})
    assert not User.objects.exists()
    assert client.post(address, given).headers["Location"] == "/"
    assert is_logged_in(client)
    assert client.post(address, {**given, "email": "other@example.com"}).status_code == 410
    assert Client().get(reverse("set_up", args=[services.make_setup_link()])).status_code == 410
    assert User.objects.count() == 1


def test_a_forgotten_password_is_chosen_anew_by_mail(client: Client, user: User) -> None:
    client.post(reverse("account_reset_password"), {"email": "hana@example.com"})
    link = re.search(r"http://\S+", str(mail.outbox[0].body))
    assert link is not None
    page = client.get(link[0], follow=True)
    address = page.redirect_chain[-1][0]
    new = "another horse 43"
    client.post(address, {"password1": new, "password2": new})
    log_in(client, password=new)
    assert is_logged_in(client)


def test_an_unknown_address_gets_no_mail_and_the_same_answer(client: Client, user: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "hana@example.com"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert len(mail.outbox) == 1
    assert known.headers["Location"] == unknown.headers["Location"]


def test_a_choice_of_a_person_is_kept(user: User) -> None:
    services.set_setting(user, "leads.columns", ["score", "grade"])
    services.set_setting(user, "other", 1)
    fresh = User.objects.get()
    assert queries.setting(fresh, "leads.columns") == ["score", "grade"]
    assert queries.setting(fresh, "none", 7) == 7
