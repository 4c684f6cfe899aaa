from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.serving import Served, free_port, get, health, run

pytestmark = pytest.mark.usefixtures("assets")


def test_it_works_and_the_second_start_fills_nothing(tmp_path: Path) -> None:
    port = free_port()
    demo = Served("demo", "--data", str(tmp_path / "demo"), "--port", str(port), "--no-open")
    try:
        link = demo.wait_until_said(rf"Log in with this link: http://127.0.0.1:{port}(\S+)")
        assert "Making demo data" in demo.said
        answer = get(port, link[1])
        assert (answer.status, answer.headers["Location"]) == (302, "/")
        cookies = "; ".join(part.split(";")[0] for part in answer.headers.get_all("Set-Cookie") or [])
        assert get(port, "/hot/", cookies).status == 200
        assert get(port, "/leads/", cookies).status == 200
    finally:
        assert demo.stop() == 0
    again = Served("demo", "--data", str(tmp_path / "demo"), "--port", str(port), "--no-open")
    try:
        again.wait_until_said("Log in with this link")
        assert "Making demo data" not in again.said
        assert health(port)["ok"] is True
    finally:
        assert again.stop() == 0


def test_a_real_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.json").write_text(json.dumps({"format": 1, "timezone": "Asia/Tokyo"}))
    done = run("demo", "--data", str(tmp_path), "--no-open", "--port", str(free_port()))
    assert done.returncode == 2
    assert "is not a demo folder" in done.stderr


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    done = run("demo", "--data", str(tmp_path), "--no-open", "--port", str(free_port()))
    assert done.returncode == 2
    assert "is not a demo folder" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"]
