"""The journal: durable before the answer, stored whole or not at all, read in order."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import shutil
import sqlite3
from pathlib import Path

import pytest

from mikomi.collector.journal import (
    Journal,
    JournalBusy,
    backlog,
    forget,
    journal_id,
    read_after,
    take_refused,
)
from mikomi.collector.journal.file import file_in
from mikomi.collector.reasons import Reason

RECEIVED = 1_790_000_000_000_000


async def append_all(journal: Journal, bodies: list[bytes]) -> None:
    await asyncio.gather(*(journal.append(received=RECEIVED, source=1, body=body) for body in bodies))


def write(folder: Path, bodies: list[bytes], **limits: int) -> None:
    """A journal opened, written and closed, as one run of the collector does."""
    journal = Journal(folder, **limits)
    try:
        asyncio.run(append_all(journal, bodies))
    finally:
        journal.close()


def bodies_of(folder: Path, after: int = 0) -> list[bytes]:
    return [entry.body for entry in read_after(folder, after)]


def test_what_was_appended_is_read_in_its_order(tmp_path: Path):
    sent = [str(number).encode() for number in range(3000)]
    write(tmp_path, sent)
    assert bodies_of(tmp_path) == sent


def test_an_entry_comes_back_as_it_was_given(tmp_path: Path):
    async def one() -> None:
        await journal.append(
            received=RECEIVED,
            source=7,
            body=b'{"batch":[]}',
            address="2001:db8::1",
            agent="curl/8 é",
            flags='{"dnt":"1"}',
        )

    journal = Journal(tmp_path)
    asyncio.run(one())
    [entry] = read_after(tmp_path, 0)
    journal.close()
    assert (entry.received, entry.source, entry.kind, entry.body) == (RECEIVED, 7, "batch", b'{"batch":[]}')
    assert (entry.address, entry.agent, entry.flags) == ("2001:db8::1", "curl/8 é", '{"dnt":"1"}')


def test_it_can_be_read_by_others_as_soon_as_append_returns(tmp_path: Path):
    async def one() -> list[bytes]:
        await journal.append(received=RECEIVED, source=1, body=b"now")
        return bodies_of(tmp_path)

    journal = Journal(tmp_path)
    assert asyncio.run(one()) == [b"now"]
    journal.close()


def test_reading_goes_on_after_any_entry_and_in_pieces(tmp_path: Path):
    sent = [str(number).encode() for number in range(50)]
    write(tmp_path, sent)
    got: list[bytes] = []
    after = 0
    while piece := read_after(tmp_path, after, limit=7):
        assert len(piece) <= 7
        got += [entry.body for entry in piece]
        after = piece[-1].seq
    assert got == sent


def test_a_piece_is_bounded_in_bytes_but_never_empty(tmp_path: Path):
    write(tmp_path, [b"x" * 1000] * 10)
    assert len(read_after(tmp_path, 0, limit_bytes=2500)) == 3
    assert len(read_after(tmp_path, 0, limit_bytes=1)) == 1


def test_what_is_forgotten_is_gone_and_its_numbers_are_not_used_again(tmp_path: Path):
    write(tmp_path, [b"1", b"2", b"3"])
    last = read_after(tmp_path, 0)[-1].seq
    forget(tmp_path, last)
    assert bodies_of(tmp_path) == []
    write(tmp_path, [b"4"])
    [entry] = read_after(tmp_path, last)
    assert entry.body == b"4"
    assert entry.seq > last


def test_forgetting_half_of_what_was_committed_together_loses_nothing(tmp_path: Path):
    write(tmp_path, [b"1", b"2", b"3", b"4"])
    second = read_after(tmp_path, 0)[1].seq
    forget(tmp_path, second)
    assert bodies_of(tmp_path, after=second) == [b"3", b"4"]


def test_a_new_journal_has_another_name(tmp_path: Path):
    write(tmp_path / "a", [b"1"])
    write(tmp_path / "b", [b"1"])
    name = journal_id(tmp_path / "a")
    assert name
    write(tmp_path / "a", [b"2"])
    assert journal_id(tmp_path / "a") == name
    assert journal_id(tmp_path / "b") != name


def test_a_folder_without_a_journal_has_nothing_and_stays_so(tmp_path: Path):
    assert read_after(tmp_path, 0) == []
    assert journal_id(tmp_path) == ""
    assert take_refused(tmp_path) == []
    assert backlog(tmp_path).entries == 0
    forget(tmp_path, 10)
    assert list(tmp_path.iterdir()) == []


def test_the_backlog_says_how_much_waits_and_since_when(tmp_path: Path):
    write(tmp_path, [b"x" * 100] * 5)
    waiting = backlog(tmp_path)
    assert waiting.entries == 5
    assert waiting.bytes >= 500
    assert waiting.oldest == RECEIVED


def test_refusals_are_counted_by_source_and_reason_and_taken_once(tmp_path: Path):
    journal = Journal(tmp_path)
    journal.count(1, Reason.JSON)
    journal.count(1, Reason.JSON, 2)
    journal.count(0, Reason.UNKNOWN_KEY)
    journal.close()
    journal = Journal(tmp_path)
    journal.count(1, Reason.JSON)
    journal.close()
    taken = {(one.source, one.reason): one.n for one in take_refused(tmp_path)}
    assert taken == {(1, "not_json"): 4, (0, "unknown_key"): 1}
    assert take_refused(tmp_path) == []


def append_many(folder: Path, name: bytes) -> None:
    write(folder, [b"%b %d" % (name, number) for number in range(300)])


def test_several_processes_append_to_one_journal(tmp_path: Path):
    spawning = multiprocessing.get_context("spawn")
    several = [spawning.Process(target=append_many, args=(tmp_path, name)) for name in (b"a", b"b")]
    for process in several:
        process.start()
    for process in several:
        process.join()
    got = bodies_of(tmp_path)
    assert len(got) == len(set(got)) == 600
    for name in (b"a", b"b"):
        assert [body for body in got if body.startswith(name)] == [b"%b %d" % (name, n) for n in range(300)]


def test_a_locked_journal_is_busy_and_keeps_nothing_of_what_was_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mikomi.collector.journal.file.LOCKED_SECONDS", 0.05)
    write(tmp_path, [b"before"])
    other = sqlite3.connect(file_in(tmp_path), isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(JournalBusy):
        write(tmp_path, [b"refused"])
    other.execute("rollback")
    other.close()
    write(tmp_path, [b"after"])
    assert bodies_of(tmp_path) == [b"before", b"after"]


def test_a_journal_of_an_earlier_version_is_read_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mikomi.collector.journal.file.PAGE_BYTES", 4096)
    write(tmp_path, [b"earlier"] * 50)
    monkeypatch.undo()
    write(tmp_path, [b"later"] * 50)
    assert bodies_of(tmp_path) == [b"earlier"] * 50 + [b"later"] * 50


def test_whoever_waits_for_a_commit_that_fails_learns_so(tmp_path: Path):
    async def together() -> list[BaseException | None]:
        sending = (journal.append(received=RECEIVED, source=1, body=b"x") for _ in range(3))
        return await asyncio.gather(*sending, return_exceptions=True)

    (tmp_path / "journal").write_text("no folder")
    journal = Journal(tmp_path)
    assert [type(one) for one in asyncio.run(together())] == [JournalBusy] * 3
    journal.close()


def meet_a_full_disk(folder: Path) -> None:
    """Appends on a disk whose files cannot grow, then on one with room again."""
    write(folder, [b"before"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    with pytest.raises(JournalBusy):
        write(folder, [b"refused" * 100_000])
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    write(folder, [b"after"])


def test_a_full_disk_is_busy_and_keeps_nothing_of_what_was_refused(tmp_path: Path):
    process = multiprocessing.get_context("spawn").Process(target=meet_a_full_disk, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert bodies_of(tmp_path) == [b"before", b"after"]


@pytest.mark.parametrize("limits", [{"least_free": 1 << 60}, {"most_kept": 0}], ids=["disk", "backlog"])
def test_it_refuses_before_the_disk_is_full_for_all_others(tmp_path: Path, limits: dict[str, int]):
    async def until_refused() -> None:
        for _ in range(1000):
            await journal.append(received=RECEIVED, source=1, body=b"x")
            await asyncio.sleep(0.01)

    journal = Journal(tmp_path, **limits)
    with pytest.raises(JournalBusy):
        asyncio.run(until_refused())
    journal.close()


def test_more_than_may_wait_is_refused_at_once(tmp_path: Path):
    async def too_much() -> list[BaseException | None]:
        sending = [journal.append(received=RECEIVED, source=1, body=b"x" * 60_000)]
        with pytest.raises(JournalBusy):
            journal.append(received=RECEIVED, source=1, body=b"x")
        return await asyncio.gather(*sending, return_exceptions=True)

    journal = Journal(tmp_path, most_waiting=50_000)
    assert asyncio.run(too_much()) == [None]
    journal.close()
    assert len(read_after(tmp_path, 0)) == 1


def test_whoever_stops_waiting_takes_nobody_along(tmp_path: Path):
    async def one_leaves() -> None:
        leaving = asyncio.create_task(append_all(journal, [b"gone"]))
        staying = asyncio.create_task(append_all(journal, [b"here"]))
        await asyncio.sleep(0)
        leaving.cancel()
        await staying

    journal = Journal(tmp_path)
    asyncio.run(one_leaves())
    journal.close()
    assert b"here" in bodies_of(tmp_path)


def test_a_damaged_journal_is_kept_aside_and_a_new_one_begun(tmp_path: Path):
    file_in(tmp_path).parent.mkdir()
    file_in(tmp_path).write_bytes(b"no database at all" * 1000)
    with pytest.raises(JournalBusy):
        write(tmp_path, [b"refused"])
    write(tmp_path, [b"after"])
    assert bodies_of(tmp_path) == [b"after"]
    [kept] = file_in(tmp_path).parent.glob("*.damaged-*")
    assert kept.read_bytes().startswith(b"no database")


def test_a_journal_that_is_removed_under_the_collector_is_made_again(tmp_path: Path):
    async def removed_between() -> None:
        await journal.append(received=RECEIVED, source=1, body=b"lost with its file")
        shutil.rmtree(file_in(tmp_path).parent)
        await journal.append(received=RECEIVED, source=1, body=b"kept")

    journal = Journal(tmp_path)
    asyncio.run(removed_between())
    journal.close()
    assert bodies_of(tmp_path) == [b"kept"]
