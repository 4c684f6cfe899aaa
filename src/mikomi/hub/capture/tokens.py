"""The signed token in a mail's links: which lead the mail went to, and which mail it was.

It identifies, so it is signed with the data folder's key and useless with another; it grants nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

SALT = "mikomi.mail-link"
PARAMETER = "mk"
"""The parameter of an address that carries the token; the tag passes it on."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class MailLink:
    """`lead`: the number of the lead a mail was sent to. `mail`: which sending it was."""

    lead: int
    mail: str


def make_token(link: MailLink) -> str:
    """The token of a mail's links, letters, digits, `-`, `_` and `:` only."""
    return signing.Signer(salt=SALT, sep=":").sign(f"{link.lead:x}.{link.mail}")


def read_token(text: str) -> MailLink | None:
    """Whose link a token is of; None for one that is forged or broken."""
    if len(text) > LONGEST:
        return None
    try:
        said = signing.Signer(salt=SALT, sep=":").unsign(text)
        lead, _, mail = said.partition(".")
        return MailLink(int(lead, 16), mail)
    except (signing.BadSignature, ValueError):
        return None
