"""`mikomi check`: sentences of the model, findings on files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mikomi.cli.main import main

MODEL = """\
name: 標準スコア
groups: {料金: ['/pricing*'], 事例: ['/case/*']}
fit:
  - {id: maker, label: 製造業, when: {field: industry, in: [製造業, 卸売業]}, points: 10}
  - {id: large, label: 300名以上, when: {field: employees, gte: 300}, points: 15}
engagement:
  - {id: pricing, label: 料金ページ, when: {kind: page_view, group: 料金}, points: 5, half_life_days: 14}
  - {id: case, label: 事例, when: {kind: page_view, group: 事例}, points: 5}
hot: {fit: 10}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "model.yaml").write_text(MODEL, "utf-8")
    (tmp_path / "leads.csv").write_text(
        "lead,業種,従業員数\na,製造業,300名\nb,卸売業,約500\nc,銀行,10\n", "utf-8"
    )
    (tmp_path / "events.csv").write_text(
        "lead,at,kind,content\na,2026-11-01T10:00:00+09:00,page_view,/pricing\n"
        "x,2026-11-01T10:00:00+09:00,page_view,/pricing\n",
        "utf-8",
    )
    return tmp_path


def check(*arguments: object) -> int:
    return main(["--language", "ja", "check", *map(str, arguments)])


def test_it_says_what_the_model_does(files, capsys):
    assert check(files / "model.yaml") == 0
    out = capsys.readouterr().out
    assert "料金ページ：料金ページを見たら +5点、1日1回まで、2週間で半分" in out
    assert "属性が10点以上の人" in out
    assert "気をつけたいところは見当たりません" in out


def test_it_speaks_english(files, capsys):
    assert main(["--language", "en", "check", str(files / "model.yaml")]) == 0
    assert "Industry is 製造業 or 卸売業: +10 points" in capsys.readouterr().out


def test_it_points_at_rules_and_values_on_the_data(files, capsys):
    assert check(files / "model.yaml", "--leads", files / "leads.csv", "--events", files / "events.csv") == 0
    out, err = capsys.readouterr()
    assert "（2026-11-01）" in out
    assert "300名以上：従業員数の2件は数字として読めず、当てはまりません（例：「300名」、「約500」）" in out
    assert "300名以上：当てはまる人がいません" in out
    assert "事例：当てはまる動きが、まだ一度もありません" in out
    assert "グループ「事例」に当てはまるページや資料は、まだ見られていません" in out
    assert "リードのファイルにない人の行動が1件" in err


def test_leads_alone_are_enough_for_the_attributes(files, capsys):
    assert check(files / "model.yaml", "--leads", files / "leads.csv", "--on", "2026-11-05") == 0
    out = capsys.readouterr().out
    assert "300名以上：当てはまる人がいません" in out
    assert "当てはまる動きが" not in out


def test_events_without_leads_are_one_clear_line(files, capsys):
    assert check(files / "model.yaml", "--events", files / "events.csv") == 2
    assert capsys.readouterr().err == "mikomi: --events を調べるには --leads も指定してください\n"


def test_a_wrong_model_is_one_line_that_names_the_place(files, capsys):
    (files / "model.yaml").write_text("fit:\n  - {id: a, points: x, when: {field: b, is: c}}\n", "utf-8")
    assert check(files / "model.yaml") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "model.yaml:2: fit[0].points" in err
