"""Two segments side by side, as a small picture."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 600
"""Of the whole picture, in its own units: what both hold together."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many leads are in the first alone, in both, in the second alone; where the bars stand."""

    first_alone: int
    both: int
    second_alone: int

    @property
    def first(self) -> int:
        """How many are in the first."""
        return self.first_alone + self.both

    @property
    def second(self) -> int:
        """How many are in the second."""
        return self.both + self.second_alone

    @property
    def whole(self) -> int:
        """How many are in any of them."""
        return self.first_alone + self.both + self.second_alone

    @property
    def begins(self) -> int:
        """Where the second's bar, and what both share, begins."""
        return self._length(self.first_alone)

    @property
    def shared(self) -> int:
        """How long what both share is."""
        return self._length(self.first_alone + self.both) - self.begins

    @property
    def first_length(self) -> int:
        """How long the first's bar is."""
        return self._length(self.first)

    @property
    def second_length(self) -> int:
        """How long the second's bar is."""
        return WIDTH - self.begins if self.whole else 0

    def _length(self, n: int) -> int:
        return round(n * WIDTH / self.whole) if self.whole else 0
