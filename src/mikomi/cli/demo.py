"""`mikomi demo`: an empty data folder filled with a believable company, served and opened."""

from __future__ import annotations

import argparse
import os
import shutil
import webbrowser
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from mikomi.cli.main import Parser
from mikomi.cli.serve import (
    DEFAULT_HOST,
    Serving,
    add_data_argument,
    add_port_argument,
    ready_to_serve,
    serve,
)
from mikomi.cli.terminal import Progress
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit import folder
from mikomi.hub.kit.boot import load

SUMMARY = Words("デモ用のデータを作って画面を開く", "fill with demo data and serve it")

DEMO_FOLDER = "mikomi-demo"
EMAIL = "demo@example.com"
LINK_LIFE = timedelta(days=7)


def add_arguments(parser: Parser) -> None:
    """Declares the options."""
    add_data_argument(parser, DEMO_FOLDER)
    add_port_argument(parser)
    parser.add_argument(
        "--no-open",
        action="store_true",
        help=Words("ブラウザーを開かない", "do not open a browser"),
    )


def run(args: argparse.Namespace) -> int:
    """Fills the folder where that was not done yet, and serves until it is stopped; 0 then."""
    asked = args.data or Path(os.environ.get("MIKOMI_DATA") or DEMO_FOLDER)
    data = asked.expanduser().absolute()
    serving = Serving(data, DEFAULT_HOST, args.port, ("web", "worker"), args.language)
    _claim(data)
    with ready_to_serve(serving) as started:
        _fill(serving)
        token = _login_token(serving)
        link = f"{serving.url}login/by-link/{token}/"
        serve(serving, started, lambda: _welcome(serving, link, open_browser=not args.no_open))
    return 0


def _claim(data: Path) -> None:
    """Marks an empty folder as a demo; raises `MikomiError` for one that holds anything else."""
    said = folder.about(data)
    if said is None:
        if data.is_dir() and any(data.iterdir()):
            raise _not_a_demo(data)
        folder.write_about(data, replace(folder.prepare(data), demo="filling"))
    elif not said.demo:
        raise _not_a_demo(data)


def _not_a_demo(data: Path) -> MikomiError:
    return MikomiError(
        Words(
            f"{data} はデモ用のフォルダではないので、デモ用のデータを入れません。"
            "空のフォルダを --data で指定してください",
            f"{data} is not a demo folder, so no demo data goes into it; name an empty folder with --data",
        )
    )


def _fill(serving: Serving) -> None:
    """Fills the database; one that was left half filled is emptied first."""
    said = folder.about(serving.folder)
    assert said is not None
    if said.demo == "ready":
        return
    users = load("mikomi.hub.accounts.queries")
    if users.anybody() and users.find_user(EMAIL) is None:
        raise MikomiError(
            Words(
                "データベースに本物のデータがあるので、デモ用のデータを入れません。"
                "MIKOMI_DATABASE_URL を外してお試しください",
                "the database holds real data, so no demo data goes into it; unset MIKOMI_DATABASE_URL",
            )
        )
    with load("mikomi.hub.accounts.guarding").lifted():
        load("django.core.management").call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(serving.folder / "history", ignore_errors=True)
    # First of all, so that a half filled database is known as a demo's.
    user = load("mikomi.hub.accounts.services").create_user(EMAIL, "見込 花子")
    fill_demo = load("mikomi.hub.site.actions.fill_demo").fill_demo
    label = Words("デモ用のデータを作っています", "Making demo data")
    print(label.text(serving.language) + "…", flush=True)
    with Progress(label, serving.language) as progress:
        fill_demo(progress, user.pk)
    folder.write_about(serving.folder, replace(said, demo="ready"))


def _login_token(serving: Serving) -> str:
    user = load("mikomi.hub.accounts.queries").find_user(EMAIL)
    if user is None:
        raise MikomiError(
            Words(
                f"デモのフォルダ {serving.folder} が壊れています。消してから、もう一度お試しください",
                f"the demo folder {serving.folder} is damaged; delete it and try again",
            )
        )
    # The data is made up and the pages are served to this machine only: the link may be opened
    # again, so that both the browser opened here and a click in the terminal work.
    return load("mikomi.hub.accounts.services").make_login_link(user, life=LINK_LIFE, reusable=True)


def _welcome(serving: Serving, link: str, *, open_browser: bool) -> None:
    words = Words(
        f"デモを動かしています: {serving.url}（止めるには Ctrl+C）\n  ログインするリンク: {link}",
        f"The demo runs at {serving.url} (Ctrl+C stops it)\n  Log in with this link: {link}",
    )
    print(words.text(serving.language), flush=True)
    if open_browser:
        webbrowser.open(link)
