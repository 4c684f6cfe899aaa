"""People are invited, change their role, leave and come back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mikomi.cli import invite
from mikomi.cli.main import main
from mikomi.core.words import Words
from mikomi.hub.accounts import leaving, queries, services
from mikomi.hub.accounts import people as people_services
from mikomi.hub.accounts.models import AuditEntry, Invitation, User
from mikomi.hub.accounts.types import Role

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


def invited(client: Client, email: str = "Ken@works.example", role: str = "sales") -> str:
    """The path of a new invitation's link, as the page shows it."""
    page = client.post(reverse("accounts_invite"), {"email": email, "role": role}, follow=True)
    found = re.search(r"http://testserver(/invited/[^<]+)<", page.content.decode())
    assert found is not None
    return found[1]


def said(client: Client, name: str, *args: int, **given: str) -> str:
    """What the page says after a POST."""
    return client.post(reverse(name, args=args), given, follow=True).content.decode()


def test_an_invited_person_makes_their_account_and_is_what_they_were_invited_as(client: Client) -> None:
    link = invited(client)
    (sent,) = mail.outbox
    assert (sent.to, link in sent.body) == (["ken@works.example"], True)
    assert link not in client.get(reverse("accounts_people")).content.decode(), "it is shown once"
    visitor = Client()
    assert "ken@works.example" in visitor.get(link).content.decode()
    assert User.objects.count() == 1, "a mail scanner that follows the link makes nobody"
    assert visitor.post(link, {"name": "ケン", "password": "short"}).status_code == 422
    assert visitor.post(link, {"name": "ケン", "password": PASSWORD}).headers["Location"] == "/"
    ken = User.objects.get(email="ken@works.example")
    assert (ken.name, ken.role) == ("ケン", Role.SALES)
    assert visitor.get("/account/").status_code == 200
    assert Client().post(link, {"name": "X", "password": PASSWORD}).status_code == 410
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["people.invited", "people.joined"]


def test_ended_revoked_and_forged_invitations_let_nobody_in(client: Client) -> None:
    first = invited(client)
    second = invited(client)
    assert Client().get(first).status_code == 410, "a new one ends the one before"
    (held,) = people_services.open_invitations()
    said(client, "accounts_revoke", held.pk)
    third = invited(client)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for link in (first, second, third, "/invited/guess/"):
        answer = Client().post(link, {"name": "X", "password": PASSWORD})
        assert answer.status_code == 410
        assert "新しいリンク" in answer.content.decode()
    assert User.objects.count() == 1
    assert "もう終わっています" in said(client, "accounts_revoke", held.pk)
    assert "もう終わっています" in said(client, "accounts_invite_again", held.pk)


def test_an_address_that_is_here_cannot_be_invited(client: Client, admin: User) -> None:
    answer = client.post(reverse("accounts_invite"), {"email": " HANA@works.example", "role": "admin"})
    assert answer.status_code == 422
    assert "もういます" in answer.content.decode()
    link = invited(client)
    services.create_user("ken@works.example", "ケン", PASSWORD)
    assert Client().get(link).status_code == 410, "somebody was made in the meantime"
    for given in ({"email": "nobody", "role": "sales"}, {"email": "x@y.example", "role": "king"}):
        assert client.post(reverse("accounts_invite"), given).status_code == 422


def test_the_last_admin_can_neither_step_down_nor_leave(client: Client, admin: User) -> None:
    assert "管理者が1人もいなくなる" in said(client, "accounts_role", admin.pk, role="viewer", sure="yes")
    answer = client.post(reverse("accounts_leave", args=[admin.pk]))
    assert (answer.status_code, "管理者が1人もいなくなる" in answer.content.decode()) == (422, True)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)
    assert "その役割はありません" in said(client, "accounts_role", admin.pk, role="king")


