"""`mikomi backtest`: what a model would have found on past days."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from mikomi.cli.files import (
    Inputs,
    add_input_arguments,
    check_engine,
    check_out,
    parse_day,
    read_inputs,
    report_inputs,
    warn,
    write_csv,
)
from mikomi.cli.main import Parser
from mikomi.cli.terminal import Progress
from mikomi.core.review.backtest import DayReview, backtest, days_between, first_outcome_days
from mikomi.core.scoring.fold import NEVER
from mikomi.core.scoring.model_file import load_model
from mikomi.core.scoring.numbers import plain_number
from mikomi.core.tabular import canonical_result, parse_dates, read_outcomes, reject_rows, text_of_rows
from mikomi.core.words import MikomiError, Words

SUMMARY = Words("過去の日々で採点を検証する", "test a model against past outcomes")
TESTING = Words("過去の日々を採点しています", "scoring past days")
HORIZON = Words("何日先までの結果を見るか（90）", "days to look ahead (90)")
WON = Words("成功とみなす結果（won）", "result that is a success (won)")
BAD_CREATED = Words(
    "作成日を日付として読めません。2026-11-01 のように直してください",
    "created_at is no date; write it like 2026-11-01",
)


def add_arguments(parser: Parser) -> None:
    """`--model --leads --events --outcomes --from --to [--every] [--horizon] [--won] --out`."""
    add_input_arguments(parser)
    parser.add_argument("--outcomes", required=True, type=Path, help=Words("結果のファイル", "outcomes file"))
    parser.add_argument("--from", dest="first", required=True, help=Words("最初の日", "first day"))
    parser.add_argument("--to", dest="last", required=True, help=Words("最後の日", "last day"))
    parser.add_argument("--every", type=int, default=7, help=Words("何日おきか（7）", "days between (7)"))
    parser.add_argument(
        "--horizon",
        type=int,
        default=90,
        help=HORIZON,
    )
    parser.add_argument("--won", default="won", help=WON)
    parser.add_argument("--out", required=True, type=Path, help=Words("書き出すCSV", "CSV file to write"))


def run(args: argparse.Namespace) -> int:
    """Writes backtest.csv (SCORING.md, "Command line"). Raises `MikomiError`."""
    check_engine(args.engine)
    model = load_model(args.model)
    first, last = parse_day(args.first, "--from"), parse_day(args.last, "--to")
    if last < first:
        raise MikomiError(Words("--to が --from より前です", "--to lies before --from; swap them"))
    for option in ("every", "horizon"):
        if getattr(args, option) < 1:
            raise MikomiError(Words(f"--{option} は1以上にしてください", f"--{option} must be at least 1"))
    check_out(args, [args.model, args.leads, args.events, args.outcomes])
    inputs = read_inputs(args, model)
    created, bad_created = created_days(inputs, model.timezone)
    outcomes = read_outcomes(args.outcomes, model.timezone)
    report_inputs(args, model, inputs, [bad_created, outcomes.rejected])
    leads = inputs.leads.frame.with_row_index("number").filter(created.kept)
    strangers = outcomes.frame.join(leads, on="lead", how="anti").height
    if strangers:
        warn(
            Words(
                f"リードのファイルにない人の結果が{strangers:,}件ありました。数えません",
                f"{strangers:,} outcomes belong to leads that are not in the leads file; they do not count",
            ),
            args.language,
        )
    with Progress(TESTING, args.language) as progress:
        reviews = backtest(
            model,
            leads,
            inputs.source,
            days_between(first, last, args.every),
            horizon=args.horizon,
            created=created.days[created.kept],
            won=first_outcome_days(outcomes.frame, leads["lead"], canonical_result(args.won), model.timezone),
            progress=progress,
        )
    write_csv(review_table(reviews), args.out)
    warn(
        Words(f"{len(reviews)}日分を検証しました（{args.out}）", f"{len(reviews)} days tested ({args.out})"),
        args.language,
    )
    return 0


class Created:
    """Day each lead was created (`NEVER`: not said) and which rows keep their place."""

    def __init__(self, days: npt.NDArray[np.int32], kept: npt.NDArray[np.bool_]) -> None:
        self.days, self.kept = days, kept


def created_days(inputs: Inputs, timezone: str) -> tuple[Created, pl.DataFrame]:
    """Reads `created_at`; rows where it stands and cannot be read are rejected."""
    leads = inputs.leads
    column = leads.resolve("created_at")
    height = leads.frame.height
    if column is None:
        empty = reject_rows(
            str(leads.table.path), leads.lines.head(0), BAD_CREATED, pl.Series([], dtype=pl.String)
        )
        return Created(np.full(height, NEVER, dtype=np.int32), np.ones(height, dtype=bool)), empty
    days, good = parse_dates(leads.frame[column], timezone)
    given = leads.frame[column].is_not_null()
    bad = given & ~good
    rejected = reject_rows(
        str(leads.table.path), leads.lines.filter(bad), BAD_CREATED, text_of_rows(leads.frame.filter(bad))
    )
    numbers = days.cast(pl.Int32).fill_null(NEVER).to_numpy().astype(np.int32)
    return Created(numbers, (~bad).to_numpy()), rejected


def review_table(reviews: Sequence[DayReview]) -> pl.DataFrame:
    """The columns of backtest.csv; a share that is undefined is empty."""
    counts = ("on", "leads", "hot", "won", "hot_won")
    shares = ("precision", "recall", "base_rate", "lift")
    frame = pl.DataFrame(
        [[getattr(r, name) for name in (*counts, *shares)] for r in reviews],
        schema={
            "on": pl.Date,
            **dict.fromkeys(counts[1:], pl.Int64),
            **dict.fromkeys(shares, pl.Float64),
        },
        orient="row",
    )
    return frame.with_columns(plain_number(pl.col(*shares)))
