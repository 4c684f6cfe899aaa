"""Named leases: one holder at a time, and numbers handed out in commit order.

    with leases.hold("fold") as lease:
        with transaction.atomic():
            number = lease.next_number()     # refuses when the lease was lost meanwhile
            ...                              # writes that carry `number`

The number's row stays locked until the transaction ends, so that a reader who sees number n sees
everything below n too. Hold a lease around transactions, not inside one: a lease taken inside a
transaction is not seen by others before it commits.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.heart import LIFE, BusyError, beating, is_busy
from mikomi.hub.kit.models import Lease

POLL_SECONDS = 0.1
HOLDER_FIRST_SECONDS = 1.0
"""Who had to wait for a write to end leaves the first turn after it to the holder's heart."""


class LostLeaseError(RuntimeError):
    """The lease ran out and someone else took it: what was about to be written must not be."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease that is held. `fence` grows with every holder of `name`."""

    name: str
    fence: int
    holder: str

    def check(self) -> None:
        """Raises `LostLeaseError` unless the lease is still ours.

        Inside a transaction it stays ours until the end of it: the row is locked.
        """
        self._renew()

    def next_number(self) -> int:
        """The next number under this lease's name: 1, 2, 3 … over all holders.

        Call it inside the transaction that writes what carries the number; a rolled back one gives
        its number back. Raises `LostLeaseError` when the lease was lost.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("take a number inside a transaction")
        self._renew(number=F("number") + 1)
        return Lease.objects.values_list("number", flat=True).get(name=self.name)

    def _ours(self) -> Q:
        return Q(name=self.name, fence=self.fence, holder=self.holder)

    def _renew(self, **changes: object) -> None:
        if not Lease.objects.filter(self._ours()).update(until=timezone.now() + LIFE, **changes):
            raise LostLeaseError(f"the lease {self.name!r} was lost")

    def _beat(self) -> None:
        with transaction.atomic():
            row = Lease.objects.select_for_update(skip_locked=True).filter(self._ours()).first()
            if row is not None:
                Lease.objects.filter(self._ours()).update(until=timezone.now() + LIFE)
            elif Lease.objects.filter(self._ours()).exists():
                # Our own open transaction has locked the row: nobody can take it before that ends.
                raise BusyError

    def _let_go(self) -> None:
        Lease.objects.filter(self._ours()).update(holder="", until=None)


@contextmanager
def hold(name: str, *, wait: float = 60.0) -> Iterator[Hold]:
    """Holds the lease `name` while the block runs; waits up to `wait` seconds for it.

    A holder that died is believed dead after 30 seconds. Raises `MikomiError` when the lease does
    not become free in time.
    """
    held = _take(name, wait)
    try:
        with beating(held._beat):
            yield held
    finally:
        held._let_go()


def last_number(name: str) -> int:
    """The last number handed out under `name` and committed; 0 before the first."""
    return Lease.objects.values_list("number", flat=True).filter(name=name).first() or 0


def release(holder_prefix: str) -> int:
    """Frees the leases of a process known to be dead (`holder_name`); says how many."""
    return Lease.objects.filter(holder__startswith=holder_prefix + "/").update(holder="", until=None)


def holder_name() -> str:
    """How this process signs the leases it holds."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _take(name: str, wait: float) -> Hold:
    holder = f"{holder_name()}/{secrets.token_hex(8)}"
    end = time.monotonic() + wait
    patient_until = 0.0
    while True:
        try:
            fence = _try(name, holder, take=time.monotonic() >= patient_until)
        except (BusyError, OperationalError) as error:
            if not is_busy(error):
                raise
            fence, patient_until = None, time.monotonic() + HOLDER_FIRST_SECONDS
        if fence is not None:
            return Hold(name, fence, holder)
        if time.monotonic() >= end:
            raise MikomiError(
                Words(
                    f"ほかの処理（{name}）が終わるのを待ちましたが、終わりませんでした。しばらくしてからお試しください",
                    f"other work ({name}) did not finish in time; try again in a while",
                )
            )
        time.sleep(POLL_SECONDS)


def _try(name: str, holder: str, *, take: bool) -> int | None:
    """Takes the lease where it is free; with `take` false only looks whether somebody writes.

    Raises `BusyError` where a long write may have kept the holder from renewing.
    """
    if not Lease.objects.filter(name=name).exists():
        Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
    now = timezone.now()
    free = Q(name=name) & (Q(until=None) | Q(until__lt=now))
    # A look without a lock first: on SQLite every attempt to write would stop all writers.
    if not Lease.objects.filter(free).exists():
        return None
    asked = time.monotonic()
    with transaction.atomic():
        row = Lease.objects.select_for_update(skip_locked=True).filter(free).first()
        if row is None and Lease.objects.filter(free).exists():
            # PostgreSQL: a transaction, most likely the holder's, has the row locked.
            raise BusyError
        if row is not None and row.holder and time.monotonic() - asked > HOLDER_FIRST_SECONDS / 2:
            # SQLite: somebody wrote for long, so that the holder's heart could not beat either.
            raise BusyError
        if row is None or not take:
            return None
        Lease.objects.filter(free).update(fence=F("fence") + 1, holder=holder, until=now + LIFE)
        return Lease.objects.values_list("fence", flat=True).get(name=name)
