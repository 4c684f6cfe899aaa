"""Phone numbers as people write them. 03-1234-5678 and the like are in no one's use."""

from __future__ import annotations

import random

import phonenumbers
import polars as pl
import pytest

from mikomi.core.names.phones import REASONS, Phone, read_phone, read_phones


@pytest.mark.parametrize(
    "text",
    [
        "03-1234-5678", "0312345678", "０３－１２３４－５６７８", "03(1234)5678", "（03）1234-5678",
        "03 1234 5678",
        "03.1234.5678", "TEL:03-1234-5678", "℡03-1234-5678", "電話 03-1234-5678", "03-1234-5678（代表）",
        "03-1234-5678(代)", "+81 3-1234-5678", "+81(0)3-1234-5678", "+81-03-1234-5678", "81312345678",
        "03ー1234ー5678", "03―1234―5678",
    ],
)  # fmt: skip
def test_every_writing_is_one_number(text: str) -> None:
    assert read_phone(text) == Phone("+81312345678", "03-1234-5678", "fixed", None, False, None)


@pytest.mark.parametrize(
    ("text", "national", "kind"),
    [
        ("09012345678", "090-1234-5678", "mobile"),
        ("070-1234-5678", "070-1234-5678", "mobile"),
        ("0120123456", "0120-123-456", "toll_free"),
        ("0800-123-4567", "0800-123-4567", "toll_free"),
        ("050-1234-5678", "050-1234-5678", "ip"),
        ("0570-000-123", "0570-000-123", "navi"),
        ("0451234567", "045-123-4567", "fixed"),
        ("0146123456", "0146-12-3456", "fixed"),
    ],
)
def test_kind_and_hyphens(text: str, national: str, kind: str) -> None:
    found = read_phone(text)
    assert (found.national, found.kind, found.reason) == (national, kind, None)


@pytest.mark.parametrize(
    "text", ["045-123-4567 内線123", "045-123-4567(内線:123)", "045-123-4567 内123", "045-123-4567 ext. 123",
             "045-123-4567 x123", "045-123-4567（内線１２３）"],
)  # fmt: skip
def test_the_extension_is_cut_off_and_kept(text: str) -> None:
    found = read_phone(text)
    assert (found.national, found.extension) == ("045-123-4567", "123")


@pytest.mark.parametrize(
    ("text", "national"),
    [("312345678", "03-1234-5678"), ("9012345678", "090-1234-5678"), ("120123456", "0120-123-456"),
     ("312345678.0", "03-1234-5678"), ("8001234567", "0800-123-4567")],
)  # fmt: skip
def test_the_zero_that_a_spreadsheet_ate_comes_back(text: str, national: str) -> None:
    found = read_phone(text)
    assert (found.national, found.mended) == (national, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110", "too_short"),
        ("03-1234-567", "too_short"),
        ("1234-5678", "no_area_code"),
        ("03-1234-5678-9", "not_assigned"),
        ("090-1234-56789", "too_long"),
        ("901234567", "not_assigned"),
        ("000-0000-0000", "not_assigned"),
        ("03-1234-5678 / 090-1234-5678", "several"),
        ("03-1234-5678、090-1234-5678", "several"),
        ("3.12E+08", "rounded"),
        ("なし", "no_number"),
        ("taro@example.com", "no_number"),
        ("+1 123", "too_short"),
    ],
)
def test_what_cannot_be_read_has_its_reason(text: str, reason: str) -> None:
    assert read_phone(text) == Phone(None, None, None, None, False, reason)
    assert reason in REASONS


def test_a_number_abroad_keeps_its_country() -> None:
    found = read_phone("+44 20 7946 0000")
    assert (found.e164, found.national, found.reason) == ("+442079460000", "020 7946 0000", None)


def test_unknown_is_no_mistake() -> None:
    found = read_phones(pl.Series(["", "　", None]))
    assert found.rows() == [(None, None, None, None, False, None)] * 3


def test_a_class_of_numbers_answers_as_the_library_does_for_each() -> None:
    draw = random.Random(3)
    numbers = [
        "0" + str(draw.randint(1, 9)) + "".join(draw.choices("0123456789", k=draw.choice([8, 8, 9])))
        for _ in range(4000)
    ]
    # Where one class is seen twice, the second member is never asked itself.
    numbers += [number[:6] + "".join(draw.choices("0123456789", k=len(number) - 6)) for number in numbers]
    found = read_phones(pl.Series(numbers))
    for number, got in zip(numbers, found.rows(named=True), strict=True):
        try:
            parsed = phonenumbers.parse(number, "JP")
        except phonenumbers.NumberParseException:
            assert got["e164"] is None
            continue
        valid = phonenumbers.is_valid_number(parsed)
        form = phonenumbers.PhoneNumberFormat
        expected = [phonenumbers.format_number(parsed, way) for way in (form.E164, form.NATIONAL)]
        assert [got["e164"], got["national"]] == (expected if valid else [None, None]), number
