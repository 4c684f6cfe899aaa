"""What is known of leads besides their activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.core.conditions.who import ConsentState, LabelKind
from mikomi.core.scoring.score import DayScores, Flags

CONSENT: tuple[ConsentState, ...] = ("unknown", "granted", "refused")
"""What a code of `Facts.consent` says."""


def no_outcomes() -> pl.DataFrame:
    """A frame of outcomes without any."""
    return pl.DataFrame(schema={"lead": pl.Int32, "day": pl.Int32, "result": pl.String})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the leads that are asked about; arrays in the order of the rows of `leads`.

    `leads`: attributes as text, as of the day, and `number` (left out: the row number). `outcomes`:
    `lead` (number), `day` (days since 1970-01-01 in the model's time zone), `result`; later ones and
    those of other leads are passed over. `scores`: of the day, `hot` as it is shown; None: there is no
    model. `stage`: 0 nowhere, else 1 + the place among `stages`, the keys. `labels`: who bears a tag,
    is in a list or segment; what is not there nobody bears. `consent`: codes, places in `CONSENT`.
    """

    leads: pl.DataFrame
    outcomes: pl.DataFrame = field(default_factory=no_outcomes)
    scores: DayScores | None = None
    stage: npt.NDArray[np.uint8] | None = None
    stages: tuple[str, ...] = ()
    labels: Mapping[tuple[LabelKind, int], Flags] = field(default_factory=dict)
    consent: npt.NDArray[np.uint8] | None = None
