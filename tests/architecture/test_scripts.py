"""The types of the scripts hold, as those of the program do."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.collector import javascript

ROOT = Path(__file__).resolve().parents[2]


def test_the_types_of_the_scripts_hold(assets: None) -> None:
    packages = javascript.installed() / "node_modules"
    compiler = [str(Path(javascript.node.ROOT_DIR) / "bin" / "node"), str(packages / "typescript/bin/tsc")]
    done = subprocess.run(
        [*compiler, "--project", "frontend/tsconfig.json", "--typeRoots", str(packages / "@types")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
