"""That somebody agreed to be recorded, remembered in a cookie that an answer sets beside the visitor's id.

What scripts keep goes after seven days in Safari; this cookie lives as long as the id. Scripts may read it,
so that a page knows without asking whether it may begin. It holds marks of who agreed, as far as they said,
so that the consent of one person is not taken for that of the next at the same browser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mikomi.collector.settings import Source
from mikomi.core.names.registered import registered_domain

_KINDS = ("user", "mail")
_VALUE = re.compile(r"1\.([0-9a-f]{12})?\.([0-9a-f]{12})?", re.ASCII)
_SAYS_WHO = (b'"identify"', b'"traits"')


class _Message(msgspec.Struct, rename="camel"):
    type: Any = None
    user_id: Any = None
    traits: Any = None
    context: Any = None


_message = msgspec.json.Decoder(_Message)


def cookie_of(source: Source) -> str:
    """The cookie's name; each source has its own, for each has its own question."""
    return "mikomi_agreed_" + source.write_key


def mark_of(batch: Sequence[msgspec.Raw], held: str, salt: str) -> str | None:
    """The cookie's value after a batch, or None where it says that somebody else is there than who agreed.

    `held`: the value as the browser brought it, empty for none; `salt`: secret.
    """
    found = _VALUE.fullmatch(held)
    marks = {kind: (found[at] or "" if found else "") for at, kind in enumerate(_KINDS, start=1)}
    for kind, who in _claims(batch):
        mark = hashlib.blake2b(
            who.encode(), key=salt.encode()[:64], person=kind.encode(), digest_size=6
        ).hexdigest()
        if marks[kind] not in ("", mark):
            return None
        marks[kind] = mark
    return ".".join(("1", *marks.values()))


def shared_domain(host: str, origin: str) -> str:
    """What somebody registered, where both hosts lie under it; empty where they do not, or it is no name.

    No narrower one, lest one person's yes lies under two domains and a no takes away only one.
    """
    domain = registered_domain(host)
    if "." not in domain or not domain.rpartition(".")[2].isalpha():
        return ""
    return domain if f".{origin}".endswith("." + domain) else ""


def _claims(batch: Sequence[msgspec.Raw]) -> Iterator[tuple[str, str]]:
    for raw in batch:
        text = bytes(memoryview(raw))
        if not any(name in text for name in _SAYS_WHO):
            continue
        try:
            said = _message.decode(text)
        except msgspec.DecodeError:
            continue
        if said.type == "identify" and isinstance(said.user_id, str | int):
            yield "user", str(said.user_id)
        context = said.context if isinstance(said.context, dict) else {}
        for traits in (said.traits, context.get("traits")):
            mail = traits.get("email") if isinstance(traits, dict) else None
            if isinstance(mail, str) and mail.strip():
                yield "mail", mail.strip().casefold()
