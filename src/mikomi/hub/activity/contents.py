"""How the content of an event is written down: one spelling for one thing."""

from __future__ import annotations

import polars as pl

LONGEST = 512
MOST_CONTENTS = 50_000
"""Distinct contents a kind may have. Further ones become `OTHER`: a page that puts an id of its
own into every address must not fill the touch dictionary."""
OTHER = "（そのほか）"
MOST_KINDS = 300
"""Distinct kinds there may be. Events of further ones are of kind `OTHER_KIND`, content `OTHER`: keys of
sites are public, and whoever has one may send any name."""
OTHER_KIND = "track"


def normal_content(content: pl.Expr) -> pl.Expr:
    """The text `content` as it is stored: NFC, without NUL, at most 512 characters; an address (it
    starts with `/` or a scheme) also loses its query and fragment. Unknown becomes empty."""
    text = content.fill_null("").str.normalize("NFC").str.replace_all("\0", "", literal=True)
    address = text.str.contains(r"^(?:/|[A-Za-z][A-Za-z0-9+.-]*://)")
    bare = text.str.replace(r"(?s)[?#].*$", "")
    return pl.when(address).then(bare).otherwise(text).str.slice(0, LONGEST)