def test_a_new_role_holds_from_the_next_click(client: Client, admin: User) -> None:
    ken = services.create_user("ken@works.example", "ケン", PASSWORD)
    theirs = Client()
    theirs.force_login(ken)
    assert theirs.get("/settings/people/").status_code == 200
    assert "何が変わるかを見る" in client.get(reverse("accounts_role", args=[ken.pk])).content.decode()
    look = said(client, "accounts_role", ken.pk, role="viewer")
    assert "できなくなること" in look
    assert "人を招く、役割を変える" in look
    assert "できるようになること" not in look
    assert theirs.get("/settings/people/").status_code == 200, "that was only a look"
    assert "「閲覧のみ」にしました" in said(client, "accounts_role", ken.pk, role="viewer", sure="yes")
    assert theirs.get("/settings/people/").status_code == 403
    made_by_hand = theirs.post(reverse("accounts_role", args=[ken.pk]), {"role": "admin", "sure": "yes"})
    assert made_by_hand.status_code == 403
    ken.refresh_from_db()
    assert ken.role == Role.VIEWER


def test_who_leaves_is_out_at_once_and_hands_over(client: Client, admin: User, monkeypatch) -> None:
    ken = services.create_user("ken@works.example", "ケン", PASSWORD, role=Role.SALES)
    passed: list[tuple[int, int | None]] = []
    kind = leaving.InHand(
        Words("引き渡し", "hand-offs"), lambda user: 3, lambda user, to, by: passed.append((user, to))
    )
    monkeypatch.setattr(leaving, "_kinds", [kind])
    theirs = Client()
    theirs.force_login(ken)
    assert "引き渡し <b>3件</b>" in client.get(reverse("accounts_leave", args=[ken.pk])).content.decode()
    assert client.post(reverse("accounts_leave", args=[ken.pk]), {"to": str(ken.pk)}).status_code == 422
    assert "もうログインできません" in said(client, "accounts_leave", ken.pk, to=str(admin.pk))
    assert passed == [(ken.pk, admin.pk)]
    assert theirs.get("/account/").status_code == 302
    assert ken.pk not in [one.pk for one in queries.people()]
    assert (
        "前にいた人"
        in client.post(reverse("accounts_invite"), {"email": ken.email, "role": "sales"}).content.decode()
    )
    assert "またログインできます" in said(client, "accounts_return", ken.pk)
    assert ken.pk in [one.pk for one in queries.people(Role.SALES)]


def test_hand_offs_are_what_one_leaves_behind() -> None:
    assert "引き渡し" in [kind.words.ja for kind in leaving._kinds]


def test_a_mail_server_that_fails_leaves_the_link_to_be_handed_over(client: Client, monkeypatch) -> None:
    def fail(*args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("mikomi.hub.accounts.views.people.send", fail)
    page = client.post(
        reverse("accounts_invite"), {"email": "ken@works.example", "role": "sales"}, follow=True
    ).content.decode()
    assert "メールは送れていません" in page
    assert "/invited/" in page


def test_the_command_makes_whoever_it_invites_and_mends_who_is_locked_out(
    admin: User, monkeypatch, capsys, tmp_path
) -> None:
    monkeypatch.setattr(invite, "boot", lambda data: tmp_path)
    monkeypatch.setattr(invite, "migrate", lambda folder: None)
    monkeypatch.setattr(invite.folder, "about", lambda data: object())

    def run(*words: str, code: int = 0) -> str:
        assert main(["invite", *words, "--data", str(tmp_path)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    run("ken@works.example")
    ken = User.objects.get(email="ken@works.example")
    assert ken.role == Role.SALES, "there is an admin already"
    people_services.deactivate(ken, None, admin)
    Authenticator.objects.create(user=ken, type=Authenticator.Type.TOTP, data={})
    told = run("ken@works.example", "--role", "manager", "--reset-two-steps")
    link = re.search(r"http://127.0.0.1:8000(/login/by-link/\S+)", told)
    assert link is not None
    ken.refresh_from_db()
    assert (ken.role, ken.is_active) == (Role.MANAGER, True)
    assert Client().post(link[1]).headers["Location"] == "/"
    assert "left as admin" in run("hana@works.example", "--role", "viewer", code=2)
