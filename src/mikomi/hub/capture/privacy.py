"""The privacy text that says what collecting does, and the settings of the people who publish it.

個人情報の保護に関する法律 17条 and 21条: the purpose of use is specified as exactly as possible and made
public. Linking visits of before with a person, and analysing them to decide whom to contact, is such a
purpose (個人情報保護委員会「通則編ガイドライン」3-1-1: the analysis itself has to be foreseeable).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.models import PrivacySettings, Source
from mikomi.hub.capture.sources import options_of
from mikomi.hub.capture.transmission import SERVICES, Sent, sent_by

LONGEST = 200
LEAST_DAYS = 90
MOST_DAYS = 3_650
TEXTS = Path(__file__).parent / "texts"


def settings() -> PrivacySettings:
    """Who publishes, and what was answered; empty texts where nobody has said it yet."""
    return PrivacySettings.objects.first() or PrivacySettings()


def set_publisher(company: str, contact: str, services: Sequence[str]) -> None:
    """Says who publishes the texts, where questions go, and which of `SERVICES` the site offers. Raises
    `MikomiError` without a company or a contact."""
    told, asked = (" ".join(text.replace("\0", "").split())[:LONGEST] for text in (company, contact))
    if not told or not asked:
        raise MikomiError(
            Words(
                "会社名と問い合わせ先を入れてください。公開する文章に必要です",
                "give the company and where questions go; the texts to be published need both",
            )
        )
    with transaction.atomic():
        PrivacySettings.objects.update_or_create(
            id=1,
            defaults={
                "company": told,
                "contact": asked,
                "services": [key for key in SERVICES if key in services],
            },
        )


def set_retention(details: str, unknown: str) -> None:
    """Says for how many days details and unknown visitors are kept. Raises `MikomiError` for less than
    `LEAST_DAYS` (machines are found out for so long) or what is no number of days."""
    days = [int(text) if text.isascii() and text.isdigit() else 0 for text in (details, unknown)]
    if not all(LEAST_DAYS <= number <= MOST_DAYS for number in days):
        raise MikomiError(
            Words(
                f"日数は {LEAST_DAYS} から {MOST_DAYS} までの数で入れてください。"
                f"{LEAST_DAYS} 日より短いと、あとから見つかった機械の分を取り消せません",
                f"give days from {LEAST_DAYS} to {MOST_DAYS}; in less than {LEAST_DAYS} days, "
                "what machines did could not be taken back",
            )
        )
    PrivacySettings.objects.update_or_create(
        id=1, defaults={"details_days": days[0], "unknown_days": days[1]}
    )


def transmissions() -> list[tuple[str, list[Sent]]]:
    """What the tags in use send, by the name of the source; sources in browsers only."""
    held = Source.objects.filter(disabled_at=None, kind=Source.Kind.WEB).order_by("pk")
    return [(source.name, sent_by(options_of(source))) for source in held]


def privacy_text(company: str, contact: str) -> Words:
    """The paragraphs to be added to a privacy policy."""
    return Words(
        _text("ja", company or "（会社名）", contact or "（問い合わせ先）"),
        _text("en", company or "(company)", contact or "(contact)"),
    )


def _text(language: str, company: str, contact: str) -> str:
    said = (TEXTS / f"privacy.{language}.txt").read_text("utf-8").strip()
    return said.replace("{company}", company).replace("{contact}", contact)
