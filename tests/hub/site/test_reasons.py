from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.words import Words
from mikomi.hub.site.reasons import LONGEST_EN, LONGEST_JA, Before, Deed, Evidence, reason

ON = date(2026, 11, 20)
PRICING = Words("料金ページ", "the pricing page")
PAPER = Words("製品ガイドの資料", "the product guide")


def deed(kind: str | None, thing: Words, count: int = 1, day: int = 20, worth: float = 5, **more) -> Deed:
    return Deed(kind, thing, count, date(2026, 11, day), worth, **more)


GOLDEN = [
    (
        Evidence(ON, Before("lost", 142), (deed("page_view", PRICING, 2, streak=2),), 2),
        "失注から142日後、料金ページを2日連続で閲覧、同じ会社で2人目",
        "142 days after the deal was lost, viewed the pricing page 2 days in a row,"
        " second person of the company",
    ),
    (
        Evidence(ON, Before("quiet", 96), (deed("page_view", PRICING, 3),)),
        "96日ぶりに料金ページを3回閲覧",
        "Viewed the pricing page 3 times after 96 days of silence",
    ),
    (
        Evidence(
            ON,
            None,
            (
                deed("page_view", PRICING, 4, 19, 6),
                deed("download", PAPER, 2, 12, 20),
                deed("mail_open", Words("メール", "a mail"), 9, 20, 1),
            ),
        ),
        "製品ガイドの資料を2回ダウンロード、料金ページを4回閲覧",
        "Downloaded the product guide twice, viewed the pricing page 4 times",
    ),
    (
        Evidence(ON, None, (deed("page_view", PRICING, 12, within=3),), 3),
        "3日で料金ページを12回閲覧、同じ会社で3人",
        "Viewed the pricing page 12 times within 3 days, 3 people of the company",
    ),
    (
        Evidence(ON, None, (deed("seminar_attend", Words("セミナー", "a seminar"), 1, 1),)),
        "セミナーに参加",
        "Attended a seminar",
    ),
    (
        Evidence(date(2027, 1, 20), None, (deed("seminar_attend", Words("セミナー", "a seminar")),)),
        "セミナーに参加、その後61日動きなし",
        "Attended a seminar, then quiet for 61 days",
    ),
    (
        Evidence(ON, fit=("製造業", "300名以上", "部長以上")),
        "製造業、300名以上に合う、まだ動きなし",
        "Fits 製造業 and 300名以上, no activity yet",
    ),
    (Evidence(ON), "まだ動きなし", "No activity yet"),
]


@pytest.mark.parametrize(("evidence", "ja", "en"), GOLDEN)
def test_reasons_read_as_written_down(evidence: Evidence, ja: str, en: str) -> None:
    assert reason(evidence) == Words(ja, en)


names = st.text(st.characters(categories=["Lo", "Ll"]), min_size=1, max_size=60)
deeds = st.builds(
    Deed,
    kind=st.sampled_from([None, "page_view", "download", "call", "demo_asked"]),
    thing=st.builds(Words, names, names),
    count=st.integers(1, 5_000),
    last=st.dates(date(2024, 1, 1), ON),
    worth=st.floats(-50, 50),
    streak=st.integers(1, 400),
    within=st.none() | st.integers(1, 90),
)
evidences = st.builds(
    Evidence,
    on=st.just(ON),
    before=st.none() | st.builds(Before, st.sampled_from(["lost", "won", "quiet"]), st.integers(0, 4_000)),
    deeds=st.lists(deeds, max_size=5).map(tuple),
    colleagues=st.integers(0, 300),
    fit=st.lists(names, max_size=3).map(tuple),
)


@given(evidences)
def test_a_reason_is_one_short_sentence_without_a_full_stop(evidence: Evidence) -> None:
    words = reason(evidence)
    assert 0 < len(words.ja) <= LONGEST_JA
    assert 0 < len(words.en) <= LONGEST_EN
    assert "。" not in words.ja
    assert not words.en.endswith(".")
