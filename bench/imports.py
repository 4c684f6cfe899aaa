"""A list of leads as a browser brings it: kept, read and checked, stored with its history, taken back.

    python -m bench.imports --rows 100000
    python -m bench.imports --rows 1000000 --memory worker [--database both]
    python -m bench.imports --rows 1000000 --memory command [--database both]

Prints rows a second of the check and of storing, the seconds of the undo, and the most memory that the
process has held. The file is CP932 CSV with twelve columns, as exports of address books are.

`--memory` has the process do it that does it for people, a worker as `mikomi serve` starts it or the
commands `mikomi import` and `mikomi undo`, and looks at it from outside (Linux alone): the most that it held
while it checked, stored and took back, and of the worker also at rest and in what follows an import.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

from bench.databases import on_each
from bench.resident import Watch


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--check-only", action="store_true", help="read and check, and stop")
    parser.add_argument("--memory", choices=["worker", "command"], help="look at the memory of this")

    def chosen(told: argparse.Namespace) -> None:
        if told.memory == "worker":
            watch_worker(told.rows)
        elif told.memory == "command":
            watch_command(told.rows)
        else:
            measure(told.rows, told.check_only)

    return on_each("bench.imports", parser, chosen, "sqlite")


def list_of_leads(rows: int, path: Path) -> None:
    """Writes a made-up list: people of one company in eight, in the code page of Japanese Excel."""
    rng = np.random.default_rng(5)
    company = rng.integers(0, max(rows // 8, 1), rows)
    number = pl.Series(np.arange(rows)).cast(pl.String)
    named = pl.Series(company).cast(pl.String)
    titles = np.array(["部長", "課長", "係長", "主任", "", "営業本部長", "担当"])
    departments = np.array(["営業部", "総務部", "情報システム部", "人事部", "経営企画室", ""])
    places = np.array(["東京都千代田区丸の内1-1-1", "大阪府大阪市北区梅田2-2-2", "愛知県名古屋市中区栄3-3-3"])
    frame = pl.DataFrame(
        {
            "氏名": "見本 太郎" + number,
            "フリガナ": pl.Series(["ミホン タロウ"]).new_from_index(0, rows),
            "会社名": "株式会社見本" + named,
            "部署": departments[rng.integers(0, len(departments), rows)],
            "役職": titles[rng.integers(0, len(titles), rows)],
            "メールアドレス": "user" + number + "@sample" + named + ".example",
            "電話番号": "03-" + pl.Series(rng.integers(1000, 9999, rows)).cast(pl.String) + "-0000",
            "住所": places[company % 3],
            "業種": np.array(["製造業", "小売業", "情報通信業"])[company % 3],
            "従業員数": pl.Series(company % 900 + 10).cast(pl.String) + "名",
            "登録日": pl.Series(["2026/05/01"]).new_from_index(0, rows),
            "きっかけ": np.array(["展示会", "紹介", "Web"])[rng.integers(0, 3, rows)],
        }
    )
    with path.open("wb") as file:
        for at in range(0, rows, 100_000):
            text = frame.slice(at, 100_000).write_csv(include_header=at == 0)
            file.write(text.encode("cp932"))


def made(rows: int, folder: Path) -> Path:
    """The list as a file, made elsewhere: what that takes is no memory of an import."""
    path = folder / "list.csv"
    maker = multiprocessing.get_context("spawn").Process(target=list_of_leads, args=(rows, path))
    maker.start()
    maker.join()
    told(f"file of {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
    return path


def measure(rows: int, check_only: bool) -> None:
    """The browser's path, step by step."""
    from django.core.files.uploadedfile import UploadedFile

    from mikomi.hub.people import uploads
    from mikomi.hub.people.models import Import

    uploads.READ_AT_ONCE = 0
    with tempfile.TemporaryDirectory() as folder:
        path = made(rows, Path(folder))
        size = path.stat().st_size
        with path.open("rb") as file:
            record = uploads.keep(UploadedFile(file, "list.csv", size=size), "leads", None, None)
    uploads.check(record.pk)  # compiles what is compiled once a process
    Import.objects.update(status="uploaded")
    told(f"kept, and checked once  ({cpu():.1f} s CPU so far)")
    started = time.perf_counter()
    uploads.check(record.pk)
    took = time.perf_counter() - started
    record.refresh_from_db()
    told(f"read and checked  {rows / took:12,.0f} rows/s  ({took:.1f} s, {cpu():.1f} s CPU so far)")
    if check_only:
        return
    started = time.perf_counter()
    assert uploads.ask_load(record)
    uploads.store(record.pk)
    took = time.perf_counter() - started
    record.refresh_from_db()
    told(f"stored            {rows / took:12,.0f} rows/s  ({took:.1f} s, {cpu():.1f} s CPU so far)")
    uploads.UNDO_AT_ONCE = 0
    started = time.perf_counter()
    assert uploads.ask_undo(record, None)
    uploads.undo(record.pk)
    took = time.perf_counter() - started
    record.refresh_from_db()
    told(f"taken back        {took:12.1f} s  {record.status}: {record.undo_report['leads']:,} leads")


