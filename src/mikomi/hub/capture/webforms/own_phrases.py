"""The phrases that tell a sales pitch here: those of the product, less those taken out, and our own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.models import FormVersion, PitchPhrase, Submission
from mikomi.hub.capture.webforms.content import content_from
from mikomi.hub.capture.webforms.pitches import FLAGGED, default_weights, folded

SHORTEST, LONGEST = 2, 100
MOST = 500
LOOKED_AT = 20_000
"""So many of the latest submissions are looked through for phrases."""
OUT = 0
"""The weight of a phrase of the product that is not looked for here."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many of the past submissions hold a phrase, and how many of them are flagged by it alone."""

    n: int
    alone: int


def phrase_weights() -> dict[str, int]:
    """The phrases that are looked for, each with what it counts."""
    weights = default_weights() | dict(PitchPhrase.objects.order_by("pk").values_list("phrase", "weight"))
    return {phrase: weight for phrase, weight in weights.items() if weight != OUT}


def own_phrases() -> list[PitchPhrase]:
    """Phrases of our own, and those of the product that were changed here."""
    return list(PitchPhrase.objects.select_related("by").order_by("phrase"))


def read_phrase(text: str) -> str:
    """A phrase as it is looked for. Raises `MikomiError` for one that is too short, or too long."""
    phrase = folded(text.replace("\0", "")).strip()
    if not SHORTEST <= len(phrase) <= LONGEST:
        raise MikomiError(
            Words(
                f"言葉は{SHORTEST}〜{LONGEST}文字で入れてください",
                f"give a phrase of {SHORTEST} to {LONGEST} characters",
            )
        )
    return phrase


def set_phrase(text: str, weight: int, by: int | None) -> str:
    """Has a phrase count `weight`, or none where that is `OUT`; what is as the product has it is no row.
    The phrase as it is looked for. Raises `MikomiError` for one that cannot be."""
    phrase = read_phrase(text)
    if weight == default_weights().get(phrase, OUT):
        PitchPhrase.objects.filter(phrase=phrase).delete()
        return phrase
    if weight not in (OUT, 1, FLAGGED):
        raise MikomiError(Words("点数は1か2です", "a phrase counts 1 or 2"))
    if not PitchPhrase.objects.filter(phrase=phrase).exists() and PitchPhrase.objects.count() >= MOST:
        raise MikomiError(
            Words(
                f"言葉は{MOST}までです。使わないものを消してください",
                f"{MOST} phrases at most; take some out",
            )
        )
    told = {"weight": weight, "at": timezone.now(), "by_id": by}
    PitchPhrase.objects.update_or_create(phrase=phrase, defaults=told)
    return phrase


def found_in_past(phrases: Iterable[str]) -> dict[str, Found]:
    """How often each phrase stands in the free texts of the latest submissions. `alone`: how many of those
    hold so little else that without this phrase they would not be flagged, and with it counting 2 are."""
    texts = _texts()
    known = phrase_weights()
    weights = pl.Series([0] * texts.len(), dtype=pl.Int32)
    hits = {}
    for phrase in {*phrases, *known}:
        hits[phrase] = texts.str.contains(phrase, literal=True)
        weights += hits[phrase].cast(pl.Int32) * known.get(phrase, 0)
    found = {}
    for phrase in phrases:
        weight = known.get(phrase, FLAGGED)
        others = weights - hits[phrase].cast(pl.Int32) * known.get(phrase, 0)
        alone = hits[phrase] & (others < FLAGGED) & (others + weight >= FLAGGED)
        found[phrase] = Found(int(hits[phrase].sum()), int(alone.sum()))
    return found


def _texts() -> pl.Series:
    """The free texts of the latest submissions, folded."""
    free = {
        number: [question.key for question in content_from(content).questions if not question.field]
        for number, content in FormVersion.objects.values_list("pk", "content")
    }
    rows = Submission.objects.order_by("-pk").values_list("version", "answers")[:LOOKED_AT]
    texts = ["\n".join(folded(answers.get(key, "")) for key in free[version]) for version, answers in rows]
    return pl.Series(texts, dtype=pl.String)
