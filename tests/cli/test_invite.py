from __future__ import annotations

import json
from pathlib import Path

from tests.cli.serving import run


def test_what_is_no_address_and_a_folder_without_data_are_said_in_words(tmp_path: Path) -> None:
    done = run("invite", "ken@example.com", "--data", str(tmp_path))
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "there is no data of Mikomi" in done.stderr
    (tmp_path / "folder.json").write_text(json.dumps({"format": 1, "timezone": "Asia/Tokyo"}))
    done = run("invite", "ken", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "'ken' is no mail address" in done.stderr
