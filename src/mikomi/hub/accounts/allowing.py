"""What the table of `access.py` means for one person or one role."""

from __future__ import annotations

from typing import Any

from mikomi.hub.accounts.access import ADMINISTER, NEEDS, PUBLIC, Apart
from mikomi.hub.accounts.types import GIVEN, NOBODY, Capability, May, Role


def needed(name: str, method: str = "GET") -> Capability:
    """What one must be able to do at the address called `name`; any part of it is enough.

    An address that is not in the table is for admins.
    """
    need = NEEDS.get(name, ADMINISTER)
    if isinstance(need, Apart):
        return need.get if method in ("GET", "HEAD", "OPTIONS") else need.post
    return need


def may_of(user: Any) -> May:
    """What a person may do; nothing where nobody is logged in."""
    return May(GIVEN[Role(user.role)]) if user is not None and user.is_authenticated else NOBODY


def allowed_role(role: Role, name: str, method: str = "GET") -> bool:
    """Whether a role may open (or by another `method` send to) the address called `name`."""
    need = needed(name, method)
    return need == PUBLIC or bool(need & GIVEN[role])


def allowed(user: Any, name: str, method: str = "GET") -> bool:
    """Whether a person may open (or by another `method` send to) the address called `name`."""
    need = needed(name, method)
    return need == PUBLIC or bool(need & may_of(user).able)


def roles_for(name: str, method: str = "GET") -> list[Role]:
    """Whom to ask where one was refused: the roles that may, the widest first."""
    return [role for role in GIVEN if allowed_role(role, name, method)]
