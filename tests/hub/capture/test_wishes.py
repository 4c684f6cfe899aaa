"""Which words of a form ask for an answer."""

from __future__ import annotations

import pytest

from mikomi.hub.capture.webforms.wishes import asks


@pytest.mark.parametrize(
    "words",
    [
        "個別相談を希望する",
        "デモを見たい",
        "見積がほしい",
        "営業担当からの連絡を希望",
        "Please quote",
        "Contact me",
        "Don't hesitate to contact us",
    ],
)
def test_a_wish_waits_for_an_answer(words: str) -> None:
    assert asks(words)


@pytest.mark.parametrize(
    "words",
    [
        "個別相談は希望しない",
        "個別相談を希望しません",
        "連絡希望なし",
        "見積は不要",
        "デモは結構です",
        "商談はいりません",
        "個別相談は考えていない",
        "Do not contact me",
        "I don't need a quote",
        "資料がほしい",
    ],
)
def test_saying_no_thanks_is_no_wish(words: str) -> None:
    assert not asks(words)