def watch_worker(rows: int) -> None:
    """The memory of a worker that checks, stores and takes back an upload, each on its own."""
    from django.core.files.uploadedfile import UploadedFile

    from mikomi.hub.people import uploads
    from mikomi.hub.people.models import Import

    uploads.READ_AT_ONCE = uploads.UNDO_AT_ONCE = 0
    with tempfile.TemporaryDirectory() as folder:
        path = made(rows, Path(folder))
        with worker() as pid:
            seen(pid, "at rest", lambda: time.sleep(3))
            with path.open("rb") as file:
                record = uploads.keep(
                    UploadedFile(file, "list.csv", size=path.stat().st_size), "leads", None, None
                )

            def until(status: str) -> None:
                wait(lambda: Import.objects.filter(pk=record.pk, status__in=[status, "failed"]).exists())
                record.refresh_from_db()
                assert record.status == status, record.error_en

            seen(pid, "checked", lambda: until("checked"))
            assert uploads.ask_load(record)
            seen(pid, "stored", lambda: until("done"))
            seen(pid, "what follows (scores, the lists' search, duplicates)", lambda: wait(idle))
            seen(pid, "at rest", lambda: time.sleep(3))
        # Most imports are taken back by a worker that was started anew since.
        with worker() as pid:
            assert uploads.ask_undo(record, None)
            seen(pid, "taken back", lambda: until("undone"))
            seen(pid, "what follows", lambda: wait(idle))


def watch_command(rows: int) -> None:
    """The memory of the commands that check, store and take back the same file."""
    from mikomi.hub.people.models import Import

    with tempfile.TemporaryDirectory() as folder:
        path = made(rows, Path(folder))
        command("import", "leads", str(path), "--dry-run")
        command("import", "leads", str(path))
        command("undo", str(Import.objects.latest("pk").pk))


def command(*arguments: str) -> None:
    """Runs `mikomi` with these arguments and says what it held."""
    started = [sys.executable, "-m", "mikomi.cli.main", *arguments, "--data", os.environ["MIKOMI_DATA"]]
    with subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:

        def ended() -> None:
            said = process.communicate()[1]
            assert process.returncode == 0, said.decode()

        shown = " ".join(part for part in arguments if "/" not in part)
        seen(process.pid, f"mikomi {shown}", ended)


@contextmanager
def worker() -> Iterator[int]:
    """A worker process as the supervisor starts it, with nothing left to do; its process id."""
    started = [sys.executable, "-m", "mikomi.hub.kit.serving.worker", "--parent", str(os.getpid())]
    process = subprocess.Popen(started)
    try:
        time.sleep(5)
        wait(idle)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def idle() -> bool:
    """Whether no job is due or being done; a job may ask for another one a moment later."""
    from mikomi.hub.kit import jobs
    from mikomi.hub.kit.models import Claim

    for _ in range(3):
        if Claim.objects.exists() or jobs.due().exists():
            return False
        time.sleep(0.5)
    return True


def wait(reached: Callable[[], bool]) -> None:
    """Returns as soon as it is `reached`."""
    while not reached():
        time.sleep(0.05)


def seen(pid: int, step: str, until: Callable[[], None]) -> None:
    """Says how much memory the process held until the step was done."""
    started = time.perf_counter()
    with Watch(pid) as watch:
        until()
    print(f"{step:52} {time.perf_counter() - started:6.1f} s  {watch.told()}", flush=True)


def cpu() -> float:
    """Seconds of computing of this process: what a machine that others use takes longer for."""
    return time.process_time()


def told(line: str) -> None:
    """Prints a line with the most memory that was held so far."""
    print(f"{line:72} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
