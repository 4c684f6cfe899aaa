"""The history files of the data folder: what scoring everybody reads, instead of the database.

history/lock         held by who writes here
history/copy-…       the copy of the activity table (`core.history`), kept up to date by change number
history/making-…     a copy being made, swept away where its maker died

The activity table is the truth. The folder may be deleted at any time, and where anything about it
is wrong, scoring reads the database: slower, and the same numbers.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError

from mikomi.core.events import Activity, ActivitySource, Piece, Touches
from mikomi.core.history import History
from mikomi.core.history.disk import only_writer
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity import copies
from mikomi.hub.activity.source import StoredPiece, all_activity, known_touches, lead_ends, stored_piece

FEWEST_LEADS = 10_000
"""Fewer leads than this need no files: the database gives them in less than a second, and a night's
changes would cost as much to take in (bench/nightly.py: they are level at about 8,000 leads)."""
LOCK_WAIT = 30.0
ERASED_ONE_BY_ONE = 8
"""Erasing more leads than this from the files takes longer than anyone waits: the copy goes."""
TROUBLE = "activity.history.trouble"
TROUBLE_SHOWN = 3 * 24 * 60 * 60

log = logging.getLogger(__name__)


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.DATA_FOLDER) / "history"


def history_source() -> ActivitySource:
    """The activity of all leads as it is now, from the history files, which are made, mended and
    brought up to date first.

    It is the activity table at one moment during the call. From the database where there are few
    leads, and where the files cannot be used, which is logged and shown. Do not call it in a
    transaction: what it writes down must outlive it. Pieces must be loaded while the calling
    thread's connection lives.
    """
    ends = lead_ends()
    if ends is None or ends[1] - ends[0] < FEWEST_LEADS:
        return all_activity()
    try:
        history = _up_to_date(folder())
        source = _guarded(history)
    except (Exception, pl.exceptions.PanicException) as error:
        # A cache must never stop scoring, whatever is wrong with it.
        _tell(error)
        return all_activity()
    cache.delete(TROUBLE)
    return source


def forget(leads: Sequence[int]) -> None:
    """Takes leads out of the history files, after their erasure was committed.

    Whoever is writing the files at that moment takes the erasure in as it ends.
    """
    home = folder()
    if not home.is_dir():
        return
    try:
        with _alone(home, wait=0.0):
            change = copies.last_numbers()[1]
            for copy in _folders(home):
                _forget_in(copy, leads, change)
    except _Busy:
        return
    except (OSError, MikomiError) as error:
        _tell(error)


def trouble() -> Words | None:
    """Why the history files could not be used last time; None where all is well."""
    said = cache.get(TROUBLE)
    return Words(**said) if said else None


@dataclass(frozen=True, slots=True)
class CopiedPiece:
    """A lead range of the copy. Where its files turn out to be damaged, the leads are read from the
    database, as they stand then; `numbers` gives the copy's touch number for the database's, or -1."""

    piece: Piece
    stored: StoredPiece
    numbers: npt.NDArray[np.int32]
    touches: int
    copy: Path

    @property
    def first(self) -> int:
        """The lowest lead number of the range."""
        return self.piece.first

    @property
    def last(self) -> int:
        """The highest lead number of the range."""
        return self.piece.last

    def load(self) -> Activity:
        """The range's activity, sorted."""
        try:
            activity = self.piece.load()
            if not self._sound(activity):
                raise ValueError("numbers that the range does not have")
        except (Exception, pl.exceptions.PanicException) as error:
            log.warning(
                "history files: leads %s to %s read from the database: %s", self.first, self.last, error
            )
            _distrust(self.copy)
            return self._renumbered(self.stored.load())
        return activity

    def _sound(self, activity: Activity) -> bool:
        lead, touch = activity.lead, activity.touch
        return not len(activity) or bool(
            lead[0] >= self.first
            and lead[-1] <= self.last
            and np.all(lead[1:] >= lead[:-1])
            and touch.min() >= 0
            and touch.max() < self.touches
            and activity.n.min() > 0
        )

    def _renumbered(self, rows: Activity) -> Activity:
        known = rows.touch < len(self.numbers)
        touch = np.where(known, self.numbers[np.where(known, rows.touch, 0)], -1)
        kept = np.flatnonzero(touch >= 0)
        kept = kept[np.lexsort((touch[kept], rows.day[kept], rows.lead[kept]))]
        return Activity(rows.lead[kept], rows.day[kept], touch[kept].astype(np.int32), rows.n[kept])


