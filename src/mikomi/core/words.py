"""Sentences in both languages, and the one error type that carries them.

Nothing in the core knows the reader's language. What it has to say is kept as a pair, and the
command line or the web page picks one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in Japanese and in English."""

    ja: str
    en: str

    def text(self, language: str) -> str:
        """The sentence in `language`: `ja`, or English for anything else."""
        return self.ja if language == "ja" else self.en

    def __str__(self) -> str:
        return self.en


class MikomiError(Exception):
    """Something the reader can mend: the input, the model or the surroundings are wrong.

    The sentence says what happened, why, and what to do next. The command line prints it as one
    line and exits with 2. `str(error)` is the English sentence.
    """

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words
