"""Event rows while they are made: arrays of one length, contents by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.events import KINDS
from mikomi.hub.site.demo.calendar import Days

NOT_A_PROJECT = -1


@dataclass(frozen=True, slots=True)
class Rows:
    """Events: lead place, day number, UTC seconds, kind and content numbers, machine or not.

    `project` is the number of the search for a product that caused the event, or -1.
    """

    lead: Days
    day: Days
    at: Days
    kind: Days
    content: Days
    automated: npt.NDArray[np.bool_]
    project: Days

    def __len__(self) -> int:
        return len(self.lead)

    def where(self, mask: npt.NDArray[np.bool_]) -> Rows:
        """Only the rows of the mask."""
        return Rows(
            self.lead[mask],
            self.day[mask],
            self.at[mask],
            self.kind[mask],
            self.content[mask],
            self.automated[mask],
            self.project[mask],
        )


def make_rows(
    lead: Days,
    day: Days,
    at: Days,
    kind: str,
    content: Days | int,
    project: Days | int = NOT_A_PROJECT,
    automated: bool = False,
) -> Rows:
    """Rows of one kind; a single content or project number stands for all of them."""
    size = len(lead)
    return Rows(
        lead,
        day,
        at,
        np.full(size, KINDS.index(kind), np.int64),
        np.broadcast_to(np.asarray(content, np.int64), (size,)),
        np.full(size, automated),
        np.broadcast_to(np.asarray(project, np.int64), (size,)),
    )


def join_rows(parts: Sequence[Rows]) -> Rows:
    """All parts below each other."""
    return Rows(
        np.concatenate([part.lead for part in parts]),
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.content for part in parts]),
        np.concatenate([part.automated for part in parts]),
        np.concatenate([part.project for part in parts]),
    )


def event_frame(rows: Rows, leads: pl.Series, contents: Sequence[str]) -> pl.DataFrame:
    """The rows as `lead, at (UTC, µs), kind, content, automated`, in the order of time."""
    return pl.DataFrame(
        {
            "lead": leads.gather(rows.lead),
            "at": pl.Series(rows.at * 1_000_000).cast(pl.Datetime("us", "UTC")),
            "kind": pl.Series(KINDS).gather(rows.kind),
            "content": pl.Series(list(contents)).gather(rows.content),
            "automated": rows.automated,
        }
    ).sort("at", "lead", "kind", "content")
