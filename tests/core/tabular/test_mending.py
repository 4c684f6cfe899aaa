"""Rejected rows come back as a list that can be mended and loaded again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mikomi.core.tabular import mendable_rows, no_rejects, propose, read_leads, read_table
from mikomi.core.tabular.write import write_csv


@pytest.mark.parametrize(("sign", "name"), [(",", "a.csv"), ("\t", "a.tsv"), (";", "a.csv")])
def test_rejected_rows_are_mended_and_loaded_again(tmp_path: Path, sign: str, name: str) -> None:
    lines = (
        ("lead", "会社名", "備考"),
        ("1", "A社", "x"),
        ("2", "B社"),
        ("3", "C社", '"d, ""e"""', "余り"),
        ("1", '"D社, 東京"', "同じ鍵"),
        ("", "E社", "=1+1"),
    )
    path = tmp_path / name
    path.write_text("\n".join(sign.join(line) for line in lines) + "\n", encoding="utf-8")
    leads = read_leads(path)
    assert leads.rejected.height == 4
    frame = mendable_rows(leads.rejected, leads.table.columns, delimiter=leads.table.delimiter)
    assert frame.columns == ["取り込めなかった理由", "元の行番号", "lead", "会社名", "備考", "余った値"]
    assert frame.select("元の行番号", "lead", "会社名", "備考", "余った値").rows() == [
        ("3", "2", "B社", None, None),
        ("4", "3", "C社", 'd, "e"', "余り"),
        ("5", "1", "D社, 東京", "同じ鍵", None),
        ("6", "", "E社", "=1+1", None),
    ]
    mended = frame.with_columns(lead=frame["元の行番号"]).drop("余った値")
    write_csv(mended, tmp_path / "mended.csv", encoding="cp932")
    again = read_leads(tmp_path / "mended.csv")
    assert again.rejected.height == 0
    assert again.frame.columns == ["lead", "会社名", "備考"]
    assert again.frame["備考"].to_list() == [None, 'd, "e"', "同じ鍵", "=1+1"]
    assert [f.names for f in again.table.findings if f.code == "our_columns"] == [
        ("取り込めなかった理由", "元の行番号")
    ]


def test_marks_for_mending_are_proposed_for_nothing() -> None:
    fields = {p.header: p.field for p in propose(["Why it was rejected", "Line in the file", "Email"])}
    assert fields == {"Why it was rejected": "", "Line in the file": "", "Email": "email"}


def test_a_row_that_was_not_kept_whole_says_so_and_has_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("lead,備考,x\n1," + "あ" * 20_000 + "\n2,y,z\n", encoding="utf-8")
    table = read_table(path)
    frame = mendable_rows(table.rejected, table.columns, language="en")
    assert "too long" in frame["Why it was rejected"][0]
    assert frame["備考"].to_list() == [None]


def test_rejected_lines_of_json_are_cut_by_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"lead": "1", "n": 5}\n{"n": 6, "lead": null}\n[1]\n', encoding="utf-8")
    leads = read_leads(path)
    frame = mendable_rows(leads.rejected, leads.table.columns)
    assert frame["n"].to_list() == ["6", None]
    assert frame["lead"].to_list()[1] == "[1]"


def test_no_rejects_are_no_rows() -> None:
    assert mendable_rows(no_rejects(), ["a"]).shape == (0, 3)
