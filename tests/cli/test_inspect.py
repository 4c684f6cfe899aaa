"""`mikomi inspect` says what a file holds, in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikomi.cli.main import main

LEADS = (
    "会社名,リードID,メールアドレス,謎\r\n㈱髙島,L1,a@example.com,080-1234-5678\r\n"
    "株式会社い,L1,b@example.com,090-0000-0000\r\nx,L3\r\n"
)
EVENTS = "lead,at,kind,content\nA,2026-11-01,call,x\nA,2026-02-30,call,x\n"


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "名簿.csv"
    path.write_bytes(LEADS.encode("cp932"))
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["inspect", *arguments]) == 0
    return capsys.readouterr().out


def test_json_names_everything_that_was_found(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, str(leads), "--json", "--language", "en"))
    assert found["encoding"] == "cp932"
    assert found["delimiter"] == ","
    assert found["has_header"] is True
    assert found["holds"] == "leads"
    assert found["rows"] == 2
    assert [column["field"] for column in found["columns"]] == ["company", "lead", "email", "mobile"]
    assert found["columns"][3]["proposed_by"] == "values"
    assert found["columns"][0]["examples"] == ["㈱髙島", "株式会社い"]
    assert found["columns"][0]["filled"] == 2
    assert [problem["line"] for problem in found["problems"]] == [3, 4]
    assert found["problems"][0]["reason"] == "the lead has a row already"
    assert found["rejected"] == 2


def test_words_are_in_the_readers_language(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    japanese = told(capsys, str(leads), "--language", "ja")
    assert "文字コード  CP932" in japanese
    assert "3 行目: 同じリードの行がすでにあります" in japanese
    english = told(capsys, str(leads), "--language", "en")
    assert "encoding   CP932" in english
    assert "line 4: too few fields" in english
    assert "line 3: the lead has a row already" in english


def test_events_are_checked_as_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "e.csv"
    path.write_text(EVENTS)
    found = json.loads(told(capsys, str(path), "--json", "--language", "en"))
    assert found["holds"] == "events"
    assert [(p["line"], p["row"]) for p in found["problems"]] == [(3, "A,2026-02-30,call,x")]


def test_a_file_without_header_or_key_is_still_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("東京都\t100-0001\tx\n大阪府\t530-0001\ty\n", encoding="utf-8")
    found = json.loads(told(capsys, str(path), "--json"))
    assert found["has_header"] is False
    assert [column["field"] for column in found["columns"]] == ["prefecture", "postal_code", None]
    path.write_text("氏名\t会社名\n山田\tx\n", encoding="utf-8")
    assert "--lead-column" in told(capsys, str(path), "--language", "en")


def test_what_was_found_can_be_overruled(leads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(
        told(capsys, str(leads), "--json", "--no-header", "--delimiter", ";", "--encoding", "sjis")
    )
    assert found["has_header"] is False
    assert len(found["columns"]) == 1
    assert found["encoding"] == "cp932"


def test_a_file_that_cannot_be_read_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path / "none.csv")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "none.csv" in said.err
    assert said.err.count("\n") == 1


def test_signs_that_no_terminal_shows_do_not_reach_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"lead,x\nA,\x1b[31mred\nB,\x07\n")
    assert "\x1b" not in told(capsys, str(path), "--language", "en")


# Labels of each in its Japanese or English form: the sample app of kintone has no name of the deal.
DEALS = {
    "salesforce_deals": ("商談 ID,商談名,取引先名,フェーズ,金額,完了予定日,商談 所有者", "cp932"),
    "hubspot_deals": ("レコードID,取引名,取引ステージ,クローズ日,会社通貨での金額,取引担当者", "utf-8-sig"),
    "kintone_deals": ("レコード番号,会社名,先方担当者名,メールアドレス,見込み時期,確度,製品名,小計", "cp932"),
    "deals": ("案件名,会社名,ステータス,受注金額,受注日", "utf-8"),
}


@pytest.mark.parametrize("form", DEALS)
def test_a_list_of_deals_is_named_for_what_it_is(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, encoding = DEALS[form]
    path = tmp_path / "d.csv"
    path.write_bytes(f"{header}\n{','.join('a@b.example' for _ in header.split(','))}\n".encode(encoding))
    found = json.loads(told(capsys, str(path), "--json", "--language", "en"))
    assert (found["holds"], found["form"]) == ("deals", form)
    said = told(capsys, str(path), "--language", "ja")
    assert "商談の一覧" in said
    assert found["form_name"] in told(capsys, str(path), "--language", "en")
    assert "mikomi import deals --dry-run d.csv" in said
