"""What the product calls its own sources is kept once and shown in the reader's language."""

from __future__ import annotations

import pytest

from mikomi.hub.people.value_sources import BY_HAND, COMPANY_MERGE, DEMO, of_form, of_seminar, source_words


@pytest.mark.parametrize(
    ("kept", "ja", "en"),
    [
        (COMPANY_MERGE, "会社の統合", "merge of companies"),
        (DEMO, "デモの名簿", "the demo's list"),
        (BY_HAND, "手入力", "by hand"),
        ("by hand", "手入力", "by hand"),  # as earlier versions kept it of people who read English
        (of_form("資料請求"), "フォーム「資料請求」", "form “資料請求”"),
        (of_seminar("活用編"), "セミナー「活用編」", "seminar “活用編”"),
        ("展示会.csv", "展示会.csv", "展示会.csv"),
        ("役職を部長にする", "役職を部長にする", "役職を部長にする"),
    ],
)
def test_a_source_is_shown_in_the_readers_language(kept: str, ja: str, en: str) -> None:
    told = source_words(kept)
    assert (told.ja, told.en) == (ja, en)
