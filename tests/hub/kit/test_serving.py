from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from mikomi.hub.kit.serving.lock import shut_gate, turn, wait_at_gate
from mikomi.hub.kit.serving.supervisor import Child, Supervisor


def sleeper(name: str) -> Child:
    return Child(name, lambda died: ["-c", "import time; time.sleep(60)"])


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_later_children_start_when_told_and_end_with_the_others():
    first, later = sleeper("first"), sleeper("later")
    supervisor = Supervisor([first], [later])
    seen: list[bool] = []

    def meanwhile() -> None:
        seen.append(first.process is not None and later.process is None)
        supervisor.go_on()
        until(lambda: later.process is not None)
        seen.append(True)
        supervisor.stop()

    supervisor.look()
    started = first.process
    assert started is not None
    supervisor.run(meanwhile)
    assert seen == [True, True]
    assert started.poll() is not None  # the one started early is the one that ran, and ended


def test_children_started_early_end_without_a_run_and_later_ones_never_start():
    first, later = sleeper("first"), sleeper("later")
    supervisor = Supervisor([first], [later])
    supervisor.look()
    started = first.process
    supervisor.end()
    assert started is not None
    assert started.poll() is not None
    assert later.process is None
    supervisor.end()


def passing(block: Callable[[], None]) -> tuple[threading.Thread, threading.Event]:
    passed = threading.Event()

    def run() -> None:
        block()
        passed.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, passed


def test_nobody_passes_a_shut_gate_and_everybody_an_open_one(tmp_path: Path):
    with shut_gate(tmp_path) as open_gate:
        two = [passing(lambda: wait_at_gate(tmp_path)) for _ in range(2)]
        assert not two[0][1].wait(0.1)
        assert not two[1][1].is_set()
        open_gate()
        assert all(passed.wait(30) for _, passed in two)
        wait_at_gate(tmp_path)


def test_a_gate_opens_when_its_block_fails(tmp_path: Path):
    try:
        with shut_gate(tmp_path):
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        wait_at_gate(tmp_path)


def test_turns_are_taken_one_after_another(tmp_path: Path):
    def once() -> None:
        with turn(tmp_path):
            pass

    with turn(tmp_path):
        _, passed = passing(once)
        assert not passed.wait(0.1)
    assert passed.wait(30)
