"""メールする: a `mailto:` link filled from the team's template, for the person's own mailer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from mikomi.core.words import Words

LONGEST = 1_800
"""Some mailers cut longer links off."""
FIELDS = ("会社", "名前", "自分")
"""What a template may name, in braces."""
_PLACES = {name: name for name in FIELDS} | {"company": "会社", "name": "名前", "me": "自分"}

SUBJECT = Words("先日の件につきまして", "Following up")
BODY = Words(
    "{会社}\n{名前} 様\n\nお世話になっております。{自分}です。\n\n"
    "お役に立てそうなことがあり、ご連絡しました。\n来週、15分ほどお時間をいただけますでしょうか。\n",
    "Dear {name},\n\nI am writing because I believe we can help {company}.\n"
    "Would you have 15 minutes next week?\n\nBest regards,\n{me}\n",
)


@dataclass(frozen=True, slots=True)
class Template:
    """Subject and text, with {会社}, {名前}, {自分} (or {company}, {name}, {me}) to be filled."""

    subject: str
    body: str


def usual(language: str) -> Template:
    """The template that holds until somebody writes another."""
    key = "ja" if language == "ja" else "en"
    return Template(SUBJECT.text(key), BODY.text(key))


def mailto(address: str, template: Template, company: str, name: str, me: str) -> str:
    """The link; line ends as mailers take them."""
    values: dict[str, str] = dict(zip(FIELDS, (company, name, me), strict=True))
    subject = _filled(template.subject, values)
    body = _filled(template.body, values).strip()
    head = f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body="
    text = quote(body.replace("\n", "\r\n"))
    while body and len(head) + len(text) > LONGEST:
        body = body[: -max(len(body) // 20, 1)]
        text = quote(body.replace("\n", "\r\n"))
    return head + text


def _filled(text: str, values: Mapping[str, str]) -> str:
    for place, name in _PLACES.items():
        text = text.replace(f"{{{place}}}", values[name])
    return "\n".join(line.strip() for line in text.splitlines())
