from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import types

import pytest

from mikomi.cli import main as cli
from mikomi.core.words import MikomiError, Words


@pytest.fixture(autouse=True)
def _english_surroundings(monkeypatch):
    for name in ("MIKOMI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def command(monkeypatch, run, add_arguments=lambda parser: None) -> None:
    """Puts a command named `sample` into the table."""
    module = types.ModuleType("sample_command")
    vars(module).update(SUMMARY=Words("見本です", "a sample"), add_arguments=add_arguments, run=run)
    monkeypatch.setitem(sys.modules, "sample_command", module)
    monkeypatch.setitem(cli.COMMANDS, "sample", cli.Command("sample_command", Words("見本", "sample")))


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_offers_what_the_table_needs(name, capsys):
    module = importlib.import_module(cli.COMMANDS[name].module)
    assert module.SUMMARY.ja
    assert module.SUMMARY.en
    assert callable(module.run)
    for language in ("ja", "en"):
        with pytest.raises(SystemExit) as ended:
            cli.main([name, "--help", "--language", language])
        assert ended.value.code == 0
        assert f"mikomi {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["score", "backtest", "inspect", "check"])
def test_the_commands_of_the_core_never_load_django(name):
    program = (
        "import sys; from mikomi.cli.main import main\n"
        f"try: main(['{name}', '--help'])\nexcept SystemExit: pass\n"
        "loaded = {m.split('.')[0] for m in sys.modules} & {'django', 'granian', 'psycopg'}\n"
        "print(sorted(loaded), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_an_error_for_the_reader_is_one_line_and_exit_code_2(monkeypatch, capsys):
    def run(args):
        raise MikomiError(Words("だめ\nでした", "it\nfailed"))

    command(monkeypatch, run)
    assert cli.main(["sample"]) == 2
    assert capsys.readouterr().err == "mikomi: it failed\n"
    assert cli.main(["--language", "ja", "sample"]) == 2
    assert capsys.readouterr().err == "mikomi: だめ でした\n"


def test_a_wrong_argument_is_one_line_in_the_readers_language(monkeypatch, capsys):
    def add_arguments(parser):
        parser.add_argument("--model", required=True, help=Words("モデル", "the model"))

    command(monkeypatch, lambda args: 0, add_arguments)
    assert cli.main(["sample"]) == 2
    assert capsys.readouterr().err == (
        "mikomi: the following arguments are required: --model (see mikomi sample --help)\n"
    )
    assert cli.main(["sample", "--language", "ja"]) == 2
    assert capsys.readouterr().err == ("mikomi: 指定が足りません: --model（使い方: mikomi sample --help）\n")
    assert cli.main(["sample", "--model"]) == 2
    assert "expected one argument" in capsys.readouterr().err


def test_help_is_in_the_readers_language(monkeypatch, capsys):
    def add_arguments(parser):
        parser.add_argument("--model", help=Words("モデルのファイル", "the model file"))

    command(monkeypatch, lambda args: 0, add_arguments)
    with pytest.raises(SystemExit):
        cli.main(["--language", "ja", "sample", "--help"])
    japanese = capsys.readouterr().out
    assert "使い方: mikomi sample" in japanese
    assert "モデルのファイル" in japanese
    assert "この使い方を表示する" in japanese
    with pytest.raises(SystemExit):
        cli.main(["sample", "--help"])
    assert "show this help message and exit" in capsys.readouterr().out


def test_a_mistyped_command_is_answered_with_the_nearest_one(capsys):
    assert cli.main(["scroe"]) == 2
    assert "did you mean score?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "ja_JP"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "MIKOMI_LANGUAGE": "en"}, "en"),
        ({"MIKOMI_LANGUAGE": "ja"}, "ja"),
    ],
)
def test_the_language_follows_the_surroundings(environment, language):
    assert cli.spoken_language(environment) == language


def test_a_language_that_is_not_there_is_said(monkeypatch, capsys):
    monkeypatch.setenv("MIKOMI_LANGUAGE", "fr")
    assert cli.main(["score"]) == 2
    assert "MIKOMI_LANGUAGE must be ja or en, not fr" in capsys.readouterr().err


def test_the_command_is_told_the_language_wherever_it_stands(monkeypatch):
    seen = []
    command(monkeypatch, lambda args: seen.append(args.language) or 0)
    cli.main(["--language=ja", "sample"])
    cli.main(["sample", "--language", "ja"])
    cli.main(["sample"])
    assert seen == ["ja", "ja", "en"]


def test_interrupting_ends_with_130(monkeypatch):
    def run(args):
        raise KeyboardInterrupt

    command(monkeypatch, run)
    assert cli.main(["sample"]) == 130


def test_a_reader_that_goes_away_is_no_error():
    program = (
        "import sys, types; from mikomi.cli import main as cli; from mikomi.core.words import Words\n"
        "m = types.ModuleType('m'); m.SUMMARY = Words('', ''); m.add_arguments = lambda parser: None\n"
        "m.run = lambda args: [print('x' * 1000) for _ in range(10000)] and 0\n"
        "sys.modules['m'] = m; cli.COMMANDS['m'] = cli.Command('m', Words('', ''))\n"
        "sys.exit(cli.main(['m']))"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.read(10)
    child.stdout.close()
    assert child.stderr.read() == b""
    assert child.wait() == cli.BROKEN_PIPE


def test_a_file_that_cannot_be_read_is_named(monkeypatch, capsys, tmp_path):
    command(monkeypatch, lambda args: len((tmp_path / "none.csv").read_text()))
    assert cli.main(["sample"]) == 2
    assert f"cannot use {tmp_path}/none.csv" in capsys.readouterr().err


def test_argparse_itself_is_left_as_it_was(monkeypatch):
    before = (vars(argparse)["_"], vars(argparse)["ngettext"])
    command(monkeypatch, lambda args: 0)
    cli.main(["sample", "--language", "ja"])
    assert (vars(argparse)["_"], vars(argparse)["ngettext"]) == before
