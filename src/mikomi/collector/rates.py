"""Token buckets: how much may come in how short a time."""

from __future__ import annotations

MOST_BUCKETS = 20_000


class Buckets[Key]:
    """One bucket a key. A full one holds a minute's worth; it fills again all the time."""

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._buckets: dict[Key, tuple[float, float]] = {}

    def wait(self, key: Key, a_minute: int, now: float) -> int:
        """The seconds until one more may come, 0 for now. `now` in seconds, of a clock that only rises."""
        found = self._buckets.get(key)
        if found is None:
            return 0
        there = found[0] + (now - found[1]) * a_minute / 60
        return 0 if there >= 1 else int((1 - there) * 60 / a_minute) + 1

    def take(self, key: Key, n: int, a_minute: int, now: float) -> None:
        """Takes `n`, on credit where need be: a batch is taken whole, and the next one waits."""
        found = self._buckets.get(key)
        if found is None:
            if len(self._buckets) >= self._most:
                self._sweep(a_minute, now)
            there = float(a_minute)
        else:
            there = min(float(a_minute), found[0] + (now - found[1]) * a_minute / 60)
        self._buckets[key] = (there - n, now)

    def _sweep(self, a_minute: int, now: float) -> None:
        """Forgets the full ones, which say nothing; else the older half."""
        filled = a_minute / 60
        full = [key for key, (there, at) in self._buckets.items() if there + (now - at) * filled >= a_minute]
        for key in full or list(self._buckets)[: self._most // 2]:
            del self._buckets[key]
