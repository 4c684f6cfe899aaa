from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.activity.models import Activity, Event
from mikomi.hub.people import imports, queries
from mikomi.hub.people.models import Change, Company, Field, Import, Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    rows = "".join(
        f"L{i},人{i},会社{i % 40},業種{i % 40 % 7},{100 + i},u{i}@c{i % 40}.example,{i}\n" for i in range(500)
    )
    path = tmp_path / "leads.csv"
    path.write_text(f"リードID,氏名,会社名,業種,従業員数,メールアドレス,ひみつの欄\n{rows}", "utf-8-sig")
    return path


@pytest.fixture
def events(tmp_path: Path) -> Path:
    rows = "".join(f"L{i % 60},2026-05-{1 + i % 9:02} 10:00,page_view,/p{i % 5}?q={i}\n" for i in range(700))
    path = tmp_path / "events.csv"
    path.write_text(f"lead,at,kind,content\n{rows}", "utf-8")
    return path


def everything() -> tuple[object, ...]:
    """All that imports write, without when they wrote it."""
    return (
        queries.attribute_frame().sort("lead").drop("number").rows(),
        sorted(Activity.objects.values_list("day", "touch", "n")),
        Event.objects.count(),
        sorted(map(str, Change.objects.values_list("scope", "values", "known_from"))),
    )


def test_it_works(leads: Path) -> None:
    report = imports.run_import(leads, "leads")
    assert (report.rows, report.new, report.changed, report.unchanged) == (500, 500, 0, 0)
    assert report.conflicts == 40
    assert Company.objects.count() == 40
    row = queries.attribute_frame().row(by_predicate=pl.col("lead") == "L7", named=True)
    assert row["name"] == "人7"
    assert row["email"] == "u7@c7.example"
    assert row["industry"] == "業種0"
    assert row["employees"] == "587"
    assert row["ひみつの欄"] == "7"
    assert Field.objects.get(key="ひみつの欄").custom
    assert Field.objects.get(key="employees").scope == "company"
    record = Import.objects.get()
    assert (record.status, record.new, len(record.sha256)) == ("done", 500, 64)
    assert set(Change.objects.values_list("import_id", "source")) == {(record.pk, "leads.csv")}


def test_the_same_file_twice_changes_nothing(leads: Path, events: Path) -> None:
    for path, kind in ((leads, "leads"), (events, "events")):
        imports.run_import(path, kind)
    before = everything()
    for path, kind in ((leads, "leads"), (events, "events")):
        report = imports.run_import(path, kind)
        assert (report.new, report.changed, report.unchanged) == (0, 0, report.rows)
    assert everything() == before


@pytest.mark.parametrize("broken_at", [0, 1, 3, 5])
def test_an_import_that_breaks_off_goes_on_where_it_stopped(
    leads: Path, events: Path, monkeypatch, broken_at: int
) -> None:
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 100)
    done = 0

    def cut(number: int, total: int) -> None:
        nonlocal done
        done += 1
        if done > broken_at:
            raise KeyboardInterrupt

    for path, kind in ((leads, "leads"), (events, "events")):
        done = 0
        with pytest.raises(KeyboardInterrupt):
            imports.run_import(path, kind, progress=cut)
        assert Import.objects.get(kind=kind).status == "running"
        report = imports.run_import(path, kind)
        assert report.resumed
        assert (report.new, report.unchanged) == (report.rows, 0)
        assert Import.objects.filter(kind=kind).count() == 1
    assert Lead.objects.count() == 500
    assert sum(Activity.objects.values_list("n", flat=True)) == Event.objects.count() == 700


def test_two_programs_never_store_the_same_chunk(leads: Path, monkeypatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 100)

    def overtake(number: int, total: int) -> None:
        Import.objects.update(cursor=number + 100)

    with pytest.raises(MikomiError, match="being imported elsewhere"):
        imports.run_import(leads, "leads", progress=overtake)


def test_chunks_do_not_show_in_what_is_stored(leads: Path, events: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 7)
    imports.run_import(leads, "leads")
    imports.run_import(events, "events")
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 10_000)
    for path, kind in ((leads, "leads"), (events, "events")):
        report = imports.run_import(path, kind)
        assert (report.new, report.changed) == (0, 0)
    assert Event.objects.count() == 700


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(leads: Path, events: Path) -> None:
    assert imports.run_import(leads, "leads", dry_run=True).new == 500
    assert imports.run_import(events, "events", dry_run=True).new == 700
    assert Lead.objects.count() == Event.objects.count() == Import.objects.count() == 0
    imports.run_import(leads, "leads")
    leads.write_text(leads.read_text("utf-8-sig").replace("人3,", "新3,"), "utf-8-sig")
    report = imports.run_import(leads, "leads", dry_run=True)
    assert (report.new, report.changed, report.unchanged) == (0, 1, 499)


def test_a_company_has_the_value_of_the_files_last_row_however_it_is_cut(leads: Path, monkeypatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 50)
    imports.run_import(leads, "leads")
    values = {c.key: c.attributes["employees"] for c in Company.objects.all()}
    assert values == {f"会社{i}": str(100 + (i + 480 if i < 20 else i + 440)) for i in range(40)}
    assert Change.objects.filter(scope="company").count() == 40


