"""Sheets as people keep them: titles, merged headers, two header rows, totals, formulas, several sheets."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from mikomi.core.tabular import Table, open_table, read_events, read_leads, read_table, survey_file
from mikomi.core.words import MikomiError


def text_file(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def codes(table: Table) -> set[str]:
    return {found.code for found in table.findings} - {"encoding", "delimiter", "sheet"}


def finding(table: Table, code: str) -> object:
    return next(found for found in table.findings if found.code == code)


def rows(table: Table) -> list[tuple[str | None, ...]]:
    return table.frame.rows()


# ---- titles


def test_titles_and_blank_rows_above_the_header_are_skipped_and_said(tmp_path: Path) -> None:
    text = "見込み客一覧,,\n\n作成日,2026/11/1,\n会社名,氏名,メールアドレス\nA社,山田,a@example.com\n"
    table = read_table(text_file(tmp_path, text))
    assert table.columns == ["会社名", "氏名", "メールアドレス"]
    assert rows(table) == [("A社", "山田", "a@example.com")]
    assert table.lines.to_list() == [5]
    assert table.header_lines == (4,)
    assert table.rejected.height == 0
    (found,) = [f for f in table.findings if f.code == "rows_above"]
    assert (found.count, found.lines) == (2, (1, 3))
    assert "1・3 行目" in found.words.ja
    assert "lines 1, 3" in found.words.en


def test_a_title_of_fewer_fields_than_the_table_is_no_rejected_row(tmp_path: Path) -> None:
    text = "展示会2026 名刺リスト\n会社名,氏名,電話\nA社,山田,03-0000-0000\n"
    table = read_table(text_file(tmp_path, text))
    assert table.columns == ["会社名", "氏名", "電話"]
    assert table.rejected.height == 0
    assert table.frame.height == 1


def test_a_title_above_a_single_column_is_skipped(tmp_path: Path) -> None:
    table = read_table(text_file(tmp_path, "配信停止リスト\nメールアドレス\na@example.com\nb@example.com\n"))
    assert table.columns == ["メールアドレス"]
    assert table.frame.height == 2
    assert read_table(text_file(tmp_path, "メモ帳\nメモ\nあ\n")).header_lines == (1,)


def test_titles_above_headers_nobody_knows_are_skipped_too(tmp_path: Path) -> None:
    text = "わが社の表,,,\nいろは,にほへ,とちり,ぬるを\nあ,い,う,え\nか,き,く,け\n"
    table = read_table(text_file(tmp_path, text))
    assert table.columns == ["いろは", "にほへ", "とちり", "ぬるを"]
    assert "rows_above" in codes(table)


def test_titles_above_rows_without_a_header_are_skipped_too(tmp_path: Path) -> None:
    text = "出力結果,,\n1,2026/11/1,a@example.com\n2,2026/11/2,b@example.com\n"
    table = read_table(text_file(tmp_path, text))
    assert not table.has_header
    assert table.columns == ["列1", "列2", "列3"]
    assert table.frame.height == 2
    assert {"no_header", "rows_above"} <= codes(table)


@pytest.mark.parametrize(
    "text",
    [
        "会社名,,\nA社,山田,部長\n",
        "lead,b\n会社名,氏名\nx,y\n",
        "会社名,氏名,備考\n氏名,会社名,メモ\nA,B,C\n",
        "名称,区分,内訳\n会社名,氏名,電話\nA,B,C\n",
    ],
)
def test_the_first_row_stays_the_header_where_it_may_be_one(tmp_path: Path, text: str) -> None:
    table = read_table(text_file(tmp_path, text))
    assert table.header_lines == (1,)
    assert "rows_above" not in codes(table)


def test_a_list_below_other_tables_is_found_by_its_title(tmp_path: Path) -> None:
    text = (
        "Attendee Report\n"
        'Report Generated:,"11/10/2026 10:00"\n'
        "Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered\n"
        'はじめてのMA,900 0000 0000,"11/09/2026 13:50",70,3\n'
        "Host Details,\n"
        "Attended,User Name (Original Name),Email,Join Time,Leave Time\n"
        "Yes,主催者,host@example.com,11/09/2026 13:50,11/09/2026 15:00\n"
        "Attendee Details,\n"
        "Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time\n"
        "Yes,山田,太郎,山田,yamada@example.com,11/01/2026 09:00\n"
        "No,佐藤,花子,佐藤,sato@example.com,11/02/2026 09:00\n"
    )
    table = read_table(text_file(tmp_path, text))
    assert table.columns[0] == "Attended"
    assert table.frame["Email"].to_list() == ["yamada@example.com", "sato@example.com"]
    assert table.lines.to_list() == [10, 11]
    assert finding(table, "rows_above").count == 8


# ---- two header rows, merged cells


def test_two_header_rows_are_joined(tmp_path: Path) -> None:
    text = "会社名,連絡先,,備考\n,電話,メール,\nA社,03-0000-0000,a@example.com,x\n"
    table = read_table(text_file(tmp_path, text))
    assert table.columns == ["会社名", "連絡先 電話", "連絡先 メール", "備考"]
    assert rows(table) == [("A社", "03-0000-0000", "a@example.com", "x")]
    assert table.header_lines == (1, 2)
    assert table.resolve("email") == "連絡先 メール"
    assert table.resolve("phone") == "連絡先 電話"
    (found,) = [f for f in table.findings if f.code == "two_header_rows"]
    assert found.changed
    assert "2 段" in found.words.ja
    assert "連絡先 電話" in found.words.en


def test_a_row_of_groups_above_full_names_is_joined(tmp_path: Path) -> None:
    text = "基本情報,,,連絡先,\n会社名,氏名,部署,電話,メール\nA社,山田,総務部,03-0000-0000,a@example.com\n"
    table = read_table(text_file(tmp_path, text))
    assert table.columns == [
        "基本情報 会社名",
        "基本情報 氏名",
        "基本情報 部署",
        "連絡先 電話",
        "連絡先 メール",
    ]
    assert [table.resolve(f) for f in ("company", "email")] == ["基本情報 会社名", "連絡先 メール"]
    assert read_leads(tmp_path / "a.csv").frame["lead"].to_list() == ["a@example.com"]


def test_a_group_nobody_knows_does_not_hide_a_known_name(tmp_path: Path) -> None:
    text = "展示会A,,,展示会B,\nメール,会社名,温度感,来場,温度感\na@example.com,A社,高,あり,低\n"
    table = read_table(text_file(tmp_path, text))
    assert table.columns == ["メール", "会社名", "展示会A 温度感", "展示会B 来場", "展示会B 温度感"]


def test_a_first_row_of_words_below_a_header_with_gaps_is_a_row(tmp_path: Path) -> None:
    text = "会社名,氏名,,備考\nA社,山田,部長,電話\nB社,佐藤,課長,メール\n"
    table = read_table(text_file(tmp_path, text))
    assert table.header_lines == (1,)
    assert table.frame.height == 2
    assert table.columns == ["会社名", "氏名", "列3", "備考"]


def merged_book(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一覧")
        sheet.merge_range("B2:F2", "顧客一覧（2026年11月）")
        sheet.merge_range("B4:B5", "会社名")
        sheet.merge_range("C4:D4", "連絡先")
        sheet.merge_range("E4:F4", "ご担当者")
        sheet.write_row("C5", ["電話", "メール", "氏名", "役職"])
        sheet.merge_range("B6:B7", "A社")
        sheet.write_row("C6", ["03-0000-0000", "a@example.com", "山田", "部長"])
        sheet.write_row("C7", ["03-0000-0001", "b@example.com", "佐藤", "課長"])
        sheet.write_row("B9", ["B社", "03-0000-0002", "c@example.com", "鈴木", ""])
        sheet.write_row("B10", ["合計", 3])
    return path


def test_merged_cells_of_a_sheet_name_and_fill_what_they_cover(tmp_path: Path) -> None:
    table = read_table(merged_book(tmp_path / "a.xlsx"))
    assert table.columns == ["会社名", "連絡先 電話", "連絡先 メール", "ご担当者 氏名", "ご担当者 役職"]
    assert [row[0] for row in rows(table)] == ["A社", "A社", "B社"]
    assert table.lines.to_list() == [6, 7, 9]
    assert table.header_lines == (4, 5)
    assert table.rejected["line"].to_list() == [10]
    assert codes(table) == {"rows_above", "two_header_rows", "merged_cells", "total_rows"}
    assert table.resolve("title") == "ご担当者 役職"


def test_a_header_merged_over_columns_without_names_is_numbered(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["会社名", "氏名"])
        sheet.merge_range("C1:D1", "電話")
        sheet.write_row("A2", ["A社", "山田", "03-0000-0000", "090-0000-0000"])
        sheet.write_row("A3", ["B社", "佐藤", "03-0000-0001", "090-0000-0001"])
    table = read_table(tmp_path / "a.xlsx")
    assert table.columns == ["会社名", "氏名", "電話", "電話 2"]
    assert "merged_header" in codes(table)


def test_a_title_merged_over_the_whole_table_is_no_group(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "顧客一覧")
        sheet.write_row("A2", ["会社名", "氏名", "電話"])
        sheet.write_row("A3", ["A社", "山田", "03-0000-0000"])
    table = read_table(tmp_path / "a.xlsx")
    assert table.columns == ["会社名", "氏名", "電話"]
    assert codes(table) == {"rows_above"}


# ---- totals, empty rows and columns


@pytest.mark.parametrize(
    "row",
    [
        "合計,,12", "小計,,\"1,200\"", "計,,", "Total,,12",
        "GRAND TOTAL,,￥1200", "総計：３件,,", ",合計,12", "\"合　計\",,5名",
        "合計 2件",
    ],
)  # fmt: skip
def test_rows_of_totals_are_rejected_with_a_reason(tmp_path: Path, row: str) -> None:
    text = f"会社名,氏名,件数\nA社,山田,5\n{row if ',' in row else row + ',,'}\nB社,佐藤,7\n"
    table = read_table(text_file(tmp_path, text))
    assert table.frame["会社名"].to_list() == ["A社", "B社"]
    assert table.rejected["line"].to_list() == [3]
    assert "合計" in table.rejected["reason_ja"][0]
    assert "total_rows" in codes(table)


@pytest.mark.parametrize(
    "row",
    ["計,山田,5", "合計株式会社,,5", "計測センター,,5", "Total Systems,,5", "A社,合計,5", "トータル,,5"],
)
def test_what_only_begins_like_a_total_is_kept(tmp_path: Path, row: str) -> None:
    table = read_table(text_file(tmp_path, f"会社名,氏名,件数\nB社,佐藤,7\n{row}\n"))
    assert table.frame.height == 2
    assert table.rejected.height == 0


def test_empty_rows_and_columns_are_left_out(tmp_path: Path) -> None:
    text = '会社名,,氏名,,\nA社,,山田,,\n,,,,\n"","","",,\nB社,,佐藤,,\n'
    table = read_table(text_file(tmp_path, text))
    assert table.columns == ["会社名", "氏名"]
    assert rows(table) == [("A社", "山田"), ("B社", "佐藤")]
    assert table.lines.to_list() == [2, 5]
    assert table.rejected.height == 0
    assert {f.code: f.count for f in table.findings if f.code.startswith("empty")} == {
        "empty_rows": 2,
        "empty_columns": 3,
    }


def test_a_column_without_a_header_but_with_a_value_is_kept(tmp_path: Path) -> None:
    table = read_table(text_file(tmp_path, "会社名,\nA社,\nB社,x\n"))
    assert table.columns == ["会社名", "列2"]


# ---- formulas


def test_text_in_the_dress_of_a_formula_is_mended_and_formulas_are_kept(tmp_path: Path) -> None:
    text = (
        "会社名,電話,URL\n"
        'A社,"=""0312345678""","=HYPERLINK(""https://example.com"",""x"")"\n'
        'B社,="0312345679",\'=1+1\n'
        "C社,-5,+81-3-0000-0000\n"
    )
    table = read_table(text_file(tmp_path, text))
    assert table.frame["電話"].to_list() == ["0312345678", "0312345679", "-5"]
    assert table.frame["URL"].to_list() == [
        '=HYPERLINK("https://example.com","x")',
        "=1+1",
        "+81-3-0000-0000",
    ]
    told = {f.code: (f.count, f.changed) for f in table.findings}
    assert told["text_formulas"] == (2, True)
    assert told["formulas"] == (1, False)
    assert told["apostrophes"] == (1, True)
    assert finding(table, "formulas").lines == (2,)


