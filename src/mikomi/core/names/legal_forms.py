"""Legal forms: how they are written, and the patterns that find them in a name.

The patterns are for Rust's regular expressions (Polars) over `cleaned` text. Bank transfers write カ)
before, (カ) within and (カ after the name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

_OPEN, _CLOSE = r"[(\[〔【〈《<]", r"[)\]〕】〉》>]"
_AMID = {"株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "合○会社"}


@dataclass(frozen=True, slots=True)
class LegalForms:
    """Patterns of legal forms, and what their finds mean.

    `before` matches a form at the start of a name: groups form, rest. `after`: groups name, form.
    `amid` (companies only): groups name, form, rest. `latin_after`: groups name, form, rest.
    `latin_before`: groups form, rest. `names` gives the form for a find as `form_token` writes it.
    `kin` gives the letters of a form; forms with a letter in common may be one company's.
    """

    before: str
    after: str
    amid: str
    latin_before: str
    latin_after: str
    latin_glued: str
    names: dict[str, str]
    latin: tuple[tuple[str, str], ...]
    kin: dict[str, str]


@cache
def legal_forms() -> LegalForms:
    spelled: dict[str, str] = {}
    bracketed: dict[str, str] = {}
    banked: dict[str, str] = {}
    kin: dict[str, str] = {}
    for name, letters, *columns in _rows("legal_forms.txt"):
        kin[name] = letters
        for table, column in zip((spelled, bracketed, banked), columns, strict=True):
            table.update((unicodedata.normalize("NFKC", word), name) for word in column.split())
    names = {form_token(word): name for word, name in (spelled | bracketed | banked).items()}
    latin = tuple((name, f"(?:{pattern})") for name, _, pattern in _rows("latin_forms.txt", most=3))
    for name, letters, _ in _rows("latin_forms.txt", most=3):
        kin.setdefault(name, letters)

    def token(words: dict[str, str], short: dict[str, str]) -> str:
        return rf"{_OPEN}?\s*(?:{_any(words)})(?:\s*{_CLOSE})?|{_OPEN}\s*(?:{_any(short)})\s*{_CLOSE}"

    companies = [{w: n for w, n in t.items() if n in _AMID} for t in (spelled, bracketed | banked)]
    edge = token(spelled, bracketed | banked)
    short = _any(bracketed | banked)
    # Only where the dots are written: KK and PT begin too many names.
    foreign = r"k\.\s?k\.?|kabushiki[\s-]*(?:kaisha|gaisha)|g\.\s?k\.|godo[\s-]*(?:kaisha|gaisha)"
    any_latin = "|".join(pattern for _, pattern in latin)
    return LegalForms(
        before=rf"^({edge}|(?:{short})\)|\((?:{short})\s)\s*(.+)$",
        after=rf"^(.+?)\s*({edge}|\((?:{short}))$",
        amid=rf"^(.+?)\s*({token(*companies)})(.+)$",
        latin_before=rf"(?i)^({foreign})[\s,]+(.+)$",
        latin_after=rf"(?i)^(.+?)[\s,.]+({any_latin})([\s,.(]*|[\s,.(]+.*(?:{LATIN_UNITS})\)?|[\s,.(]*[^\x00-\x7f].*)$",
        latin_glued=rf"(?i)^(.*[^\x00-\x7f])({any_latin})()$",
        names=names,
        latin=latin,
        kin=kin,
    )


def form_named(found: str) -> str:
    """The full name of the form that one of the patterns found."""
    name = legal_forms().names.get(form_token(found))
    if name is not None:
        return name
    return next(
        name for name, pattern in legal_forms().latin if re.fullmatch(pattern, found.strip(), re.IGNORECASE)
    )


LATIN_UNITS = r"branch|office|factory|plant|headquarters|hq|dept\.?|department|division|div\.?|section"


def form_token(found: str) -> str:
    """A find without brackets and white space: `( 株 )` is `株`."""
    return re.sub(r"[\s()\[\]〔〕【】〈〉《》<>]", "", found).casefold()


def _any(words: dict[str, str]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(r"\s*".join(map(_escaped, word)) for word in longest_first)


def _escaped(letter: str) -> str:
    return (
        f"[{letter.upper()}{letter.lower()}]" if letter.isascii() and letter.isalpha() else re.escape(letter)
    )


def _rows(name: str, most: int = 5) -> list[list[str]]:
    lines = resources.files(__package__).joinpath(name).read_text("utf-8").splitlines()
    # The last column may hold bars of its own.
    return [line.split("|", most - 1) for line in lines if line and not line.startswith("#")]
