"""The `mikomi` command: a table of sub-commands, of which only the one asked for is imported.

A sub-command is a module with `SUMMARY: Words`, `add_arguments(parser)` and `run(args) -> int`.
`args.language` is `ja` or `en`. What `run` returns is the exit code: 0 done, 2 the input or the
surroundings are wrong. A `MikomiError` becomes one line on stderr and exit code 2.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.metadata
import io
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, cast

from mikomi.cli.messages import in_language
from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.kit import memory

INTERRUPTED = 130
BROKEN_PIPE = 141
WRONG_INPUT = 2


@dataclass(frozen=True, slots=True)
class Command:
    """Where a sub-command lives, and what the overview says of it."""

    module: str
    summary: Words
    small: bool = False
    """Whether it is to hold little memory, at the cost of some time."""


COMMANDS: dict[str, Command] = {
    "demo": Command("mikomi.cli.demo", Words("デモ用のデータを作って画面を開く", "serve demo data")),
    "serve": Command("mikomi.cli.serve", Words("画面とワーカーを動かす", "run the web pages and the worker")),
    "invite": Command("mikomi.cli.invite", Words("人を招く", "let one more person in")),
    "import": Command(
        "mikomi.cli.import_", Words("ファイルを取り込む", "import leads, events or outcomes"), small=True
    ),
    "source": Command("mikomi.cli.source", Words("計測元を加える", "add a source of events")),
    "undo": Command("mikomi.cli.undo", Words("取り込みを元に戻す", "take an import back"), small=True),
    "score": Command("mikomi.cli.score", Words("ファイルのリードを採点する", "score the leads of a file")),
    "backtest": Command(
        "mikomi.cli.backtest", Words("過去の日々で採点を検証する", "test a model against past outcomes")
    ),
    "inspect": Command("mikomi.cli.inspect", Words("ファイルの中身を調べる", "say what a file holds")),
    "check": Command("mikomi.cli.check", Words("モデルの内容を文章で確かめる", "say what a model does")),
    "classify": Command("mikomi.cli.classify", Words("会社名を読み分ける", "take company names apart")),
    "doctor": Command("mikomi.cli.doctor", Words("動き方を調べる", "say what is to be mended")),
}


class CommandModule(Protocol):
    """What a sub-command's module offers."""

    SUMMARY: Words

    def add_arguments(self, parser: Parser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks one language and reports a mistake in one line."""

    def __init__(self, language: Language, **options: Any) -> None:
        self.language: Language = language
        super().__init__(allow_abbrev=False, **options)

    def text(self, words: Words | str) -> str:
        """`words` in the parser's language."""
        return words if isinstance(words, str) else words.text(self.language)

    def add_argument(self, *flags: str, **options: Any) -> argparse.Action:
        """As in argparse; `help` may be `Words`."""
        if "help" in options:
            options["help"] = self.text(options["help"])
        return super().add_argument(*flags, **options)

    def error(self, message: str) -> NoReturn:
        """Ends the program with one line on stderr and exit code 2."""
        more = Words(f"（使い方: {self.prog} --help）", f" (see {self.prog} --help)")
        raise MikomiError(Words(message + more.ja, message + more.en))


def spoken_language(environment: Mapping[str, str]) -> Language:
    """The language the surroundings ask for: `MIKOMI_LANGUAGE`, else the locale, else English."""
    asked = environment.get("MIKOMI_LANGUAGE", "")
    if asked:
        if asked not in ("ja", "en"):
            raise MikomiError(
                Words(
                    f"MIKOMI_LANGUAGE は ja か en にしてください（いまは {asked}）",
                    f"MIKOMI_LANGUAGE must be ja or en, not {asked}",
                )
            )
        return cast(Language, asked)
    # POSIX: the first one that is set rules, even where it says C.
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "ja" if environment[name].lower().startswith("ja") else "en"
    return "en"


def overview(language: Language) -> str:
    """The text of `mikomi --help`."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{command.summary.text(language)}" for name, command in COMMANDS.items()]
    head = Words(
        "使い方: mikomi [--language ja|en] コマンド …\n\n今日、誰に、なぜ連絡するかを示します。",
        "usage: mikomi [--language ja|en] COMMAND ...\n\nWhom to call today, and why.",
    )
    foot = Words(
        "コマンドごとの使い方: mikomi コマンド --help",
        "For one command: mikomi COMMAND --help",
    )
    commands = Words("コマンド:", "commands:")
    return "\n".join([head.text(language), "", commands.text(language), *lines, "", foot.text(language)])


def _unknown(name: str) -> MikomiError:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    known = ", ".join(COMMANDS)
    if near:
        return MikomiError(
            Words(
                f"「{name}」というコマンドはありません。{near[0]} のことですか？",
                f"there is no command {name!r}; did you mean {near[0]}?",
            )
        )
    return MikomiError(
        Words(
            f"「{name}」というコマンドはありません。使えるもの: {known}",
            f"there is no command {name!r}; there are: {known}",
        )
    )


def _split_language(arguments: Sequence[str], default: Language) -> tuple[Language, list[str]]:
    """Takes `--language` out of the arguments, wherever it stands before a `--`."""
    parser = Parser(default, prog="mikomi", add_help=False)
    parser.add_argument("--language", choices=("ja", "en"), default=default)
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    found, rest = parser.parse_known_args(arguments[:end])
    return found.language, [*rest, *arguments[end:]]


def _run(arguments: Sequence[str], language: Language) -> int:
    if not arguments:
        print(overview(language), file=sys.stderr)
        return WRONG_INPUT
    name, *rest = arguments
    if name in ("-h", "--help", "help"):
        print(overview(language))
        return 0
    if name in ("-V", "--version"):
        print(f"mikomi {importlib.metadata.version('mikomi')}")
        return 0
    if name not in COMMANDS:
        raise _unknown(name)
    if COMMANDS[name].small:
        memory.hold_little()
    module = cast(CommandModule, importlib.import_module(COMMANDS[name].module))
    parser = Parser(language, prog=f"mikomi {name}", description=module.SUMMARY.text(language))
    module.add_arguments(parser)
    args = parser.parse_args(rest)
    args.language = language
    return module.run(args)


def _cannot_use(error: OSError) -> MikomiError:
    reason = error.strerror or str(error)
    return MikomiError(
        Words(
            f"{error.filename} を使えません（{reason}）。場所と権限を確かめてください",
            f"cannot use {error.filename} ({reason}); check the path and its rights",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code; `arguments` default to the process's own."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not end a command that did its work.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:] if arguments is None else arguments
    language: Language = "en"
    try:
        language = spoken_language(os.environ)
        with in_language(language):
            language, rest = _split_language(arguments, language)
        with in_language(language):
            code = _run(rest, language)
        sys.stdout.flush()
        return code
    except MikomiError as error:
        return _report(error, language)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at the end and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        if error.filename is None:
            raise
        return _report(_cannot_use(error), language)


def _report(error: MikomiError, language: Language) -> int:
    print(f"mikomi: {' '.join(error.words.text(language).split())}", file=sys.stderr)
    return WRONG_INPUT


if __name__ == "__main__":
    sys.exit(main())
