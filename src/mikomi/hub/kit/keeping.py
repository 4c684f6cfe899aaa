"""Files that people upload, kept in a folder of the data folder under names that say nothing.

A file is there, whole and on the disk, before anything names it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import unicodedata
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.folder import trouble

LONGEST_NAME = 150


def keep(folder: Path, upload: UploadedFile, largest: int) -> tuple[str, int]:
    """Keeps an upload in `folder`; the random name it is stored under, and its bytes.

    Raises `MikomiError` for one that is empty or has more than `largest` bytes, and where the disk
    does not take it; then nothing is left of it.
    """
    name = shown_name(str(upload.name or ""))
    if (upload.size or 0) > largest:
        raise too_large(name, largest)
    stored_as = secrets.token_hex(16)
    draft = folder / f".{stored_as}"
    size = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for chunk in upload.chunks():
                size += len(chunk)
                if size > largest:
                    raise too_large(name, largest)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise MikomiError(
                Words(
                    f"「{name}」は空のファイルです。中身を確かめて、もう一度選んでください。",
                    f"“{name}” is an empty file. Look into it and choose it again.",
                )
            )
        draft.replace(folder / stored_as)
    except OSError as error:
        raise trouble(Path(settings.DATA_FOLDER), error) from error
    finally:
        remove(folder, draft.name)
    return stored_as, size


def remove(folder: Path, name: str) -> None:
    """Removes a stored file; one that is gone already is no error."""
    # A disk that is broken now is swept later.
    with contextlib.suppress(OSError):
        (folder / name).unlink(missing_ok=True)


def shown_name(name: str) -> str:
    """A file's name as it is shown and given out: without a path, without what could mislead.

    Control and direction signs go (exe that reads as pdf); a long name keeps its ending.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    stem, dot, ending = plain.strip().rpartition(".")
    if dot and len(ending) <= 10:
        plain = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain.strip()[:LONGEST_NAME] or "file"


def too_large(name: str, largest: int) -> MikomiError:
    """What is said of a file that is too large."""
    return MikomiError(
        Words(
            f"「{name}」は大きすぎます。1つ{largest >> 20} MBまでです。"
            "分けるか、共有フォルダの場所をメモに書いてください。",
            f"“{name}” is too large: {largest >> 20} MB a file."
            " Split it, or note where it lies on a shared drive.",
        )
    )
