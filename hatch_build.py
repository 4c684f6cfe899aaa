"""Puts what is made, not written, into wheel and sdist: the pages' assets and the compiled catalogues.

An editable install brings nothing: a checkout builds by itself when `mikomi` starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MadeFiles(BuildHookInterface[Any]):
    """The hook that pyproject.toml names `custom`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes the files and tells hatch to take them, though git ignores them."""
        if version == "editable":
            return
        hub = Path(self.root) / "src" / "mikomi" / "hub"
        script = Path(self.root) / "frontend" / "build_assets.py"
        # The script shows what it says in the core's words, which are not installed here yet.
        environment = {**os.environ, "PYTHONPATH": str(Path(self.root) / "src")}
        subprocess.run([sys.executable, str(script)], check=True, env=environment)
        if not (hub / "assets" / "manifest.json").is_file():
            raise RuntimeError("the pages' assets were not built")
        for source in hub.glob("*/locale/*/LC_MESSAGES/*.po"):
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
