"""Every package has one exact version, and no file says where it came from."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = {
    canonicalize_name(Requirement(line).name): Requirement(line)
    for line in PROJECT["tool"]["uv"]["constraint-dependencies"]
}
# In parts, so that this file does not hold what it looks for.
WELL_KNOWN = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npm", "pkg", "github", "com"),
    )
]


def needed() -> set[str]:
    """The names of all distributions that the project and its groups pull in here, transitively."""
    groups = PROJECT["dependency-groups"].values()
    waiting = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
    waiting += [Requirement(line) for group in groups for line in group]
    found: dict[str, set[str]] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras}
        if extras <= found.get(name, set()):
            continue
        found[name] = found.get(name, set()) | extras
        for line in importlib.metadata.requires(name) or ():
            child = Requirement(line)
            if child.marker is None or any(child.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(child)
    return set(found)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_installed_package_has_the_pinned_version():
    wrong = {}
    for name in needed():
        version = importlib.metadata.version(name)
        pin = PINS.get(name)
        if pin is None or not pin.specifier.contains(version, prereleases=True):
            wrong[name] = (version, str(pin))
    assert wrong == {}


def test_pins_are_exact():
    build = PROJECT["tool"]["uv"]["build-constraint-dependencies"]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[^=*;]+( ; .+)?", line) for line in build)
    assert all(re.fullmatch(r"[a-z0-9.-]+==[^=*;]+( ; .+)?", str(line)) for line in map(str, PINS.values()))


def test_build_requirements_are_pinned():
    build = {Requirement(line).name for line in PROJECT["tool"]["uv"]["build-constraint-dependencies"]}
    assert {Requirement(line).name for line in PROJECT["build-system"]["requires"]} <= build


def test_javascript_packages_have_one_exact_version_and_no_address():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    assert [path for path, entry in packages.items() if "resolved" in entry] == []
    assert [
        path for path, entry in packages.items() if "integrity" not in entry and not entry.get("link")
    ] == []
    wanted = json.loads((ROOT / "package.json").read_text())
    versions = wanted.get("dependencies", {}) | wanted.get("devDependencies", {})
    assert [
        name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+[\w.-]*", version)
    ] == []


def test_no_tracked_file_names_a_host_that_packages_come_from():
    hosts = {*WELL_KNOWN, *configured_hosts()}
    found = [
        (path.relative_to(ROOT).as_posix(), host)
        for path in tracked()
        for text in [path.read_bytes().lower()]
        for host in hosts
        if host.encode() in text
    ]
    assert found == []


def test_lock_files_that_name_hosts_are_not_tracked():
    names = {path.name for path in tracked()}
    assert not names & {"uv.lock", "pylock.toml", "yarn.lock", "pnpm-lock.yaml", ".python-version"}


def configured_hosts() -> set[str]:
    """The hosts that pip, uv and npm are configured to ask on this machine, as far as they say."""
    said = []
    for command in (
        ["pip", "config", "list"],
        ["npm", "config", "get", "registry"],
    ):
        if shutil.which(command[0]):
            said.append(subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout)
    for path in (Path.home() / ".config/uv/uv.toml", Path("/etc/uv/uv.toml")):
        if path.is_file():
            said.append(path.read_text())
    addresses = re.findall(r"https?://[^\s'\"]+", " ".join(said))
    hosts = {urlsplit(address).hostname or "" for address in addresses}
    return {host for host in hosts if "." in host}


@pytest.mark.parametrize("name", ["hatchling", "polars", "django"])
def test_a_package_we_stand_on_is_pinned(name):
    build = {Requirement(line).name for line in PROJECT["tool"]["uv"]["build-constraint-dependencies"]}
    assert name in PINS or name in build
