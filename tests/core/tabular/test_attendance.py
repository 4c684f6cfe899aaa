"""Lists of seminars as events: who applied, who came, at which time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from mikomi.core.tabular import read_table, recognise
from mikomi.core.tabular.attendance import Attended, month_first, seminar_events
from mikomi.core.tabular.form_types import Attendance
from mikomi.core.words import MikomiError

ZOOM = (
    "Attendee Report,,,,,\n"
    "Attendee Details,,,,,\n"
    "Attended,User Name (Original Name),Email,Registration Time,Approval Status,Join Time\n"
    "Yes,山田,yamada@example.com,11/01/2026 09:00:00 AM,approved,11/09/2026 1:50:00 PM\n"
    "Yes,山田,yamada@example.com,11/01/2026 09:00:00 AM,approved,11/09/2026 2:10:00 PM\n"
    'No,佐藤,sato@example.com,"Nov 2, 2026 21:05:06",approved,--\n'
    "Yes,鈴木,suzuki@example.com,--,approved,13/45/2026 1:00:00 PM\n"
    "Yes,高橋,,11/01/2026 09:00:00 AM,approved,11/09/2026 1:50:00 PM\n"
)


def events_of(tmp_path: Path, text: str, **options: object) -> Attended:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    table = read_table(path)
    form = recognise(table.columns, table.frame)
    assert form is not None
    assert form.attendance is not None
    lead = next(name for name in table.columns if name in ("Email", "メールアドレス"))
    return seminar_events(
        table.frame, table.lines, form.attendance, lead=lead, seminar="はじめてのMA", timezone="Asia/Tokyo",
        **options,
    )  # fmt: skip


def test_a_zoom_report_is_applications_and_attendance(tmp_path: Path) -> None:
    found = events_of(tmp_path, ZOOM)
    assert found.frame.columns == ["lead", "at", "kind", "content", "automated"]
    assert found.frame.select("lead", "at", "kind").rows() == [
        ("yamada@example.com", datetime(2026, 11, 1, 0, 0, tzinfo=UTC), "seminar_apply"),
        ("sato@example.com", datetime(2026, 11, 2, 12, 5, 6, tzinfo=UTC), "seminar_apply"),
        ("yamada@example.com", datetime(2026, 11, 9, 4, 50, tzinfo=UTC), "seminar_attend"),
    ]
    assert set(found.frame["content"]) == {"はじめてのMA"}
    assert (found.applied, found.came) == (2, 1)
    assert found.rejected.select("line", "reason_en").rows() == [
        (7, "the time cannot be read as a date or a time"),
        (8, "the lead is missing"),
    ]


def test_who_came_at_no_time_of_their_own_came_when_it_was_held(tmp_path: Path) -> None:
    text = (
        "氏名,会社名,メールアドレス,申込日時,出欠\n"
        "山田,A,a@example.com,2026/11/1 9:00,出席\n佐藤,B,b@example.com,2026/11/2,欠席\n"
    )
    none = events_of(tmp_path, text)
    assert none.rejected["line"].to_list() == [2]
    held = datetime(2026, 11, 9, 5, tzinfo=UTC)
    found = events_of(tmp_path, text, held_at=held)
    assert found.rejected.height == 0
    assert found.frame.filter(pl.col("kind") == "seminar_attend").select("lead", "at").rows() == [
        ("a@example.com", held)
    ]
    assert found.applied == 2


def test_a_time_in_the_column_of_check_in_means_that_the_person_came(tmp_path: Path) -> None:
    text = (
        "注文番号,お名前,メールアドレス,チケット名,申込日時,チェックイン日時\n"
        "1,山田,a@example.com,一般,2026/11/1 9:00,2026/11/9 14:00\n"
        "2,佐藤,b@example.com,一般,2026/11/1 9:00,\n"
    )
    found = events_of(tmp_path, text)
    assert (found.applied, found.came, found.rejected.height) == (2, 1, 0)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("11/9/2026 1:50:00 PM", "2026-11-09T13:50:00"),
        ("11/09/2026 12:05 AM", "2026-11-09T00:05:00"),
        ("11/09/2026 12:05 PM", "2026-11-09T12:05:00"),
        ("11/09/2026 13:50", "2026-11-09T13:50:00"),
        ("Nov 9, 2026 13:50:01", "2026-11-09T13:50:01"),
        ("11/9/26, 2:00:02 PM", "2026-11-09T14:00:02"),
        ("November 9, 2026", "2026-11-09"),
        ("1/2/2026", "2026-01-02"),
        ("2026/11/9 13:50", "2026/11/9 13:50"),
        ("13:50 PM", "13:50 PM"),
        ("11/09/2026 13:50 PM", "11/09/2026 13:50 PM"),
        ("Foo 9, 2026", "Foo 9, 2026"),
    ],
)
def test_times_that_begin_with_the_month_are_told_from_others(text: str, iso: str) -> None:
    assert month_first(pl.Series("t", [text])).to_list() == [iso]


def test_an_unknown_time_zone_is_said(tmp_path: Path) -> None:
    with pytest.raises(MikomiError):
        seminar_events(
            pl.DataFrame({"a": ["x"]}),
            pl.Series([1]),
            recognise_zoom(),
            lead="a",
            seminar="x",
            timezone="Mars",
        )


def recognise_zoom() -> Attendance:
    form = recognise(["Attended", "User Name (Original Name)", "Email"])
    assert form is not None
    assert form.attendance is not None
    return form.attendance
