"""What a person chose for Today: the text that メールする begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mikomi.hub.accounts import queries, services
from mikomi.hub.site.today.mailing import Template, usual

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User

KEY = "today_mail"
LONGEST_SUBJECT, LONGEST_BODY = 200, 1_000


def mail_template(user: User, language: str) -> Template:
    """The person's own template, else the usual one in the language."""
    held = queries.setting(user, KEY)
    if isinstance(held, dict) and isinstance(held.get("subject"), str) and isinstance(held.get("body"), str):
        return Template(held["subject"], held["body"])
    return usual(language)


def set_mail_template(user: User, subject: str, body: str) -> None:
    """Keeps a template; empty ones bring the usual one back."""
    one = " ".join(subject.replace("\0", "").split())[:LONGEST_SUBJECT]
    text = body.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_BODY]
    services.set_setting(user, KEY, {"subject": one, "body": text} if one and text else None)
