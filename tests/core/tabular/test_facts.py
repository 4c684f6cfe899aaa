"""Leads, events and outcomes out of every kind of file, and what is rejected."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from mikomi.core.tabular import read_events, read_leads, read_outcomes, read_table, write_rejected
from mikomi.core.words import MikomiError

TOKYO = "Asia/Tokyo"


def text_file(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


# ---- leads


def test_leads_are_keyed_and_keep_their_headers(tmp_path: Path) -> None:
    leads = read_leads(text_file(tmp_path, "会社名,リードID,従業員数,メモ\n㈱髙島,L1,300,　\nA,L2,,x\n"))
    assert leads.frame.columns == ["lead", "会社名", "従業員数", "メモ"]
    assert leads.frame.rows() == [("L1", "㈱髙島", "300", None), ("L2", "A", None, "x")]
    assert leads.resolve("employees") == "従業員数"
    assert leads.resolve("company") == "会社名"
    assert leads.lines.to_list() == [2, 3]


def test_a_second_row_of_a_lead_and_one_without_key_are_rejected(tmp_path: Path) -> None:
    leads = read_leads(text_file(tmp_path, "lead,x\nA,1\nA ,2\n,3\n　,4\nA,5\na,6\n"))
    assert leads.frame["lead"].to_list() == ["A", "A ", "a"]
    assert leads.rejected.select("line", "reason_en", "row").rows() == [
        (4, "the lead is missing", ",3"),
        (5, "the lead is missing", "　,4"),
        (6, "the lead has a row already", "A,5"),
    ]
    assert leads.rejected["reason_ja"].null_count() == 0


def test_the_key_column_can_be_named(tmp_path: Path) -> None:
    path = text_file(tmp_path, "lead,メール\nA,a@example.com\nB,b@example.com\n")
    leads = read_leads(path, lead_column="メール")
    assert leads.frame["lead"].to_list() == ["a@example.com", "b@example.com"]
    assert leads.frame["lead_"].to_list() == ["A", "B"]
    assert read_leads(path, lead_column="email").frame["lead"][0] == "a@example.com"
    with pytest.raises(MikomiError, match="there is no column 'x'"):
        read_leads(path, lead_column="x")


def test_a_file_without_a_key_column_says_which_headers_would_do(tmp_path: Path) -> None:
    with pytest.raises(MikomiError) as caught:
        read_leads(text_file(tmp_path, "会社名,氏名\nA,B\n"))
    assert "lead / lead_id / " in caught.value.words.en
    assert "会社名, 氏名" in caught.value.words.ja


def test_without_a_number_the_mail_address_is_the_key_and_an_attribute(tmp_path: Path) -> None:
    leads = read_leads(text_file(tmp_path, "氏名,メールアドレス\nA,a@example.com\nB,a@example.com\nC,\n"))
    assert leads.frame.rows() == [("a@example.com", "A", "a@example.com")]
    assert leads.frame.columns == ["lead", "氏名", "メールアドレス"]
    assert leads.rejected["line"].to_list() == [3, 4]
    path = text_file(tmp_path, "メールアドレス,日時,種類,内容\na@example.com,2026-11-01,call,x\n", "e.csv")
    assert read_events(path, TOKYO).frame["lead"].to_list() == ["a@example.com"]
    path = text_file(tmp_path, "email,at,result\na@example.com,2026-11-01,won\n", "o.csv")
    assert read_outcomes(path, TOKYO).frame["lead"].to_list() == ["a@example.com"]


def test_every_format_gives_the_same_leads(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "lead": [1001, 1002, 1003],
            "従業員数": [300.0, None, float("nan")],
            "比率": [0.25, -1.0, 1e20],
            "取引": [True, False, None],
            "登録日": [date(2026, 11, 1), None, date(2024, 2, 29)],
            "備考": ['a,\n"b"', "", "㈱"],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, frame.columns)
        for i, row in enumerate(frame.rows(), 1):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(i, j, datetime(value.year, value.month, value.day), day)
                elif value is not None and value == value:
                    sheet.write(i, j, value)
    with (tmp_path / "a.ndjson").open("w", encoding="utf-8") as file:
        for row in frame.rows(named=True):
            row["登録日"] = row["登録日"] and row["登録日"].isoformat()
            row["従業員数"] = None if row["従業員数"] != row["従業員数"] else row["従業員数"]
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    expected = [
        ("1001", "300", "0.25", "true", "2026-11-01", 'a,\n"b"'),
        ("1002", None, "-1", "false", None, None),
        ("1003", None, "100000000000000000000", None, "2024-02-29", "㈱"),
    ]
    for name in ("a.parquet", "a.xlsx", "a.ndjson"):
        rows = read_leads(tmp_path / name).frame.rows()
        loose = [
            tuple(cell if cell != "1e20" and cell != "1e+20" else expected[2][2] for cell in r) for r in rows
        ]
        assert loose == expected, name


def test_a_sheet_may_start_below_and_have_blank_rows(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("空")
        hidden = book.add_worksheet("hidden")
        hidden.write(0, 0, "x")
        hidden.hide()
        sheet = book.add_worksheet("名簿")
        sheet.write_row(2, 1, ["リードID", "会社名"])
        sheet.write_row(4, 1, ["A", "㈱"])
        sheet.write_row(7, 1, ["B", "x"])
    leads = read_leads(tmp_path / "a.xlsx")
    assert leads.frame.select("lead", "会社名").rows() == [("A", "㈱"), ("B", "x")]
    assert leads.lines.to_list() == [5, 8]


def test_readings_over_signs_in_a_sheet_are_not_part_of_the_text(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["lead", "会社名"])
        sheet.write_row(1, 0, ["A", "東京"])
    reading = '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh>'
    with zipfile.ZipFile(tmp_path / "b.xlsx") as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("<t>東京</t>".encode(), reading.encode()))
    assert read_leads(tmp_path / "a.xlsx").frame["会社名"].to_list() == ["東京"]


def test_typed_values_of_parquet_become_plain_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "lead": ["A"],
            "local": [datetime(2026, 11, 1, 9, 5)],
            "instant": pl.Series([datetime(2026, 11, 1, 9, 5)]).dt.replace_time_zone(TOKYO),
            "list": [[1, 2]],
            "struct": [{"a": 1}],
            "decimal": pl.Series(["300.00"]).cast(pl.Decimal(10, 2)),
            "category": pl.Series(["x"], dtype=pl.Categorical),
            "zero": [-0.0],
            "nothing": pl.Series([None], dtype=pl.Null),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").frame.row(0) == (
        "A", "2026-11-01T09:05:00", "2026-11-01T00:05:00Z", "[1,2]", '{"a":1}', "300", "x", "0", None,
    )  # fmt: skip


def test_ndjson_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(
        b'{"lead":"A","n":1}\n\n{"lead":"B","n":12345678901234567890123,"x":{"k":"v"}}\n[1]\n{"lead":"C"\n'
        b'{"lead":"D","n":true}\r\nxx\n{"lead":"\xff"}\n{"lead":"E","\\u5099\\u8003":"y"}'
    )
    table = read_table(path)
    assert table.columns == ["lead", "n", "x", "備考"]
    assert table.frame["lead"].to_list() == ["A", "B", "D", "E"]
    assert table.frame["n"].to_list() == ["1", "12345678901234567890123", "true", None]
    assert table.lines.to_list() == [1, 3, 6, 9]
    assert table.rejected["line"].to_list() == [4, 5, 7, 8]


# ---- events

EVENTS = """lead,at,kind,content,automated
A,2026-11-01T09:05:00+09:00,page_view,/pricing,
A,2026/11/1,download,白書,FALSE
,2026-11-01,page_view,/,
A,2026-02-30,page_view,/,
A,,page_view,/,
A,2026-11-01,Page View,/,
A,2026-11-01,page_view,/,maybe
B,2026-11-01 09:05,call,,1
B,2026-11-01T00:05:00Z,my_kind2,x,True
"""


def test_events_are_typed_and_bad_ones_rejected(tmp_path: Path) -> None:
    events = read_events(text_file(tmp_path, EVENTS), TOKYO)
    nine_five = datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
    assert events.frame.rows() == [
        ("A", nine_five, "page_view", "/pricing", False),
        ("A", datetime(2026, 10, 31, 15, tzinfo=UTC), "download", "白書", False),
        ("B", nine_five, "call", "", True),
        ("B", nine_five, "my_kind2", "x", True),
    ]
    assert events.rejected["line"].to_list() == [4, 5, 6, 7, 8]
    assert events.rejected["reason_en"].n_unique() == 5
    assert events.rejected["row"][4] == "A,2026-11-01,page_view,/,maybe"


@pytest.mark.parametrize("kind", ["a" * 41, "1a", "aB", "_a", "a-b", "a b", "page_view\n", ""])
def test_a_kind_is_lower_snake_case(tmp_path: Path, kind: str) -> None:
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["lead", "at", "kind", "content"], ["A", "2026-11-01", kind, "x"]])
    events = read_events(tmp_path / "a.csv", TOKYO)
    assert events.height == 0
    assert events.rejected["line"].to_list() == [2]


def test_typed_event_files_give_the_same_events(tmp_path: Path) -> None:
    at = pl.Series("at", [datetime(2026, 11, 1, 9, 5), datetime(2026, 11, 2)])
    frame = pl.DataFrame(
        {"lead": [1, 2], "kind": ["call", None], "content": [None, "x"], "automated": [True, None]}
    )
    naive, aware = (
        frame.with_columns(at),
        frame.with_columns(at.dt.replace_time_zone(TOKYO).cast(pl.Datetime("ns", TOKYO))),
    )
    for shape in (naive, aware, aware.with_columns(pl.col("automated").cast(pl.Float64))):
        shape.write_parquet(tmp_path / "a.parquet")
        events = read_events(tmp_path / "a.parquet", TOKYO)
        assert events.frame.rows() == [("1", datetime(2026, 11, 1, 0, 5, tzinfo=UTC), "call", "", True)]
        assert events.rejected["line"].to_list() == [2]
        assert events.rejected["row"][0].startswith("2,,x,")


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    row = pl.DataFrame({"lead": ["A"], "at": ["2026-11-01"], "kind": ["call"], "content": ["x"]})
    (tmp_path / "day=1").mkdir()
    row.write_parquet(tmp_path / "day=1" / "part-0.parquet")
    row.with_columns(at=pl.lit("x")).write_parquet(tmp_path / "b.parquet")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".part.parquet").touch()
    events = read_events(tmp_path, TOKYO)
    assert [path.name for path in events.paths] == ["b.parquet", "part-0.parquet"]
    assert [part.height for part in events.files] == [0, 1]
    assert events.rejected["file"][0].endswith("b.parquet")
    (tmp_path / "none").mkdir()
    with pytest.raises(MikomiError, match="holds no file"):
        read_events(tmp_path / "none", TOKYO)


def test_progress_runs_once_through_all_files(tmp_path: Path) -> None:
    paths = [text_file(tmp_path, EVENTS, f"{i}.csv") for i in range(3)]
    seen: list[tuple[int, int]] = []
    read_events(paths, TOKYO, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (3 * len(EVENTS.encode()), 3 * len(EVENTS.encode()))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(MikomiError, match="no column for the time"):
        read_events(text_file(tmp_path, "lead,kind,content\nA,call,x\n"), TOKYO)
    with pytest.raises(MikomiError, match="no column for the lead"):
        read_events(text_file(tmp_path, "A,2026-11-01,call,x\nB,2026-11-01,call,x\n"), TOKYO)


def test_japanese_headers_of_events_do(tmp_path: Path) -> None:
    path = text_file(tmp_path, "顧客ID,発生日時,イベント種別,ページURL\nA,令和8年11月1日,page_view,/x\n")
    assert read_events(path, TOKYO).frame.height == 1


# ---- outcomes


def test_outcomes_are_typed(tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "lead,at,result\nA,2026/11/1,受注\nB,2026-11-01,LOST\nC,x,won\nD,2026-11-01,\nE,2026-11-01,不在\n",
    )
    outcomes = read_outcomes(path, TOKYO)
    assert outcomes.frame["lead"].to_list() == ["A", "B", "E"]
    assert outcomes.frame["result"].to_list() == ["won", "lost", "不在"]
    assert outcomes.lines.to_list() == [2, 3, 6]
    assert outcomes.rejected["line"].to_list() == [4, 5]


# ---- what is written of the rejected


def test_rejected_rows_are_written_for_a_spreadsheet(tmp_path: Path) -> None:
    leads = read_leads(text_file(tmp_path, 'lead,x\n=1+1,"a"\n,"=HYPERLINK(""x"")"\n=1+1,b\n'))
    out = tmp_path / "scores.csv"
    written = write_rejected(out, leads.rejected, "en")
    assert written == tmp_path / "scores.csv.rejected.csv"
    data = written.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert rows == [
        ["line", "reason", "row"],
        ["3", "the lead is missing", ',"=HYPERLINK(""x"")"'],
        ["4", "the lead has a row already", "'=1+1,b"],
    ]
    assert write_rejected(out, leads.rejected.clear()) is None
    assert not written.exists()


def test_rejected_rows_of_several_files_name_the_file(tmp_path: Path) -> None:
    one = read_leads(text_file(tmp_path, "lead\nA\nA\n", "b.csv")).rejected
    two = read_leads(text_file(tmp_path, "lead\nA\nA\n", "a.csv")).rejected
    written = write_rejected(tmp_path / "o", [one, two])
    assert written is not None
    rows = list(csv.DictReader(written.read_text("utf-8-sig").splitlines()))
    assert [Path(row["file"]).name for row in rows] == ["b.csv", "a.csv"]
    assert list(rows[0]) == ["file", "line", "reason", "row"]
