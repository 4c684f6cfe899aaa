"""The assets: built once for the same sources, by several processes at once, and said in words where not."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from frontend import build_assets as builder
from mikomi.core.words import MikomiError
from tests import chromium

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands in for Vite and npm: writes one file named by its content; returns where it built."""
    built: list[Path] = []

    def vite(node: list[str], out: Path) -> None:
        built.append(out)
        (out / "mk").mkdir()
        (out / "mk" / "main-1.js").write_text("1")
        (out / "manifest.json").write_text(json.dumps({"src/main.ts": {"file": "mk/main-1.js"}}))

    monkeypatch.setattr(builder, "_vite", vite)
    monkeypatch.setattr(builder, "_modules_match", lambda: True)
    monkeypatch.setattr(builder, "_node", lambda: ["node"])
    return built


def test_the_same_sources_are_built_once(tmp_path: Path, quick: list[Path]):
    assert builder.build_assets(assets=tmp_path)
    assert not builder.build_assets(assets=tmp_path)
    assert len(quick) == 1
    assert builder.is_fresh(tmp_path)


def test_changed_sources_are_built_again_and_old_files_swept(
    tmp_path: Path, quick: list[Path], monkeypatch: pytest.MonkeyPatch
):
    builder.build_assets(assets=tmp_path)
    (tmp_path / "mk" / "main-0.js").write_text("old")
    monkeypatch.setattr(builder, "source_hash", lambda: "changed")
    assert builder.build_assets(assets=tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "main-1.js",
        "manifest.json",
        "sources.sha256",
    ]


def test_several_builders_at_once_build_once(tmp_path: Path, quick: list[Path]):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: builder.build_assets(assets=tmp_path), range(4)))
    assert answers.count(True) == 1
    assert len(quick) == 1


def test_a_failed_build_leaves_the_old_one_and_says_why(
    tmp_path: Path, quick: list[Path], monkeypatch: pytest.MonkeyPatch
):
    builder.build_assets(assets=tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(builder, "_modules_match", lambda: True)
    monkeypatch.setattr(builder, "source_hash", lambda: "changed")
    monkeypatch.setattr(
        builder, "_node", lambda: [sys.executable, "-c", "import sys; sys.exit('error: no such rule')"]
    )
    with pytest.raises(MikomiError) as caught:
        builder.build_assets(assets=tmp_path)
    assert "no such rule" in caught.value.words.ja
    assert "frontend/" in caught.value.words.en
    assert (tmp_path / "manifest.json").is_file()
    assert not builder.is_fresh(tmp_path)


def test_a_machine_without_node_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(builder.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(builder.shutil, "which", lambda name: None)
    with pytest.raises(MikomiError) as caught:
        builder._node()
    assert "uv sync --group assets" in caught.value.words.ja


def test_the_lock_names_no_registry_and_fits_the_package_file():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert not any("resolved" in entry for entry in lock["packages"].values())
    root = lock["packages"][""]
    assert root["dependencies"] == package["dependencies"]
    assert root["devDependencies"] == package["devDependencies"]
    exact = {**package["dependencies"], **package["devDependencies"]}
    assert all(version[0].isdigit() for version in exact.values())


def test_types_of_the_scripts_are_right(assets: None):
    # The packaged browser is installed with all packages for development, the compiler among them.
    modules = ROOT / "node_modules"
    if not (modules / "typescript").is_dir():
        chromium.packaged()
        modules = chromium.HOME / "node_modules"
    checked = subprocess.run(
        [
            *builder._node(),
            str(modules / "typescript" / "bin" / "tsc"),
            *("--project", str(ROOT / "frontend" / "tsconfig.json")),
            *("--typeRoots", str(modules / "@types")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
