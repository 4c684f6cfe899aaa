from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.serving import Served, free_port, get, run

pytestmark = pytest.mark.usefixtures("assets")


def test_a_second_person_is_let_in_once(tmp_path: Path) -> None:
    port = free_port()
    data = ("--data", str(tmp_path / "data"))
    served = Served("serve", *data, "--port", str(port))
    try:
        served.wait_until_said("There is no account yet")
        asked = ("invite", "Ken@Example.com", "--url", f"http://127.0.0.1:{port}/", *data)
        done = run(*asked)
        assert (done.returncode, done.stderr) == (0, "")
        link = re.search(rf"http://127.0.0.1:{port}(/login/by-link/\S+)", done.stdout)
        assert link is not None
        assert "Give this link to ken@example.com" in done.stdout
        assert get(port, link[1]).status == 200
        again = run(*asked)
        assert again.returncode == 0
        assert link[1] not in again.stdout
    finally:
        served.stop()


def test_what_is_no_address_and_a_folder_without_data_are_said_in_words(tmp_path: Path) -> None:
    done = run("invite", "ken@example.com", "--data", str(tmp_path))
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "there is no data of Mikomi" in done.stderr
    (tmp_path / "folder.json").write_text(json.dumps({"format": 1, "timezone": "Asia/Tokyo"}))
    done = run("invite", "ken", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "'ken' is no mail address" in done.stderr
