"""`mikomi doctor`: looks at an installation and says what is wrong and what to do."""

from __future__ import annotations

import argparse
import os

from mikomi.cli.main import Parser
from mikomi.cli.serve import add_data_argument
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit import environment, folder
from mikomi.hub.kit.boot import boot, load

SUMMARY = Words("動き方を調べて、直し方を伝える", "look at an installation, say what to mend")

UNWELL = 1


def add_arguments(parser: Parser) -> None:
    """Declares the options."""
    add_data_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Prints a line for each look; 0 where all is well, 1 where not."""
    data = (args.data or environment.data_folder(os.environ)).expanduser().absolute()
    if folder.about(data) is None:
        raise MikomiError(
            Words(
                f"{data} に Mikomi のデータはありません。--data で指定してください",
                f"there is no data of Mikomi in {data}; name the folder with --data",
            )
        )
    boot(data)
    accounts = load("mikomi.hub.accounts.health")
    activity = load("mikomi.hub.activity.health")
    capture = load("mikomi.hub.capture.health")
    site = load("mikomi.hub.site.health")
    alerts = load("mikomi.hub.alerts.health")
    looks = [
        accounts.look_at_second_steps,
        activity.look_at_counters,
        activity.look_at_contents,
        activity.look_at_history,
        capture.look_at_aside,
        site.look_at_groups,
        alerts.look_at_alerts,
    ]
    findings = load("mikomi.hub.kit.health").examine(looks)
    for finding in findings:
        print(f"{'✓' if finding.well else '✗'} {finding.words.text(args.language)}")
    return 0 if all(finding.well for finding in findings) else UNWELL
