"""Every page, tried as every role: what the table says is what happens."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from mikomi.hub.accounts import allowing, services
from mikomi.hub.accounts.access import NEEDS, PUBLIC, Apart
from mikomi.hub.accounts.types import Role
from mikomi.hub.people import queries as people
from mikomi.hub.site import pipeline
from tests.hub.accounts.addresses import addresses
from tests.hub.site.world import ON, make_world, put_outcome
from tools import roles

pytestmark = pytest.mark.django_db
ADDRESSES = addresses()
ENDING = {"account_logout"}
"""Trying this one would end the trying."""


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)


def test_every_address_is_in_the_table_and_nothing_else_is() -> None:
    assert {address.name for address in ADDRESSES} == set(NEEDS)


def test_the_table_says_public_where_no_login_is_asked_for_and_nowhere_else() -> None:
    public = {name for name, need in NEEDS.items() if need == PUBLIC}
    assert {address.name for address in ADDRESSES if not address.login} == public
    assert not any(PUBLIC in need for need in NEEDS.values() if isinstance(need, Apart))


def test_what_is_not_in_the_table_is_for_admins_alone() -> None:
    assert allowing.roles_for("site:invented") == [Role.ADMIN]


def test_the_reference_of_roles_is_what_the_table_says() -> None:
    assert roles.PAGE.read_text("utf-8") == roles.page(), "run: ./mikomi with python tools/roles.py"


@pytest.mark.parametrize("role", Role)
def test_every_page_as_every_role(role: Role) -> None:
    make_world()
    put_outcome("L1", 150, "lost")
    pipeline.score_all(ON)
    client = Client(raise_request_exception=False, headers={"accept": "text/html"})
    client.force_login(services.create_user("mori@works.example", "森", "correct horse 42", role=role))
    (lead,) = people.persons(list(people.numbers_of(["L1"]).values()))
    standing = {"/leads/1/": f"/leads/{lead.number}/", "/companies/1/": f"/companies/{lead.company_number}/"}
    wrong, offered = [], []
    for address in ADDRESSES:
        for method in ("GET", "POST"):
            if address.name in ENDING:
                continue
            allowed = allowing.allowed_role(role, address.name, method)
            path = placed(address.path, standing)
            answer = tried(client, path, method, script=not allowed)
            if answer.status_code >= 500 or (answer.status_code == 403) == allowed:
                wrong.append((address.name, method, answer.status_code))
            elif allowed and method == "GET" and answer.status_code == 200 and not answer.streaming:
                offered += [(address.name, *one) for one in refused(role, answer.content.decode())]
    assert "\n".join(map(str, wrong)) == ""
    # What a page offers, its reader may do.
    assert "\n".join(map(str, sorted(set(offered)))) == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "あなたの役割は「営業」です。ここを使えるのは管理者、マーケティング担当です。"),
        ("en", "Your role is Sales. Only Admin, Marketer may use this."),
    ],
)
def test_who_is_refused_is_told_who_may(client: Client, language: str, said: str) -> None:
    client.force_login(services.create_user("mori@works.example", "森", role=Role.SALES, language=language))
    for answer in (client.get("/import/"), client.post("/import/")):
        assert answer.status_code == 403
        assert said in answer.content.decode()


def tried(client: Client, path: str, method: str, *, script: bool):
    """The answer; whatever it changed is taken back. A script is refused without a page, which is quick."""
    headers = {"hx-request": "true"} if script else {}
    with transaction.atomic():
        ask = client.get if method == "GET" else client.post
        answer = ask(path, headers=headers)
        transaction.set_rollback(True)
    return answer


def placed(path: str, standing: dict[str, str]) -> str:
    """The path with numbers of the world's own, whatever the database counted before."""
    for sample, real in standing.items():
        path = path.replace(sample, real, 1)
    return path


def refused(role: Role, page: str) -> list[tuple[str, str]]:
    """The addresses that a page leads or sends to and that the role may not use."""
    found = []
    for tag in re.findall(r"<[a-zA-Z][^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        post = tag.startswith("<form") and attributes.get("method", "").lower() == "post"
        targets = [
            ("GET", attributes.get("href")),
            ("GET", attributes.get("hx-get")),
            ("POST", attributes.get("hx-post")),
            ("POST", attributes.get("formaction")),
            ("POST" if post else "GET", attributes.get("action")),
        ]
        for method, target in targets:
            if not target or not target.startswith("/") or target.startswith("//"):
                continue
            try:
                name = resolve(unescape(target).partition("?")[0].partition("#")[0]).view_name
            except Resolver404:
                continue
            if not allowing.allowed_role(role, name, method):
                found.append((method, name))
    return found
