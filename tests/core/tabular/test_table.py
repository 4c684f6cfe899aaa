"""What a table says of any file: cells as written, line numbers, encoding, delimiter, bad rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikomi.core.tabular import Table, read_table
from mikomi.core.words import MikomiError
from tests.examples import examples

CP932_SIGNS = "①㈱髙﨑～−Ⅳ№℡㍻纊ﾊﾝｶｸ表ソ能"


def written(tmp_path: Path, data: bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def rows_of(table: Table) -> list[tuple[str, ...]]:
    return [tuple(cell or "" for cell in row) for row in table.frame.rows()]


CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\uffff", exclude_categories=("Cs",)), max_size=12
).filter(lambda cell: not cell.startswith(("=", "'")))  # such cells are mended, and said


@settings(max_examples=examples(300), deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    delimiter: str,
    ending: str,
    quoting: int,
    encoding: str,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerow(["会社名", "氏名", "メモ"])
    writer.writerows(rows)
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    table = read_table(path, delimiter=delimiter)
    assert table.columns == ["会社名", "氏名", "メモ"]
    assert table.rejected.height == 0
    filled = [row for row in rows if any(row)]  # rows without any content are left out
    assert rows_of(table) == [tuple(row) for row in filled]
    physical, places = 2, []
    for row in rows:
        places += [physical] if any(row) else []
        physical += 1 + sum(cell.count("\n") for cell in row)
    assert table.lines.to_list() == places


@settings(max_examples=examples(150), deadline=None)
@given(
    data=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.tsv", "a.ndjson", "a.xlsx", "a.parquet"])
)
def test_any_bytes_give_a_table_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("t") / name
    path.write_bytes(data)
    said, table = None, None
    try:
        table = read_table(path)
    except MikomiError as error:
        said = error.words
    if table is not None:
        assert len(table.lines) == table.frame.height
    else:
        assert said is not None
        assert str(path) in said.ja
        assert str(path) in said.en


@settings(max_examples=examples(150), deadline=None)
@given(text=st.text(st.sampled_from('a,"\n\r;x\0あ'), max_size=60))
def test_every_line_with_text_is_a_row_a_part_of_one_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_bytes(b"lead,b\n" + text.encode())
    table = read_table(path, delimiter=",")
    seen = sorted([*table.lines, *table.rejected["line"]])
    assert seen == sorted(set(seen))
    kept = set(seen)
    inside = sum((cell or "").count("\n") for row in table.frame.rows() for cell in row)
    inside += sum(row.count("\n") for row in table.rejected["row"])
    lines = text.split("\n")
    filled = {i for i, line in enumerate(lines, 2) if line.strip('\r,"')}
    assert len(filled - kept) <= inside


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    text = "会社名,氏名\r\n㈱髙島,山﨑\r\n" + f"{CP932_SIGNS.replace('−', '')},①\r\n"
    bom = "\ufeff" if encoding.startswith("utf-16") else ""
    table = read_table(written(tmp_path, (bom + text).encode(encoding)))
    assert table.encoding == encoding
    assert table.columns == ["会社名", "氏名"]
    assert table.frame.rows()[0] == ("㈱髙島", "山﨑")
    assert table.frame.rows()[1][1] == "①"


def test_all_of_cp932_survives(tmp_path: Path) -> None:
    signs = []
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            try:
                signs.append(bytes((lead, trail)).decode("cp932"))
            except UnicodeDecodeError:
                continue
    rows = [f'{i},"{sign}",{sign}|x' for i, sign in enumerate(signs)]
    data = b"\n".join([b"lead,note,c"] + [row.encode("cp932") for row in rows])
    table = read_table(written(tmp_path, data))
    assert table.encoding == "cp932"
    assert table.rejected.height == 0
    back = [sign.encode("cp932").decode("cp932") for sign in signs]
    assert table.frame["note"].fill_null("").to_list() == back


def test_japanese_after_a_long_ascii_start_is_still_found(tmp_path: Path) -> None:
    data = b"lead,note\n" + b"a,b\n" * 600_000 + "x,東京\n".encode("cp932")
    table = read_table(written(tmp_path, data))
    assert table.encoding == "cp932"
    assert table.frame.height == 600_001
    assert table.frame.row(-1) == ("x", "東京")
    assert table.lines[-1] == 600_002


def test_rows_in_another_encoding_are_rejected_with_their_line(tmp_path: Path) -> None:
    lines = [f"{i},東京都千代田区".encode() for i in range(20)]
    lines[7] = "7,東京都千代田区".encode("cp932")
    table = read_table(written(tmp_path, b"\n".join([b"lead,address", *lines])))
    assert table.encoding == "utf-8"
    assert table.frame.height == 19
    assert table.rejected["line"].to_list() == [9]
    assert "文字コード" in table.rejected["reason_ja"][0]
    lines = [f"{i},東京都千代田区".encode("cp932") for i in range(20)]
    lines[3] = "3,東京都千代田区".encode()
    table = read_table(written(tmp_path, b"\n".join([b"lead,address", *lines])))
    assert table.encoding == "cp932"
    assert table.rejected["line"].to_list() == [5]
    assert set(table.frame["address"]) == {"東京都千代田区"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"x,\0,z", "NUL"),
        (b"x,y", "too few"),
        (b"x,y,z,w", "too many"),
        (b'x,"y"z,w', "quote"),
        (b'x,"y,z', "quote"),
        (b"x,y," + b"z" * (1 << 20), "1 MiB"),
    ],
)
def test_a_bad_row_costs_itself_alone(tmp_path: Path, row: bytes, reason: str) -> None:
    data = b"\n".join([b"lead,b,c", b"1,2,3", row, b"4,5,6", b"7,8,9"])
    table = read_table(written(tmp_path, data))
    assert table.rejected["line"].to_list() == [3]
    assert reason in table.rejected["reason_en"][0]
    assert table.rejected["row"][0].startswith("x,")
    assert rows_of(table) == [("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9")]
    assert table.lines.to_list() == [2, 4, 5]


def test_quotes_inside_plain_fields_and_empty_fields_too_many_are_no_fault(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'lead,b\r\n1,5" disk\r\n2,"a ""b"" c",,\r\n\r\n3, "x"\r\n'))
    assert table.rejected.height == 0
    assert rows_of(table) == [("1", '5" disk'), ("2", 'a "b" c'), ("3", ' "x"')]
    assert table.lines.to_list() == [2, 3, 5]


def test_too_many_filled_fields_after_a_stray_quote_are_rejected(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'lead,b\n1,a"b,c\n2,d\n'))
    assert rows_of(table) == [("2", "d")]


def test_a_line_of_many_mebibytes_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"lead,b\n1,2\n3,")
        for _ in range(40):
            file.write(b"x" * (1 << 20))
        file.write(b"\n4,5\n")
    table = read_table(path)
    assert rows_of(table) == [("1", "2"), ("4", "5")]
    assert table.rejected["line"].to_list() == [3]
    assert table.rejected["row"][0].startswith("3,xxx")
    assert table.lines.to_list() == [2, 4]


def test_records_that_cross_blocks_are_whole(tmp_path: Path) -> None:
    rows = [f'{i},"first line\nsecond ""line"" {i}"' for i in range(900_000)]
    table = read_table(written(tmp_path, "\n".join(["lead,note", *rows]).encode()))
    assert table.frame.height == 900_000
    assert table.rejected.height == 0
    assert table.frame["note"][899_999] == 'first line\nsecond "line" 899999'
    assert table.lines[899_999] == 2 + 2 * 899_999


@pytest.mark.parametrize(("sign", "name"), [("\t", "a.tsv"), ("\t", "a.txt"), (";", "a.csv"), ("|", "a.csv")])
def test_the_delimiter_is_found(tmp_path: Path, sign: str, name: str) -> None:
    text = "\n".join(sign.join(row) for row in (("lead", "会社名", "x"), ("1", "a, b", "c"), ("2", "d", "e")))
    table = read_table(written(tmp_path, text.encode(), name))
    assert table.delimiter == sign
    assert rows_of(table)[0] == ("1", "a, b", "c")


def test_the_line_that_tells_excel_the_delimiter_is_no_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"sep=;\r\nlead;b\r\n1;2,3\r\n"))
    assert table.delimiter == ";"
    assert rows_of(table) == [("1", "2,3")]
    assert table.lines.to_list() == [3]


def test_a_file_without_a_header_gets_numbered_columns(tmp_path: Path) -> None:
    table = read_table(
        written(tmp_path, "13101,東京都,千代田区,2026/11/1\n13102,東京都,中央区,2026/11/2\n".encode())
    )
    assert not table.has_header
    assert table.columns == ["列1", "列2", "列3", "列4"]
    assert table.frame.height == 2
    assert table.lines.to_list() == [1, 2]


def test_a_header_can_be_asked_for_and_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"1,2\n3,4\n")
    assert read_table(path, header=True).columns == ["1", "2"]
    path = written(tmp_path, b"lead,company\na,b\n")
    table = read_table(path, header=False)
    assert table.frame.rows() == [("lead", "company"), ("a", "b")]


def test_old_line_ends_are_understood(tmp_path: Path) -> None:
    assert rows_of(read_table(written(tmp_path, b"lead,b\r1,2\r3,4\r"))) == [("1", "2"), ("3", "4")]


def test_fields_resolve_to_columns_both_ways(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "リードID,従業員数,industry\n1,2,3\n".encode()))
    assert table.resolve("employees") == "従業員数"
    assert table.resolve("業種") == "industry"
    assert table.resolve("従業員数") == "従業員数"
    assert table.resolve("phone") is None


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = written(tmp_path, b"lead,b\n1,2\n")
    read_table(path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


@pytest.mark.parametrize("start", ["x^", "x\x01", "(\xb5/", "\x1f"])
def test_text_that_begins_like_a_compressed_file_is_text(tmp_path: Path, start: str) -> None:
    data = f"{start}lead,b\n".encode() + f"{start}1,2\n".encode() * 600_000
    table = read_table(written(tmp_path, data), header=True)
    assert table.columns == [f"{start}lead", "b"]
    assert table.frame.height == 600_000
    assert table.frame.row(0) == table.frame.row(-1) == (f"{start}1", "2")


def test_frames_hold_text_alone(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"lead,n,d\n1,2.50,2026-11-01\n"))
    assert set(table.frame.dtypes) == {pl.String}
    assert table.frame.row(0) == ("1", "2.50", "2026-11-01")
