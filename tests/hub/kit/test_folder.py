from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.kit import folder
from mikomi.hub.kit.serving.lock import alone


def test_preparing_a_new_folder_makes_what_is_needed(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "data"
    assert folder.prepare(home) == folder.About(folder.FORMAT, "Asia/Tokyo", "")
    secret = home / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text()) >= 32


def test_preparing_again_changes_nothing(tmp_path: Path) -> None:
    folder.prepare(tmp_path, timezone="Europe/Paris")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert folder.prepare(tmp_path).timezone == "Europe/Paris"
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_newer_versions_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    said = json.dumps({"format": folder.FORMAT + 1, "timezone": "Asia/Tokyo"})
    (tmp_path / "folder.json").write_text(said)
    with pytest.raises(MikomiError, match="newer version"):
        folder.prepare(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["folder.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "timezone": "Mars/Base"}'])
def test_a_damaged_folder_is_said_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "folder.json").write_text(text)
    with pytest.raises(MikomiError, match="damaged"):
        folder.prepare(tmp_path)


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MikomiError, match="is a file"):
        folder.prepare(tmp_path / "file")
    with pytest.raises(MikomiError, match="is a file"):
        folder.prepare(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "no rights"),
        (errno.EROFS, "read-only"),
        (errno.ENOSPC, "full"),
        (errno.EIO, "cannot use"),
    ],
)
def test_trouble_with_the_disk_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(MikomiError, match=words):
        folder.prepare(tmp_path)


def test_one_folder_is_held_once(tmp_path: Path) -> None:
    folder.prepare(tmp_path)
    with (
        alone(tmp_path, "web", "worker"),
        pytest.raises(MikomiError, match=f"already runs .*process {os.getpid()}"),
        alone(tmp_path, "worker"),
    ):
        pass
    with alone(tmp_path, "worker"):
        pass


def test_settings_can_be_read_without_writing_anything(tmp_path: Path) -> None:
    home = tmp_path / "data"
    environment = {**os.environ, "MIKOMI_DATA": str(home)}
    environment.pop("MIKOMI_DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", "import mikomi.hub.settings"], env=environment, check=True)
    assert not home.exists()


def test_a_folder_without_rights_is_said_in_words(tmp_path: Path) -> None:
    folder.prepare(tmp_path)
    for file in [*tmp_path.iterdir(), tmp_path]:
        file.chmod(0o500 if file.is_dir() else 0o400)
    # Root may write anywhere, so the attempt is made as nobody.
    attempt = (
        "import os, pathlib, sys; from mikomi.hub.kit import folder\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "folder.prepare(pathlib.Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", attempt, str(tmp_path)], capture_output=True, text=True)
    tmp_path.chmod(0o700)
    assert "MikomiError: no rights to read and write" in done.stderr
