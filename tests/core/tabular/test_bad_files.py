"""Files that cannot be read: one clear sentence that names the file and what to do."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from mikomi.core.tabular import read_table
from mikomi.core.words import MikomiError


def refusal(path: Path) -> str:
    with pytest.raises(MikomiError) as caught:
        read_table(path)
    words = caught.value.words
    assert str(path) in words.ja
    assert str(path) in words.en
    assert "\n" not in words.ja + words.en
    return words.en


def workbook(path: Path, rows: int = 3) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["lead", "会社名"])
        for i in range(rows):
            sheet.write_row(i + 1, 0, [f"L{i}", f"会社{i}"])
    return path


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "a.csv")


def test_a_folder_for_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert "folder" in refusal(tmp_path / "a.csv")
    assert "folder" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.xlsx", "a.parquet", "a.ndjson"])
def test_an_empty_file_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert "empty" in refusal(tmp_path / name)


@pytest.mark.parametrize("data", [b"\n\n", b"\xef\xbb\xbf", b" \r\n", b",,,\n"])
def test_a_file_of_blank_lines_is_empty(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    assert "empty" in refusal(tmp_path / "a.csv")


def test_a_file_without_permission_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("lead\n1\n")

    def deny(*_: object, **__: object) -> None:  # root, who runs tests in containers, may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert "permission" in refusal(tmp_path / "a.csv")


def test_an_unknown_ending_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    assert ".xlsx" in refusal(tmp_path / "a.docx")


def test_a_name_that_no_file_can_have_is_said() -> None:
    with pytest.raises(MikomiError):
        read_table("a\0.csv")


def test_headers_that_stand_twice_are_named_with_their_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("lead,会社名,x,会社名\n1,2,3,4\n")
    said = refusal(tmp_path / "a.csv")
    assert "line 1" in said
    assert "2 and 4" in said


def test_one_line_of_many_mebibytes_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"lead," + b"x" * (20 << 20))
    assert "longer than 1 MiB" in refusal(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b"lead," + b"x" * (2 << 20) + b"\n1,2\n")
    assert "longer than 1 MiB" in refusal(tmp_path / "b.csv")


def test_what_is_no_plain_file_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert "not a plain file" in refusal(tmp_path / "a.csv")


def test_a_header_line_that_is_broken_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('lead,"会社"名\n1,2\n')
    assert "line 1" in refusal(tmp_path / "a.csv")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_workbook_is_said(tmp_path: Path, share: float) -> None:
    whole = workbook(tmp_path / "b.xlsx", 2000).read_bytes()
    (tmp_path / "a.xlsx").write_bytes(whole[: int(len(whole) * share)])
    assert "damaged or cut off" in refusal(tmp_path / "a.xlsx")


def test_a_workbook_with_flipped_bytes_never_crashes(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "b.xlsx", 200).read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        data = bytearray(whole)
        data[place] ^= 0xFF
        (tmp_path / "a.xlsx").write_bytes(data)
        with suppress(MikomiError):
            read_table(tmp_path / "a.xlsx")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_parquet_is_said(tmp_path: Path, share: float) -> None:
    pl.DataFrame({"lead": [str(i) for i in range(10_000)]}).write_parquet(tmp_path / "b.parquet")
    whole = (tmp_path / "b.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[: int(len(whole) * share)])
    assert "damaged or cut off" in refusal(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old (.xls)"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old (.xls)"),
        ("a.xlsx", b"<html><table><tr><td>a</td></tr></table></html>", "HTML"),
        ("a.csv", b"<!DOCTYPE html>\n<html>", "HTML"),
        ("a.xlsx", b"lead,b\n1,2\n", "not a workbook"),
        ("a.csv", b"PK\x03\x04" + bytes(100), "ZIP"),
        ("a.csv", b"PAR1" + bytes(100), "Parquet"),
        ("a.csv", gzip.compress(b"lead\n1\n", mtime=0), "gzip"),
        ("a.csv", b"%PDF-1.7\n", "PDF"),
        ("a.parquet", b"lead,b\n1,2\n", "damaged"),
    ],
)
def test_a_file_that_really_is_something_else_is_named(
    tmp_path: Path, name: str, data: bytes, what: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert what in refusal(tmp_path / name)


def test_a_zip_that_is_no_workbook_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert "ZIP" in refusal(tmp_path / "a.xlsx")


def bomb(path: Path, mebibytes: int) -> Path:
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(mebibytes):
                member.write(zeros)
    return path


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    assert "unpacked" in refusal(bomb(tmp_path / "a.xlsx", 300))


def test_a_zip_bomb_that_lies_of_its_size_is_not_opened(tmp_path: Path) -> None:
    data = bytearray(bomb(tmp_path / "a.xlsx", 300).read_bytes())
    true_size = struct.pack("<I", 300 << 20)
    place = data.find(true_size)
    assert place >= 0
    while place >= 0:
        data[place : place + 4] = struct.pack("<I", 1000)
        place = data.find(true_size)
    (tmp_path / "a.xlsx").write_bytes(data)
    assert "unpacked" in refusal(tmp_path / "a.xlsx")


def test_two_cells_far_apart_do_not_take_the_memory(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "lead")
        sheet.write(1048575, 16383, "x")
    assert "1048576 x 16384 cells" in refusal(tmp_path / "a.xlsx")


def test_a_workbook_without_values_is_said(tmp_path: Path) -> None:
    xlsxwriter.Workbook(tmp_path / "a.xlsx").close()
    assert "no sheet" in refusal(tmp_path / "a.xlsx")


def test_lines_without_any_object_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text("[1]\n2\n")
    assert "JSON object" in refusal(tmp_path / "a.ndjson")


def test_bytes_in_no_known_encoding_are_said(tmp_path: Path) -> None:
    text = "会社,氏名\n" + "東京都千代田区、株式会社,山田太郎\n" * 50
    (tmp_path / "a.csv").write_bytes(text.encode("euc-jp"))
    assert "neither UTF-8 nor CP932" in refusal(tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv", encoding="euc-jp").frame.height == 50


def test_wrong_settings_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("lead\n1\n")
    with pytest.raises(MikomiError):
        read_table(tmp_path / "a.csv", encoding="klingon")
    with pytest.raises(MikomiError):
        read_table(tmp_path / "a.csv", delimiter="::")
