"""The frame around a page: its name in the phone's bar."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import Client

from mikomi.hub.accounts.models import User

PAGE = "{% extends 'kit/skeleton.html' %}{% load kit %}{% block body %}[{% page_name %}]{% endblock %}"


def named(blocks: str) -> str:
    page = Template(PAGE + blocks).render(Context({"name": "<b> & 株式会社"}))
    return page.split("[")[-1].split("]")[0] if "[" in page else ""


def test_a_page_is_called_by_its_title() -> None:
    assert named("{% block title %}リード{% endblock %}") == "リード"


def test_words_stay_plain_words() -> None:
    assert (
        named("{% block title %}{{ name }} <small>様</small>{% endblock %}") == "&lt;b&gt; &amp; 株式会社 様"
    )


@pytest.mark.django_db
def test_the_bar_says_the_heading_once_the_page_has_one() -> None:
    client = Client(headers={"accept-language": "ja"})
    user = User.objects.create_user("ishida@example.jp", name="石田 彩")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/leads/").content.decode()
    assert '<span class="mk-phonebar-title" aria-hidden="true">リード</span>' in page
