"""What the sub-commands that work on files share: reading them in, telling what was left out."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from mikomi.cli.main import Parser
from mikomi.cli.terminal import Progress
from mikomi.core.conditions.attributes import tests_of
from mikomi.core.events import LoadedActivity, Touches, gather_activity
from mikomi.core.scoring.model import ColleaguesSignal, Model
from mikomi.core.scoring.score import field_resolver
from mikomi.core.tabular import Leads, join_rejects, read_events, read_leads, write_rejected
from mikomi.core.words import Language, MikomiError, Words

READING_LEADS = Words("リードを読んでいます", "reading leads")
READING_EVENTS = Words("行動を読んでいます", "reading events")
MODEL = Words("モデルのファイル（YAML）", "model file (YAML)")
EVENTS = Words(
    "行動のファイルかフォルダ（なければ属性だけで採点）", "events file or folder (left out: attributes only)"
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Leads and their activity as read from files."""

    leads: Leads
    source: LoadedActivity
    rejected: tuple[pl.DataFrame, ...]
    strangers: int


def add_input_arguments(parser: Parser) -> None:
    """`--model`, `--leads`, `--events`, `--lead-column`, `--strict`, `--engine`."""
    parser.add_argument("--model", required=True, type=Path, help=MODEL)
    parser.add_argument("--leads", required=True, type=Path, help=Words("リードのファイル", "leads file"))
    parser.add_argument(
        "--events",
        type=Path,
        help=Words(
            "行動のファイルかフォルダ（なければ属性だけで採点）",
            "events file or folder (left out: attributes only)",
        ),
    )
    parser.add_argument(
        "--lead-column",
        help=Words("リードを見分ける列の見出し", "header of the column that names the lead"),
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help=Words("読めない行があれば止める", "stop at rows that cannot be read"),
    )
    parser.add_argument(
        "--engine", default="local", help=Words("計算する場所（local）", "where to compute (local)")
    )


def check_engine(engine: str) -> None:
    """Raises `MikomiError` for an engine that this version does not have."""
    if engine != "local":
        raise MikomiError(
            Words(
                f"--engine {engine} はこの版では使えません。local を指定してください",
                f"--engine {engine} is not available in this version; use local",
            )
        )


def read_inputs(args: argparse.Namespace, model: Model) -> Inputs:
    """Reads the files named by the arguments; progress on a terminal. Raises `MikomiError`."""
    language: Language = args.language
    with Progress(READING_LEADS, language) as progress:
        leads = read_leads(args.leads, lead_column=args.lead_column, progress=progress)
    if args.events is None:
        return Inputs(leads, LoadedActivity(Touches.empty(), ()), (leads.rejected,), 0)
    with Progress(READING_EVENTS, language) as progress:
        events = read_events(args.events, model.timezone, progress=progress)
        touches, activity = gather_activity(events, leads.frame["lead"], model.timezone)
    keys = leads.frame.select("lead")
    strangers = sum(
        file.group_by("lead").len().cast({"lead": pl.String}).join(keys, on="lead", how="anti")["len"].sum()
        for file in events.files
    )
    source = LoadedActivity.of(touches, activity)
    return Inputs(leads, source, (leads.rejected, events.rejected), int(strangers))


def report_inputs(
    args: argparse.Namespace, model: Model, inputs: Inputs, more_rejected: Sequence[pl.DataFrame] = ()
) -> None:
    """Writes `OUT.rejected.csv` and says on stderr what was left out or unknown.

    Raises `MikomiError` when rows were rejected and `--strict` was given.
    """
    language: Language = args.language
    rejected = join_rejects([*inputs.rejected, *more_rejected])
    path = write_rejected(args.out, rejected, language)
    if path is not None:
        first = rejected.row(0, named=True)
        told = Words(
            f"{rejected.height:,}行を読めませんでした。理由は {path} にあります"
            f"（最初は{first['file']}の{first['line']}行目：{first['reason_ja']}）",
            f"{rejected.height:,} rows could not be read; the reasons are in {path} "
            f"(first: {first['file']} line {first['line']}: {first['reason_en']})",
        )
        if args.strict:
            raise MikomiError(told)
        warn(told, language)
    if inputs.strangers:
        warn(
            Words(
                f"リードのファイルにない人の行動が{inputs.strangers:,}件ありました。採点には入りません",
                f"{inputs.strangers:,} events are of leads that the leads file lacks; they do not count",
            ),
            language,
        )
    for field in missing_fields(model, inputs.leads.frame):
        warn(
            Words(
                f"モデルの項目「{field}」はリードのファイルにありません。全員「不明」として扱います",
                f"no column of the leads file bears the model's field '{field}'; it is unknown for all",
            ),
            language,
        )


def missing_fields(model: Model, leads: pl.DataFrame) -> list[str]:
    """The fields that the model asks for and no column bears, in order, each once."""
    conditions = [rule.when for rule in model.fit] + [s.lead for s in model.signals if s.lead is not None]
    fields = [test.field for condition in conditions for test in tests_of(condition)]
    if any(isinstance(signal, ColleaguesSignal) for signal in model.signals):
        fields.append(model.company_field)
    resolve = field_resolver(leads.columns)
    return [field for field in dict.fromkeys(fields) if resolve(field) is None]


def warn(words: Words, language: Language) -> None:
    """One line on stderr."""
    print(f"mikomi: {words.text(language)}", file=sys.stderr)


def parse_day(text: str, option: str) -> date:
    """A day as YYYY-MM-DD. Raises `MikomiError`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise MikomiError(
            Words(
                f"{option} {text}: 日付として読めません。2026-11-01 のように書いてください",
                f"{option} {text}: not a day; write it like 2026-11-01",
            )
        ) from error


def check_out(args: argparse.Namespace, inputs: Sequence[Path | None]) -> None:
    """Refuses, before any work, an `--out` that cannot be written or that is one of the inputs."""
    out: Path = args.out
    if any(path is not None and path.exists() and out.exists() and out.samefile(path) for path in inputs):
        raise MikomiError(
            Words(
                f"--out {out} は読み込むファイルと同じです。別の名前にしてください",
                f"--out {out} is one of the input files; choose another name",
            )
        )
    folder = out.parent
    if out.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise MikomiError(
            Words(
                f"--out {out} に書けません。フォルダの場所と権限を確かめてください",
                f"--out {out} cannot be written; check the folder and its permissions",
            )
        )


def write_csv(frame: pl.DataFrame, out: Path) -> None:
    """Writes a CSV whole or not at all (UTF-8). Raises `MikomiError` when the disk refuses."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    try:
        with open(handle, "wb") as file:
            frame.write_csv(file)
        Path(name).chmod(0o666 & ~_umask())
        os.replace(name, out)
    except OSError as error:
        raise MikomiError(
            Words(
                f"{out}: 書き込めませんでした（{error.strerror}）。空き容量と権限を確かめてください",
                f"{out}: could not be written ({error.strerror}); check free space and permissions",
            )
        ) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
