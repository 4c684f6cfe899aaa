"""`mikomi score` and `mikomi backtest` give the numbers of the plain implementation, from any file."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from mikomi.cli.main import main
from mikomi.core.conditions.document import write_document

from .plain import Plain, known

MODEL = {
    "name": "標準",
    "timezone": "Asia/Tokyo",
    "groups": {"料金": ["/pricing*"]},
    "fit": [
        {
            "id": "maker",
            "label": "製造業",
            "when": {"field": "業種", "in": ["製造業", "卸売業"]},
            "points": 10,
        },
        {"id": "large", "label": "300名以上", "when": {"field": "employees", "gte": 300}, "points": 15},
        {"id": "free", "label": "フリーメール", "when": {"field": "email", "free_mail": True}, "points": -10},
    ],
    "engagement": [
        {
            "id": "pricing",
            "label": '料金"ページ"',
            "when": {"kind": "page_view", "group": "料金"},
            "points": 5.25,
            "half_life_days": 14,
            "cap": 30,
        },
        {"id": "dl", "label": "資料DL", "when": {"kind": "download"}, "points": 15, "half_life_days": 30},
    ],
    "signals": [
        {
            "id": "back",
            "label": "再検討",
            "pattern": "return",
            "quiet_days": 10,
            "within_days": 7,
            "at_least": 2,
            "points": 30,
            "half_life_days": 14,
        },
        {
            "id": "many",
            "label": "複数名",
            "pattern": "colleagues",
            "within_days": 14,
            "at_least": 2,
            "points": 10,
        },
        {"id": "asleep", "label": "無反応", "pattern": "silence", "quiet_days": 20, "points": -20},
    ],
    "grades": {"fit": {"A": 25, "B": 15, "C": 5}, "engagement": {"1": 60, "2": 30, "3": 10}},
    "hot": {"total": 30},
}
HEADERS = ["lead", "会社名", "業種", "従業員数", "メールアドレス", "created_at"]


@pytest.fixture(scope="module")
def world() -> tuple[list[list], list[list], list[list]]:
    """Rows of leads, events and outcomes files; a fixed random world of ours."""
    draw = random.Random(20261122)
    leads = [
        [
            f"L{i:03}",
            draw.choice(["㈱北浜精機", "髙橋工業", "Ａｃｍｅ", "acme", ""]),
            draw.choice(["製造業", "卸売業", "ＩＴ", ""]),
            draw.choice(["300", "1,200", "２９９", "50名", ""]),
            draw.choice(["a@gmail.com", "b@example.co.jp", ""]),
            draw.choice(["2026/8/3", "2026年9月1日", "令和8年9月20日", ""]),
        ]
        for i in range(60)
    ]
    start = datetime(2026, 8, 1, tzinfo=ZoneInfo("Asia/Tokyo"))
    events = [
        [
            f"L{draw.randrange(60):03}",
            (start + timedelta(minutes=draw.randrange(90 * 1440))).isoformat(),
            draw.choice(["page_view", "page_view", "download", "mail_open"]),
            draw.choice(["/pricing", "/pricing/a", "/case/1", "資料①"]),
            draw.choice(["", "false", "0", "TRUE"]),
        ]
        for _ in range(500)
    ]
    outcomes = [
        [
            f"L{i:03}",
            (start + timedelta(days=draw.randrange(90))).isoformat(),
            draw.choice(["won", "lost", "不在"]),
        ]
        for i in range(0, 60, 2)
    ]
    return leads, events, outcomes


def plain_of(world: tuple) -> Plain:
    fields = ["lead", "company", "業種", "employees", "email", "created_at"]
    leads = [dict(zip(fields, row, strict=True)) for row in world[0]]
    events = [
        (lead, datetime.fromisoformat(at), kind, content, automated.lower() in {"true", "1"})
        for lead, at, kind, content, automated in world[1]
    ]
    return Plain(MODEL, leads, events)


def write_csv(
    path: Path, header: list[str], rows: list[list], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def write_as(form: str, folder: Path, name: str, header: list[str], rows: list[list]) -> Path:
    frame = pl.DataFrame(rows, schema=header, orient="row")
    path = folder / f"{name}.{form.split('-')[0]}"
    match form:
        case "csv-cp932":
            write_csv(path, header, rows, "cp932")
        case "csv-bom":
            write_csv(path, header, rows, "utf-8-sig")
        case "tsv":
            write_csv(path, header, rows, "utf-8", "\t")
        case "xlsx":
            frame.write_excel(path)
        case "parquet":
            frame.write_parquet(path)
        case "ndjson":
            frame.write_ndjson(path)
        case _:
            write_csv(path, header, rows)
    return path


def model_file(folder: Path) -> Path:
    path = folder / "model.yaml"
    path.write_text(write_document(MODEL), "utf-8")
    return path


EVENT_HEADERS = ["lead", "at", "kind", "content", "automated"]


@pytest.mark.parametrize("form", ["csv", "csv-cp932", "csv-bom", "tsv", "xlsx", "parquet", "ndjson"])
def test_scores_of_every_kind_of_file_are_the_plain_ones(world: tuple, form: str, tmp_path: Path) -> None:
    leads = write_as(form, tmp_path, "leads", HEADERS, world[0])
    events = write_as(form, tmp_path, "events", EVENT_HEADERS, world[1])
    out = tmp_path / "scores.csv"
    args = ["score", "--model", str(model_file(tmp_path)), "--leads", str(leads), "--events", str(events)]
    assert main([*args, "--on", "2026-10-20", "--out", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = plain_of(world).scores(date(2026, 10, 20))
    assert list(rows[0]) == [
        "rank",
        "lead",
        "fit",
        "engagement",
        "total",
        "fit_grade",
        "engagement_grade",
        "hot",
        "why",
    ]
    assert [row["lead"] for row in rows] == [s["lead"] for s in expected]
    assert [row["rank"] for row in rows] == [str(i + 1) for i in range(len(rows))]
    for row, wanted in zip(rows, expected, strict=True):
        for name in ("fit", "engagement", "total"):
            assert float(row[name]) == pytest.approx(wanted[name], abs=1e-6)
            assert len(row[name].partition(".")[2]) <= 6
        assert (row["fit_grade"], row["engagement_grade"]) == (
            wanted["fit_grade"],
            wanted["engagement_grade"],
        )
        assert row["hot"] == ("true" if wanted["hot"] else "false")
        why = json.loads(row["why"])
        assert [line["id"] for line in why] == [line["id"] for line in wanted["why"]]
        for line, plain_line in zip(why, wanted["why"], strict=True):
            assert line == plain_line | {"worth": pytest.approx(plain_line["worth"], abs=1e-6)}
    assert not (tmp_path / "scores.csv.rejected.csv").exists()


def test_bad_rows_are_rejected_with_line_and_reason_and_strict_refuses(
    world: tuple, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = write_csv(
        tmp_path / "leads.csv", HEADERS, [*world[0], ["L000", "", "", "", "", ""], ["", "x", "", "", "", ""]]
    )
    bad = [
        ["L001", "2026-13-45", "page_view", "/a", ""],
        ["", "2026-10-01", "page_view", "/a", ""],
        ["L001", "2026-10-01", "Page View", "/a", ""],
        ["L001", "2026-10-01", "page_view", "/a", "maybe"],
        ["nobody", "2026-10-01", "page_view", "/a", ""],
    ]
    events = write_csv(tmp_path / "events.csv", EVENT_HEADERS, [*world[1], *bad])
    out = tmp_path / "scores.csv"
    args = ["--language", "en", "score", "--model", str(model_file(tmp_path)), "--leads", str(leads)]
    args += ["--events", str(events), "--on", "2026-10-20", "--out", str(out)]
    assert main(args) == 0
    said = capsys.readouterr().err
    assert "6 rows could not be read" in said
    assert "1 events are of leads that the leads file lacks" in said
    rejected = pl.read_csv(f"{out}.rejected.csv")
    assert rejected["line"].to_list() == [62, 63, 502, 503, 504, 505]
    assert rejected["reason"].null_count() == 0
    out.unlink()
    assert main([*args, "--strict"]) == 2
    assert not out.exists()


def plain_backtest(world: tuple, on: date, horizon: int) -> tuple[int, int, int, int]:
    plain = plain_of(world)
    zone = ZoneInfo("Asia/Tokyo")
    created = {
        "2026/8/3": date(2026, 8, 3),
        "2026年9月1日": date(2026, 9, 1),
        "令和8年9月20日": date(2026, 9, 20),
    }
    finals: dict[str, tuple[datetime, str]] = {}
    for lead, at, result in world[2]:
        when = datetime.fromisoformat(at)
        if result in {"won", "lost"} and (lead not in finals or when < finals[lead][0]):
            finals[lead] = (when, result)
    counts = [0, 0, 0, 0]
    for lead in plain.leads:
        seen = [date.fromordinal(day) for day, _, _ in plain.by_lead.get(lead["lead"], {})]
        if known(lead["created_at"]):
            seen.append(created[lead["created_at"]])
        final = finals.get(lead["lead"])
        won = final[0].astimezone(zone).date() if final and final[1] == "won" else None
        if (seen and min(seen) > on) or (won is not None and won <= on):
            continue
        hot = plain.score(lead, on)["hot"]
        success = won is not None and won <= on + timedelta(days=horizon)
        counts = [c + x for c, x in zip(counts, [1, hot, success, hot and success], strict=True)]
    return tuple(counts)


def test_backtest_counts_what_the_plain_one_counts(world: tuple, tmp_path: Path) -> None:
    out = tmp_path / "backtest.csv"
    args = ["backtest", "--model", str(model_file(tmp_path))]
    args += ["--leads", str(write_csv(tmp_path / "leads.csv", HEADERS, world[0]))]
    args += ["--events", str(write_csv(tmp_path / "events.csv", EVENT_HEADERS, world[1]))]
    args += ["--outcomes", str(write_csv(tmp_path / "outcomes.csv", ["lead", "at", "result"], world[2]))]
    args += [
        "--from",
        "2026-08-01",
        "--to",
        "2026-10-20",
        "--every",
        "10",
        "--horizon",
        "30",
        "--out",
        str(out),
    ]
    assert main(args) == 0
    rows = pl.read_csv(out)
    assert rows.columns == [
        "on",
        "leads",
        "hot",
        "won",
        "hot_won",
        "precision",
        "recall",
        "base_rate",
        "lift",
    ]
    assert rows.height == 9
    for row in rows.iter_rows(named=True):
        leads, hot, won, hot_won = plain_backtest(world, date.fromisoformat(row["on"]), 30)
        assert (row["leads"], row["hot"], row["won"], row["hot_won"]) == (leads, hot, won, hot_won)
        if hot:
            assert row["precision"] == pytest.approx(hot_won / hot, abs=1e-6)
        else:
            assert row["precision"] is None
    assert rows["hot"].sum() > 0
    assert rows["won"].sum() > 0


def test_a_lead_without_any_events_is_scored_by_its_attributes(world: tuple, tmp_path: Path) -> None:
    leads = write_csv(tmp_path / "leads.csv", HEADERS, world[0])
    out = tmp_path / "scores.csv"
    model = str(model_file(tmp_path))
    assert (
        main(["score", "--model", model, "--leads", str(leads), "--on", "2026-10-20", "--out", str(out)]) == 0
    )
    frame = pl.read_csv(out)
    assert frame["engagement"].to_list() == [0] * 60
    assert frame["fit"].max() == 25


def test_the_nth_identical_row_of_another_file_is_the_same_event(tmp_path: Path) -> None:
    at = datetime(2026, 10, 1, 3, tzinfo=UTC)
    row = {"lead": "a", "at": at, "kind": "download", "content": "doc"}
    folder = tmp_path / "events"
    folder.mkdir()
    pl.DataFrame([row, row]).write_parquet(folder / "1.parquet")
    pl.DataFrame([row, row, row]).write_parquet(folder / "2.parquet")
    leads = write_csv(tmp_path / "leads.csv", ["lead"], [["a"]])
    model = tmp_path / "m.yaml"
    model.write_text("engagement: [{id: d, when: {kind: download}, points: 1, per_day: null}]", "utf-8")
    out = tmp_path / "s.csv"
    args = ["score", "--model", str(model), "--leads", str(leads), "--events", str(folder)]
    assert main([*args, "--on", "2026-10-01", "--out", str(out)]) == 0
    assert pl.read_csv(out)["total"].to_list() == [3]


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ("fits: []", "m.yaml:1: fits:", "unknown key"),
        (
            "fit: [{id: a, points: ten, when: {field: x, is: y}}]",
            "m.yaml:1: fit[0].points:",
            "must be a number",
        ),
        (
            "fit: [{id: a, points: 1, when: {field: x, like: y}}]",
            "m.yaml:1: fit[0].when.like:",
            "unknown key",
        ),
        (
            "fit:\n" + 2 * "- {id: a, points: 1, when: {field: x, is: y}}\n",
            "m.yaml:3: fit[1].id:",
            "must be unique",
        ),
        (
            "engagement: [{id: a, points: 1, half_life_days: 0}]",
            "m.yaml:1: engagement[0].half_life_days:",
            "above 0",
        ),
        ("fit: [{id: a, points: 1, when: {field: x, is: ''}}]", "m.yaml:1: fit[0].when.is:", "known: false"),
        ("fit: [{id: a, points: 1, when: {field: x, in: []}}]", "m.yaml:1: fit[0].when.in:", "empty"),
        (
            "signals: [{id: a, points: 1, pattern: silence, quiet_days: 0}]",
            "signals[0].quiet_days:",
            "whole number",
        ),
        ("grades: {fit: {A: 5, B: 5}}", "m.yaml:1: grades.fit:", "differ"),
        ("hot: {sum: 5}", "m.yaml:1: hot.sum:", "unknown key"),
        (
            "engagement: [{id: a, points: 1, when: {group: 無い}}]",
            "engagement[0].when.group:",
            "not in groups",
        ),
        ("a: [", "m.yaml:1:", "not valid YAML"),
        ("", "m.yaml:1:", "empty"),
    ],
)
def test_a_wrong_model_is_one_line_with_file_place_and_remedy(
    change: str, place: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.yaml"
    model.write_text(change, "utf-8")
    leads = write_csv(tmp_path / "leads.csv", ["lead"], [["a"]])
    args = ["--language", "en", "score", "--model", str(model), "--leads", str(leads)]
    assert main([*args, "--on", "2026-10-01", "--out", str(tmp_path / "s.csv")]) == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert place in said
    assert says in said
    assert not (tmp_path / "s.csv").exists()
