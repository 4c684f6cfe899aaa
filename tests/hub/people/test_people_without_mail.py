from __future__ import annotations

from pathlib import Path

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.people import imports, queries

pytestmark = pytest.mark.django_db
HEAD = "氏名,会社名,電話番号,メールアドレス\n"


def leads_of(tmp_path: Path, rows: str, head: str = HEAD) -> imports.Report:
    path = tmp_path / "cards.csv"
    path.write_text(head + rows, "utf-8-sig")
    return imports.run_import(path, "leads")


def names() -> list[str]:
    return sorted(queries.attribute_frame()["name"])


def test_people_without_mail_are_told_apart_by_name_with_phone_or_company(tmp_path: Path) -> None:
    rows = (
        "北川 健太,あおぞら精機,06-1234-5678,\n"
        "高瀬 由美,あおぞら精機,06-1234-5678,\n"
        "山崎 太郎,ひかり工房,,\n"
        "佐藤 花子,,,hanako@midori.example\n"
    )
    report = leads_of(tmp_path, rows)
    assert (report.new, report.rejected) == (4, 0)
    assert names() == ["佐藤 花子", "北川 健太", "山崎 太郎", "高瀬 由美"]


def test_the_same_list_read_twice_changes_nothing(tmp_path: Path) -> None:
    rows = "北川 健太,株式会社あおぞら精機,06-1234-5678,\n山崎 太郎,㈱ひかり工房,,\n"
    leads_of(tmp_path, rows)
    other_writing = "北川　健太,（株）あおぞら精機,０６（１２３４）５６７８,\n"
    other_writing += "山﨑 太郎,株式会社 ひかり工房,,\n"
    again = leads_of(tmp_path, other_writing)
    assert again.new == 0
    assert len(names()) == 2


def test_nobody_is_joined_on_a_name_alone(tmp_path: Path) -> None:
    leads_of(tmp_path, "北川 健太,あおぞら精機,,kitagawa@aozora.example\n")
    report = leads_of(tmp_path, "北川 健太,あおぞら精機,,\n北川 健太,,,\n,あおぞら精機,06-1234-5678,\n")
    assert (report.new, report.rejected) == (1, 2)
    assert len(names()) == 2


def test_a_file_that_tells_nobody_apart_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(MikomiError, match="'name' with 'phone' or 'company'"):
        leads_of(tmp_path, "北川 健太,男\n", head="氏名,性別\n")