def test_columns_asked_for_alone_are_mended_too(tmp_path: Path) -> None:
    reader = open_table(text_file(tmp_path, '会社名,電話\nA,"=""03"""\n'))
    chunk = next(iter(reader.chunks(["電話"])))
    assert chunk.frame.rows() == [("03",)]
    assert chunk.findings[0].code == "text_formulas"


# ---- several sheets


def many_sheets(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        cover = book.add_worksheet("表紙")
        cover.write("B3", "顧客一覧")
        sums = book.add_worksheet("集計")
        sums.write_row(0, 0, ["業種", "件数"])
        for i in range(9):
            sums.write_row(i + 1, 0, [f"業種{i}", i])
        people = book.add_worksheet("参加者")
        people.write_row(0, 0, ["会社名", "氏名", "メールアドレス", "電話番号"])
        people.write_row(1, 0, ["A社", "山田", "a@example.com", "03-0000-0000"])
        hidden = book.add_worksheet("控え")
        hidden.write_row(0, 0, ["会社名", "氏名", "メールアドレス", "電話番号", "役職"])
        hidden.write_row(1, 0, ["Z社", "z", "z@example.com", "03-0000-0000", "x"])
        hidden.hide()
    return path


def test_the_sheet_that_holds_a_list_is_taken_and_the_others_are_named(tmp_path: Path) -> None:
    table = read_table(many_sheets(tmp_path / "a.xlsx"))
    assert table.sheet == "参加者"
    assert table.sheets == ("表紙", "集計", "参加者")
    assert table.columns[0] == "会社名"
    words = finding(table, "sheet").words
    assert "「集計」" in words.ja
    assert "'表紙'" in words.en


def test_a_sheet_can_be_chosen_by_name(tmp_path: Path) -> None:
    path = many_sheets(tmp_path / "a.xlsx")
    assert read_table(path, sheet="集計").columns == ["業種", "件数"]
    assert read_table(path, sheet="控え").frame["会社名"].to_list() == ["Z社"]
    with pytest.raises(MikomiError) as caught:
        read_table(path, sheet="無い")
    assert "「表紙」" in caught.value.words.ja


# ---- what a person says holds


def test_the_header_rows_can_be_named(tmp_path: Path) -> None:
    path = text_file(tmp_path, "会社名,氏名\nあ,い\nう,え\nか,き\n")
    assert read_table(path, header_lines=[2]).columns == ["あ", "い"]
    two = read_table(path, header_lines=[2, 3])
    assert two.columns == ["あ う", "い え"]
    assert two.lines.to_list() == [4]
    book = merged_book(tmp_path / "a.xlsx")
    assert read_table(book, header_lines=[5]).columns[1:3] == ["電話", "メール"]


@pytest.mark.parametrize("given", [[99], [1, 3], [], [1, 2, 3], [0]])
def test_header_rows_that_cannot_be_are_said(tmp_path: Path, given: list[int]) -> None:
    path = text_file(tmp_path, "会社名,氏名\nあ,い\nう,え\nか,き\n")
    with pytest.raises(MikomiError) as caught:
        read_table(path, header_lines=given)
    assert "行目" in caught.value.words.ja


def test_every_reader_takes_the_same_word_and_tells_the_same(tmp_path: Path) -> None:
    path = text_file(tmp_path, "表,,\nlead,会社名,氏名\n1,A,B\n合計,1,\n")
    assert {f.code for f in read_leads(path).table.findings} >= {"rows_above", "total_rows"}
    survey = survey_file(path, "Asia/Tokyo", header_lines=[2])
    assert survey.header_lines == (2,)
    assert {f.code for f in survey.findings} >= {"rows_above", "total_rows", "encoding"}
    path = text_file(tmp_path, "行動,,,\nlead,at,kind,content\n1,2026-11-01,page_view,/\n合計,1,,\n", "b.csv")
    events = read_events(path, "Asia/Tokyo")
    assert events.height == 1
    assert {f.code for f in events.findings} >= {"rows_above", "total_rows"}
