"""`mikomi undo`: takes an import back."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from mikomi.cli.main import Parser
from mikomi.cli.serve import add_data_argument
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.boot import boot, load
from mikomi.hub.kit.migrating import migrate

if TYPE_CHECKING:
    from mikomi.hub.people.models import Import

SUMMARY = Words(
    "取り込みを元に戻す。番号なしでは、戻せる取り込みを並べる",
    "take an import back; without a number, list those that can be",
)
LISTED = 20


def add_arguments(parser: Parser) -> None:
    """The arguments of `mikomi undo`."""
    parser.add_argument(
        "number", type=int, nargs="?", help=Words("取り込みの番号", "the number of the import")
    )
    add_data_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Takes the import back and says what became of it; what stays is said on stderr."""
    migrate(boot(args.data))
    models = load("mikomi.hub.people.models")
    uploads = load("mikomi.hub.people.uploads")
    if args.number is None:
        every = models.Import.objects.order_by("-pk")
        return _list([record for record in every if uploads.can_undo(record)], args.language)
    record = models.Import.objects.filter(pk=args.number).first()
    if record is None:
        raise MikomiError(
            Words(
                f"取り込み {args.number} はありません。mikomi undo で一覧を見てください",
                f"there is no import {args.number}; mikomi undo lists them",
            )
        )
    audit = load("mikomi.hub.accounts.audit")
    said = Words("端末から取り込みを元に戻した（{number}番）", "Undid import {number} from a terminal")
    with audit.owing(audit.Owed(None, "import.undone", "import:{number}", said)):
        if record.status != "undoing" and not uploads.ask_undo(record, None):
            raise MikomiError(_refused(record))
    uploads.undo(record.pk)
    record.refresh_from_db()
    if record.status != "undone":
        raise MikomiError(Words(record.error_ja, record.error_en))
    for sentence in record.undo_report["sentences"]:
        print(sentence[args.language])
    for kept in record.undo_report.get("kept", ()):
        why = ", ".join(reason[args.language] for reason in kept["why"])
        print(f"{kept['name']}: {why}", file=sys.stderr)
    return 0


def _list(found: list[Import], language: str) -> int:
    for record in found[:LISTED]:
        print(
            f"{record.pk}\t{record.started_at:%Y-%m-%d}\t{record.kind}\t{record.rows:,}\t{record.file_name}"
        )
    if not found:
        print(Words("戻せる取り込みはありません", "there is no import to take back").text(language))
    return 0


def _refused(record: Import) -> Words:
    if record.status == "undone":
        return Words("この取り込みはもう元に戻してあります", "this import was taken back already")
    return Words(
        "この取り込みは何も書き込んでいないので、戻すものがありません",
        "this import has stored nothing that could be taken back",
    )
