"""Files that are whole or not there: written aside, synced, renamed; one writer at a time.

A file counts only when the manifest names it, so the order is: data files, their folder, manifest.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from mikomi.core.words import MikomiError, Words

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK_NAME = "lock"
TEMPORARY = ".tmp-"
FULL = (errno.ENOSPC, errno.EDQUOT)


def write_file(path: Path, data: bytes) -> None:
    """Puts `data` under `path` at once; what was there before is replaced. Raises OSError.

    The folder's entry is durable only after `sync_folder`.
    """
    aside = path.with_name(TEMPORARY + path.name)
    with open(aside, "wb", buffering=0) as file:
        _write(file.fileno(), data)
        _sync(file.fileno())
    _rename(aside, path)


def parquet_bytes(frame: pl.DataFrame, facts: Mapping[str, str], row_group: int) -> bytes:
    """`frame` as Parquet, `facts` kept in its footer.

    Uncompressed: 9 % larger than LZ4 and a third larger than zstd, and the fastest to load
    (bench/history.py); dictionaries and run lengths do most of the work already.
    """
    buffer = io.BytesIO()
    frame.write_parquet(
        buffer, compression="uncompressed", row_group_size=max(row_group, 1), metadata=dict(facts)
    )
    return buffer.getvalue()


def sync_folder(folder: Path) -> None:
    """Makes new names in `folder` survive a power cut, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Deletes a file nobody needs; one that cannot be deleted now stays for the next sweep."""
    try:
        _remove(path)
    except OSError:
        return


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Holds the folder's lock. Raises MikomiError at once when another writer has it.

    The system gives the lock back when its holder dies, however it dies.
    """
    try:
        handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise written_error(folder, error) from error
    try:
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise MikomiError(
                Words(
                    f"履歴フォルダー {folder} には、ほかの処理が書き込み中です。"
                    "終わってから、もう一度実行してください。",
                    f"{folder}: another process is writing to this history. "
                    "Wait until it has finished, then try again.",
                )
            ) from error
        yield
    finally:
        os.close(handle)


def written_error(folder: Path, error: OSError) -> MikomiError:
    """What to tell people when `folder` could not be written to; the old state is still there."""
    if error.errno in FULL:
        return MikomiError(
            Words(
                f"ディスクがいっぱいで、履歴 {folder} に書き込めませんでした。"
                "前の内容はそのままです。空きを作ってから、もう一度実行してください。",
                f"{folder}: the disk is full, so nothing was written and the history is as it was before. "
                "Free some space, then try again.",
            )
        )
    reason = error.strerror or str(error)
    return MikomiError(
        Words(
            f"履歴フォルダー {folder} に書き込めませんでした（{reason}）。"
            "前の内容はそのままです。フォルダーの権限を確かめてください。",
            f"{folder}: cannot write to this history ({reason}); it is as it was before. "
            "Check the permissions of the folder.",
        )
    )


def unsure_error(folder: Path, error: OSError) -> MikomiError:
    """What to tell people when the new state is there but the system would not promise to keep it."""
    reason = error.strerror or str(error)
    return MikomiError(
        Words(
            f"履歴 {folder} に書き込みましたが、ディスクへの保存を確かめられませんでした（{reason}）。"
            "ディスクを調べてから、履歴を開き直してください。",
            f"{folder}: written, but the system could not promise to keep it ({reason}). "
            "Check the disk, then open the history again.",
        )
    )


def _write(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while len(rest):
        rest = rest[os.write(handle, rest) :]


def _sync(handle: int) -> None:
    os.fsync(handle)


def _rename(source: Path, target: Path) -> None:
    os.replace(source, target)


def _remove(path: Path) -> None:
    os.unlink(path)