@dataclass(frozen=True, slots=True)
class CopiedActivity:
    """The copy as an `ActivitySource`."""

    touches: Touches
    pieces: Sequence[CopiedPiece]


class _Busy(Exception):
    """Another process writes to the folder."""


def _up_to_date(home: Path) -> History:
    home.mkdir(parents=True, exist_ok=True)
    while True:
        with _alone(home, wait=LOCK_WAIT):
            history = _current(home)
        # Who erased while we held the folder found it busy and left the rest to us.
        if copies.last_numbers()[1] <= history.built_through:
            return history


def _current(home: Path) -> History:
    """The copy with all changes in it; made anew where there is none that can be used."""
    for copy in _folders(home):
        try:
            if copy.name.startswith(copies.MAKING):
                raise MikomiError(Words("作りかけです", "it was never finished"))
            history = copies.open_copy(copy)
            copies.catch_up(history)
            return history
        except OperationalError:
            raise
        except (Exception, pl.exceptions.PanicException) as error:
            log.warning("history files: %s is made anew: %s", copy.name, error)
            copies.drop(copy)
    try:
        history = History.open(copies.make_copy(home))
        copies.catch_up(history)
    except BaseException:
        for copy in _folders(home):
            copies.drop(copy)
        raise
    return history


def _guarded(history: History) -> CopiedActivity:
    ours = history.touches.frame.with_row_index("number").cast({"number": pl.Int32})
    theirs = known_touches().frame
    numbers = theirs.join(ours, on=["kind", "content"], how="left", maintain_order="left")["number"]
    renumbering = numbers.fill_null(-1).to_numpy()
    renumbering = renumbering if len(renumbering) else np.full(1, -1, dtype=np.int32)
    turn = threading.Lock()
    pieces = tuple(
        CopiedPiece(
            piece,
            stored_piece(piece.first, piece.last, turn),
            renumbering,
            len(history.touches),
            history.folder,
        )
        for piece in history.pieces
    )
    return CopiedActivity(history.touches, pieces)


def _forget_in(copy: Path, leads: Sequence[int], change: int) -> None:
    if copy.name.startswith(copies.MAKING) or len(leads) > ERASED_ONE_BY_ONE:
        copies.drop(copy)
        return
    try:
        history = History.open(copy)
        for lead in leads:
            history.erase(lead, through=change)
    except (Exception, pl.exceptions.PanicException) as error:
        log.warning("history files: %s goes because of an erasure: %s", copy.name, error)
        copies.drop(copy)


def _folders(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("*-*") if path.is_dir())


@contextmanager
def _alone(home: Path, wait: float) -> Iterator[None]:
    """Holds the folder's lock; waits `wait` seconds for it, then raises `_Busy`."""
    end = time.monotonic() + wait
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(only_writer(home))
                break
            except MikomiError as error:
                # Elsewhere than on Windows the system tells a lock that is held from a folder without rights.
                if not isinstance(error.__cause__, BlockingIOError) and sys.platform != "win32":
                    raise
                if time.monotonic() >= end:
                    raise _Busy(str(error)) from error
            time.sleep(0.1)
        yield


def _distrust(copy: Path) -> None:
    try:
        (copy / copies.DISTRUSTED).touch()
    except OSError as error:
        log.warning("history files: %s cannot be marked as damaged: %s", copy.name, error)


def _tell(error: BaseException) -> None:
    log.warning("history files cannot be used, the database is read instead: %s", error, exc_info=error)
    said = error.words if isinstance(error, MikomiError) else Words(str(error), str(error))
    words = {
        "ja": f"履歴ファイルを使えないため、計算に時間がかかっています。{said.ja}",
        "en": f"The history files cannot be used, so scoring takes longer. {said.en}",
    }
    cache.set(TROUBLE, words, TROUBLE_SHOWN)
