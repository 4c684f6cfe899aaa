"""Names of the sentences on the page: letters, digits, - and _, whatever a model calls its rules."""

from __future__ import annotations

import re
from zlib import crc32

from mikomi.core.scoring.model import Model, Rule

_SAFE = re.compile(r"[A-Za-z0-9_]{1,40}")


def slug(name: str) -> str:
    """`name` itself where it is safe in an address and an id, else a number made from it."""
    return name if _SAFE.fullmatch(name) else f"x{crc32(name.encode()):08x}"


def rule_key(rule_id: str) -> str:
    """The key of a rule's sentence."""
    return f"r-{slug(rule_id)}"


def group_key(name: str) -> str:
    """The key of a group's sentence."""
    return f"group-{slug(name)}"


def rule_by_key(model: Model, key: str) -> Rule | None:
    """The rule whose sentence has this key."""
    return next((rule for rule in model.rules if rule_key(rule.id) == key), None)


def group_by_key(model: Model, key: str) -> str | None:
    """The group whose sentence has this key."""
    return next((name for name, _ in model.groups if group_key(name) == key), None)
