"""Mail, by the one mail server or service that is set up (`MIKOMI_SMTP_URL`)."""

from __future__ import annotations

from mikomi.core.words import Words
from mikomi.hub.alerts.channels.fates import LaterError, RefusedError, UnknownError
from mikomi.hub.alerts.channels.kind import Config, Kind, Message
from mikomi.hub.alerts.types import Told
from mikomi.hub.kit import mailing

LONGEST_SUBJECT = 150


def check(config: Config) -> None:
    """Mail has no settings of its own."""


def send(message: Message, config: Config) -> str:
    """Sends one mail."""
    subject = " ".join(message.told.title.split())[:LONGEST_SUBJECT]
    try:
        mailing.send(subject, written(message.told), message.address)
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        match mailing.fate_after(error):
            case "refused":
                raise RefusedError(
                    Words(
                        f"メールアドレス {message.address} が受け取られませんでした（{said}）。"
                        "アドレスを確かめてください",
                        f"the address {message.address} was refused ({said}); check it",
                    )
                ) from error
            case "again":
                raise LaterError(
                    Words(
                        f"メールサーバーに送れません（{said}）。MIKOMI_SMTP_URL とサーバーを確かめてください",
                        f"the mail server takes nothing ({said}); check MIKOMI_SMTP_URL and the server",
                    )
                ) from error
            case "unknown":
                raise UnknownError(
                    Words(
                        f"送れたかどうかわかりません（{said}）",
                        f"nobody knows whether it was sent ({said})",
                    )
                ) from error
    return "ok"


def written(told: Told) -> str:
    """The text of the mail."""
    parts = [told.sentence, "\n".join(f"{name}: {value}" for name, value in told.facts)]
    if told.url:
        parts.append(f"{told.url_label}\n{told.url}")
    if told.buttons:
        parts.append("\n\n".join(f"{label}\n{url}" for label, url in told.buttons))
    return "\n\n".join(part for part in parts if part) + "\n"


MAIL = Kind("mail", Words("メール", "Mail"), Words("", ""), (), check, send)
