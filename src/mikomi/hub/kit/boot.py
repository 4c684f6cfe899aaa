"""Starting Django on a data folder: the one way, for the web, the worker and the command line.

The tables are `kit.migrating`'s; it brings in much of Django, which not every process waits for.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType

import django
from django.apps import apps

from mikomi.hub.kit import environment
from mikomi.hub.kit.catalogues import compile_catalogues
from mikomi.hub.kit.folder import prepare


def set_out(folder: Path | None = None) -> Path:
    """All of `boot` that takes no time: checks and prepares the folder and the settings.

    `folder` is that of `MIKOMI_DATA` without one; it is returned absolute. Child processes started
    from now on are on the same folder. Raises `MikomiError` in words where the folder cannot be
    used or the surroundings are wrong.
    """
    folder = (folder or environment.data_folder(os.environ)).expanduser().absolute()
    prepare(folder)
    os.environ["MIKOMI_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "mikomi.hub.settings"
    compile_catalogues()
    importlib.import_module("mikomi.hub.settings")
    return folder


def boot(folder: Path | None = None) -> Path:
    """Sets Django up on `folder` (`MIKOMI_DATA` without one) and returns the folder.

    Does what `set_out` does, too. The database may still lack tables: `migrating.migrate` brings
    them. Doing it again on the same folder does nothing; on another one it raises `RuntimeError`,
    since settings are read once a process. Raises `MikomiError` in words where the folder cannot
    be used.
    """
    if apps.ready:
        folder = (folder or environment.data_folder(os.environ)).expanduser().absolute()
        booted = Path(os.environ["MIKOMI_DATA"])
        if booted != folder:
            raise RuntimeError(f"Django is already set up on {booted}")
        return folder
    folder = set_out(folder)
    django.setup()
    return folder


def load(module: str) -> ModuleType:
    """The module `module`, which needs Django to be set up: for programs that start by `boot`."""
    return importlib.import_module(module)
