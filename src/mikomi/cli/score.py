"""`mikomi score`: a ranked and explained list of leads out of files."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

import polars as pl

from mikomi.cli.files import (
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
from mikomi.core.engine.local import Explained, explain_day
from mikomi.core.scoring.model_file import load_model
from mikomi.core.scoring.numbers import plain_number
from mikomi.core.scoring.score import priority_order
from mikomi.core.scoring.why import why_json
from mikomi.core.words import Words

SUMMARY = Words("ファイルのリードを採点する", "score the leads of a file")
SCORING = Words("採点しています", "scoring")


def add_arguments(parser: Parser) -> None:
    """`--model --leads [--events] [--on] --out`."""
    add_input_arguments(parser)
    parser.add_argument(
        "--on",
        help=Words("採点する日（YYYY-MM-DD。なければ今日）", "day to score (YYYY-MM-DD; left out: today)"),
    )
    parser.add_argument("--out", required=True, type=Path, help=Words("書き出すCSV", "CSV file to write"))


def run(args: argparse.Namespace) -> int:
    """Writes scores.csv (SCORING.md, "Command line"). Raises `MikomiError`."""
    check_engine(args.engine)
    model = load_model(args.model)
    day = parse_day(args.on, "--on") if args.on else datetime.now(model.zone).date()
    check_out(args, [args.model, args.leads, args.events])
    inputs = read_inputs(args, model)
    report_inputs(args, model, inputs)
    with Progress(SCORING, args.language) as progress:
        told = explain_day(model, inputs.leads.frame, inputs.source, day, progress=progress)
    write_csv(score_table(told), args.out)
    hot = int(told.scores.hot.sum())
    warn(
        Words(
            f"{told.leads.height:,}人を採点しました。ホットは{hot:,}人です（{day}、{args.out}）",
            f"{told.leads.height:,} leads scored, {hot:,} hot ({day}, {args.out})",
        ),
        args.language,
    )
    return 0


def score_table(told: Explained) -> pl.DataFrame:
    """The columns of scores.csv, in priority order."""
    scores = told.scores
    order = priority_order(scores, told.leads["lead"])
    table = pl.DataFrame(
        {
            "lead": told.leads["lead"],
            "fit": scores.fit,
            "engagement": scores.engagement,
            "total": scores.total,
            "fit_grade": scores.fit_grades(),
            "engagement_grade": scores.engagement_grades(),
            "hot": scores.hot,
            "why": why_json(told.model, told.lines, told.leads.height),
        }
    )[order]
    return table.with_columns(plain_number(pl.col("fit", "engagement", "total"))).with_row_index(
        "rank", offset=1
    )
