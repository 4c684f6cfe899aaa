"""The people who use the demo's Mikomi, beside the admin whose link the demo prints."""

from __future__ import annotations

from dataclasses import dataclass

from mikomi.hub.accounts import services as accounts
from mikomi.hub.accounts.types import Role


@dataclass(frozen=True, slots=True)
class Seller:
    """Somebody who calls: how many a day, and whose prefectures (none: anywhere)."""

    email: str
    name: str
    role: Role
    a_day: int
    territory: tuple[str, ...] = ()


SALES = (
    Seller("ito@demo.example", "伊藤 大輔", Role.SALES, 8),
    Seller("ueda@demo.example", "上田 真由", Role.SALES, 10, ("大阪府", "京都府", "兵庫県")),
    Seller("okabe@demo.example", "岡部 健", Role.MANAGER, 4),
)

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
