from __future__ import annotations

import json
from pathlib import Path

from tests.cli.serving import run


def test_a_folder_without_data_is_said_in_words(tmp_path: Path) -> None:
    done = run("doctor", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "there is no data of Mikomi in" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_says_what_to_mend(tmp_path: Path) -> None:
    (tmp_path / "folder.json").write_text(json.dumps({"format": 1, "timezone": "Asia/Tokyo"}))
    done = run("doctor", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "✓ the database is well" in done.stdout
    assert "✗ the tables are older than this version" in done.stdout
    assert "✗ no worker runs; start mikomi serve" in done.stdout


def test_a_damaged_database_is_found(tmp_path: Path) -> None:
    (tmp_path / "folder.json").write_text(json.dumps({"format": 1, "timezone": "Asia/Tokyo"}))
    (tmp_path / "mikomi.sqlite3").write_bytes(b"this is no database" * 1000)
    done = run("doctor", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "✗ the database cannot be used (file is not a database)" in done.stdout
