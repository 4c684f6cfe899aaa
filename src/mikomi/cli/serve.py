"""`mikomi serve`: web pages and worker in one command, watched and stopped together."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mikomi.cli.main import Parser
from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import boot, load, set_out
from mikomi.hub.kit.serving.address import check_free, is_local, url_of, wait_until_healthy
from mikomi.hub.kit.serving.lock import CAN_WAIT, alone, shut_gate
from mikomi.hub.kit.serving.supervisor import Child, Supervisor

SUMMARY = Words("画面とワーカーを動かす", "run the web pages and the worker")

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
WORKERS = 2
"""So that a long job of the night does not hold up the short ones."""
START_SECONDS = 180.0

type Role = Literal["web", "worker", "collector"]


@dataclass(frozen=True, slots=True)
class Serving:
    """What to run, where, and in which language to speak on the terminal."""

    folder: Path
    host: str
    port: int
    roles: tuple[Role, ...]
    language: Language

    @property
    def answers(self) -> bool:
        """Whether it listens on a port."""
        return "worker" not in self.roles or "web" in self.roles

    @property
    def url(self) -> str:
        """The address of the pages on this machine."""
        return url_of(self.host, self.port)


def add_arguments(parser: Parser) -> None:
    """Declares the options."""
    add_data_argument(parser)
    parser.add_argument(
        "--host",
        default=DEFAULT_HOST,
        help=Words(
            f"待ち受けるアドレス（既定 {DEFAULT_HOST}、ほかの機械からも開くなら 0.0.0.0）",
            f"address to listen on (default {DEFAULT_HOST}; 0.0.0.0 to be reached from other machines)",
        ),
    )
    add_port_argument(parser)
    parser.add_argument(
        "--only",
        choices=("web", "worker", "collector"),
        help=Words(
            "画面（計測の受け口も）だけ、ワーカーだけ、または計測の受け口だけを動かす",
            "run only the pages (they take events, too), only the worker, or only what takes events",
        ),
    )


def add_data_argument(parser: Parser, default: str = environment.DATA_FOLDER) -> None:
    """Declares `--data`."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=Words(
            f"データフォルダ（既定は MIKOMI_DATA、なければ ./{default}）",
            f"data folder (default: MIKOMI_DATA, else ./{default})",
        ),
    )


def add_port_argument(parser: Parser) -> None:
    """Declares `--port`."""
    parser.add_argument(
        "--port",
        type=port_number,
        default=DEFAULT_PORT,
        help=Words(f"ポート番号（既定 {DEFAULT_PORT}）", f"port (default {DEFAULT_PORT})"),
    )


