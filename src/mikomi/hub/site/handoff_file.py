"""Hand-offs as a list that an SFA takes in: a row a person, as it was handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import batched

import polars as pl
from django.utils import timezone

from mikomi.core.words import Language, Words
from mikomi.hub.handoff import queries
from mikomi.hub.handoff.types import CAUSE_WORDS, KIND_WORDS, STATE_WORDS, Cause, Standing
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person

AT_ONCE = 1_000


def frames(rows: Sequence[int], address: Callable[[int], str], language: Language) -> Iterator[pl.DataFrame]:
    """The hand-offs with these numbers as runs of rows, in their order. All that is told of the score is as
    it was at the hand-off."""
    ja = language == "ja"
    heads = (
        Words("引き渡し番号", "Hand-off"),
        Words("リードのキー", "Lead key"),
        Words("会社名", "Company"),
        Words("氏名", "Name"),
        Words("役職", "Title"),
        Words("メールアドレス", "Email"),
        Words("電話番号", "Phone"),
        Words("スコア", "Score"),
        Words("属性の評価", "Fit grade"),
        Words("行動の評価", "Engagement grade"),
        Words("ホットになった日", "Hot since"),
        Words("きっかけ", "Cause"),
        Words("理由", "Reason"),
        Words("引き渡した日", "Handed over"),
        Words("担当", "Owner"),
        Words("状態", "State"),
        Words("最後の結果", "Last result"),
        Words("Mikomiのページ", "Page in Mikomi"),
    )
    names = [head.text(language) for head in heads]
    schema = {name: pl.Float64 if place == 7 else pl.String for place, name in enumerate(names)}
    yield pl.DataFrame(schema=schema)
    for some in batched(rows, AT_ONCE):
        held = queries.of_numbers(some)
        leads = {one.lead for each in held for one in each.members}
        persons = {who.number: who for who in people.persons(sorted(leads))}
        told = []
        for each in held:
            seen: set[int] = set()
            for one in each.members:
                who = persons.get(one.lead)
                if who is None or one.lead in seen:
                    continue
                seen.add(one.lead)
                causes = dict.fromkeys(m.cause for m in each.members if m.lead == one.lead)
                said = KIND_WORDS.get(each.last_result)
                told.append(
                    (
                        str(each.number),
                        who.key,
                        who.company,
                        who.name,
                        who.attributes.get("title", ""),
                        who.email,
                        _phone(who),
                        round(one.frozen.total, 1),
                        one.frozen.fit_grade,
                        one.frozen.engagement_grade,
                        _hot_day(each, one.lead),
                        ("・" if ja else ", ").join(CAUSE_WORDS[cause].text(language) for cause in causes),
                        one.frozen.reason.text(language),
                        _day(one.at),
                        each.owner_name,
                        STATE_WORDS[each.state].text(language),
                        said.text(language) if said else "",
                        address(one.lead),
                    )
                )
        yield pl.DataFrame(told, schema=schema, orient="row")


def _phone(who: Person) -> str:
    found = (who.attributes.get(name) for name in ("direct_phone", "mobile", "phone"))
    return next((number for number in found if number), "")


def _hot_day(held: Standing, lead: int) -> str:
    """The day it became hot, as its occasion says; empty where that was not what handed it over."""
    return next((m.entry for m in held.members if m.lead == lead and m.cause == Cause.HOT), "")


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()
