"""Exact versions of every package, transitive ones and build requirements too, kept in pyproject.toml.

    python tools/pins.py write             pin what is new, keep what is pinned
    python tools/pins.py write --upgrade   pin the newest of everything
    python tools/pins.py check             fail where a pin is missing, wrong or left over

A lock file would name the machine it was downloaded from; a list of versions does not. uv resolves
for all supported Pythons and platforms at once, in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
RUN_TIME = "constraint-dependencies"
BUILD_TIME = "build-constraint-dependencies"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("action", choices=("write", "check"))
    parser.add_argument("--upgrade", action="store_true", help="do not keep the versions pinned now")
    args = parser.parse_args(arguments)
    before = PYPROJECT.read_text()
    after = _with_pins(before, resolved(before, keep=not args.upgrade))
    if args.action == "write":
        PYPROJECT.write_text(after)
        return 0
    if after == before:
        return 0
    wanted, found = set(after.splitlines()), set(before.splitlines())
    for line in sorted(wanted - found):
        print(f"missing: {line.strip()}", file=sys.stderr)
    for line in sorted(found - wanted):
        print(f"left over: {line.strip()}", file=sys.stderr)
    print("pyproject.toml: run `python tools/pins.py write`", file=sys.stderr)
    return 1


def resolved(pyproject: str, *, keep: bool) -> dict[str, list[str]]:
    """The pins for the dependencies that the text `pyproject` asks for, by the key they stand under."""
    asked = tomllib.loads(pyproject)
    project, uv = asked["project"], asked.get("tool", {}).get("uv", {})
    python = project["requires-python"]
    hook = asked["tool"]["hatch"]["build"]["hooks"]["custom"]
    build = [*asked["build-system"]["requires"], *hook["dependencies"]]
    return {
        RUN_TIME: _locked(
            python, project["dependencies"], asked["dependency-groups"], uv.get(RUN_TIME, []) if keep else []
        ),
        BUILD_TIME: _locked(python, build, {}, uv.get(BUILD_TIME, []) if keep else []),
    }


def _locked(python: str, wanted: list[str], groups: dict[str, list[str]], pins: list[str]) -> list[str]:
    def array(values: list[str]) -> str:
        return "[" + ", ".join(f"'{value}'" for value in values) + "]"

    lines = [
        "[project]",
        "name = 'pins'",
        "version = '0'",
        f"requires-python = '{python}'",
        f"dependencies = {array(wanted)}",
        "[dependency-groups]",
        *(f"{name} = {array(values)}" for name, values in groups.items()),
        "[tool.uv]",
        f"constraint-dependencies = {array(pins)}",
    ]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text("\n".join(lines))
        subprocess.run(
            [_uv(), "lock", "--quiet", "--python", sys.executable, "--directory", folder], check=True
        )
        lock = tomllib.loads((Path(folder) / "uv.lock").read_text())
    packages = [package for package in lock["package"] if package["name"] != "pins"]
    return sorted(_pin(package) for package in packages)


def _pin(package: dict[str, Any]) -> str:
    pin = f"{package['name']}=={package['version']}"
    markers = package.get("resolution-markers", [])
    if not markers:
        return pin
    return f"{pin} ; " + " or ".join(f"({marker})" if len(markers) > 1 else marker for marker in markers)


def _uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        sys.exit("uv is not on PATH; ./mikomi gets it and says where it is")
    return found


def _with_pins(text: str, pins: dict[str, list[str]]) -> str:
    for key, values in pins.items():
        block = f"{key} = [\n" + "".join(f'  "{_quoted(value)}",\n' for value in values) + "]\n"
        place = re.compile(rf"^{key} = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)
        if place.search(text):
            text = place.sub(lambda _, block=block: block, text)
        else:
            text = text.replace("[tool.uv]\n", f"[tool.uv]\n{block}", 1)
    return text


def _quoted(pin: str) -> str:
    return pin.replace('"', "'")


if __name__ == "__main__":
    sys.exit(main())
