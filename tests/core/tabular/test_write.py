"""Lists written for spreadsheets: read back the same, formulas harmless, nothing turned into "?"."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.tabular import read_table
from mikomi.core.tabular.write import ROW_LIMIT, Report, csv_pieces, harmless, write_csv, write_xlsx
from mikomi.core.words import MikomiError
from tests.examples import examples

CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\uffff", exclude_categories=("Cs",)), max_size=12
)
DANGEROUS = st.sampled_from(
    ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "'=x", "''@", "＝1", ' =1"', "|x", '="0312"']
)


@settings(max_examples=examples(200), deadline=None)
@given(rows=st.lists(st.lists(CELL | DANGEROUS, min_size=2, max_size=2), min_size=1, max_size=8))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    frame = pl.DataFrame(
        [["key", "x", *row] for row in rows], schema=["lead", "会社名", "メモ", "備考"], orient="row"
    )
    path = tmp_path_factory.mktemp("t") / "a.csv"
    report = write_csv(frame, path)
    table = read_table(path)
    assert table.rejected.height == 0
    assert [tuple(cell or "" for cell in row) for row in table.frame.rows()] == frame.rows()
    assert report.rows == len(rows)
    assert table.encoding == "utf-8-sig"


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(\"https://example.com\",\"x\")", "=cmd|' /C calc'!A0", "+cmd", "-2+3+cmd|x", "@SUM(1)",
        "\t=1", "\r=1", " =1", "＝1+1", "＋x", "－x", "＠x", "%x", "|x", "\n=1",
    ],
)  # fmt: skip
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    frame = pl.DataFrame({"a": [text]}).with_columns(harmless(pl.col("a")))
    assert frame["a"][0] == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "-1,200.5",
        "+81-3-0000-0000",
        "+81 (3) 0000-0000",
        "+5%",
        "－5",
        "03-0000-0000",
        "山田",
        "a=b",
        "1+1",
        "",
    ],
)
def test_a_number_a_telephone_and_text_stay_readable(text: str) -> None:
    frame = pl.DataFrame({"a": [text]}).with_columns(harmless(pl.col("a")))
    assert frame["a"][0] == text


def test_headers_are_made_harmless_too(tmp_path: Path) -> None:
    report = write_csv(pl.DataFrame({"=1+1": ["x"]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text("utf-8-sig").startswith("'=1+1")
    assert report.guarded == 1
    assert "'" in report.words[0].ja


def test_cp932_is_written_as_excel_reads_it(tmp_path: Path) -> None:
    frame = pl.DataFrame({"会社名": ["㈱髙島屋①", "東京～大阪"], "氏名": ["山﨑", "ｶﾅ"]})
    report = write_csv(frame, tmp_path / "a.csv", encoding="cp932")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith("会社名,氏名\r\n㈱髙島屋①".encode("cp932"))
    assert report.words == ()
    assert read_table(tmp_path / "a.csv").frame.equals(frame)


def test_what_cp932_cannot_write_is_named_and_never_a_question_mark(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"会社名": ["A社", "𠮷野家", "Café", "B?社"], "備考": ["😀です", "x", "한국 𠮷", None]}
    )
    report = write_csv(frame, tmp_path / "a.csv", encoding="cp932")
    text = (tmp_path / "a.csv").read_bytes().decode("cp932")
    assert text.count("?") == 1
    assert "〓野家" in text
    assert report.unwritable_cells == 4
    named = {(cell.row, cell.column, cell.characters) for cell in report.unwritable}
    assert named == {(2, "備考", "😀"), (3, "会社名", "𠮷"), (4, "会社名", "é"), (4, "備考", "한국𠮷")}
    assert [cell.text for cell in report.unwritable if cell.row == 3] == ["𠮷野家"]
    (said,) = report.words
    assert "𠮷" in said.ja
    assert "UTF-8" in said.en
    assert report.unwritable_frame().columns == ["row", "column", "characters", "text"]


def test_signs_of_the_same_look_are_written_and_said(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["10〜20", "−5℃", "¥100", "か\u3099き", "x\xa0y", "長い—線"]})
    report = write_csv(frame, tmp_path / "a.csv", encoding="cp932")
    assert report.unwritable_cells == 0
    assert set(report.alike) == {"〜", "−", "¥", "か\u3099", "\xa0", "—"}
    assert read_table(tmp_path / "a.csv", header=True).frame["a"].to_list() == [
        "10～20", "－5℃", "￥100", "がき", "x y", "長い―線",
    ]  # fmt: skip
    assert "6 種類" in report.words[0].ja


def test_signs_that_only_python_takes_for_cp932_are_named(tmp_path: Path) -> None:
    report = write_csv(pl.DataFrame({"a": ["x\x80y", "\uf8f0"]}), tmp_path / "a.csv", encoding="cp932")
    assert [cell.characters for cell in report.unwritable] == ["\x80", "\uf8f0"]


def test_pieces_of_many_frames_are_one_list() -> None:
    report = Report()
    frames = (pl.DataFrame({"a": [str(i)], "b": ["𠮷"]}) for i in range(3))
    pieces = list(csv_pieces(frames, encoding="cp932", report=report))
    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode("cp932"))))
    assert rows == [["a", "b"], ["0", "〓"], ["1", "〓"], ["2", "〓"]]
    assert [cell.row for cell in report.unwritable] == [2, 3, 4]


def test_a_list_without_rows_is_its_header(tmp_path: Path) -> None:
    frame = pl.DataFrame(schema={"会社名": pl.String, "n": pl.Int64})
    write_csv(frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == "\ufeff会社名,n\r\n".encode()
    write_xlsx(frame, tmp_path / "a.xlsx")
    assert write_xlsx(frame, io.BytesIO()).rows == 0


def test_a_list_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(MikomiError):
        write_csv(pl.DataFrame({"a": ["x"]}), tmp_path / "none" / "a.csv")
    (tmp_path / "a.csv").write_text("before")

    def broken() -> Iterator[pl.DataFrame]:
        yield pl.DataFrame({"a": ["x"]})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_csv(broken(), tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "before"


# ---- workbooks


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "会社名": ["=1+1", "𠮷", None],
            "電話": ["0312345678", "+81-3-0000-0000", "-5"],
            "従業員数": [300, None, 5],
            "率": [0.5, float("nan"), float("inf")],
            "登録日": [date(2026, 11, 1), None, None],
            "日時": [datetime(2026, 11, 1, 9, tzinfo=UTC), None, None],
            "済": [True, False, None],
        }
    )
    report = write_xlsx(frame, tmp_path / "a.xlsx", sheet="リード")
    assert (report.rows, report.sheets, report.words) == (3, ["リード"], ())
    table = read_table(tmp_path / "a.xlsx")
    assert table.sheet == "リード"
    assert table.columns == frame.columns
    assert table.frame["会社名"].to_list() == ["=1+1", "𠮷", None]
    assert table.frame["電話"].to_list() == ["0312345678", "+81-3-0000-0000", "-5"]
    assert table.frame["従業員数"].to_list() == ["300", None, "5"]
    assert table.frame["登録日"].to_list() == ["2026-11-01", None, None]
    assert table.frame["日時"].to_list() == ["2026-11-01T09:00:00Z", None, None]
    assert table.frame["済"].to_list() == ["true", "false", None]
    assert table.frame["率"].to_list() == ["0.5", None, None]


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["=1+1", "https://example.com", "{=A1}", "mailto:a@example.com"]})
    write_xlsx(frame, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_what_a_cell_cannot_hold_is_cut_and_said(tmp_path: Path) -> None:
    report = write_xlsx(pl.DataFrame({"a": ["x" * 40_000, "y"]}), tmp_path / "a.xlsx")
    assert report.cut == 1
    assert "32,767" in report.words[0].ja
    assert len(read_table(tmp_path / "a.xlsx", header=True).frame["a"][0] or "") == 32_767


def test_rows_that_do_not_fit_on_a_sheet_go_on_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mikomi.core.tabular.write.ROW_LIMIT", 4)
    frames = (pl.DataFrame({"会社名": [f"A{i}", f"B{i}"], "氏名": ["x", "y"]}) for i in range(4))
    report = write_xlsx(frames, tmp_path / "a.xlsx", sheet="一覧")
    assert report.sheets == ["一覧", "一覧 2", "一覧 3"]
    parts = [read_table(tmp_path / "a.xlsx", sheet=name).frame["会社名"].to_list() for name in report.sheets]
    assert parts == [["A0", "B0", "A1"], ["B1", "A2", "B2"], ["A3", "B3"]]
    assert "3 枚" in report.words[-1].ja
    assert ROW_LIMIT == 1_048_576


def test_a_long_list_is_streamed(tmp_path: Path) -> None:
    part = pl.DataFrame(
        {"会社名": ["株式会社あ"] * 20_000, "氏名": ["山田太郎"] * 20_000, "n": range(20_000)}
    )
    seen: list[int] = []
    start = time.perf_counter()
    report = write_csv((part for _ in range(10)), tmp_path / "a.csv", encoding="cp932", progress=seen.append)
    assert time.perf_counter() - start < 20
    assert report.rows == 200_000
    assert seen[-1] == 200_000
    assert len(seen) >= 10
