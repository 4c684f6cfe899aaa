"""What the documentation tells people to type does what it says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.cli.serving import Served, command, free_port, surroundings

DOCS = Path(__file__).resolve().parents[2] / "docs"
TUTORIAL = DOCS / "tutorial" / "first-hot-list.md"
TUTORIAL_JA = DOCS / "tutorial" / "first-hot-list.ja.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w.-]+\.(?:csv|yaml))`")


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """(language, text, the last line of prose before it) of each fenced block."""
    text = page.read_text("utf-8")
    found = []
    for match in FENCE.finditer(text):
        before = text[: match.start()].rstrip().rsplit("\n\n", 1)[-1]
        found.append((match[1], match[2], before))
    return found


def save_files(page: Path, folder: Path) -> None:
    for language, text, before in blocks(page):
        name = FILE.search(before)
        if language in {"csv", "yaml"} and name:
            (folder / name[1]).write_text(text, "utf-8")


@pytest.mark.usefixtures("assets")
def test_the_tutorial_leads_from_the_first_command_to_a_hot_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_files(TUTORIAL, tmp_path)
    ran = []
    for language, text, _ in blocks(TUTORIAL):
        for line in text.splitlines() if language == "sh" else []:
            words = shlex.split(line, comments=True)
            assert words[0] == "./mikomi"
            words = words[1:]
            if words[0] == "serve":
                served = Served(*words, "--port", str(free_port()))
                try:
                    served.wait_until_said(r"http://127\.0\.0\.1:\d+/\S+")
                finally:
                    assert served.stop() == 0
            elif words != ["demo"]:  # which tests/cli/test_demo.py starts twice
                done = subprocess.run(
                    command(*words), capture_output=True, text=True, env=surroundings(), timeout=120
                )
                assert done.returncode == 0, done.stderr
                assert "could not be read" not in done.stderr
            ran.append(words[0])
    assert ran == ["demo", "inspect", "inspect", "check", "score", "import", "import", "serve"]
    scores = pl.read_csv("scores.csv")
    hot = scores.filter(pl.col("hot"))
    assert hot["lead"].to_list() == ["r.hayakawa@toa-jushi.example", "t.mori@kitahama.example"]
    for page in (TUTORIAL, TUTORIAL_JA):
        assert str(hot["total"][0]) in page.read_text("utf-8")


def test_the_japanese_tutorial_gives_the_same_commands_and_files() -> None:
    told = [(language, text.replace(" --language ja", "")) for language, text, _ in blocks(TUTORIAL_JA)]
    assert told == [(language, text) for language, text, _ in blocks(TUTORIAL)]


def test_the_page_on_the_model_says_what_the_check_says(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = DOCS / "how-to" / "edit-the-model.md"
    save_files(page, tmp_path)
    told = []
    for language, text, _ in blocks(page):
        if language == "sh":
            done = subprocess.run(
                command(*shlex.split(text)[1:]),
                capture_output=True,
                text=True,
                env=surroundings(),
                timeout=120,
            )
            assert done.returncode == 0, done.stderr
            told.append(done.stdout)
    assert len(told) == 2
    assert "Leads with fit 10 or more and engagement 20 or more" in told[0]
    assert "the group “料金” matches no content seen so far" in told[1]


def test_the_library_page_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save_files(TUTORIAL, tmp_path)
    (program,) = [
        text
        for language, text, _ in blocks(DOCS / "how-to" / "use-the-core-as-a-library.md")
        if language == "python"
    ]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(program, "use-the-core-as-a-library.md", "exec"), {})
    lines = said.getvalue().splitlines()
    assert lines[1] == "2026-11-20 t.mori@kitahama.example 29.057237 1"
    assert "+19.1 料金ページ 2 2026-11-20" in lines
