"""The people who use the demo's Mikomi, beside the admin whose link the demo prints."""

from __future__ import annotations

from mikomi.hub.accounts import services as accounts
from mikomi.hub.accounts.types import Role

TEAM = (
    ("nakano@example.com", "中野 由美", Role.MARKETER),
    ("kondo@example.com", "近藤 誠", Role.VIEWER),
)
"""Mail address, name and role of each."""


def join_team() -> dict[Role, list[int]]:
    """Makes an account for each, without a password; their numbers by role."""
    numbers: dict[Role, list[int]] = {}
    for email, name, role in TEAM:
        numbers.setdefault(role, []).append(accounts.create_user(email, name, role=role).pk)
    return numbers
