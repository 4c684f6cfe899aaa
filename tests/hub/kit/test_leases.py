from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.kit import leases
from mikomi.hub.kit.models import Lease


@pytest.mark.django_db
def test_numbers_go_on_from_holder_to_holder() -> None:
    with leases.hold("fold") as first, transaction.atomic():
        assert [first.next_number(), first.next_number()] == [1, 2]
    with leases.hold("fold") as second, transaction.atomic():
        assert second.next_number() == 3
    assert second.fence > first.fence
    assert leases.last_number("fold") == 3
    assert leases.last_number("other") == 0


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_number_is_given_again() -> None:
    with leases.hold("fold") as lease:
        with transaction.atomic():
            assert lease.next_number() == 1
            transaction.set_rollback(True)
        with transaction.atomic():
            assert lease.next_number() == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_wants_a_transaction() -> None:
    with leases.hold("fold") as lease, pytest.raises(transaction.TransactionManagementError):
        lease.next_number()


@pytest.mark.django_db
def test_a_held_lease_is_not_given_twice() -> None:
    with (
        leases.hold("fold"),
        pytest.raises(MikomiError, match="did not finish in time"),
        leases.hold("fold", wait=0),
    ):
        pass
    with leases.hold("fold", wait=0), leases.hold("other", wait=0):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_holder_that_died_is_replaced_and_its_late_writes_are_refused() -> None:
    with leases.hold("fold") as dead:
        Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
        with leases.hold("fold", wait=0) as living:
            with pytest.raises(leases.LostLeaseError), transaction.atomic():
                dead.next_number()
            with pytest.raises(leases.LostLeaseError):
                dead.check()
            living.check()
    with leases.hold("fold", wait=0):
        pass


@pytest.mark.django_db
def test_the_leases_of_a_process_known_to_be_dead_are_freed_at_once() -> None:
    with leases.hold("fold"):
        assert leases.release("elsewhere:1") == 0
        assert leases.release(leases.holder_name()) == 1
        with leases.hold("fold", wait=0):
            pass


@pytest.mark.django_db(transaction=True)
def test_a_long_hold_is_renewed_beside_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mikomi.hub.kit.heart.BEAT_SECONDS", 0.05)
    with leases.hold("fold"):
        before = Lease.objects.get(name="fold").until
        assert before is not None
        waited = threading.Event()
        for _ in range(100):
            waited.wait(0.05)
            until = Lease.objects.get(name="fold").until
            if until and until > before:
                break
        else:
            pytest.fail("the lease was never renewed")


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_when_the_lease_is_let_go() -> None:
    got: list[int] = []

    def wait() -> None:
        with leases.hold("fold", wait=20) as lease:
            got.append(lease.fence)
        connection.close()

    with leases.hold("fold") as first:
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.3)
        assert got == []
    waiting.join(20)
    assert got == [first.fence + 1]


@pytest.mark.django_db(transaction=True)
def test_a_holder_that_writes_for_long_keeps_its_lease_and_nobody_is_alarmed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mikomi.hub.kit.heart.BEAT_SECONDS", 0.1)
    monkeypatch.setattr("mikomi.hub.kit.heart.LIFE", timedelta(seconds=0.5))
    monkeypatch.setattr("mikomi.hub.kit.leases.LIFE", timedelta(seconds=0.5))
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.3)
    taken: list[str] = []
    others = threading.Event()

    def want() -> None:
        try:
            with leases.hold("fold", wait=3.0):
                taken.append("another")
        except MikomiError:
            taken.append("nobody")
        finally:
            others.set()
            connection.close()

    with leases.hold("fold") as lease:
        wanting = threading.Thread(target=want)
        with transaction.atomic():
            lease.next_number()
            wanting.start()
            time.sleep(2.0)
        lease.check()
        others.wait(10)
        lease.check()
    wanting.join(10)
    assert taken == ["nobody"]
    assert "could not renew" not in caplog.text