def test_strict_takes_nothing_where_a_row_is_bad(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("lead,登録日\na,2026/1/2\nb,いつか\n")
    with pytest.raises(MikomiError, match="line 3"):
        imports.run_import(path, "leads", strict=True)
    assert Lead.objects.count() == 0
    assert imports.run_import(path, "leads").rejected == 1
    assert Lead.objects.count() == 1


def test_without_a_key_the_mail_address_tells_leads_apart(tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    path.write_text("氏名,メール\n佐藤,sato@a.example\n鈴木,\n")
    report = imports.run_import(path, "leads")
    assert (report.new, report.rejected) == (1, 1)
    assert queries.attribute_frame().select("lead", "email", "name").row(0) == (
        "sato@a.example",
        "sato@a.example",
        "佐藤",
    )


def test_neither_key_nor_address_is_an_error_that_says_what_to_add(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("色,形\n赤,丸\n")
    with pytest.raises(MikomiError, match="a column 'lead' or 'email', or 'name' with"):
        imports.run_import(path, "leads")
    assert Import.objects.count() == 0


def test_a_file_of_an_earlier_day_does_not_overrule_what_is_known_now(tmp_path: Path) -> None:
    path = tmp_path / "now.csv"
    path.write_text("lead,役職\na,部長\n")
    imports.run_import(path, "leads")
    path = tmp_path / "old.csv"
    path.write_text("lead,役職\na,係長\n")
    imports.run_import(path, "leads", known_from=date(2025, 5, 1))
    assert queries.attribute_frame()["title"].item() == "部長"
    assert queries.attribute_frame(date(2025, 6, 1))["title"].item() == "係長"


def test_events_before_their_leads_join_them(leads: Path, events: Path) -> None:
    report = imports.run_import(events, "events")
    assert (report.new, report.waiting, report.waiting_keys) == (700, 700, 60)
    assert Activity.objects.count() == 0
    imports.run_import(leads, "leads")
    assert sum(Activity.objects.values_list("n", flat=True)) == 700


def test_several_headers_of_one_meaning_keep_all_values(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "id,会員番号,メール,メールアドレス,number,created_at\n1,m1,a@x.example,b@x.example,5,2026-01-02\n"
    )
    imports.run_import(path, "leads")
    row = queries.attribute_frame().row(0, named=True)
    assert {"m1", "a@x.example", "b@x.example", "1", "5"} <= {str(v) for v in row.values()}


@pytest.mark.parametrize("missing", ["a_folder", "nothing.csv"])
def test_what_is_no_file_is_said(tmp_path: Path, missing: str) -> None:
    (tmp_path / "a_folder").mkdir()
    with pytest.raises(MikomiError):
        imports.run_import(tmp_path / missing, "leads")


def mikomi(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MIKOMI_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "mikomi.cli.main", "import", *map(str, arguments), "--data", str(folder)],
        capture_output=True,
        text=True,
        env=environment | {"MIKOMI_LANGUAGE": "en"},
    )


def test_the_command_imports_says_what_and_writes_the_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("lead,役職\na,部長\na,課長\nb,\n")
    first = mikomi("leads", path, folder=tmp_path / "data")
    assert first.returncode == 0
    assert "new leads: 2" in first.stdout
    assert "rows not taken: 1" in first.stderr
    assert "a,課長" in (tmp_path / "leads.csv.rejected.csv").read_text("utf-8-sig")
    strict = mikomi("leads", path, "--strict", folder=tmp_path / "data")
    assert strict.returncode == 2
    assert len(strict.stderr.strip().splitlines()) == 1
    again = mikomi("leads", path, "--dry-run", folder=tmp_path / "data")
    assert "unchanged rows: 2" in again.stdout
    assert "nothing was written" in again.stdout


def test_a_killed_command_neither_loses_nor_doubles(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "lead,at,kind,content\n"
        + "".join(f"L{i % 900},2026-05-0{1 + i % 9} 10:00,page_view,/p\n" for i in range(120_000))
    )
    data = tmp_path / "data"
    assert mikomi("leads", _few_leads(tmp_path), folder=data).returncode == 0
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MIKOMI_", "DJANGO_"))}
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from mikomi.hub.kit.boot import boot, load\n"
        f"boot(Path({str(data)!r}))\n"
        "imports = load('mikomi.hub.people.imports')\n"
        "def cut(done, total):\n"
        "    if done >= 60_000: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"imports.run_import(Path({str(path)!r}), 'events', progress=cut)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert killed.returncode == -9
    again = mikomi("events", path, folder=data)
    assert "taken up again" in again.stdout
    assert "new events: 120,000" in again.stdout
    assert "new events: 0" in mikomi("events", path, folder=data).stdout


def _few_leads(folder: Path) -> Path:
    path = folder / "few.csv"
    path.write_text("lead\n" + "".join(f"L{i}\n" for i in range(900)))
    return path
