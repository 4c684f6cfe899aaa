"""What argparse says, in Japanese."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from mikomi.core.words import Language

JAPANESE = {
    "usage: ": "使い方: ",
    "positional arguments": "引数",
    "options": "オプション",
    "show this help message and exit": "この使い方を表示する",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "指定が足りません: %s",
    "unrecognized arguments: %s": "知らない指定です: %s",
    "one of the arguments %s is required": "次のどれか一つを指定してください: %s",
    "not allowed with argument %s": "%s とは一緒に使えません",
    "ignored explicit argument %r": "値 %r は付けられません",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r は選べません（選べるもの: %(choices)s）"
    ),
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)": (
        "%(value)r は選べません。%(closest)r のことですか？（選べるもの: %(choices)s）"
    ),
    "invalid %(type)s value: %(value)r": "値が読めません（%(type)s）: %(value)r",
    "expected one argument": "値を一つ指定してください",
    "expected at most one argument": "値は一つまでです",
    "expected at least one argument": "値を一つ以上指定してください",
    "expected %s argument": "値を %s 個指定してください",
    "expected %s arguments": "値を %s 個指定してください",
    "can't open '%(filename)s': %(error)s": "%(filename)s を開けません（%(error)s）",
    "subcommands": "サブコマンド",
}


def _plural(one: str, many: str, count: int) -> str:
    return JAPANESE.get(one if count == 1 else many, one if count == 1 else many)


@contextmanager
def in_language(language: Language) -> Iterator[None]:
    """Lets argparse speak `language` inside the block.

    argparse asks gettext, which would want compiled catalogues on disk and the process's locale;
    the two names it has imported are replaced instead.
    """
    before = {name: getattr(argparse, name) for name in ("_", "ngettext")}
    speakers = {"_": lambda message: JAPANESE.get(message, message), "ngettext": _plural}
    try:
        _put(speakers if language == "ja" else before)
        yield
    finally:
        _put(before)


def _put(speakers: Mapping[str, Callable[..., str]]) -> None:
    for name, speaker in speakers.items():
        setattr(argparse, name, speaker)
