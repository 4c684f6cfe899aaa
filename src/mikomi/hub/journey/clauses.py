"""A stage's condition as lines to pick from, joined by どれか or すべて, and back.

What cannot be said so (conditions inside conditions, the first or last time) stays as it is: a line that
can be kept or taken away.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mikomi.core.conditions.activity import ActivityCondition
from mikomi.core.conditions.attributes import Test
from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.conditions.who import Counted, Did, Every, HadOutcome, Some, Who
from mikomi.core.words import Language, MikomiError, Words

MOST_LINES = 12
ANYTHING = "any"
"""What stands for any activity, where a kind could stand."""
OUTCOME, FIELD = "outcome:", "field:"


@dataclass(frozen=True, slots=True)
class Clause:
    """One line. `subject`: a kind of activity, `ANYTHING`, `outcome:RESULT` or `field:KEY`.

    `content`: contents or groups, or a field's values, as typed; `days`: within so many, empty for ever;
    `times`: at least so often, `count` events or days. `kept`: the JSON of a condition that stays as it is.
    """

    subject: str = ""
    content: str = ""
    days: str = ""
    times: str = "1"
    count: str = "events"
    kept: str = ""


def clauses_of(who: Who | None, language: Language = "ja") -> tuple[str, list[Clause]]:
    """How the lines are joined (`any` or `all`), and the lines as a reader of `language` types them."""
    comma = "、" if language == "ja" else ", "
    if who is None:
        return "any", []
    match who:
        case Some(parts):
            return "any", [_clause(part, comma) for part in parts]
        case Every(parts):
            return "all", [_clause(part, comma) for part in parts]
    return "any", [_clause(who, comma)]


def _clause(who: Who, comma: str) -> Clause:
    match who:
        case Did(what, within, count, int(low), None) if len(what.kinds) <= 1:
            named = [*what.contents, *what.groups]
            if what.contents and what.groups:
                return _kept(who)
            return Clause(
                what.kinds[0] if what.kinds else ANYTHING,
                comma.join(named),
                "" if within is None else str(within),
                str(low),
                count,
            )
        case HadOutcome((result,), within):
            return Clause(OUTCOME + result, days="" if within is None else str(within))
        case Test(field, "in", tuple(values)) if all(isinstance(value, str) for value in values):
            return Clause(FIELD + field, comma.join(str(value) for value in values))
    return _kept(who)


def _kept(who: Who) -> Clause:
    return Clause(kept=json.dumps(who_data(who), ensure_ascii=False))


def posted_clauses(posted: Mapping[str, str]) -> list[Clause]:
    """The lines of the form, those that were taken away left out."""
    found = []
    for n in range(MOST_LINES):
        if f"{n}-subject" not in posted and f"{n}-kept" not in posted:
            continue
        if posted.get("remove") == str(n):
            continue
        names = ("subject", "content", "days", "times", "count", "kept")
        found.append(Clause(*(str(posted.get(f"{n}-{name}", "")).strip() for name in names)))
    return found


def condition_of(join: str, clauses: Collection[Clause], groups: Collection[str]) -> Who | None:
    """The condition that the lines say; None without lines. A name of `groups` is a group, not a content.

    Raises `MikomiError` for what cannot be, a `DocumentError` that names the place for what is kept.
    """
    parts = tuple(_part(clause, groups) for clause in clauses if clause.kept or clause.subject)
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    return Every(parts) if join == "all" else Some(parts)


def _part(clause: Clause, groups: Collection[str]) -> Who:
    if clause.kept:
        try:
            return read_who(json.loads(clause.kept), purpose="stage")
        except ValueError as error:
            words = Words(
                "条件が読めません。画面を開き直してください", "cannot read the condition; reload the page"
            )
            raise MikomiError(words) from error
    names = tuple(dict.fromkeys(part for part in _parted(clause.content)))
    within = _whole(clause.days) if clause.days else None
    if clause.subject.startswith(OUTCOME):
        return HadOutcome((clause.subject.removeprefix(OUTCOME),), within)
    if clause.subject.startswith(FIELD):
        if not names:
            raise MikomiError(
                Words(
                    "項目の値を1つ以上書いてください（例：製造業、卸売業）",
                    "give at least one value of the field",
                )
            )
        return Test(clause.subject.removeprefix(FIELD), "in", names)
    grouped = tuple(name for name in names if name in groups)
    plain = tuple(name for name in names if name not in groups)
    if grouped and plain:
        raise MikomiError(
            Words(
                "1行にはグループかページのどちらかだけを書いてください。両方なら行を分けます",
                "one line takes either groups or contents; use two lines for both",
            )
        )
    kinds = () if clause.subject == ANYTHING else (clause.subject,)
    count: Counted = "days" if clause.count == "days" else "events"
    return Did(ActivityCondition(kinds, plain, grouped), within, count, _whole(clause.times or "1"))


def _parted(text: str) -> list[str]:
    for mark in (",", "，", "\n"):
        text = text.replace(mark, "、")
    return [part.strip() for part in text.split("、") if part.strip()]


def _whole(typed: str) -> int:
    if not typed.isdecimal() or int(typed) < 1 or int(typed) > 9999:
        raise MikomiError(
            Words(
                f"日数と回数は1から9999までの整数にしてください（今は「{typed}」）",
                f"days and times must be whole numbers from 1 to 9999, found '{typed}'",
            )
        )
    return int(typed)
