"""What fits each kind of field, what is stored, and what is said of the rest."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.values.choices import NO, YES, Choice, read_yes_no
from mikomi.core.values.fields import KINDS, PLAIN, FieldKind, FieldOptions, normalised, reason_words
from mikomi.core.values.quantities import Unit
from mikomi.core.words import Words

COLOURS = (
    Choice("red", Words("赤", "Red"), ("あか", "朱")),
    Choice("blue", Words("青", "Blue")),
    Choice("ui", Words("UI/UX", "UI/UX design")),
    Choice("3", Words("50名、以上", "50 or more")),
)


def stored(kind: FieldKind, text: str, options: FieldOptions = PLAIN) -> tuple[str | None, str | None]:
    values, reasons = normalised(pl.Series("x", [text]), kind, options)
    assert values.name == "x"
    return values[0], reasons[0]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  東京\n本社 ", "東京 本社"),
        ("long_text", "一行目\r\n二行目", "一行目\n二行目"),
        ("number", "約300人", "約300"),
        ("money", "1億2,000万円", "120000000"),
        ("date", "2026/11/1", "2026-11-01"),
        ("date", "令和8年11月1日", "2026-11-01"),
        ("date", "2026-11-01T23:30:00Z", "2026-11-02"),
        ("yes_no", "はい", "yes"),
        ("yes_no", "×", "no"),
        ("yes_no", "ＴＲＵＥ", "yes"),
        ("yes_no", "0", "no"),
        ("url", "https://Example.JP/Path?q=あ#x", "https://example.jp/Path?q=あ#x"),
        ("url", "www.example.jp/a", "https://www.example.jp/a"),
        ("url", "HTTP://example.jp:8080", "http://example.jp:8080"),
        ("url", "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｊｐ", "https://example.jp"),
        ("url", "http://日本語.jp/", "http://日本語.jp/"),
        ("url", "http://192.0.2.1/", "http://192.0.2.1/"),
        ("mail", " Taro.Aoba@Example.JP ", "taro.aoba@example.jp"),
        ("mail", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("mail", "青葉 太郎 <taro@example.jp>", "taro@example.jp"),
        ("mail", "mailto:taro@example.jp", "taro@example.jp"),
        ("mail", "taro@example。jp", "taro@example.jp"),
        ("mail", "taro+news@mail.example.co.jp", "taro+news@mail.example.co.jp"),
        ("mail", "taro..a.@docomo.ne.jp", "taro..a.@docomo.ne.jp"),
        ("phone", "03-1234-5678", "+81312345678"),
        ("person", " 青葉 花子 ", "青葉 花子"),
    ],
)
def test_what_fits_is_stored_in_one_writing(kind: FieldKind, text: str, value: str) -> None:
    assert stored(kind, text) == (value, None)
    assert stored(kind, value) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("number", "多数", "no_number"),
        ("money", "50名", "no_money"),
        ("money", "$100", "no_money"),
        ("date", "2026/13/45", "no_date"),
        ("date", "11/1/2026", "no_date"),
        ("yes_no", "たぶん", "no_yes_no"),
        ("url", "javascript:alert(1)", "no_url"),
        ("url", "ftp://example.jp", "no_url"),
        ("url", "https://user:pass@example.jp", "no_url"),
        ("url", "資料はこちら。", "no_url"),
        ("url", "https://example.jp:99999", "no_url"),
        ("url", "https://a..jp", "no_url"),
        ("url", "https://", "no_url"),
        ("mail", "taro", "no_mail"),
        ("mail", "taro@example", "no_mail"),
        ("mail", "taro..a@example.jp", "no_mail"),
        ("mail", "太郎@example.jp", "no_mail"),
        ("mail", "taro@-example.jp", "no_mail"),
        ("mail", f"{'a' * 65}@example.jp", "no_mail"),
        ("mail", "a@example.jp, b@example.jp", "several_mails"),
        ("phone", "なし", "phone.no_number"),
        ("text", "あ" * 1001, "too_long"),
        ("choice", "緑", "no_choice"),
        ("choices", "赤;緑", "no_choice"),
    ],
)
def test_what_does_not_fit_is_said_in_words(kind: FieldKind, text: str, reason: str) -> None:
    options = FieldOptions(choices=COLOURS)
    assert stored(kind, text, options) == (None, reason)
    words = reason_words(reason, options)
    assert words.ja
    assert words.en


def test_limits_are_kept_and_said() -> None:
    options = FieldOptions(least=10, most=500, longest=3)
    values, reasons = normalised(
        pl.Series(["10", "9", "500", "501", "300〜999", "〜50", "5〜"]), "number", options
    )
    assert values.to_list() == ["10", None, "500", None, None, "〜50", None]
    assert reasons.to_list() == [None, "too_small", None, "too_large", "too_large", None, "too_small"]
    assert reason_words("too_small", options).ja == "10 より小さい値です"
    assert stored("text", "abcd", options) == (None, "too_long")
    assert "3" in reason_words("too_long", options).en


def test_an_empty_value_fits_unless_it_is_required() -> None:
    texts = pl.Series(["", "  ", None, "x"])
    assert [s.to_list() for s in normalised(texts, "text")] == [[None, None, None, "x"], [None] * 4]
    _, reasons = normalised(texts, "text", FieldOptions(required=True))
    assert reasons.to_list() == ["missing", "missing", "missing", None]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("赤", "red"),
        ("RED", "red"),
        ("朱", "red"),
        ("青；赤", "red;blue"),
        ("赤、青", "red;blue"),
        ("赤 / 青", "red;blue"),
        ("赤|赤", "red"),
        ("青\n赤", "red;blue"),
        ("UI/UX", "ui"),
        ("UI/UX;赤", "red;ui"),
        ("50名、以上|青", "blue;3"),
        (";赤;", "red"),
        ("red;blue", "red;blue"),
        ("3", "3"),
        ("赤,青", "red;blue"),
        ("赤　；青", "red;blue"),
    ],
)
def test_several_choices_are_told_apart(text: str, keys: str) -> None:
    assert stored("choices", text, FieldOptions(choices=COLOURS)) == (keys, None)


def test_one_choice_is_one() -> None:
    options = FieldOptions(choices=COLOURS)
    assert stored("choice", "ＵＩ/ＵＸ", options) == ("ui", None)
    assert stored("choice", "赤;青", options) == (None, "no_choice")


def test_a_key_of_a_choice_holds_no_separator() -> None:
    with pytest.raises(ValueError, match="key"):
        Choice("a;b", Words("あ", "a"))


def test_yes_and_no_share_no_word() -> None:
    assert read_yes_no(pl.Series(YES)).to_list() == [True] * len(YES)
    assert read_yes_no(pl.Series(NO)).to_list() == [False] * len(NO)


def test_the_unit_of_the_column_counts() -> None:
    options = FieldOptions(unit=Unit(1e6, "JPY", False))
    assert stored("money", "120", options) == ("120000000", None)


@given(st.sampled_from(KINDS), st.lists(st.none() | st.text(max_size=20), max_size=6))
def test_every_row_is_stored_or_said_or_empty(kind: FieldKind, texts: list[str | None]) -> None:
    options = FieldOptions(choices=COLOURS)
    series = pl.Series("t", texts, dtype=pl.String)
    values, reasons = normalised(series, kind, options)
    assert len(values) == len(reasons) == len(texts)
    again, none = normalised(values, kind, options)
    for text, value, reason, twice, nothing in zip(texts, values, reasons, again, none, strict=True):
        assert value is None or reason is None
        assert value is not None or reason is not None or not (text or "").strip()
        assert reason is None or reason_words(reason, options).ja
        assert (twice, nothing) == (value, None)
