"""Results that people say of a lead: a meeting, a deal won or lost, out of scope; and taking one back."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.utils import timezone

from mikomi.core.values.money import MOST_YEN
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.results import newest_of, take_back_outcome
from mikomi.hub.activity.services import attach, record_outcomes
from mikomi.hub.activity.types import OutcomeKey
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.models import Lead

RESULTS = ("meeting", "won", "lost", "rejected")
LONGEST = 2_000
"""Characters of a reason."""
LONGEST_NAME = 200
"""Characters of a product."""
BY_HAND = "hand"

GONE = Words(
    "このリードはもうありません。ほかの人が消去したか、別のリードにまとめています。",
    "This lead is gone: it was erased, or merged into another one.",
)
NO_RESULT = Words(
    "結果は、商談・受注・失注・対象外のどれかを選んでください。",
    "Choose one of meeting, won, lost and out of scope.",
)
IN_FUTURE = Words(
    "これから先の日付は記録できません。今日までの日付を選んでください。",
    "A day in the future cannot be recorded. Choose one up to today.",
)
BAD_AMOUNT = Words(
    "金額は、0円から1,000兆円までの整数で入力してください。",
    "Write the amount as a whole number of yen from 0 to 1,000,000,000,000,000.",
)
TOO_LONG = Words(
    f"理由は{LONGEST:,}文字、製品は{LONGEST_NAME}文字までです。短くしてください。",
    f"A reason has up to {LONGEST:,} characters, a product up to {LONGEST_NAME}. Make them shorter.",
)


def record_result(
    lead: int,
    result: str,
    *,
    by: int | None,
    at: datetime | None = None,
    amount: int | None = None,
    product: str = "",
    reason: str = "",
) -> OutcomeKey:
    """Records, in one transaction, that `lead` (number) had a `meeting`, that a deal was `won` or `lost`, or
    that it is out of scope (`rejected`).

    `at`: when (aware; now), not in the future; `amount`: whole yen. Gives the key that takes it back. Raises
    `MikomiError` in words for what cannot be.
    """
    now = timezone.now()
    when = at or now
    if result not in RESULTS:
        raise MikomiError(NO_RESULT)
    if timezone.localdate(when) > timezone.localdate(now):
        raise MikomiError(IN_FUTURE)
    if amount is not None and not 0 <= amount <= MOST_YEN:
        raise MikomiError(BAD_AMOUNT)
    if len(reason) > LONGEST or len(product) > LONGEST_NAME:
        raise MikomiError(TOO_LONG)
    with changing() as number:
        key = Lead.objects.filter(pk=lead, merged_into=None).values_list("key", flat=True).first()
        if key is None:
            raise MikomiError(GONE)
        attach(pl.DataFrame({"key": [key], "lead": [lead]}), number)
        row = {
            "lead": key,
            "at": when,
            "result": result,
            "reason": reason.replace("\0", "").strip(),
            "amount": "" if amount is None else str(amount),
            "product": product.replace("\0", "").strip(),
            "said_by": by,
        }
        schema = {"at": pl.Datetime("us", "UTC"), "said_by": pl.Int32}
        record_outcomes(pl.DataFrame([row], schema_overrides=schema), source=BY_HAND)
        made = newest_of(key, when, result)
        enqueue("site.score_changed", once=True)
    return made


def take_back_result(key: OutcomeKey) -> bool:
    """Takes a result back that somebody said by hand; whether it was still there. What came by a file is
    taken back with its import."""
    gone = take_back_outcome(key, source=BY_HAND)
    if gone:
        enqueue("site.score_changed", once=True)
    return gone
