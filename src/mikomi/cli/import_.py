"""`mikomi import`: leads, events and outcomes out of files into the data folder."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mikomi.cli.inspect import DELIMITERS, ENCODINGS, FORMATS
from mikomi.cli.main import Parser
from mikomi.cli.serve import add_data_argument
from mikomi.cli.terminal import Progress
from mikomi.core.words import Language, MikomiError, Words
from mikomi.hub.kit.boot import boot, load
from mikomi.hub.kit.migrating import migrate

if TYPE_CHECKING:
    from mikomi.hub.people.importing.sheets import Sheet
    from mikomi.hub.people.imports import Report

SUMMARY = Words(
    "リード、行動、結果のファイルを取り込む。同じファイルを二度取り込んでも増えません",
    "import a file of leads, events or outcomes; the same file twice changes nothing",
)

ROWS = {
    "leads": Words("リード", "leads"),
    "events": Words("行動", "events"),
    "outcomes": Words("結果", "outcomes"),
    "optouts": Words("配信停止", "refusals"),
    "deals": Words("商談", "deals"),
}
BASES = ("consent", "card", "deal", "published")
CONFLICTS = ("overwrite", "keep", "fill")


def add_arguments(parser: Parser) -> None:
    """The arguments of `mikomi import`."""
    parser.add_argument("kind", choices=tuple(ROWS), help=Words("ファイルの中身", "what the file holds"))
    parser.add_argument(
        "file",
        type=Path,
        help=Words("CSV、TSV、XLSX、Parquet、NDJSON のファイル", "a CSV, TSV, XLSX, Parquet or NDJSON file"),
    )
    add_data_argument(parser)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=Words("確かめるだけで何も書き込まない", "only say what would happen; write nothing"),
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help=Words(
            "取り込めない行が一つでもあれば何も取り込まない", "take nothing if a single row must be rejected"
        ),
    )
    parser.add_argument(
        "--known-from",
        type=a_day,
        metavar="YYYY-MM-DD",
        help=Words(
            "リードの属性がわかっていた日（古いファイルのとき。なければ今日の変更として残る）",
            "the day from which a file's attributes were known (for older files; without it, today)",
        ),
    )
    parser.add_argument("--encoding", help=Words("文字コード（ふつうは自動）", "encoding (found by itself)"))
    parser.add_argument(
        "--delimiter", help=Words("区切り文字（ふつうは自動）", "delimiter (found by itself)")
    )
    parser.add_argument("--sheet", help=Words("ブックのシート", "the sheet of a workbook"))
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADER=FIELD",
        help=Words(
            "列をどの項目にするか（何度でも。=のあとが空なら取り込まない）",
            "which field a column becomes (repeatable; nothing after = leaves it out)",
        ),
    )
    parser.add_argument(
        "--conflict",
        choices=CONFLICTS,
        default="overwrite",
        help=Words(
            "知っているリードでは: overwrite 上書き、keep そのまま、fill 空欄だけ埋める",
            "for known leads: overwrite, keep them as they are, or fill only what is empty",
        ),
    )
    parser.add_argument(
        "--tag", action="append", default=[], help=Words("全員に付けるタグ", "a tag for all of them")
    )
    parser.add_argument(
        "--list", action="append", default=[], help=Words("全員を入れるリスト", "a list for all of them")
    )
    parser.add_argument(
        "--source", default="", help=Words("流入元（ファイルにない人に）", "where they come from")
    )
    parser.add_argument(
        "--owner", default="", help=Words("営業担当（ファイルにない人に）", "their salesperson")
    )
    parser.add_argument(
        "--basis",
        choices=BASES,
        help=Words(
            "配信の根拠: consent 同意、card 名刺、deal 取引、published 公表",
            "the ground for mail to them",
        ),
    )
    parser.add_argument(
        "--basis-since",
        type=a_day,
        metavar="YYYY-MM-DD",
        help=Words("根拠ができた日", "the day of that ground"),
    )
    parser.add_argument(
        "--basis-column",
        default="",
        metavar="HEADER",
        help=Words(
            "根拠ができた日の列（同意日、名刺交換日など。--basis-since の代わりに）",
            "the column with the days of that ground (instead of --basis-since)",
        ),
    )
    parser.add_argument(
        "--basis-kind-column",
        default="",
        metavar="HEADER",
        help=Words(
            "根拠の種類（同意、名刺、取引、公表、なし）の列（--basis の代わりに）",
            "the column with the kind of ground: consent, card, deal, published or none (instead of --basis)",
        ),
    )
    parser.add_argument(
        "--basis-how", default="", help=Words("どこで、どのように得たか", "where and how it was given")
    )
    parser.add_argument(
        "--basis-wording",
        default="",
        help=Words("同意を求めた文（見せたとおりに）", "what they were asked to agree to, as shown"),
    )
    parser.add_argument(
        "--basis-url",
        default="",
        help=Words("アドレスを公表しているページのURL", "the page that publishes their addresses"),
    )
    parser.add_argument(
        "--campaign",
        default="",
        help=Words(
            "全員が加わる施策（名前か番号）", "the campaign that all of them join (its name or number)"
        ),
    )
    parser.add_argument(
        "--seminar",
        default="",
        help=Words("セミナーの名前（参加者の一覧）", "the seminar's name (lists of attendees)"),
    )


def a_day(text: str) -> date:
    """A day written YYYY-MM-DD."""
    return date.fromisoformat(text)


a_day.__name__ = "YYYY-MM-DD"


def run(args: argparse.Namespace) -> int:
    """Imports the file; says on stdout what was stored, on stderr what was not."""
    migrate(boot(args.data))
    imports = load("mikomi.hub.people.imports")
    told = _chosen(args)
    if args.campaign:
        if args.kind != "leads":
            raise MikomiError(
                Words(
                    "--campaign はリードのファイルにだけ付けられます（mikomi import leads）",
                    "--campaign goes with files of leads alone (mikomi import leads)",
                )
            )
        told["campaign"] = load("mikomi.hub.people.importing.joining").campaign_named(args.campaign)
    options = load("mikomi.hub.people.importing.options").parse(told)
    label = Words("確かめています", "checking") if args.dry_run else Words("取り込んでいます", "importing")
    audit = load("mikomi.hub.accounts.audit")
    said = Words(
        "端末からファイルを取り込んだ（{number}番）", "Loaded a file (import {number}) from a terminal"
    )
    owed = audit.Owed(None, "import.loaded", "import:{number}", said)
    with audit.owing(owed), Progress(label, args.language) as progress:
        report: Report = imports.run_import(
            args.file,
            args.kind,
            dry_run=args.dry_run,
            known_from=args.known_from,
            encoding=args.encoding,
            strict=args.strict,
            options=options,
            progress=progress,
        )
    if args.strict and report.rejected:
        raise imports.not_strict(args.file, report.sheet)
    print(summary(report, args.language))
    if report.rejected or len(report.sheet.held_back):
        written = None if args.dry_run else _write_rejects(args.file, report, args.language)
        if report.rejected:
            print(rejects_line(report, written).text(args.language), file=sys.stderr)
    return 0


def _chosen(args: argparse.Namespace) -> dict[str, Any]:
    """What was chosen, as `people.importing.options` reads it."""
    columns = {}
    for told in args.column:
        header, sign, field = told.partition("=")
        if not sign:
            raise MikomiError(
                Words(
                    f"--column {told}: 「見出し=項目」の形で書いてください",
                    f"--column {told}: write it as HEADER=FIELD",
                )
            )
        columns[header] = field
    chosen: dict[str, Any] = {
        "delimiter": args.delimiter,
        "sheet": args.sheet,
        "columns": columns,
        "conflict": args.conflict,
        "tags": args.tag,
        "lists": args.list,
        "source": args.source,
        "owner": args.owner,
        "seminar": args.seminar,
    }
    if args.basis or args.basis_kind_column:
        chosen["basis"] = _basis(args)
    return chosen


def _basis(args: argparse.Namespace) -> dict[str, Any]:
    """The ground for mail with its evidence. Raises `MikomiError` where something of it contradicts."""
    if args.basis and args.basis_kind_column:
        raise MikomiError(
            Words(
                "--basis（全員の根拠）と --basis-kind-column（1人ずつの根拠の列）は、"
                "どちらか1つだけにしてください",
                "give either --basis, for all of them, or --basis-kind-column",
            )
        )
    if (args.basis_since is None) == (not args.basis_column):
        raise MikomiError(
            Words(
                "根拠には --basis-since（根拠ができた日）か --basis-column（その日の列）の"
                "どちらか1つが要ります",
                "the ground for mail needs either --basis-since or --basis-column, too",
            )
        )
    if args.basis == "consent" and not args.basis_wording:
        raise MikomiError(
            Words(
                "--basis consent には --basis-wording（同意を求めた文、見せたとおりに）が要ります",
                "--basis consent needs --basis-wording: what they were asked to agree to, as shown",
            )
        )
    if args.basis == "published" and not args.basis_url:
        raise MikomiError(
            Words(
                "--basis published には --basis-url（アドレスを公表しているページ）が要ります",
                "--basis published needs --basis-url: the page that publishes their addresses",
            )
        )
    return {
        "kind": args.basis or "each",
        "kind_column": args.basis_kind_column,
        "since": None if args.basis_since is None else args.basis_since.isoformat(),
        "column": args.basis_column,
        "how": args.basis_how,
        "wording": args.basis_wording,
        "url": args.basis_url,
    }


def summary(report: Report, language: Language) -> str:
    """What was (or would be) stored, a line a fact."""
    what, sheet = ROWS[report.kind], report.sheet
    found = _found(sheet, language)
    dry = report.import_id is None
    lines = [
        Words(
            f"{sheet.path.name}（{found}）: {report.rows:,}行",
            f"{sheet.path.name} ({found}): {report.rows:,} rows",
        ),
        Words(f"新しい{what.ja}: {report.new:,}", f"new {what.en}: {report.new:,}"),
    ]
    if report.kind == "deals":
        lines.append(Words(f"内容が変わった商談: {report.changed:,}", f"changed deals: {report.changed:,}"))
    if report.kind == "leads":
        lines.append(Words(f"情報が変わったリード: {report.changed:,}", f"changed leads: {report.changed:,}"))
    lines.append(Words(f"変わらない行: {report.unchanged:,}", f"unchanged rows: {report.unchanged:,}"))
    if report.conflicts:
        lines.append(
            Words(
                f"同じ会社で食い違う値: {report.conflicts:,}（あとの行を採りました）",
                f"values that differ within one company: {report.conflicts:,} (the last row was taken)",
            )
        )
    if report.waiting:
        lines.append(
            Words(
                f"まだ知らないリードの{what.ja}: {report.waiting:,}（{report.waiting_keys:,}人。"
                "保存してあり、リードを取り込むとつながります）",
                f"{what.en} of leads not known yet: {report.waiting:,} ({report.waiting_keys:,} leads;"
                " they are kept and join when the leads are imported)",
            )
        )
    if report.resumed:
        lines.append(
            Words("途中で止まっていた取り込みの続きです", "an interrupted import was taken up again")
        )
    if len(report.sheet.problems):
        lines.append(
            Words(
                f"読めずに入れなかった、または直した値: {report.sheet.problems.height:,}",
                f"values left out or put right: {report.sheet.problems.height:,}",
            )
        )
    if report.import_id is not None:
        lines.append(
            Words(
                f"取り込みの番号: {report.import_id}（mikomi undo {report.import_id} で元に戻せます）",
                f"import {report.import_id} (mikomi undo {report.import_id} takes it back)",
            )
        )
    if dry:
        lines.append(Words("まだ何も書き込んでいません（--dry-run）", "nothing was written (--dry-run)"))
    return "\n".join(line.text(language) for line in lines)


def rejects_line(report: Report, written: Path | None) -> Words:
    """How many rows were not taken, and where to read why."""
    first = report.sheet.rejected.row(0, named=True)
    ja, en = f"{first['line']}行目: {first['reason_ja']}", f"line {first['line']}: {first['reason_en']}"
    if written is None:
        return Words(
            f"取り込めない行: {report.rejected:,}（{ja}）",
            f"rows that cannot be taken: {report.rejected:,} ({en})",
        )
    return Words(
        f"取り込まなかった行: {report.rejected:,}（{written} に理由とともに書きました。{ja}）",
        f"rows not taken: {report.rejected:,} (with their reasons in {written}; {en})",
    )


def _write_rejects(file: Path, report: Report, language: Language) -> Path | None:
    """Writes what was not taken beside the file, under its own headers, to be mended and imported."""
    data = load("mikomi.hub.people.importing.mending").mended_file(report.import_id, language)
    if data is None:
        return None
    target = Path(f"{file}.rejected.csv")
    try:
        target.write_bytes(data)
    except OSError as error:
        raise MikomiError(
            Words(
                f"取り込みは終わりましたが、取り込まなかった行を {target} に書けません（{error.strerror}）",
                f"the import is done, but {target} cannot be written ({error.strerror})",
            )
        ) from error
    return target


def _found(sheet: Sheet, language: Language) -> str:
    known = (
        FORMATS.get(sheet.format, sheet.format),
        ENCODINGS.get(sheet.encoding or "", sheet.encoding),
        DELIMITERS[sheet.delimiter].text(language) if sheet.delimiter in DELIMITERS else sheet.delimiter,
    )
    return ", ".join(filter(None, known))
