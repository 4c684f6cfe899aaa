"""Token buckets: how much may come in how short a time."""

from __future__ import annotations

MOST_BUCKETS = 20_000


class Buckets[Key]:
    """One bucket a key. A full one holds a minute's worth; it fills again all the time.

    All that is kept of a bucket is when it will be full again: one number, which says at any moment how
    much is missing.
    """

    def __init__(self, most: int = MOST_BUCKETS) -> None:
        self._most = most
        self._full_at: dict[Key, float] = {}

    def __contains__(self, key: Key) -> bool:
        """Whether anything is missing in the bucket, as far as is known without a clock."""
        return key in self._full_at

    def wait(self, key: Key, a_minute: int, now: float) -> int:
        """The seconds until one more may come, 0 for now. `now` in seconds, of a clock that only rises."""
        full_at = self._full_at.get(key)
        if full_at is None:
            return 0
        # One is there once no more than all but one are missing.
        wait = full_at - now - (a_minute - 1) * 60 / a_minute
        return int(wait) + 1 if wait > 0 else 0

    def take(self, key: Key, n: int, a_minute: int, now: float) -> None:
        """Takes `n`, on credit where need be: a batch is taken whole, and the next one waits."""
        full_at = self._full_at.get(key)
        if full_at is None:
            if len(self._full_at) >= self._most:
                self._sweep(now)
            full_at = now
        self._full_at[key] = (full_at if full_at > now else now) + n * 60 / a_minute

    def _sweep(self, now: float) -> None:
        """Forgets the full ones, which say nothing; else the older half."""
        full = [key for key, full_at in self._full_at.items() if full_at <= now]
        for key in full or list(self._full_at)[: self._most // 2]:
            del self._full_at[key]
