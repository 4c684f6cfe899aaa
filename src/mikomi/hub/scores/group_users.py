"""Which groups of contents other parts speak of: a group does not go while one of them does."""

from __future__ import annotations

from mikomi.core.scoring.model import Model
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.name_users import NameUsers, listed

GROUP_USERS = NameUsers()
"""Groups by name; segments and stages of the journey tell."""


def check_groups_kept(before: Model, after: Model) -> None:
    """Raises `MikomiError` where a change deletes or renames a group that another part speaks of."""
    going = dict(before.groups).keys() - dict(after.groups).keys()
    if not going:
        return
    users = GROUP_USERS.users()
    for name in sorted(going & users.keys()):
        by = listed(users[name])
        raise MikomiError(
            Words(
                f"グループ「{name}」は{by.ja}の条件で使っているため、消すことも名前を変えることもできません。"
                "先にその条件を変えてください",
                f"the group {name} is used by the condition of {by.en} and can be neither deleted nor"
                " renamed; change that condition first",
            )
        )
