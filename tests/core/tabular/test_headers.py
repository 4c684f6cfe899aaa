"""Headers in Japanese and English mean fields; files without any are recognised."""

from __future__ import annotations

import pytest

from mikomi.core.tabular import SYNONYMS, canonical, resolve
from mikomi.core.tabular.headers import is_header, plain_header


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("会社名", "company"),
        ("貴社名", "company"),
        ("氏名", "name"),
        ("お名前", "name"),
        ("姓", "family_name"),
        ("名", "given_name"),
        ("フリガナ", "name_kana"),
        ("メールアドレス", "email"),
        ("E-mail", "email"),
        ("Ｅメール", "email"),
        ("Email Address", "email"),
        ("メールアドレス（必須）", "email"),
        ("従業員数", "employees"),
        ("従業員数（名）", "employees"),
        ("業種", "industry"),
        ("役職", "title"),
        ("部署", "department"),
        ("部署名", "department"),
        ("電話番号", "phone"),
        ("ＴＥＬ", "phone"),
        ("郵便番号", "postal_code"),
        ("都道府県", "prefecture"),
        ("住所", "address"),
        ("売上高", "revenue"),
        ("年商", "revenue"),
        ("URL", "website"),
        ("登録日", "created_at"),
        ("名刺交換日", "created_at"),
        ("リードソース", "source"),
        ("備考", "note"),
        ("日時", "at"),
        ("種類", "kind"),
        ("内容", "content"),
        ("結果", "result"),
        ("リードID", "lead"),
        ("lead", "lead"),
        ("Lead ID", "lead"),
        ("Automated", "automated"),
        ("Company Name", "company"),
        ("number_of_employees", "employees"),
        ("created_at", "created_at"),
        ("Created At", "created_at"),
        ("謎の列", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_header_means_its_field(header: str, field: str | None) -> None:
    assert canonical(header) == field


def test_every_field_means_itself_and_no_synonym_means_two() -> None:
    owners: dict[str, str] = {}
    for field, names in SYNONYMS.items():
        assert canonical(field) == field
        for name in names:
            assert owners.setdefault(plain_header(name), field) == field, name


def test_the_same_header_wins_over_one_that_means_it() -> None:
    assert resolve("業種", ["industry", "業種"]) == "業種"
    assert resolve("industry", ["業種", "industry"]) == "industry"
    assert resolve("industry", ["業種"]) == "業種"
    assert resolve("会社名", ["company"]) == "company"
    assert resolve("company", ["担当", "取引先名", "会社名"]) == "会社名"
    assert resolve("謎 の列", ["x", "謎の列"]) == "謎の列"
    assert resolve("謎", ["x"]) is None
    assert resolve("", ["x"]) is None


@pytest.mark.parametrize(
    ("row", "header"),
    [
        (["lead", "会社名"], True),
        (["会社名", "氏名", "2025", "2026"], False),
        (["リードID", "2024", "2025", "2026"], True),
        (["いろは", "にほへ"], True),
        (["13101", "100", "東京都"], False),
        (["L1", "2026-11-01T09:00:00+09:00", "page_view", "/pricing"], False),
        (["a", "b", "a"], False),
        (["山田", "yamada@example.com"], False),
        (["連番", "氏名", "", "", "生年月日"], True),
    ],
)
def test_a_header_is_told_from_values(row: list[str], header: bool) -> None:
    assert is_header(row) is header
