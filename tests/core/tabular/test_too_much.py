"""Files of too many columns or too large cells: read, or refused row by row in words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from mikomi.core.tabular import read_table
from mikomi.core.words import MikomiError


def text_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    head = ",".join(f"c{i}" for i in range(10_000))
    body = "\n".join(",".join(str(i * k) for i in range(10_000)) for k in range(20))
    table = read_table(text_file(tmp_path, f"{head}\n{body}\n"))
    assert table.frame.shape == (20, 10_000)
    assert table.frame["c9999"][19] == str(9999 * 19)


def test_more_columns_than_a_sheet_has_are_refused_in_words(tmp_path: Path) -> None:
    head = ",".join(f"c{i}" for i in range(20_000))
    with pytest.raises(MikomiError) as caught:
        read_table(text_file(tmp_path, f"{head}\n{head}\n"))
    assert "20,000" in caught.value.words.ja
    assert "16,384" in caught.value.words.en


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_fifty_megabytes_costs_its_row_alone(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write("会社名,備考\nA,x\nB,".encode() + quote.encode())
        for _ in range(50):
            file.write(b"y" * (1 << 20))
        file.write(quote.encode() + b"\nC,z\n")
    table = read_table(path)
    assert table.frame.rows() == [("A", "x"), ("C", "z")]
    assert table.rejected["line"].to_list() == [3]
    assert len(table.rejected["row"][0]) <= 10_000


def test_a_huge_cell_of_a_sheet_costs_its_row_alone(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["会社名", "備考"])
        sheet.write_row(1, 0, ["A", "MARK"])
        sheet.write_row(2, 0, ["B", "z"])
    with (
        zipfile.ZipFile(tmp_path / "b.xlsx") as old,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"MARK", b"y" * (50 << 20)))
    table = read_table(tmp_path / "a.xlsx")
    assert table.frame.rows() == [("B", "z")]
    assert table.rejected["line"].to_list() == [2]
    assert "1 MiB" in table.rejected["reason_en"][0]
