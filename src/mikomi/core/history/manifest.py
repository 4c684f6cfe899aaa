"""The manifest: the one file that says which other files of a history count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mikomi.core.words import MikomiError, Words

FORMAT = 1
MANIFEST_NAME = "manifest.json"


class StaleHistory(MikomiError):
    """The history must not be used as it is: make it anew from the facts it was made from."""


@dataclass(frozen=True, slots=True)
class TouchFile:
    """Touches `first` to `first + count - 1`."""

    name: str
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class RangeFile:
    """All rows of one lead range up to commit `version`, sorted by the key, no key twice."""

    name: str
    version: int
    rows: int


@dataclass(frozen=True, slots=True)
class DeltaFile:
    """Signed rows added in commit `version`; rows start to stop - 1 belong to the range of a mark."""

    name: str
    version: int
    marks: tuple[tuple[int, int, int], ...]

    def rows_of(self, number: int) -> tuple[int, int]:
        """Start and length of the rows of a range; (0, 0) if it has none."""
        for at, start, stop in self.marks:
            if at == number:
                return start, stop - start
        return 0, 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of one table: a file a range, and deltas in the order they came."""

    ranges: Mapping[int, RangeFile] = field(default_factory=dict)
    deltas: tuple[DeltaFile, ...] = ()

    @property
    def numbers(self) -> list[int]:
        """Ranges that have rows, in order."""
        marked = {at for delta in self.deltas for at, _, _ in delta.marks}
        return sorted(marked.union(self.ranges))

    def deltas_of(self, number: int) -> list[DeltaFile]:
        """The deltas with rows of this range."""
        return [delta for delta in self.deltas if delta.rows_of(number)[1]]

    def names(self) -> list[str]:
        """Every file of the shelf."""
        return [file.name for file in self.ranges.values()] + [delta.name for delta in self.deltas]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of a history after commit `version`.

    `range_size` leads share a range. `built_through` is the highest change number whose changes are
    in. `erased` gives, for a range, the commit and the change number of its latest erasure.
    """

    timezone: str
    range_size: int
    version: int = 0
    built_through: int = 0
    touches: tuple[TouchFile, ...] = ()
    activity: Shelf = field(default_factory=Shelf)
    ledger: Shelf = field(default_factory=Shelf)
    erased: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def names(self) -> set[str]:
        """Every data file that counts."""
        touches = [file.name for file in self.touches]
        return {*touches, *self.activity.names(), *self.ledger.names()}

    def facts(self) -> dict[str, str]:
        """What each data file says about itself in its footer."""
        return {
            "mikomi.format": str(FORMAT),
            "mikomi.timezone": self.timezone,
            "mikomi.range_size": str(self.range_size),
            "mikomi.version": str(self.version),
            "mikomi.built_through": str(self.built_through),
        }

    def dump(self) -> bytes:
        """The manifest as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()


def read_manifest(folder: Path) -> Manifest:
    """The current manifest of `folder`.

    Raises StaleHistory when it was written in another format, MikomiError when there is none or it
    cannot be read.
    """
    path = folder / MANIFEST_NAME
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MikomiError(
            Words(
                f"{folder} は履歴フォルダーではありません（{MANIFEST_NAME} がありません）。"
                "場所を確かめてください。",
                f"{folder} is not a history folder: it has no {MANIFEST_NAME}. Check the path.",
            )
        ) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    try:
        tree = json.loads(text)
        number = tree["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, str(error)) from error
    if number != FORMAT:
        raise StaleHistory(
            Words(
                f"履歴 {folder} は別の版の形式（{number}）です。この版は形式 {FORMAT} を読みます。"
                "履歴を作り直してください。",
                f"{folder}: this history has format {number}, this version reads format {FORMAT}. "
                "Build the history again.",
            )
        )
    try:
        return _manifest(tree)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, str(error)) from error


def lost_file(folder: Path) -> MikomiError:
    """What to say when a file that the manifest names is not there."""
    return MikomiError(
        Words(
            f"履歴 {folder} のファイルが足りません。履歴を作り直してください。",
            f"{folder}: a file of the history is missing. Build the history again.",
        )
    )


def _manifest(tree: Mapping[str, Any]) -> Manifest:
    return Manifest(
        str(tree["timezone"]),
        int(tree["range_size"]),
        int(tree["version"]),
        int(tree["built_through"]),
        tuple(TouchFile(**file) for file in tree["touches"]),
        _shelf(tree["activity"]),
        _shelf(tree["ledger"]),
        {int(number): (int(mark[0]), int(mark[1])) for number, mark in tree["erased"].items()},
    )


def _shelf(tree: Mapping[str, Any]) -> Shelf:
    return Shelf(
        {int(number): RangeFile(**file) for number, file in tree["ranges"].items()},
        tuple(
            DeltaFile(
                delta["name"],
                int(delta["version"]),
                tuple((int(at), int(start), int(stop)) for at, start, stop in delta["marks"]),
            )
            for delta in tree["deltas"]
        ),
    )


def _unreadable(path: Path, reason: str) -> MikomiError:
    return MikomiError(
        Words(
            f"{path} を読めません（{reason}）。履歴フォルダーを消して、作り直してください。",
            f"{path}: cannot be read ({reason}). Delete the history folder and build it again.",
        )
    )
