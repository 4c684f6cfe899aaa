from __future__ import annotations

import pytest
from django.test import Client

from mikomi.hub.accounts.models import User


@pytest.fixture
def user(db) -> User:
    return User.objects.create_user("ishida@example.jp", name="石田 彩", language="ja")


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
