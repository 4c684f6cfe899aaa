"""The settings of a tag, from what a form says."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.traits import OF_PERSON, PLAIN

COLLECTED = ("page", "download", "outbound", "time")
COOKIES = ("first_party", "script", "none")
CONSENTS = ("none", "wait")
MOST_FORMS = 20
MOST_FIELDS = 30
LONGEST = 200
OF_FORMS = "form/"
"""How the names of forms begin that have a page of their own here, which says what is read of them."""
SECRET = re.compile(
    r"pass(?:word|wd)?|パスワード|暗証|card|カード|cvv|cvc|token|csrf|nonce|secret|マイナンバー",
    re.IGNORECASE,
)
"""Names of inputs that are never read, whatever somebody wishes."""
KNOWN_TRAITS = frozenset({*OF_PERSON, *PLAIN, "company"})


def read_options(post: QueryDict, custom: frozenset[str]) -> dict[str, Any]:
    """The options that a form says. `custom`: keys of fields of one's own, which forms may fill.

    Raises `MikomiError` for a site or a line that cannot be read.
    """
    forms = [
        read_form(selector, name, fields, custom)
        for selector, name, fields in zip(
            post.getlist("selector"), post.getlist("form_name"), post.getlist("form_fields"), strict=False
        )
        if selector.strip()
    ]
    cookie, consent = post.get("cookie", ""), post.get("consent", "")
    return {
        "origins": [read_origin(line) for line in post.get("origins", "").split() if line],
        "cookie": cookie if cookie in COOKIES else "first_party",
        "cookie_domain": read_domain(post.get("cookie_domain", "")),
        "consent": consent if consent in CONSENTS else "none",
        "collect": {key: key in post.getlist("collect") for key in COLLECTED} | {"forms": forms[:MOST_FORMS]},
    }


def read_origin(text: str) -> str:
    """`https://www.example.co.jp` of an address of the site; a bare host is meant with https."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:-]+", host):
        raise MikomiError(
            Words(
                f"「{text[:80]}」はサイトのアドレスとして読めません。"
                "https://www.example.co.jp のように書いてください",
                f"{text[:80]} is no address of a site; write it like https://www.example.co.jp",
            )
        )
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        host = host.lower()
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def read_domain(text: str) -> str:
    """`example.co.jp` of what was typed, without a dot in front; "" for the collector's own host."""
    domain = text.strip().lstrip(".").lower()
    if domain and not re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", domain):
        raise MikomiError(
            Words(
                f"「{domain[:80]}」はドメインとして読めません。"
                "example.co.jp のように書くか、空にしてください",
                f"{domain[:80]} is no domain; write it like example.co.jp, or leave it empty",
            )
        )
    return domain


def read_form(selector: str, name: str, fields: str, custom: frozenset[str]) -> dict[str, Any]:
    """A form of the site and which of its inputs are read; a line each, `input = field`."""
    if name.strip().startswith(OF_FORMS):
        raise MikomiError(
            Words(
                f"名前を {OF_FORMS} で始めることはできません。フォームの画面で作ったものに使います",
                f"a name cannot begin with {OF_FORMS}: that is for forms made on the page of forms",
            )
        )
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, fields.splitlines())):
        of_input, sign, trait = (part.strip() for part in line.partition("="))
        if not sign or not of_input or len(found) >= MOST_FIELDS:
            raise MikomiError(
                Words(
                    f"「{line[:80]}」が読めません。1行に「入力欄の名前 = 項目」と書いてください",
                    f"{line[:80]} cannot be read; write one input = field a line",
                )
            )
        if SECRET.search(of_input):
            raise MikomiError(
                Words(
                    f"「{of_input[:80]}」は読み取れません。パスワード、カード番号などは計測しません",
                    f"{of_input[:80]} is not read; passwords, card numbers and the like never are",
                )
            )
        if trait not in KNOWN_TRAITS | custom:
            raise MikomiError(
                Words(
                    f"「{trait[:80]}」という項目はありません。email、name、company などを使ってください",
                    f"there is no field {trait[:80]}; use email, name, company and so on",
                )
            )
        found[of_input[:LONGEST]] = trait
    return {"selector": selector.strip()[:LONGEST], "name": name.strip()[:LONGEST], "fields": found}


def lines_of(form: dict[str, Any]) -> str:
    """The inputs of a form as they are typed."""
    return "\n".join(f"{of_input} = {trait}" for of_input, trait in form.get("fields", {}).items())
