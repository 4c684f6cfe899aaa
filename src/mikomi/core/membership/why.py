"""Why a lead meets a condition on a day, or does not: part by part, with what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mikomi.core.conditions.activity import Groups
from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.describe import count_text
from mikomi.core.conditions.describe_who import who_sentence
from mikomi.core.conditions.sentence import ModelPath, Sentence, number_text
from mikomi.core.conditions.who import (
    NOWHERE,
    ConsentIs,
    Did,
    Every,
    GradeIs,
    HadOutcome,
    HotIs,
    InStage,
    Labelled,
    Leaf,
    Not,
    ScoreIs,
    Since,
    Some,
    Who,
    segments_behind,
)
from mikomi.core.conditions.who_names import DEFAULT_NAMES, OUTCOME_WORDS, Names
from mikomi.core.engine.folding import EPOCH, day_number, fold_measures
from mikomi.core.engine.local import lead_numbers
from mikomi.core.events import ActivitySource
from mikomi.core.membership.answers import Answers, answer
from mikomi.core.membership.asks import Asks, measure_of
from mikomi.core.membership.facts import CONSENT, Facts
from mikomi.core.scoring.fold import NEVER
from mikomi.core.scoring.score import field_resolver
from mikomi.core.words import Language


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition, what it says, whether it holds, and what was seen.

    `seen`: the lead's own value in words, empty where there is nothing to add. `parts`: the conditions
    inside, those of a segment that is referred to among them.
    """

    who: Who
    path: ModelPath
    sentence: Sentence
    holds: bool
    seen: str
    parts: tuple[Reason, ...] = ()


def why_who(
    who: Who,
    facts: Facts,
    source: ActivitySource,
    day: date,
    language: Language,
    *,
    groups: Groups | None = None,
    segments: Mapping[int, Who] | None = None,
    names: Names = DEFAULT_NAMES,
) -> Reason:
    """Why the one lead of `facts` meets `who` on `day`, or does not.

    `segments`: the conditions of segments that `who` refers to, and of those that they refer to; each is
    told inside. Raises `ValueError` where `facts` holds other than one lead.
    """
    if facts.leads.height != 1:
        raise ValueError("needs exactly one lead")
    known = segments_behind(who, segments or {})
    numbers = {number: i + 1 for i, number in enumerate(known)}
    asks = Asks.of([who, *known.values()], groups, numbers)
    answers = answer(asks, facts, source, day, threads=1)
    return _Teller(answers, source, day, language, names, known).reason(who, ())


@dataclass(frozen=True, slots=True)
class _Teller:
    answers: Answers
    source: ActivitySource
    day: date
    language: Language
    names: Names
    segments: Mapping[int, Who]

    def reason(self, who: Who, path: ModelPath) -> Reason:
        sentence = who_sentence(who, self.language, self.names, path)
        holds = bool(self.answers.holds_for(who)[0])
        match who:
            case Every(parts) | Some(parts):
                key = "all" if isinstance(who, Every) else "any"
                inside = tuple(self.reason(p, (*path, key, i)) for i, p in enumerate(parts))
                return Reason(who, path, sentence, holds, "", inside)
            case Not(part):
                if isinstance(part, Every | Some | Not):
                    return Reason(who, path, sentence, holds, "", (self.reason(part, (*path, "not")),))
                return Reason(who, path, sentence, holds, self._seen(part))
            case Labelled("segment", ids):
                inside = tuple(
                    self.reason(self.segments[i], ("segment", i)) for i in ids if i in self.segments
                )
                return Reason(who, path, sentence, holds, "", inside)
            case _:
                return Reason(who, path, sentence, holds, self._seen(who))

    def _say(self, ja: str, en: str) -> str:
        return ja if self.language == "ja" else en

    def _seen(self, leaf: Leaf) -> str:
        facts = self.answers.facts
        match leaf:
            case Test():
                return self._value(leaf.field)
            case Did():
                return self._done(leaf)
            case Since():
                _, last = self._fold(leaf)
                return self._say("ありません", "never") if last is None else self._ago(last)
            case HadOutcome():
                return self._ended(leaf)
            case ScoreIs(of):
                if facts.scores is None:
                    return self._say("スコアがありません", "no score")
                value = number_text(float(getattr(facts.scores, of)[0]))
                return self._say(f"{value}点", value)
            case GradeIs(of):
                if facts.scores is None:
                    return self._say("スコアがありません", "no score")
                return str(getattr(facts.scores, f"{of}_grades")()[0])
            case HotIs():
                hot = facts.scores is not None and bool(facts.scores.hot[0])
                return self._say("ホット", "hot") if hot else self._say("ホットではない", "not hot")
            case InStage():
                code = 0 if facts.stage is None else int(facts.stage[0])
                key = (NOWHERE, *facts.stages)[code]
                nowhere = self._say("どこにもいない", "nowhere")
                return nowhere if key == NOWHERE else self.names.stages.get(key, key)
            case ConsentIs():
                code = 0 if facts.consent is None else int(facts.consent[0])
                words = {
                    "granted": ("同意がある", "agreed"),
                    "refused": ("断っている", "refused"),
                    "unknown": ("わからない", "unknown"),
                }
                return self._say(*words[CONSENT[code]])
            case Labelled():
                return ""

    def _value(self, field: str) -> str:
        leads = self.answers.facts.leads
        column = field_resolver(leads.columns)(field)
        value = None if column is None else leads[column].cast(pl.String)[0]
        return value if value is not None and value.strip() else self._say("不明", "unknown")

    def _fold(self, leaf: Did | Since) -> tuple[int, date | None]:
        """How many, and the day that a condition on activity looks at."""
        told = fold_measures(
            [measure_of(leaf)],
            self.answers.asks.groups,
            self.source,
            lead_numbers(self.answers.facts.leads),
            [self.day],
            explain=True,
            threads=1,
        )
        last = int(told.lasts[0, 0, 0])
        return int(told.counts[0, 0, 0]), None if last == NEVER else EPOCH + timedelta(days=last)

    def _done(self, leaf: Did) -> str:
        count, last = self._fold(leaf)
        if leaf.count == "days":
            said = self._say(
                f"{number_text(count)}日", f"{number_text(count)} day{'' if count == 1 else 's'}"
            )
        else:
            said = count_text(count, self.language)
        if last is None or count == 0:
            return said
        return self._say(f"{said}（最後は{last.isoformat()}）", f"{said} (last on {last.isoformat()})")

    def _ago(self, day: date) -> str:
        days = (self.day - day).days
        if days == 0:
            return self._say("今日", "today")
        return self._say(
            f"{number_text(days)}日前（{day.isoformat()}）",
            f"{number_text(days)} day{'' if days == 1 else 's'} ago ({day.isoformat()})",
        )

    def _ended(self, leaf: HadOutcome) -> str:
        facts, today = self.answers.facts, day_number(self.day)
        theirs = facts.outcomes.filter(
            (pl.col("lead").cast(pl.Int64) == int(lead_numbers(facts.leads)[0]))
            & (pl.col("day") <= today)
            & pl.col("result").is_in(list(OUTCOME_WORDS))
        ).sort("day")
        if theirs.is_empty():
            return self._say("まだありません", "none yet")
        result, at = theirs["result"][-1], EPOCH + timedelta(days=theirs["day"][-1])
        words = OUTCOME_WORDS[result]
        return self._say(f"{words.ja}（{at.isoformat()}）", f"{words.en} ({at.isoformat()})")
