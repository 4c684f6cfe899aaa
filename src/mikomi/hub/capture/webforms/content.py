"""What a form asks and says: frozen dataclasses, kept as JSON in drafts and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from mikomi.core.words import Words

type Purpose = Literal["request", "contact", "seminar", "newsletter"]

PURPOSES: dict[str, Words] = {
    "request": Words("資料請求", "Document request"),
    "contact": Words("お問い合わせ", "Contact"),
    "seminar": Words("セミナー申込", "Seminar application"),
    "newsletter": Words("メルマガ登録", "Newsletter"),
}
NOTHING = Words("", "")
OWN_KINDS: dict[str, Words] = {
    "text": Words("1行の文字", "One line of text"),
    "long_text": Words("長い文章", "Long text"),
    "choice": Words("1つ選ぶ", "Choice"),
}
"""Kinds of questions that are no field of the lead."""
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `field` is the lead's field that the answer goes to, "" where it stays with the
    submission; then `kind` and `choices` (labels, one each) say what is asked. Without a `label` the
    field's own name stands there. `input` is the name of the site's own input, for captured forms."""

    key: str
    field: str = ""
    kind: str = "text"
    label: Words = NOTHING
    help: Words = NOTHING
    required: bool = False
    choices: tuple[str, ...] = ()
    input: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether consent to mail is asked, and how. `sender` stands beside the box; `required`: nothing is
    taken without it; `double`: it counts only when it was confirmed by a link in a mail."""

    ask: bool = False
    sender: str = ""
    wording: Words = NOTHING
    required: bool = False
    double: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A form. `thanks_url` "" shows the page with `thanks`. `notify`: numbers of the people who are told
    of each submission. `document`: the number of the document that whoever sends the form gets, 0 for
    none. `selector` and `source` (number): where a form of the site itself stands."""

    purpose: Purpose = "request"
    title: Words = NOTHING
    intro: Words = NOTHING
    button: Words = NOTHING
    questions: tuple[Question, ...] = (Question(EMAIL, EMAIL, required=True),)
    consent: Consent = field(default_factory=Consent)
    privacy_url: str = ""
    thanks: Words = NOTHING
    thanks_url: str = ""
    mail: bool = False
    mail_subject: Words = NOTHING
    mail_body: Words = NOTHING
    refuse_free: bool = False
    notify: tuple[int, ...] = ()
    document: int = 0
    selector: str = ""
    source: int = 0

    @property
    def kind(self) -> str:
        """The kind of the event that a submission is."""
        return "seminar_apply" if self.purpose == "seminar" else "form_submit"

    @property
    def english(self) -> bool:
        """Whether the form is there in English, too."""
        return bool(self.title.en)

    def language(self, asked: str) -> str:
        """The language that a visitor who asks for `asked` is answered in."""
        return "en" if asked == "en" and self.english else "ja"


def said(words: Words, language: str) -> str:
    """The words in a language; in Japanese where nobody has written the English."""
    return (words.en or words.ja) if language == "en" else words.ja


def dump(content: Content) -> dict[str, Any]:
    """The content as JSON values; `content_from` reads them."""
    return {name: _plain(getattr(content, name)) for name in Content.__slots__}


def content_from(told: Mapping[str, Any]) -> Content:
    """Content from JSON values; what is missing is as in `Content`."""
    known = {name: told[name] for name in Content.__slots__ if name in told}
    for name in ("title", "intro", "button", "thanks", "mail_subject", "mail_body"):
        if name in known:
            known[name] = Words(*known[name])
    if "questions" in known:
        known["questions"] = tuple(_question(one) for one in known["questions"])
    if "consent" in known:
        given = dict(known["consent"])
        known["consent"] = Consent(**{**given, "wording": Words(*given["wording"])})
    if "notify" in known:
        known["notify"] = tuple(known["notify"])
    return Content(**cast("dict[str, Any]", known))


def consent_text(content: Content, language: str) -> str:
    """What stands beside the box, to the letter: the sender's name and the words."""
    words = said(content.consent.wording, language)
    sender = content.consent.sender
    return words.replace("{sender}", sender) if "{sender}" in words else f"{sender}: {words}"


def _question(told: Mapping[str, Any]) -> Question:
    return Question(
        **{
            **told,
            "label": Words(*told["label"]),
            "help": Words(*told["help"]),
            "choices": tuple(told["choices"]),
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return [value.ja, value.en]
    if isinstance(value, Question | Consent):
        return {name: _plain(getattr(value, name)) for name in type(value).__slots__}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
