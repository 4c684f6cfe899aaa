"""The house rules that a reader should not have to watch over. Imports between rooms: pyproject.toml."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
SOURCE = ROOT / "src" / "mikomi"
HUB = SOURCE / "hub"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
LONGEST = 400
# Read again with a knife in hand; this list may only get shorter.
LONG: set[str] = set()
# Counters (300名, 2社) have no English.
WITHOUT_ENGLISH = "core/conditions/sentence.py"
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")


def layers(contract: str) -> list[str]:
    """The layers of one import contract, lowest last."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(one["layers"] for one in contracts if one["name"].startswith(contract))


APPS = [layer for layer in layers("in the hub") if (HUB / layer).is_dir()]


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def nodes(path: Path, kind: type[ast.AST]) -> list[ast.AST]:
    """All of one kind; looking at every node of every file is most of what these tests do."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, kind)]


def walk(files: list[Path], kind: type[ast.AST] = ast.Call) -> Iterator[tuple[str, ast.AST]]:
    for path in files:
        for node in nodes(path, kind):
            yield f"{name(path)}:{getattr(node, 'lineno', 0)}", node


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute of names, an empty text for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def called(node: ast.AST) -> str:
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def test_the_rooms_import_only_what_lies_below_them():
    done = subprocess.run([LINTER, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_function_imports_anything_but_an_engine_chosen_at_run_time():
    hidden = [
        f"{name(path)}:{inner.lineno}"
        for path in FILES
        if not name(path).startswith("core/engine/")
        for outer in ast.walk(tree(path))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_modules_are_named_at_run_time_only_where_programs_start():
    # A command is chosen by its name; what it uses of the hub can be loaded only once Django is up.
    allowed = {"cli/main.py", "hub/kit/boot.py"}
    found = {place for place, node in walk(FILES) if called(node).endswith("import_module")}
    assert {place.split(":")[0] for place in found} <= allowed
    loading = {place.split(":")[0] for place, node in walk(FILES) if called(node) in ("load", "boot.load")}
    # A sub-command's module, and the modules that child processes start by.
    assert {place for place in loading if not place.startswith(("cli/", "hub/kit/serving/"))} == set()


def test_no_app_reaches_upward_by_registry_or_signal():
    found = [place for place, node in walk(FILES) if called(node) in ("apps.get_model", "receiver")]
    found += [
        place
        for place, node in walk(FILES, ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and node.module in ("django.dispatch", "django.db.models.signals")
    ]
    assert found == []


def test_a_foreign_key_given_by_name_points_to_its_own_app_or_below():
    upward = []
    for place, node in walk(FILES):
        if not called(node).endswith(("ForeignKey", "OneToOneField", "ManyToManyField")):
            continue
        assert isinstance(node, ast.Call)
        target = next((k.value for k in node.keywords if k.arg == "to"), node.args[0] if node.args else None)
        if isinstance(target, ast.Constant) and "." in str(target.value):
            own, other = place.split("/")[1], str(target.value).split(".")[0]
            if other in APPS and APPS.index(other) < APPS.index(own):
                upward.append(place)
    assert upward == []


def test_a_template_uses_templates_and_tags_of_its_own_app_or_below():
    upward = []
    tag = re.compile(r"{%-?\s*(?:include|extends)\s+[\"']([a-z_]+)/")
    for app in APPS:
        for path in (HUB / app).rglob("*.html"):
            for other in tag.findall(path.read_text(encoding="utf-8")):
                if other in APPS and APPS.index(other) < APPS.index(app):
                    upward.append((name(path), other))
    assert upward == []


def nothing(node: ast.Call) -> bool:
    """Whether a call of `Words` says nothing in either language, on purpose."""
    return [arg.value for arg in node.args if isinstance(arg, ast.Constant)] == ["", ""]


def test_what_is_said_to_people_is_said_in_both_languages():
    wrong = []
    for place, node in walk(FILES):
        if called(node).split(".")[-1] != "Words" or place.startswith(WITHOUT_ENGLISH):
            continue
        assert isinstance(node, ast.Call)
        said = dict(zip(("ja", "en"), node.args, strict=False)) | {k.arg: k.value for k in node.keywords}
        for language, text in said.items():
            if not isinstance(text, ast.Constant) or nothing(node):
                continue
            if not str(text.value).strip() or (language == "en" and JAPANESE.search(str(text.value))):
                wrong.append(place)
    assert wrong == []


def test_the_core_asks_neither_clock_nor_surroundings():
    asked = {
        "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "datetime.date.today",
        "datetime.datetime.now", "time.time", "time.localtime", "os.getenv", "os.environ.get",
    }  # fmt: skip
    core = [path for path in FILES if name(path).startswith("core/")]
    assert [place for place, node in walk(core) if called(node) in asked] == []
    assert [place for place, node in walk(core, ast.Attribute) if dotted(node) == "os.environ"] == []


def test_a_file_is_short_enough_to_be_read():
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    long = {path: n for path, n in lines.items() if n > LONGEST}
    assert {path: n for path, n in long.items() if path not in LONG} == {}, "cut where two thoughts meet"
    assert set() == LONG - set(long), "short enough now: take them off the list"


def test_names_say_what_a_file_holds():
    empty = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
    assert [name(path) for path in FILES if path.stem in empty or path.parent.name in empty] == []


def test_nothing_is_left_to_do():
    marks = re.compile("|".join(rf"\b{mark}\b" for mark in ("TO" + "DO", "FIX" + "ME", "X" * 3)))
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    texts = [
        (entry, (ROOT / entry).read_text(encoding="utf-8", errors="ignore"))
        for entry in listed.stdout.split("\0")
        if entry.endswith((".py", ".ts", ".css", ".html", ".md", ".toml", ".yaml"))
        and (ROOT / entry).is_file()
    ]
    assert [entry for entry, text in texts if marks.search(text)] == []


def test_no_page_brings_style_or_script_of_its_own():
    # The content security policy forbids both; a browser would drop them in silence.
    inline = re.compile(
        r"<style\b|\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=\"", re.I
    )
    pages = HUB.rglob("templates/**/*.html")
    assert [name(path) for path in pages if inline.search(path.read_text(encoding="utf-8"))] == []
