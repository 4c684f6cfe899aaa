"""Members as bits: many leads in few bytes, compared and counted at once.

A part holds `PART` leads: small enough that one lead's change writes little and that a database keeps
it within a row, large enough that a million leads are a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PART = 4096
BYTES = PART // 8

type Numbers = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """Where leads stand in flags that hold the whole of `parts` (ascending), one part after the other."""

    parts: Numbers

    @staticmethod
    def around(numbers: Numbers) -> Places:
        """The parts that hold `numbers`."""
        return Places(np.unique(numbers // PART))

    @staticmethod
    def up_to(last: int) -> Places:
        """All parts from the first to the part `last`."""
        return Places(np.arange(last + 1, dtype=np.int64))

    def of(self, numbers: Numbers) -> Numbers:
        """The places of `numbers`, whose parts are all here."""
        return np.searchsorted(self.parts, numbers // PART) * PART + numbers % PART

    def leads(self, flags: Flags) -> Numbers:
        """The numbers of the leads that are set, ascending."""
        places = np.flatnonzero(flags)
        return self.parts[places // PART] * PART + places % PART

    def read(self, stored: Mapping[int, bytes]) -> Flags:
        """Flags from parts as they are stored; a part that is not there has no members."""
        empty = bytes(BYTES)
        packed = b"".join(bytes(stored.get(part, empty)) for part in self.parts.tolist())
        return np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little").astype(np.bool_)

    def changed(self, before: Flags, after: Flags) -> dict[int, bytes]:
        """The parts that differ, as they are to be stored."""
        differs = (before != after).reshape(-1, PART).any(axis=1)
        packed = np.packbits(after.reshape(-1, PART)[differs], axis=1, bitorder="little")
        return {part: row.tobytes() for part, row in zip(self.parts[differs].tolist(), packed, strict=True)}
