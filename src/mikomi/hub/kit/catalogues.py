"""Catalogues of words: `.po` files are kept, `.mo` files are made where they are used.

polib makes them, so that no machine needs gettext's tools.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import polib

HUB = Path(__file__).parent.parent


def compile_catalogues(root: Path = HUB) -> list[Path]:
    """Makes the `.mo` file beside each `locale/*/LC_MESSAGES/*.po` under `root` that lacks a fresh one.

    Returns the files written. A folder that cannot be written (an installed package, which brings
    its `.mo` files) is left as it is.
    """
    written = []
    for source in sorted(root.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        draft = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.replace(target)
        except PermissionError:
            if not target.is_file():
                raise
        else:
            written.append(target)
        finally:
            draft.unlink(missing_ok=True)
    return written
