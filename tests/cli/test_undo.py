from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def mikomi(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MIKOMI_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "mikomi.cli.main", *map(str, arguments), "--data", str(folder)],
        capture_output=True,
        text=True,
        env=environment | {"MIKOMI_LANGUAGE": "en"},
    )


def test_an_import_is_listed_and_taken_back_once(tmp_path: Path) -> None:
    path, data = tmp_path / "leads.csv", tmp_path / "data"
    path.write_text("lead,役職,従業員数\na,部長,たくさん\nb,課長,3\n")
    done = mikomi("import", "leads", path, "--tag", "春", "--column", "役職=title", folder=data)
    assert done.returncode == 0, done.stderr
    assert "mikomi undo 1 takes it back" in done.stdout
    assert "たくさん" in (tmp_path / "leads.csv.rejected.csv").read_text("utf-8-sig")
    assert "leads.csv" in mikomi("undo", folder=data).stdout
    undone = mikomi("undo", 1, folder=data)
    assert undone.returncode == 0, undone.stderr
    assert "2 leads were taken away" in undone.stdout
    again = mikomi("undo", 1, folder=data)
    assert again.returncode == 2
    assert "taken back already" in again.stderr
    assert mikomi("undo", 9, folder=data).returncode == 2
    wrong = mikomi("import", "leads", path, "--column", "役職", folder=data)
    assert (wrong.returncode, len(wrong.stderr.strip().splitlines())) == (2, 1)
