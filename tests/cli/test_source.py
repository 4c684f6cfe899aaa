"""`mikomi source add`: a write key that the collector knows at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikomi.cli.source import site_of
from mikomi.core.words import MikomiError
from tests.cli.serving import run


def test_it_works(tmp_path: Path) -> None:
    site = ("--origin", "https://WWW.example.com/")
    done = run("source", "add", "Site", "--data", str(tmp_path), *site)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "collector.json").read_text())
    [source] = told["sources"]
    assert json.loads(done.stdout) == {"write_key": source["write_key"]}
    assert (source["kind"], source["origins"]) == ("web", ["https://www.example.com"])


@pytest.mark.parametrize("origin", ["example.com", "https://*.example.com", "ftp://x", "https://[", ""])
def test_a_site_that_is_none_is_said_in_words(origin: str) -> None:
    with pytest.raises(MikomiError):
        site_of(origin)


def test_a_site_is_named_as_browsers_name_it() -> None:
    assert site_of("https://WWW.Example.com:8443/path") == "https://www.example.com:8443"
