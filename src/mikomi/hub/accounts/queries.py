"""Who may use Mikomi."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import GIVEN, Capability, Role


def anybody() -> bool:
    """Whether there is an account at all."""
    return User.objects.exists()


def find_user(email: str) -> User | None:
    """The person with this address, in any case."""
    return User.objects.filter(email=email.strip().lower()).first()


def setting(user: User, key: str, default: Any = None) -> Any:
    """What `accounts.services.set_setting` kept for the person under `key`."""
    return user.settings.get(key, default)


def names() -> list[str]:
    """The names of everybody who may log in."""
    return list(User.objects.filter(is_active=True).order_by("name").values_list("name", flat=True))


def colleagues() -> list[tuple[int, str]]:
    """Number and name of everybody who may log in, by name."""
    return list(User.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name"))


def callers() -> list[tuple[int, str]]:
    """Number and name of everybody who may log in and work with leads, by name."""
    roles = [role for role, able_to in GIVEN.items() if Capability.CONTACT in able_to]
    there = User.objects.filter(is_active=True, role__in=roles)
    return list(there.order_by("name", "pk").values_list("pk", "name"))


def able(number: int | None, capability: Capability) -> bool:
    """Whether the person with this number may log in and is able to do so."""
    held = User.objects.filter(pk=number, is_active=True).values_list("role", flat=True).first()
    return held is not None and capability in GIVEN[Role(held)]


def able_people(capability: Capability) -> list[int]:
    """The numbers of everybody who may log in and is able to do so."""
    rows = User.objects.filter(is_active=True).order_by("pk").values_list("pk", "role")
    return [number for number, role in rows if capability in GIVEN[Role(role)]]


def addresses() -> list[str]:
    """The mail addresses of everybody who may log in."""
    return list(User.objects.filter(is_active=True).values_list("email", flat=True))


def addresses_of(numbers: Iterable[int]) -> list[tuple[str, str]]:
    """Mail address and language (`ja`, `en` or "") of those of `numbers` who may log in."""
    there = User.objects.filter(is_active=True, pk__in=list(numbers))
    return list(there.order_by("pk").values_list("email", "language"))


def name_of(number: int | None) -> str:
    """What the user with this number is called, whether they left or not; empty for nobody."""
    return User.objects.filter(pk=number).values_list("name", flat=True).first() or "" if number else ""


def people(*roles: Role) -> list[User]:
    """Everybody who may log in, by name; of these roles, or of all."""
    there = User.objects.filter(is_active=True)
    return list((there.filter(role__in=roles) if roles else there).order_by("name", "pk"))


def everybody() -> list[User]:
    """All who ever could log in: those who may first, by name."""
    return list(User.objects.order_by("-is_active", "name", "pk"))
