"""The data folder: everything of one installation, besides a PostgreSQL database.

folder.json      which format this is, and the time zone all days are counted in
secret_key       signs sessions and links (mode 600)
mikomi.sqlite3   the database, where no `MIKOMI_DATABASE_URL` is set
history/         activity files, a cache
files/           files of leads and companies, under random names
documents/       documents that are given out by links, under random names
exports/         workbooks of long lists, for their makers, under random names; removed after some days
web.lock         held while `mikomi serve` runs the pages; worker.lock, collector.lock in the same way
web.gate         held while the database is made ready; web.turn while one process loads the pages
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.environment import SECRET_FILE

FORMAT = 1
ABOUT_FILE = "folder.json"
DEFAULT_TIMEZONE = "Asia/Tokyo"


@dataclass(frozen=True, slots=True)
class About:
    """What `folder.json` says.

    `format`: the layout's number; a higher one than ours is a newer version's. `timezone`: IANA
    name. `demo`: `""` for a real folder, `"filling"` or `"ready"` for one made by `mikomi demo`.
    """

    format: int = FORMAT
    timezone: str = DEFAULT_TIMEZONE
    demo: str = ""


def about(folder: Path) -> About | None:
    """What `folder` says of itself; None for a folder that was not prepared yet."""
    file = folder / ABOUT_FILE
    try:
        said = json.loads(file.read_text("utf-8"))
        found = About(int(said["format"]), str(said["timezone"]), str(said.get("demo", "")))
        ZoneInfo(found.timezone)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise no_rights(folder) from error
    except (ValueError, KeyError, TypeError, ZoneInfoNotFoundError) as error:
        raise MikomiError(
            Words(
                f"データフォルダの {file} が壊れています。控えから戻すか、"
                "別のフォルダを --data で指定してください",
                f"{file} is damaged; restore it from a backup or name another folder with --data",
            )
        ) from error
    if found.format > FORMAT:
        raise newer(folder)
    return found


def timezone_of(folder: Path) -> str:
    """The IANA time zone of `folder`, Asia/Tokyo where it is new."""
    found = about(folder)
    return found.timezone if found else DEFAULT_TIMEZONE


def prepare(folder: Path, *, timezone: str = DEFAULT_TIMEZONE) -> About:
    """Makes `folder` ready to use, and checks that it can be: rights, version, room.

    Raises `MikomiError` in words for a folder that cannot be used. Doing it again changes nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise MikomiError(
            Words(
                f"データフォルダ {folder} はファイルです。フォルダを指定してください",
                f"the data folder {folder} is a file; name a folder",
            )
        ) from error
    except OSError as error:
        raise trouble(folder, error) from error
    found = about(folder)
    try:
        _check_writable(folder)
        if found is None:
            found = About(timezone=timezone)
            write_about(folder, found)
        _write_secret(folder)
    except OSError as error:
        raise trouble(folder, error) from error
    return found


def write_about(folder: Path, said: About) -> None:
    """Writes `folder.json`, whole or not at all."""
    replace_file(folder / ABOUT_FILE, json.dumps(asdict(said), ensure_ascii=False, indent=2) + "\n")


def replace_file(file: Path, text: str) -> None:
    """Writes `text` to `file` so that a reader, or a crash, never meets half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with draft.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _check_writable(folder: Path) -> None:
    probe = folder / f".probe.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        # As much as a small database page run: an empty file may fit where nothing else does.
        probe.write_bytes(b"\0" * 65536)
    finally:
        probe.unlink(missing_ok=True)


def _write_secret(folder: Path) -> None:
    file = folder / SECRET_FILE
    if file.is_file() and file.stat().st_size:
        return
    draft = folder / f".{SECRET_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(secrets.token_urlsafe(48))
        out.flush()
        os.fsync(out.fileno())
    try:
        # A link never overwrites: of two that start at once, both then read the first one's key.
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError:
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def no_rights(folder: Path) -> MikomiError:
    """The error for a folder this user may not read or write."""
    return MikomiError(
        Words(
            f"データフォルダ {folder} を読み書きする権限がありません。権限を直すか、"
            "別のフォルダを --data で指定してください",
            f"no rights to read and write the data folder {folder}; "
            "mend its rights or name another folder with --data",
        )
    )


def newer(folder: Path) -> MikomiError:
    """The error for data that a newer version of Mikomi has written."""
    return MikomiError(
        Words(
            f"データフォルダ {folder} は新しい版の Mikomi のものです。"
            "Mikomi を新しくしてください（データは変えていません）",
            f"the data in {folder} was written by a newer version of Mikomi; "
            "update Mikomi (nothing was changed)",
        )
    )


def trouble(folder: Path, error: OSError) -> MikomiError:
    """What the system says about `folder`, in words: no rights, read-only, a full disk."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return no_rights(folder)
    if error.errno == errno.EROFS:
        return MikomiError(
            Words(
                f"データフォルダ {folder} は読み取り専用の場所にあります。"
                "書き込める場所を --data で指定してください",
                f"the data folder {folder} is on a read-only disk; name a writable place with --data",
            )
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MikomiError(
            Words(
                f"データフォルダ {folder} のディスクに空きがありません。空きを作ってから、"
                "もう一度お試しください",
                f"the disk of the data folder {folder} is full; make room and try again",
            )
        )
    return MikomiError(
        Words(
            f"データフォルダ {folder} を使えません（{error.strerror}）。"
            "別のフォルダを --data で指定してください",
            f"cannot use the data folder {folder} ({error.strerror}); name another folder with --data",
        )
    )
