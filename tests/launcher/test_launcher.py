"""`./mikomi` on machines that lack one thing or another, told by stand-ins for the tools."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).resolve().parents[2] / "mikomi"
NEEDED = ("dirname", "readlink", "mkdir", "rm", "cat", "chmod", "cp")
SHELLS = [shell for shell in ("sh", "dash", "bash", "busybox") if shutil.which(shell)]

# Says what it was asked to do, and with which Python.
UV = """#!/bin/sh
case $1 in
    --version) echo "uv {version} (stand-in)" ;;
    python) {python} ;;
    *) echo "python=${{UV_PYTHON:-}}"; echo "bytecode=${{PYTHONDONTWRITEBYTECODE-written}}"
       for one; do echo "<$one>"; done ;;
esac
"""
# A Python that fits, as far as `-c` asks; with `-m venv` it makes the folder, with `-m pip` a uv.
PYTHON = """#!/bin/sh
case "$1 ${2:-}" in
    -c*) case $2 in *zoneinfo*) exit SUPPORTED ;; *) exit 0 ;; esac ;;
    "-m venv")
        case $3 in --without-pip) folder=$4 ;; *) [ ENSUREPIP = yes ] || exit 1; folder=$3 ;; esac
        mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python" ;;
    "-m pip")
        case $* in
            *--user*) [ USER = yes ] || exit 1; folder=$HOME/.local ;;
            *--python*) [ PIP = yes ] || exit 1; folder=$(dirname "$(dirname "$4")") ;;
            *--version*) exit 0 ;;
            *) folder=$(dirname "$(dirname "$0")") ;;
        esac
        mkdir -p "$folder/bin"; cp "$UV_STAND_IN" "$folder/bin/uv" ;;
    "-m site") echo "$HOME/.local" ;;
    *) exit 1 ;;
