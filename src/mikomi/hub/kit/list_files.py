"""Lists of pages as files that a browser loads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import IO

import polars as pl
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from mikomi.core.tabular.write import csv_pieces, write_xlsx


def list_answer(frames: Iterable[pl.DataFrame], name: str, wanted: str) -> HttpResponseBase:
    """The rows of `frames` as a file called `name`: `wanted` is `xlsx`, `cp932` (CSV) or anything else for
    CSV in UTF-8."""
    if wanted == "xlsx":
        # The answer reads it after this function has ended, and closes it.
        book: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        # A temporary file is one on every system; typeshed gives it a type of its own.
        write_xlsx(frames, book)  # pyright: ignore[reportArgumentType]
        book.seek(0)
        return FileResponse(book, as_attachment=True, filename=f"{name}.xlsx")
    # The web's name for CP932 is that of the older code page.
    encoding, charset = ("cp932", "shift_jis") if wanted == "cp932" else ("utf-8", "utf-8")
    answer = StreamingHttpResponse(
        csv_pieces(frames, encoding=encoding), content_type=f"text/csv; charset={charset}"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
