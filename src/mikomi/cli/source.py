"""`mikomi source add`: a write key for one more site or server that sends events."""

from __future__ import annotations

import argparse
import json
import os
from urllib.parse import urlsplit

from mikomi.cli.main import Parser
from mikomi.cli.serve import add_data_argument
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit import environment
from mikomi.hub.kit.boot import boot, load
from mikomi.hub.kit.migrating import migrate

SUMMARY = Words(
    "計測元を加える：行動を送るための書き込みキーを出す", "add a source of events and print its write key"
)


def add_arguments(parser: Parser) -> None:
    """Declares the options."""
    parser.add_argument("act", choices=("add",), help=Words("加える", "add one"))
    parser.add_argument("name", metavar="NAME", help=Words("計測元の名前", "the source's name"))
    parser.add_argument(
        "--kind",
        choices=("web", "server"),
        default="web",
        help=Words("web サイト、server サーバーのプログラム", "web: a site, server: a program on a server"),
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help=Words(
            "送ってよいサイト（何度でも。なければどこからでも）",
            "a site that may send (repeatable; without it any may)",
        ),
    )
    add_data_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Prints `{"write_key": …}`; 0."""
    origins = [site_of(text) for text in args.origin]
    migrate(boot((args.data or environment.data_folder(os.environ)).expanduser().absolute()))
    options = {"origins": origins} if origins else {}
    with load("django.db.transaction").atomic():
        source = load("mikomi.hub.capture.sources").make_source(args.name, args.kind, options)
        load("mikomi.hub.accounts.audit").record(
            None,
            "source.made",
            f"source:{source.pk}",
            Words("端末から送り元を作った", "Made a source of events from a terminal"),
        )
    print(json.dumps({"write_key": source.write_key}))
    return 0


def site_of(text: str) -> str:
    """`https://www.example.com/path` as browsers name the site: without a path, in small letters."""
    try:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname and "*" not in text:
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
    except ValueError:
        pass
    raise MikomiError(
        Words(
            f"--origin {text}: https://www.example.com のように書いてください",
            f"--origin {text}: write it like https://www.example.com",
        )
    )