esac
"""
SHIM = "#!/bin/sh\nexit 127\n"


@dataclass
class Machine:
    """A machine with a clone in a path with spaces, and only the tools that a test puts there."""

    root: Path

    @property
    def clone(self) -> Path:
        return self.root / "my clone"

    @property
    def home(self) -> Path:
        return self.root / "home"

    def put(self, place: str, text: str) -> Path:
        program = self.root / place
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
        return program

    def uv(self, place: str, version: str = "0.9.1", python: str = "exit 1") -> Path:
        return self.put(place, UV.format(version=version, python=python))

    def python(self, place: str, **traits: str) -> Path:
        text = PYTHON
        standard = {"SUPPORTED": "0", "ENSUREPIP": "yes", "PIP": "yes", "USER": "yes"}
        for name, value in (standard | traits).items():
            text = text.replace(name, value)
        return self.put(place, text)

    def run(
        self,
        *arguments: str,
        program: Path | None = None,
        shell: str = "sh",
        cwd: Path | None = None,
        **more: str,
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "HOME": str(self.home),
            "PATH": f"{self.root / 'early'}:{self.root / 'tools'}",
            "UV_STAND_IN": str(self.root / "stand-in" / "uv"),
            "LC_ALL": "C.UTF-8",
        }
        start = [shutil.which(shell) or shell, *(["sh"] if shell == "busybox" else [])]
        return subprocess.run(
            [*start, str(program or self.clone / "mikomi"), *arguments],
            env=environment | more,
            cwd=cwd or self.root,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "a machine")
    for folder in (made.clone, made.home, made.root / "tools", made.root / "early"):
        folder.mkdir(parents=True)
    shutil.copy(LAUNCHER, made.clone / "mikomi")
    for name in ("sh", *NEEDED):
        found = shutil.which(name)
        assert found
        (made.root / "tools" / name).symlink_to(found)
    made.uv("stand-in/uv")
    return made


def asked_of_uv(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return [line[1:-1] for line in done.stdout.splitlines() if line.startswith("<")]


def python_of(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout.splitlines()[0].removeprefix("python=")


@pytest.mark.parametrize("shell", SHELLS)
def test_with_uv_and_python_it_runs_the_command_and_keeps_what_is_installed(machine: Machine, shell: str):
    machine.uv("tools/uv")
    python = machine.python("tools/python3.12")
    done = machine.run("demo", "--data", "my data", shell=shell)
    project = ["--project", str(machine.clone)]
    assert asked_of_uv(done) == [
        "run", *project, "--inexact", "--group", "assets", "mikomi", "demo", "--data", "my data"
    ]  # fmt: skip
    assert python_of(done) == str(python)
    assert done.stderr == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_test_runs_the_suite_with_the_arguments_as_they_are(machine: Machine, shell: str):
    machine.uv("tools/uv")
    machine.python("tools/python3.13")
    asked = asked_of_uv(machine.run("test", "-k", "a or b", shell=shell))
    assert asked[3:] == [
        "--inexact", "--group", "assets", "--group", "test",
        "python", f"{machine.clone}/tools/suite.py", "-k", "a or b",
    ]  # fmt: skip


def test_with_runs_a_developers_tool_in_the_tests_environment(machine: Machine):
    machine.uv("tools/uv")
    machine.python("tools/python3.13")
    asked = asked_of_uv(machine.run("with", "ruff", "check", "a b"))
    assert asked[3:] == ["--inexact", "--group", "assets", "--group", "test", "ruff", "check", "a b"]


def test_compiled_code_is_kept_for_tests_and_tools_and_else_as_the_environment_says(machine: Machine):
    machine.uv("tools/uv")
    machine.python("tools/python3.13")
    kept = {
        first: "bytecode=written" in machine.run(first, "x", PYTHONDONTWRITEBYTECODE="1").stdout
        for first in ("test", "with", "demo")
    }
    assert kept == {"test": True, "with": True, "demo": False}


def test_it_runs_through_links_from_any_folder_and_from_path(machine: Machine):
    machine.uv("tools/uv")
    machine.python("tools/python3.13")
    near = machine.root / "early" / "mikomi"
    near.symlink_to(Path("..") / "my clone" / "mikomi")
    far = machine.home / "mk"
    far.symlink_to(near)
    for done in (
        machine.run("check", program=far, cwd=machine.home),
        subprocess.run(
            ["sh", "-c", "cd / && mikomi check"],
            env={"PATH": f"{machine.root / 'early'}:{machine.root / 'tools'}", "HOME": str(machine.home)},
            capture_output=True,
            text=True,
            check=False,
        ),
    ):
        assert str(machine.clone) in asked_of_uv(done)


def test_shims_that_do_not_start_are_passed_over(machine: Machine):
    machine.put("early/python3.13", SHIM)
    machine.put("early/python3.12", SHIM)
    machine.put("early/python3", SHIM)
    machine.put("early/uv", SHIM)
    machine.uv("tools/uv")
    good = machine.python("tools/python3.12")
    assert python_of(machine.run("demo")) == str(good)


def test_pyenvs_versions_are_found_where_its_shims_fail(machine: Machine):
    machine.uv("tools/uv")
    machine.put("tools/python3.12", SHIM)
    machine.python("tools/python3", SUPPORTED="1")
    good = machine.python("home/.pyenv/versions/3.12.7/bin/python")
    assert python_of(machine.run("demo")) == str(good)


def test_pyenv_is_found_where_pyenv_root_says(machine: Machine):
    machine.uv("tools/uv")
    good = machine.python("elsewhere/versions/3.14.1/bin/python")
    assert python_of(machine.run("demo", PYENV_ROOT=str(machine.root / "elsewhere"))) == str(good)


def test_the_environment_made_last_time_keeps_its_python(machine: Machine):
    machine.uv("tools/uv")
    machine.python("tools/python3.13")
    machine.python("my clone/.venv/bin/python")
    assert python_of(machine.run("demo")) == ""


def test_a_named_python_wins_and_must_fit(machine: Machine):
    machine.uv("tools/uv")
    machine.python("tools/python3.13")
    named = machine.python("other/python")
    assert python_of(machine.run("demo", MIKOMI_PYTHON=str(named))) == str(named)
    machine.python("other/python", SUPPORTED="1")
    done = machine.run("demo", MIKOMI_PYTHON=str(named))
    assert done.returncode == 2
    assert "name a Python 3.12 to 3.14" in done.stderr


def test_without_any_python_that_fits_uv_brings_one_last(machine: Machine):
    late = machine.python("late/python")
    # `python find` knows one only after `python install`.
    mark = machine.root / "installed"
    machine.uv(
        "tools/uv",
        python=f'case $2 in install) : >"{mark}" ;; *) [ -f "{mark}" ] && echo "{late}" ;; esac',
    )
    done = machine.run("demo")
    assert python_of(done) == str(late)
    assert "uv gets one" in done.stderr


def test_where_no_python_can_be_had_it_says_what_to_do(machine: Machine):
    machine.uv("tools/uv")
    done = machine.run("demo", MIKOMI_LANGUAGE="ja")
    assert done.returncode == 2
    assert "Python 3.12〜3.14 を用意できませんでした" in done.stderr


def test_pipx_is_the_first_way_to_get_uv(machine: Machine):
    machine.python("tools/python3.13")
    machine.put(
        "tools/pipx",
        '#!/bin/sh\ncase $1 in install) mkdir -p "$HOME/pipx"; cp "$UV_STAND_IN" "$HOME/pipx/uv" ;;\n'
        'environment) echo "$HOME/pipx" ;; --version) echo 1.7 ;; esac\n',
    )
    done = machine.run("demo")
    assert asked_of_uv(done)
    assert "getting uv with pipx" in done.stderr
    assert not (machine.clone / ".mikomi").exists()


def test_a_private_environment_is_the_second_and_is_found_again(machine: Machine):
    machine.python("tools/python3.13")
    done = machine.run("demo")
    assert asked_of_uv(done)
    assert "which nothing else uses" in done.stderr
    assert (machine.clone / ".mikomi/uv/bin/uv").is_file()
    again = machine.run("demo")
    assert asked_of_uv(again)
    assert again.stderr == ""


def test_an_old_python_is_enough_to_get_uv(machine: Machine):
    machine.python("tools/python3", SUPPORTED="1")
    machine.python("home/.pyenv/versions/3.13.0/bin/python")
    assert asked_of_uv(machine.run("demo"))


def test_a_debian_without_ensurepip_uses_its_own_pip(machine: Machine):
    machine.python("tools/python3.13", ENSUREPIP="no")
    assert asked_of_uv(machine.run("demo"))
    assert (machine.clone / ".mikomi/uv/bin/uv").is_file()


def test_pip_user_is_the_third(machine: Machine):
    machine.python("tools/python3.13", ENSUREPIP="no", PIP="no")
    done = machine.run("demo")
    assert asked_of_uv(done)
    assert "pip install --user" in done.stderr
    assert (machine.home / ".local/bin/uv").is_file()


def test_uvs_own_installer_is_the_last(machine: Machine):
    machine.python("tools/python3.13", ENSUREPIP="no", PIP="no", USER="no")
    machine.put(
        "tools/curl",
        "#!/bin/sh\nfor one; do out=$one; done\n"
        'echo \'cp "$UV_STAND_IN" "$UV_UNMANAGED_INSTALL/uv"\' >"$out"\n',
    )
    done = machine.run("demo")
    assert asked_of_uv(done)
    assert "install.sh" in done.stderr


def test_where_uv_cannot_be_had_it_says_what_to_do(machine: Machine):
    machine.python("tools/python3.13", ENSUREPIP="no", PIP="no", USER="no")
    machine.put("tools/curl", "#!/bin/sh\nexit 6\n")
    done = machine.run("demo")
    assert done.returncode == 2
    assert "could not get uv" in done.stderr


def test_a_uv_that_is_too_old_is_not_used(machine: Machine):
    machine.uv("tools/uv", version="0.4.9")
    machine.python("tools/python3.13")
    done = machine.run("demo")
    assert asked_of_uv(done)
    assert "getting uv into" in done.stderr


def test_the_exit_code_is_the_commands_own(machine: Machine):
    machine.put("tools/uv", '#!/bin/sh\n[ "$1" = --version ] && echo "uv 1.0.0" && exit\nexit 7\n')
    machine.python("tools/python3.13")
    assert machine.run("check").returncode == 7


def test_it_is_plain_posix_shell_and_executable():
    assert os.access(LAUNCHER, os.X_OK)
    assert LAUNCHER.read_text().startswith("#!/bin/sh\n")
