"""A list of leads as a browser brings it: kept, read and checked, stored with its history, taken back.

    python -m bench.imports --rows 100000

Prints rows a second of the check and of storing, the seconds of the undo, and the most memory that the
process has held. The file is CP932 CSV with twelve columns, as exports of address books are.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from bench.databases import on_each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--check-only", action="store_true", help="read and check, and stop")
    return on_each("bench.imports", parser, lambda told: measure(told.rows, told.check_only), "sqlite")


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


def measure(rows: int, check_only: bool) -> None:
    """The browser's path, step by step."""
    from django.core.files.uploadedfile import UploadedFile

    from mikomi.hub.people import uploads
    from mikomi.hub.people.models import Import

    uploads.READ_AT_ONCE = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        # The file is made elsewhere: what that takes is no memory of an import.
        maker = multiprocessing.get_context("spawn").Process(target=list_of_leads, args=(rows, path))
        maker.start()
        maker.join()
        size = path.stat().st_size
        told(f"file of {rows:,} rows, {size / 1e6:.0f} MB")
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


def cpu() -> float:
    """Seconds of computing of this process: what a machine that others use takes longer for."""
    return time.process_time()


def told(line: str) -> None:
    """Prints a line with the most memory that was held so far."""
    print(f"{line:72} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
