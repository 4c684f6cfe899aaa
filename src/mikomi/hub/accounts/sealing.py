"""Secrets at rest: sealed with a key made from `MIKOMI_SECRET_KEY`, so that a copy of the database alone
gives none away.

Sealed by Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) under a key derived by
HKDF-SHA256 (RFC 5869) with a purpose of its own, so that what signs links never seals.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from mikomi.core.words import MikomiError, Words

MARK = "sealed1:"
"""What a sealed text begins with; neither base32 nor hexadecimal has a colon."""
_PURPOSE = b"mikomi.accounts.second-step"
KEY_CHANGED = Words(
    "2段階のログインの設定を読めません。サーバーの MIKOMI_SECRET_KEY（またはデータフォルダの secret_key）が、"
    "設定したときと変わっています。サーバーを管理する人に、元の値に戻すか、"
    "./mikomi invite メールアドレス --reset-two-steps で2段階を外すよう頼んでください",
    "Your second step cannot be read: MIKOMI_SECRET_KEY on the server (or secret_key in its data folder) is "
    "another one than when you set it up. Ask whoever keeps the server to put the old value back, or to run "
    "./mikomi invite EMAIL --reset-two-steps",
)


class KeyChangedError(MikomiError):
    """What was sealed under another `MIKOMI_SECRET_KEY`, or was tampered with, is opened."""


def seal(text: str) -> str:
    """`text`, readable only with the key of now."""
    return MARK + _box().encrypt(text.encode()).decode()


def is_sealed(text: str) -> bool:
    """Whether it was sealed, under whichever key."""
    return text.startswith(MARK)


def unseal(text: str) -> str:
    """What was sealed. Raises `KeyChangedError`; what is not sealed at all is refused with it, too."""
    try:
        if not is_sealed(text):
            raise KeyChangedError(KEY_CHANGED)
        return _box().decrypt(text.removeprefix(MARK)).decode()
    except InvalidToken:
        raise KeyChangedError(KEY_CHANGED) from None


def _box() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
