"""The tag as it is built and served."""

from __future__ import annotations

import gzip
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "mikomi" / "hub" / "assets" / "tag" / "mikomi.js"


def test_the_tag_is_one_script_of_at_most_3_kib(assets: None) -> None:
    script = BUILT.read_bytes()
    assert len(gzip.compress(script, 9)) <= 3 * 1024
    assert script.count(b"__MIKOMI_SETTINGS__") == 1
    for forbidden in (b"eval(", b"Function(", b"import(", b"document.write", b"innerHTML"):
        assert forbidden not in script
