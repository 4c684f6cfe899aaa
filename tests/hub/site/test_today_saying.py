from __future__ import annotations

from datetime import date

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.handoff.types import Kind
from mikomi.hub.site.today.saying import Said, months_after, read

ON = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"said": "no_answer"}, Said(Kind.NO_ANSWER)),
        ({"said": "too_early:week"}, Said(Kind.TOO_EARLY, next_on=date(2026, 12, 7))),
        ({"said": "too_early:month3"}, Said(Kind.TOO_EARLY, next_on=date(2027, 2, 28))),
        ({"said": "too_early:date", "date": "2027-01-15"}, Said(Kind.TOO_EARLY, next_on=date(2027, 1, 15))),
        ({"said": "rejected:size"}, Said(Kind.REJECTED, reason="規模が合わない")),
        ({"said": "rejected", "reason": "移転した"}, Said(Kind.REJECTED, reason="移転した")),
        ({"said": "talked:month1"}, Said(Kind.TALKED, next_on=date(2026, 12, 30))),
    ],
)
def test_a_button_says_one_result(given: dict[str, str], said: Said) -> None:
    assert read(given, ON, "ja") == said


@pytest.mark.parametrize("given", [{}, {"said": "won"}, {"said": "too_early:date", "date": "soon"}])
def test_what_is_no_button_is_refused_in_words(given: dict[str, str]) -> None:
    with pytest.raises(MikomiError):
        read(given, ON, "ja")


def test_months_end_where_the_month_ends() -> None:
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
