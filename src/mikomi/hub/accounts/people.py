"""People come, change their role, leave and come back; the last admin stays."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit, leaving, queries
from mikomi.hub.accounts.models import Device, Invitation, LoginLink, User
from mikomi.hub.accounts.types import GIVEN, ROLE_NAMES, Capability, Role
from mikomi.hub.kit.leases import hold

INVITED_FOR = timedelta(days=7)
LAST_ADMIN = Words(
    "管理者が1人もいなくなるので、できません。先に、ほかの人を管理者にしてください",
    "Nobody would be left as admin. Make somebody else an admin first",
)


def invite(email: str, role: Role, by: Any) -> str:
    """A token that lets one person with this address make their account within a week.

    Raises `MikomiError` where somebody who may log in has the address. Earlier open invitations of the
    address end. An address of somebody who left is refused, too: they are let back in from the list.
    """
    address = email.strip().lower()
    known = User.objects.filter(email=address).first()
    if known is not None:
        raise MikomiError(_known(known))
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        open_invitations().filter(email=address).update(revoked_at=now)
        Invitation.objects.create(
            key=_key(token), email=address, role=role, by=by, expires_at=now + INVITED_FOR
        )
        name = ROLE_NAMES[role]
        audit.record(
            by,
            "people.invited",
            f"address:{address}",
            Words(f"{address} を「{name.ja}」として招いた", f"Invited {address} as {name.en}"),
        )
    return token


def _known(user: User) -> Words:
    if user.is_active:
        return Words(
            f"{user.email} の人は、もういます。役割は一覧で変えられます",
            f"{user.email} is here already; the role can be changed in the list",
        )
    return Words(
        f"{user.email} は、前にいた人のアドレスです。一覧の「またログインできるようにする」を押してください",
        f"{user.email} belongs to somebody who left; press Let back in beside them in the list",
    )


def open_invitations() -> Any:
    """The invitations that still let somebody in, the latest first."""
    return Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now()).order_by(
        "-made_at"
    )


def find_invitation(token: str) -> Invitation | None:
    """The invitation with this token, if it still lets somebody in."""
    return open_invitations().filter(key=_key(token)).first()


def revoke(number: int, by: Any) -> str | None:
    """Ends an open invitation; its address, or None where there was none."""
    found = open_invitations().filter(pk=number).first()
    if found is None:
        return None
    with transaction.atomic():
        open_invitations().filter(pk=number).update(revoked_at=timezone.now())
        audit.record(
            by,
            "people.uninvited",
            f"address:{found.email}",
            Words(f"{found.email} の招待を取り消した", f"Took the invitation of {found.email} back"),
        )
    return found.email


def accept(token: str, name: str, password: str, language: str) -> User | None:
    """Makes the invited person's account; None where the invitation ended or somebody was quicker."""
    with hold("accounts.accept"), transaction.atomic():
        found = find_invitation(token)
        if found is None or User.objects.filter(email=found.email).exists():
            return None
        Invitation.objects.filter(pk=found.pk).update(used_at=timezone.now())
        user = User.objects.create_user(found.email, password, name=name, language=language, role=found.role)
        role = ROLE_NAMES[Role(found.role)]
        audit.record(
            user,
            "people.joined",
            f"user:{user.pk}",
            Words(f"「{role.ja}」として加わった", f"Joined as {role.en}"),
        )
    return user


def set_role(user: User, role: Role, by: Any) -> None:
    """Gives a person another role, which holds from their next click. Who only reads by it hands on, by the
    rules, what they have in hand.

    Raises `MikomiError` where nobody would be left as admin.
    """
    with hold("accounts.admins"), transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        if fresh.role == role:
            return
        _keep_an_admin(fresh)
        before, after = ROLE_NAMES[Role(fresh.role)], ROLE_NAMES[role]
        fresh.role = role
        fresh.save(update_fields=["role"])
        if Capability.CONTACT not in GIVEN[role]:
            # Whoever only reads cannot answer for what they have in hand.
            leaving.pass_on(fresh.pk, None, by)
        audit.record(
            by,
            "people.role",
            f"user:{user.pk}",
            Words(
                f"{fresh.name} の役割を「{before.ja}」から「{after.ja}」にした",
                f"Changed the role of {fresh.name} from {before.en} to {after.en}",
            ),
        )


def deactivate(user: User, to: int | None, by: Any) -> None:
    """Ends a person's login at once; what they have in hand goes to the user `to`, or to others by the rules.

    Raises `MikomiError` where nobody would be left as admin, and where `to` cannot take over.
    """
    with hold("accounts.admins"), transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        if not fresh.is_active:
            return
        _keep_an_admin(fresh)
        taker = None
        if to is not None:
            taker = User.objects.filter(pk=to, is_active=True).exclude(pk=user.pk).first()
            if taker is None or not queries.able(taker.pk, Capability.CONTACT):
                raise MikomiError(
                    Words(
                        "引き継ぐ人は、今ここを使えて、役割が「閲覧のみ」でない人から選んでください",
                        "Choose somebody who may log in, and do more than read, to take over",
                    )
                )
        fresh.is_active = False
        fresh.save(update_fields=["is_active"])
        LoginLink.objects.filter(user=fresh).delete()
        end_devices(fresh)
        leaving.pass_on(fresh.pk, to, by)
        audit.record(
            by,
            "people.left",
            f"user:{fresh.pk}",
            Words(
                f"{fresh.name} のログインを止めた" + (f"。引き継ぐ人は {taker.name}" if taker else ""),
                f"Ended the login of {fresh.name}" + (f"; {taker.name} takes over" if taker else ""),
            ),
        )


def let_back(user: User, by: Any) -> None:
    """Lets a person who left log in again, with the role and the password they had."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            audit.record(
                by,
                "people.returned",
                f"user:{user.pk}",
                Words(f"{user.name} がまたログインできるようにした", f"Let {user.name} back in"),
            )


def end_devices(user: User, but: str = "") -> int:
    """Logs a person out everywhere but in the session with the key `but`; in how many browsers."""
    held = Device.objects.filter(user=user).exclude(session_key=but)
    keys = list(held.values_list("session_key", flat=True))
    for key in keys:
        SessionStore(key).delete()
    held.delete()
    return len(keys)


def _keep_an_admin(user: User) -> None:
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk)
    if user.role == Role.ADMIN and user.is_active and not others.exists():
        raise MikomiError(LAST_ADMIN)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
