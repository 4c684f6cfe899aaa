from __future__ import annotations

import gettext
import os
from pathlib import Path

from mikomi.hub.kit.catalogues import compile_catalogues


def write_catalogue(root: Path, english: str) -> Path:
    source = root / "shop" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        f'msgid "見る"\nmsgstr "{english}"\n',
        "utf-8",
    )
    return source


def test_a_catalogue_is_compiled_when_it_is_missing_or_older(tmp_path: Path) -> None:
    source = write_catalogue(tmp_path, "look")
    target = source.with_suffix(".mo")
    assert compile_catalogues(tmp_path) == [target]
    assert compile_catalogues(tmp_path) == []
    write_catalogue(tmp_path, "see")
    later = target.stat().st_mtime_ns + 1_000_000
    os.utime(source, ns=(later, later))
    assert compile_catalogues(tmp_path) == [target]
    with target.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("見る") == "see"
    assert [file.name for file in source.parent.iterdir() if file.name.startswith(".")] == []


def test_a_package_that_cannot_be_written_is_used_as_it_is(tmp_path: Path, monkeypatch) -> None:
    source = write_catalogue(tmp_path, "look")
    compile_catalogues(tmp_path)
    later = source.stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    assert compile_catalogues(tmp_path) == []
