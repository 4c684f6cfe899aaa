"""Who leads the team: may decide on hand-offs of others."""

from __future__ import annotations

from django.contrib.auth import get_user_model

LEADING = ("admin", "manager")


def leads_team(user: int | None) -> bool:
    """Whether the user (a number) may decide on everybody's hand-offs. Where roles are not known, everybody
    may."""
    held = get_user_model().objects.filter(pk=user, is_active=True).first()
    return held is not None and getattr(held, "role", LEADING[0]) in LEADING