def port_number(text: str) -> int:
    """A port from 1 to 65535; raises `MikomiError` otherwise."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise MikomiError(
        Words(
            f"--port は 1 から 65535 までの数です（いまは {text}）",
            f"--port is a number from 1 to 65535, not {text}",
        )
    )


def run(args: argparse.Namespace) -> int:
    """Serves until it is stopped; 0 then."""
    folder = (args.data or environment.data_folder(os.environ)).expanduser().absolute()
    roles: tuple[Role, ...] = (args.only,) if args.only else ("web", "worker")
    serving = Serving(folder, args.host, args.port, roles, args.language)
    with ready_to_serve(serving) as started:
        serve(serving, started, lambda: _welcome(serving))
    return 0


@dataclass(frozen=True, slots=True)
class Started:
    """The processes, and what lets the pages be served where they are loaded already."""

    supervisor: Supervisor
    open_gate: Callable[[], None]


@contextmanager
def ready_to_serve(serving: Serving) -> Iterator[Started]:
    """Holds the folder, and has the port, the assets, Django and the database ready inside the block.

    The pages take as long to load as Django here, so they are loaded beside it; they are not
    served before `serve` says so. When the block ends, so do the processes.
    """
    set_out(serving.folder)
    if not os.environ.get("MIKOMI_HOSTS"):
        # Those who send mails know no request that would tell them.
        os.environ.setdefault("MIKOMI_OWN_URL", serving.url)
    pages = serving.answers and "web" in serving.roles
    with alone(serving.folder, *serving.roles):
        if serving.answers:
            check_free(serving.host, serving.port)
            if pages:
                build_assets(serving.language)
        supervisor = Supervisor(*_children(serving))
        with shut_gate(serving.folder) if pages else nullcontext(lambda: None) as open_gate:
            try:
                if pages and CAN_WAIT:
                    supervisor.look()
                boot(serving.folder)
                load("mikomi.hub.kit.migrating").migrate(serving.folder)
                yield Started(supervisor, open_gate)
            finally:
                supervisor.end()


def _children(serving: Serving) -> tuple[list[Child], list[Child]]:
    """What is started at once, and what follows when the pages answer: all that loads takes seconds."""
    parent = ["--parent", str(os.getpid())]
    workers = [
        Child(f"worker {number}", lambda died: [*_worker(died), *parent])
        for number in range(1, WORKERS + 1)
        if "worker" in serving.roles
    ]
    if not serving.answers:
        return workers, []
    web = ["-m", "mikomi.hub.kit.serving.web", "--host", serving.host, "--port", str(serving.port)]
    web += [] if "web" in serving.roles else ["--collector"]
    # What is collected lies in this folder's journal, so it is taken in here.
    live = ["-m", "mikomi.hub.kit.serving.live"]
    return [Child("web", lambda died: [*web, *parent])], [
        Child("live", lambda died: [*live, *parent]),
        *workers,
    ]


def serve(serving: Serving, started: Started, when_ready: Callable[[], None]) -> None:
    """Runs the processes until a signal; calls `when_ready` when the pages answer.

    Raises `MikomiError` where they never do.
    """
    supervisor = started.supervisor
    failures: list[MikomiError] = []

    def announce() -> None:
        if serving.answers and not wait_until_healthy(
            serving.host, serving.port, START_SECONDS, lambda: supervisor.running
        ):
            if supervisor.running:
                failures.append(_never_answered(serving))
                supervisor.stop()
            return
        # First, since opening a browser may last as long as the browser.
        supervisor.go_on()
        when_ready()

    # Connections are not shared with children, nor kept while others write.
    load("django.db").connections.close_all()
    started.open_gate()
    supervisor.run(announce)
    if failures:
        raise failures[0]


def _worker(died: int | None) -> list[str]:
    instead = [] if died is None else ["--instead-of", str(died)]
    return ["-m", "mikomi.hub.kit.serving.worker", *instead]


def _never_answered(serving: Serving) -> MikomiError:
    return MikomiError(
        Words(
            f"画面が {START_SECONDS:.0f} 秒たっても応答しません（{serving.url}）。"
            "上に出た記録を確かめてください",
            f"the pages did not answer within {START_SECONDS:.0f} s ({serving.url}); see the log above",
        )
    )


def _welcome(serving: Serving) -> None:
    def say(words: Words) -> None:
        print(words.text(serving.language), flush=True)

    if "collector" in serving.roles:
        say(
            Words(
                f"計測の受け口を動かしています: {serving.url}（止めるには Ctrl+C）",
                f"Events are taken at {serving.url} (Ctrl+C stops it)",
            )
        )
        return
    if "web" not in serving.roles:
        say(Words("ワーカーを動かしています（止めるには Ctrl+C）", "The worker runs (Ctrl+C stops it)"))
        return
    say(
        Words(
            f"Mikomi を動かしています: {serving.url}（止めるには Ctrl+C）",
            f"Mikomi runs at {serving.url} (Ctrl+C stops it)",
        )
    )
    if not is_local(serving.host) and not os.environ.get("MIKOMI_HOSTS"):
        say(
            Words(
                "ほかの機械から開くには、その名前かアドレスを MIKOMI_HOSTS に入れてください"
                "（例 MIKOMI_HOSTS=mikomi.example.com）",
                "To be opened from other machines, MIKOMI_HOSTS must hold the name or address they use "
                "(for example MIKOMI_HOSTS=mikomi.example.com)",
            )
        )
    if not load("mikomi.hub.accounts.queries").anybody():
        token = load("mikomi.hub.accounts.services").make_setup_link()
        link = f"{serving.url}setup/{token}/"
        say(
            Words(
                "まだアカウントがありません。"
                f"このリンクで最初のアカウントを作ってください（24時間有効）:\n  {link}",
                f"There is no account yet. Make the first one with this link (good for 24 hours):\n  {link}",
            )
        )
    load("django.db").connections.close_all()


def build_assets(language: Language) -> None:
    """Builds the style sheet and scripts where this is a checkout and their sources changed.

    A wheel brings them built. Raises `MikomiError` where they cannot be built and none are there.
    """
    root = Path(__file__).parents[3]
    script = root / "frontend" / "build_assets.py"
    if not (script.is_file() and (root / "pyproject.toml").is_file()):
        return
    if subprocess.run([sys.executable, str(script), "--check"], capture_output=True).returncode == 0:
        return
    print(Words("画面の部品を作っています…", "Building the pages' assets…").text(language), flush=True)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, encoding="utf-8")
    if done.returncode == 0:
        return
    reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["?"]
    ja, _, en = reason[0].partition(" / ")
    raise MikomiError(Words(ja, en or ja))
