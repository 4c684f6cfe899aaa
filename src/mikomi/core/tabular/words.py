"""What the readers have to say of files and rows, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mikomi.core.words import Words

type Name = str | Path

# ---- rows

NUL_BYTES = Words("NUL 文字が入っています", "the row holds NUL bytes")
BROKEN_QUOTE = Words(
    '引用符（"）の閉じ方が正しくありません', "a quoted field is followed by text: the quotes do not match"
)
UNCLOSED_QUOTE = Words('引用符（"）が閉じられていません', "a quote is opened and not closed")
LONG_LINE = Words("行が長すぎます（1 MiB まで）", "the line is longer than 1 MiB")
NOT_DECODED = Words("文字コードが合わず読めません", "the bytes do not decode in the encoding of the file")
BAD_JSON = Words("JSON のオブジェクトとして読めません", "the line is not a JSON object")
TOTAL_ROW = Words(
    "合計や小計の行です（リードではありません）", "the row sums up others (it is no row of its own)"
)
LONG_CELL = Words("1 つのセルが長すぎます（1 MiB まで）", "a cell is longer than 1 MiB")
NO_LEAD = Words("リードのキーがありません", "the lead is missing")
SAME_LEAD = Words("同じリードの行がすでにあります", "the lead has a row already")
NO_TIME = Words("日時がありません", "the time is missing")
BAD_TIME = Words("日時として読めません", "the time cannot be read as a date or a time")
BAD_KIND = Words(
    "種類（kind）は小文字の英字で始まる 1〜40 文字の英数字と _ で書きます",
    "kind must be lower snake case, 1 to 40 characters",
)
BAD_AUTOMATED = Words(
    "automated は true、false、1、0、空のどれかです", "automated must be true, false, 1, 0 or empty"
)
NO_RESULT = Words("結果（result）がありません", "the result is missing")


def few_fields(width: int) -> Words:
    return Words(f"項目が足りません（{width} 項目のはずです）", f"too few fields, {width} are expected")


def many_fields(width: int) -> Words:
    return Words(f"項目が多すぎます（{width} 項目のはずです）", f"too many fields, {width} are expected")


# ---- files


def no_file(path: Name) -> Words:
    return Words(
        f"{path}: ファイルがありません。場所と名前を確かめてください",
        f"{path}: no such file; check the folder and the name",
    )


def is_folder(path: Name) -> Words:
    return Words(f"{path}: フォルダーです。ファイルを指定してください", f"{path}: is a folder; name a file")


def no_plain_file(path: Name) -> Words:
    return Words(
        f"{path}: 普通のファイルではありません。ファイルに保存してから指定してください",
        f"{path}: is not a plain file; save it as one first",
    )


def empty_folder(path: Name) -> Words:
    return Words(
        f"{path}: フォルダーに読めるファイル（Parquet など）がありません",
        f"{path}: the folder holds no file that can be read; put Parquet files there",
    )


def no_permission(path: Name) -> Words:
    return Words(
        f"{path}: 読む権限がありません。ファイルの権限を変えてください",
        f"{path}: permission denied; give yourself the right to read it",
    )


def cannot_read(path: Name, why: object) -> Words:
    return Words(f"{path}: 読めませんでした（{why}）", f"{path}: cannot be read ({why})")


def empty_file(path: Name) -> Words:
    return Words(
        f"{path}: 中身が空です。書き出し直してください", f"{path}: the file is empty; export it again"
    )


def unknown_ending(path: Name, endings: Sequence[str]) -> Words:
    known = " ".join(endings)
    return Words(
        f"{path}: この種類のファイルは読めません。{known} のどれかで保存してください",
        f"{path}: files of this ending are not read; save it as one of {known}",
    )


def really_is(path: Name, what: Words, remedy: Words) -> Words:
    return Words(
        f"{path}: 中身は{what.ja}です。{remedy.ja}", f"{path}: this really is {what.en}; {remedy.en}"
    )


def unknown_encoding(path: Name, name: str) -> Words:
    return Words(
        f"{path}: 文字コード {name} は知りません。utf-8 か cp932 を指定してください",
        f"{path}: the encoding {name} is not known; say utf-8 or cp932",
    )


def nothing_decodes(path: Name) -> Words:
    return Words(
        f"{path}: 文字コードが分かりません。UTF-8 の CSV で保存し直してください",
        f"{path}: the encoding is neither UTF-8 nor CP932; save it as CSV in UTF-8",
    )


def double_header(path: Name, line: int, name: str, places: Sequence[int]) -> Words:
    ja, en = "・".join(str(p) for p in places), " and ".join(str(p) for p in places)
    return Words(
        f"{path}: {line} 行目: 見出し「{name}」が {ja} 列目にあります。片方の名前を変えてください",
        f"{path}: line {line}: the header {name!r} stands in columns {en}; rename one of them",
    )


def bad_header(path: Name, line: int, reason: Words) -> Words:
    return Words(
        f"{path}: {line} 行目: 見出しの行が読めません（{reason.ja}）。その行を直してください",
        f"{path}: line {line}: the header line cannot be read ({reason.en}); mend that line",
    )


def no_header_line(path: Name, line: int) -> Words:
    return Words(
        f"{path}: {line} 行目は見出しにできません。先頭に近い、空でない行を 1 つか、続く 2 つ選んでください",
        f"{path}: line {line} cannot be the header; name one filled line near the top, or two that follow"
        " each other",
    )


def too_many_columns(path: Name, columns: int, limit: int) -> Words:
    return Words(
        f"{path}: 列が {columns:,} あり、読める {limit:,} 列を超えています。使う列だけ書き出してください",
        f"{path}: there are {columns:,} columns, {limit:,} at most are read; export it with those you use",
    )


def no_sheet(path: Name, name: str, sheets: Sequence[str]) -> Words:
    found_ja, found_en = "」「".join(sheets[:20]), ", ".join(map(repr, sheets[:20]))
    return Words(
        f"{path}: シート「{name}」がありません（あるのは「{found_ja}」）",
        f"{path}: there is no sheet {name!r} (there are: {found_en})",
    )


def empty_sheet(path: Name, name: str) -> Words:
    return Words(
        f"{path}: シート「{name}」には値がありません。ほかのシートを選んでください",
        f"{path}: the sheet {name!r} holds no value; choose another",
    )


def unwritable(cells: int, signs: Sequence[str], rows: Sequence[int]) -> Words:
    shown, more = " ".join(signs[:20]), " …" if len(signs) > 20 else ""
    at = "・".join(map(str, rows)), ", ".join(map(str, rows))
    rest = "など" if cells > len(rows) else "", " …" if cells > len(rows) else ""
    return Words(
        f"CP932 で書けない文字（{shown}{more}）が {cells} 個のセル（{at[0]} 行目{rest[0]}）にあり、"
        "〓 にしました。そのまま書くには UTF-8 を選んでください",
        f"CP932 has no {shown}{more}: {cells} cells (rows {at[1]}{rest[1]}) hold 〓 instead;"
        " choose UTF-8 to keep them",
    )


def written_alike(signs: Sequence[str], cells: int) -> Words:
    shown = " ".join(map(repr, signs[:10]))
    return Words(
        f"CP932 では形の違う {len(signs)} 種類の文字を、同じ見た目の文字で書きました（{cells} 個のセル）",
        f"signs that CP932 has in another shape were written in it ({shown}; {cells} cells)",
    )


def guarded_cells(cells: int) -> Words:
    return Words(
        f"数式と見なされる {cells} 個のセルの前に ' を付けました。取り込むときは外れます",
        f"{cells} cells that a spreadsheet would compute got an apostrophe; importing takes it off",
    )


def cut_cells(cells: int, limit: int) -> Words:
    return Words(
        f"Excel のセルに入る {limit:,} 文字を超える {cells} 個のセルを切りました。CSV なら切れません",
        f"{cells} cells were cut at the {limit:,} characters that a sheet takes; choose CSV to keep them",
    )


def too_much_for_a_workbook() -> Words:
    return Words(
        "Excel のファイルに入る大きさ（1 枚のシートで 4 GB）を超えます。"
        "列を減らすか、CSV で書き出してください",
        "it is more than a workbook holds (4 GB a sheet); choose fewer columns, or CSV",
    )


def several_sheets(sheets: int) -> Words:
    return Words(
        f"1 枚のシートに入らないため、{sheets} 枚に分けました", f"the list goes over {sheets} sheets"
    )


def cannot_write(path: Name, why: object) -> Words:
    return Words(
        f"{path}: 書けませんでした（{why}）。場所と空き容量を確かめてください",
        f"{path}: cannot be written ({why}); check the folder and the room left",
    )


def bad_delimiter(path: Name, given: str) -> Words:
    return Words(
        f"{path}: 区切り文字は 1 文字で指定します（{given!r}）",
        f"{path}: the delimiter must be one character, not {given!r}",
    )


def broken_workbook(path: Name, why: object) -> Words:
    return Words(
        f"{path}: Excel ファイルが壊れているか、途中で切れています。開いて保存し直してください（{why}）",
        f"{path}: the workbook is damaged or cut off; open it in Excel and save it again ({why})",
    )


def zip_bomb(path: Name, size: str) -> Words:
    return Words(
        f"{path}: 開くと {size} になるため読みません。必要な行だけにして保存し直してください",
        f"{path}: unpacked it would take {size}, so it is not opened; save it with fewer rows",
    )


def empty_workbook(path: Name) -> Words:
    return Words(
        f"{path}: 値のあるシートがありません。書き出し直してください",
        f"{path}: no sheet holds any value; export it again",
    )


def broken_parquet(path: Name, why: object) -> Words:
    return Words(
        f"{path}: Parquet ファイルが壊れているか、途中で切れています。書き出し直してください（{why}）",
        f"{path}: the Parquet file is damaged or cut off; export it again ({why})",
    )


def no_column(path: Name, field: Words, tried: Sequence[str], columns: Sequence[str]) -> Words:
    names, found = " / ".join(tried), ", ".join(columns[:20])
    return Words(
        f"{path}: {field.ja}の列がありません。見出しを {names} のどれかにしてください（今の見出し: {found}）",
        f"{path}: no column for {field.en}; name one {names} (the headers are: {found})",
    )


def unknown_lead_column(path: Name, name: str, columns: Sequence[str]) -> Words:
    found = ", ".join(columns[:20])
    return Words(
        f"{path}: 列「{name}」がありません（見出し: {found}）",
        f"{path}: there is no column {name!r} (the headers are: {found})",
    )


def unknown_zone(name: str) -> Words:
    return Words(
        f"タイムゾーン {name} は知りません。Asia/Tokyo のように書いてください",
        f"the time zone {name} is not known; write one like Asia/Tokyo",
    )


def no_objects(path: Name) -> Words:
    return Words(
        f"{path}: JSON のオブジェクトの行がありません。1 行に 1 つ {{…}} の形で書き出してください",
        f"{path}: no line is a JSON object; export one {{…}} a line",
    )
