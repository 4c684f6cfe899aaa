"""`mikomi check`: what a model does, in sentences, and what looks unintended on given data."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path

from mikomi.cli.files import EVENTS, MODEL, Inputs, parse_day, read_inputs, warn
from mikomi.cli.main import Parser
from mikomi.core.review.check import Finding, check_model, check_on_data
from mikomi.core.scoring.describe import describe_model
from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import load_model
from mikomi.core.words import Language, MikomiError, Words

SUMMARY = Words("モデルの内容を文章で確かめる", "say in sentences what a model does")


def add_arguments(parser: Parser) -> None:
    """`MODEL [--leads] [--events] [--on]`."""
    parser.add_argument("model", type=Path, metavar="MODEL", help=MODEL)
    parser.add_argument(
        "--leads",
        type=Path,
        help=Words(
            "リードのファイル（当てはまらないルールなどを調べる）",
            "leads file, to look for rules without effect",
        ),
    )
    parser.add_argument("--events", type=Path, help=EVENTS)
    parser.add_argument(
        "--on",
        help=Words(
            "調べる日（YYYY-MM-DD。なければ最後の行動の日）",
            "day to look at (left out: the last event's day)",
        ),
    )
    parser.add_argument(
        "--lead-column",
        help=Words("リードを見分ける列の見出し", "header of the column that names the lead"),
    )


def run(args: argparse.Namespace) -> int:
    """Prints the description and the findings. Raises `MikomiError` for unusable input."""
    language: Language = args.language
    model = load_model(args.model)
    if args.events is not None and args.leads is None:
        raise MikomiError(
            Words(
                "--events を調べるには --leads も指定してください",
                "--events needs --leads; give the leads file too",
            )
        )
    asked = parse_day(args.on, "--on") if args.on else None
    print(describe_model(model, language).text)
    found = check_model(model)
    if args.leads is not None:
        inputs = read_inputs(args, model)
        _report_left_out(inputs, language)
        day = asked or _last_day(inputs, model)
        source = None if args.events is None else inputs.source
        found += check_on_data(model, inputs.leads.frame, source, day)
        seen = Words(
            f"{args.leads} の{inputs.leads.frame.height:,}人で調べました（{day}）",
            f"Checked on {inputs.leads.frame.height:,} leads of {args.leads} ({day})",
        )
    else:
        seen = Words(
            "モデルだけを調べました。--leads と --events を付けると、実際のデータでも調べます",
            "Checked the model alone; with --leads and --events it is checked on real data too",
        )
    print(seen.text(language))
    for line in _lines(model, found, language):
        print(f"  {line}")
    return 0


def _lines(model: Model, found: list[Finding], language: Language) -> list[str]:
    """One line a finding, in the order of the model."""
    if not found:
        return [Words("気をつけたいところは見当たりません", "Nothing to look at").text(language)]
    labels = {rule.id: rule.label for rule in model.rules}
    order = {rule_id: place for place, rule_id in enumerate(labels)}
    found = sorted(found, key=lambda finding: order.get(finding.rule or "", -1))
    sign = "：" if language == "ja" else ": "
    return [(labels[f.rule] + sign if f.rule is not None else "") + f.words.text(language) for f in found]


def _report_left_out(inputs: Inputs, language: Language) -> None:
    count = sum(rejected.height for rejected in inputs.rejected)
    if count:
        warn(
            Words(
                f"{count:,}行は読めないため、除いて調べました（理由は mikomi inspect で分かります）",
                f"{count:,} rows could not be read and were left out (mikomi inspect says why)",
            ),
            language,
        )
    if inputs.strangers:
        warn(
            Words(
                f"リードのファイルにない人の行動が{inputs.strangers:,}件ありました。除いて調べました",
                f"{inputs.strangers:,} events are of leads that the leads file lacks; they were left out",
            ),
            language,
        )


def _last_day(inputs: Inputs, model: Model) -> date:
    """The last day of activity, or today in the model's time zone where there is none."""
    days = [int(piece.activity.day.max()) for piece in inputs.source.pieces if len(piece.activity)]
    if not days:
        return datetime.now(model.zone).date()
    return date(1970, 1, 1) + timedelta(days=max(days))
