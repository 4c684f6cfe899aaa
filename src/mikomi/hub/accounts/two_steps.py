"""Logging in with a second step: a code of an app on the person's phone (TOTP, RFC 6238)."""

from __future__ import annotations

from io import BytesIO
from typing import Any, ClassVar

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from mikomi.core.words import Words
from mikomi.hub.accounts import audit, sealing
from mikomi.hub.accounts.models import Policy, User


class TwoStepsAdapter(DefaultMFAAdapter):
    """allauth's second step in our words."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("この数字は違います。アプリに今出ている数字を入れてください"),
    }

    def encrypt(self, text: str) -> str:
        """The secret of a second step, or the seed of spare codes, as it stands in the database."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The way back. Raises `KeyChangedError` in words."""
        return sealing.unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The QR code as SVG, on white, so that a phone reads it on a dark page, too."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()


def required() -> bool:
    """Whether everybody must log in with a second step."""
    return Policy.objects.filter(two_steps=True).exists()


def has(user: User) -> bool:
    """Whether a person logs in with a second step."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def those_with() -> set[int]:
    """The numbers of the people who log in with a second step."""
    return set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))


def unreadable() -> list[str]:
    """The addresses of those whose second step was sealed under another key."""
    held = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_active=True)
    found = []
    for one in held.select_related("user").order_by("user__email"):
        try:
            sealing.unseal(str(one.data.get("secret", "")))
        except sealing.KeyChangedError:
            found.append(str(getattr(one.user, "email", "")))
    return found


def require(yes: bool, by: User) -> None:
    """Has everybody set up a second step at their next click, or leaves it to each."""
    with transaction.atomic():
        Policy.objects.update_or_create(pk=1, defaults={"two_steps": yes})
        words = (
            Words("全員に2段階のログインを求めた", "Required two-step login of everybody")
            if yes
            else Words("2段階のログインを各自に任せた", "Left two-step login to each person")
        )
        audit.record(by, "people.two_steps", "", words)


def reset(user: User, by: User | None) -> None:
    """Takes a person's second step away, with the spare codes: they lost their phone."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        audit.record(
            by,
            "people.two_steps",
            f"user:{user.pk}",
            Words(f"{user.name} の2段階のログインを外した", f"Took the second step of {user.name} away"),
        )
