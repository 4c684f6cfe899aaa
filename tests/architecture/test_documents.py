"""Documents are a contract: what they point to is there, and what there is stands in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from mikomi.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
LISTED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
DOCUMENTS = [entry for entry in LISTED.stdout.splitlines() if (ROOT / entry).is_file()]
SETTING = re.compile(r"\bMIKOMI_[A-Z_]+\b")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_inside_the_project_leads_somewhere(document: str):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (ROOT / document).parent.joinpath(target).exists()] == []


def test_every_page_of_the_documentation_can_be_reached_from_its_start():
    seen, waiting = set(), [ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for target in re.findall(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                waiting.append((page.parent / target).resolve())
    assert [entry for entry in DOCUMENTS if entry.startswith("docs/") and ROOT / entry not in seen] == []


@pytest.mark.parametrize(("readme", "other"), [("README.md", "README.ja.md"), ("README.ja.md", "README.md")])
def test_the_readme_starts_with_the_other_language_and_the_two_commands(readme: str, other: str):
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert f"]({other})" in text.splitlines()[0]
    first = text.split("```sh\n")[1].split("```")[0]
    assert [line.split("#")[0].split() for line in first.splitlines()] == [
        ["./mikomi", "demo"],
        ["./mikomi", "test"],
    ]


def test_commands_named_in_documents_exist():
    known = {*COMMANDS, "test", "with"}
    said = [
        (document, command)
        for document in DOCUMENTS
        for command in re.findall(
            r"(?:^|`|\s)(?:\./)?mikomi ([a-z]+)\b", "\n".join(code_of(document)), re.MULTILINE
        )
    ]
    assert [one for one in said if one[1] not in known] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str):
    assert f"`mikomi {command}" in (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")


def code_of(document: str) -> list[str]:
    """The code in a document: fenced blocks and spans."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))]


def test_every_setting_is_documented():
    source = (ROOT / "src/mikomi/hub/kit/environment.py").read_text(encoding="utf-8")
    guide = (ROOT / "docs/how-to/run-it-for-a-team.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"environment\.get\(\"(MIKOMI_[A-Z_]+)\"", source))
    assert asked
    assert asked <= set(SETTING.findall(guide))
