"""Refreshes the lists of agents that are machines: `python tools/machine_lists.py`.

Gets the newest `isbot` (npm, Unlicense) and `crawler-user-agents` (PyPI, MIT) through their ordinary
clients, and writes `src/mikomi/core/machines/isbot.txt` and `crawlers.tsv`, each with its version. Run the
tests of `core/machines` afterwards: they hold agents of people that no new pattern may take for a machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "src" / "mikomi" / "core" / "machines"
REASONS = {
    "ai-crawler": "ai_crawler",
    "browser-automation": "headless",
    "http-library": "program",
    "monitoring": "monitoring",
    "scanner": "security_scanner",
    "social-preview": "link_preview",
}
"""The reason that a tag of crawler-user-agents stands for; all other tags are `crawler`."""

LEFT_OUT = frozenset(
    {
        # Apps that people read pages in, and names of Android builds and of browsers.
        *(r"MetaIAB Facebook", r"Fluid", r"Code\/1\.", r"Trae\/", r"Notion\/", r"Tumblr\/", r"PayPal\/"),
        *(r"Viber", r"AP3A\.240617\.008", r"NextCloud", r"Asana\/", r"Grammarly\/", r"CapitalOneShopping"),
        *(r"Blackboard", r"Instapaper\/", r"IDG\/EU", r"Hatena", r"mail\.ru", r"Flipboard", r"Slack\/"),
        # Words so short or common that the name of a phone or an app may hold them.
        *(r"Operator\/", r"Nitro-", r"RED\/", r"Sonic", r"speedy", r"fluffy", r"Butterfly", r"Charlotte"),
        *(r"Fever", r"Trove", r"Magellan", r"Make\/", r"Fetch\/", r"ds9", r"008\/", r"BW\/", r"WSM\/"),
    }
)
"""Patterns that would take people for machines."""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)
        version, patterns = _isbot(draft)
        lines = [
            f"# version {version}",
            "# npm isbot, Unlicense; written by tools/machine_lists.py",
            *patterns,
        ]
        (FOLDER / "isbot.txt").write_text("\n".join(lines) + "\n", "utf-8")
        version, rows = _crawlers(draft)
        lines = [
            f"# version {version}",
            "# crawler-user-agents, MIT; written by tools/machine_lists.py",
            *rows,
        ]
        (FOLDER / "crawlers.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(patterns)} + {len(rows)} patterns in {FOLDER}")
    return 0


def _isbot(folder: Path) -> tuple[str, list[str]]:
    subprocess.run([_found("npm"), "pack", "isbot", "--silent"], cwd=folder, check=True, capture_output=True)
    shutil.unpack_archive(next(folder.glob("isbot-*.tgz")), folder)
    version = json.loads((folder / "package" / "package.json").read_text())["version"]
    listed = re.search(
        r"patterns_default = (\[.*?\n\]);", (folder / "package" / "index.mjs").read_text(), re.S
    )
    if listed is None:
        sys.exit("isbot has its list in another place now; look at its index.mjs")
    return version, [_spelled(pattern) for pattern in json.loads(listed[1])]


def _crawlers(folder: Path) -> tuple[str, list[str]]:
    target = folder / "pypi"
    wanted = [_found("uv"), "pip", "install", "--no-deps", "--quiet", "--target", str(target)]
    subprocess.run([*wanted, "crawler-user-agents"], check=True)
    version = re.sub(r".*-([\d.]+)\.dist-info", r"\1", next(target.glob("*.dist-info")).name)
    listed = json.loads(next(target.rglob("crawler-user-agents.json")).read_text("utf-8"))
    rows = {
        f"{REASONS.get(one['tags'][0], 'crawler')}\t{_spelled(one['pattern'])}"
        for one in listed
        if one["pattern"] not in LEFT_OUT
    }
    return version, sorted(rows)


def _spelled(pattern: str) -> str:
    r"""A JavaScript pattern as Python and Rust read it: look-behinds of one width, `-` escaped, no `\/`."""
    pattern = re.sub(r"\(\?<!([^()|]+)\|([^()|]+)\)", r"(?<!\1)(?<!\2)", pattern)
    return pattern.replace(r"\d-.", r"\d\-.").replace(r"\/", "/").replace(r"\!", "!")


def _found(program: str) -> str:
    found = os.environ.get(program.upper()) or shutil.which(program)
    if found is None:
        sys.exit(f"{program} is not on PATH")
    return found


if __name__ == "__main__":
    sys.exit(main())
