"""Which kind of file it is: by its ending, and whether its first bytes agree."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mikomi.core.tabular import words
from mikomi.core.words import MikomiError, Words

type Format = Literal["csv", "xlsx", "parquet", "ndjson"]

ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}

SAVE_AS_XLSX = Words(
    "Excel で開き、「Excel ブック (.xlsx)」として、パスワードなしで保存し直してください",
    "open it in Excel and save it as .xlsx without a password",
)
RENAME = Words("名前の終わりを中身に合わせてください", "give it the ending of what it is")
EXPORT = Words("CSV か XLSX で書き出し直してください", "export it as CSV or XLSX")
UNPACK = Words("展開してから指定してください", "unpack it first")

SIGNATURES: tuple[tuple[bytes, Format | None, Words, Words], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        None,
        Words("古い形式 (.xls) かパスワード付きの Excel ファイル", "an old (.xls) or encrypted Excel file"),
        SAVE_AS_XLSX,
    ),
    (b"PAR1", "parquet", Words("Parquet ファイル", "a Parquet file"), RENAME),
    (b"PK\x03\x04", "xlsx", Words(" ZIP か Excel ブック", "a ZIP archive or an Excel workbook"), RENAME),
    (b"\x1f\x8b", None, Words(" gzip で圧縮したファイル", "a gzip file"), UNPACK),
    (b"%PDF-", None, Words(" PDF", "a PDF"), EXPORT),
)


def check_file(path: Path) -> Format:
    """The format of the file at `path`, once it is known that it is there, readable and not empty.

    Raises `MikomiError` for a missing file, a folder, no permission, an empty file, an ending that
    is not read, and a file that really is something else.
    """
    try:
        if path.is_dir():
            raise MikomiError(words.is_folder(path))
        form = ENDINGS.get(path.suffix.lower())
        if not path.exists():
            raise MikomiError(words.no_file(path))
        if not path.is_file():
            raise MikomiError(words.no_plain_file(path))
        if form is None:
            raise MikomiError(words.unknown_ending(path, tuple(ENDINGS)))
        with path.open("rb") as file:
            head = file.read(2048)
    except PermissionError:
        raise MikomiError(words.no_permission(path)) from None
    except (OSError, ValueError) as error:
        raise MikomiError(words.cannot_read(path, error)) from None
    if not head:
        raise MikomiError(words.empty_file(path))
    for start, real, what, remedy in SIGNATURES:
        if head.startswith(start) and real != form:
            raise MikomiError(words.really_is(path, what, remedy))
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")) or (
        form == "xlsx" and text.startswith(b"<")
    ):
        what = Words(" HTML（ウェブページ）", "an HTML page")
        raise MikomiError(words.really_is(path, what, SAVE_AS_XLSX if form == "xlsx" else EXPORT))
    if form == "xlsx" and not head.startswith(b"PK"):
        raise MikomiError(
            words.really_is(path, Words(" Excel ブックではないもの", "not a workbook"), SAVE_AS_XLSX)
        )
    if form == "parquet" and not head.startswith(b"PAR"):
        raise MikomiError(words.broken_parquet(path, "PAR1"))
    return form
