from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.words import Words
from mikomi.hub.site.reasons import Before, Deed
from mikomi.hub.site.today.opening import LONGEST_JA, Known, opening

DAY = date(2026, 11, 20)
PAPER = Deed("download", Words("「導入の手引き」", "“Guide to getting started”"), 1, DAY, 15)
PAGE = Deed("page_view", Words("料金ページ", "the pricing page"), 3, DAY, 7)

TABLE = [
    (Known(urgent=True, deed=PAPER), "お問い合わせいただき", "Thank you for getting in touch"),
    (Known(deed=PAPER), "先日は『導入の手引き』をダウンロード", "downloading “Guide to getting started”"),
    (Known(deed=PAPER, before=Before("lost", 90)), "以前ご検討いただいた件", "we discussed some time ago"),
    (Known(deed=PAGE, before=Before("won", 90)), "いつもお使いいただき", "being our customer"),
    (Known(deed=PAGE, talked=True, question="高くない？"), "お話の続き", "where we left off"),
    (Known(deed=PAGE, question="ほかと何が違う？"), "『ほかと何が違う』とよく聞かれます", "“ほかと何が違う”"),
    (Known(deed=PAPER, before=Before("quiet", 90)), "先日は『導入の手引き』", "Guide to getting started"),
    (Known(deed=PAGE, colleague=True), "御社の方からも", "Colleagues of yours"),
    (Known(deed=PAGE), "はじめてお電話します", "not spoken before"),
    (Known(question="長" * 200), "はじめてお電話します", "not spoken before"),
]


@pytest.mark.parametrize(("known", "ja", "en"), TABLE)
def test_the_first_sentence_rests_on_the_best_that_is_known(known: Known, ja: str, en: str) -> None:
    told = opening(known)
    assert ja in told.ja
    assert en in told.en


texts = st.text(max_size=80)


@given(
    st.builds(
        Known,
        urgent=st.booleans(),
        deed=st.none()
        | st.builds(
            Deed,
            st.sampled_from(
                ["page_view", "download", "form_submit", "seminar_attend", "seminar_apply", None]
            ),
            st.builds(Words, texts, texts),
            st.integers(1, 9),
            st.just(DAY),
            st.just(1.0),
        ),
        before=st.none() | st.builds(Before, st.sampled_from(["lost", "won", "quiet"]), st.integers(0, 900)),
        question=texts,
        colleague=st.booleans(),
        talked=st.booleans(),
    )
)
def test_a_first_sentence_is_short_and_never_tells_of_pages_seen(known: Known) -> None:
    told = opening(known)
    assert 0 < len(told.ja) <= LONGEST_JA
    assert told.en
    if known.deed is not None and known.deed.kind == "page_view":
        assert opening(known) == opening(
            Known(known.urgent, None, known.before, known.question, known.colleague, known.talked)
        )
