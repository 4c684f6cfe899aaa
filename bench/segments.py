"""Segments and stages beside scoring alone, over the same history in one run.

    python -m bench.segments --leads 1000000 --events 50000000

100 segments and 8 stages are worked out with the score in one pass, as the night does it. Each way runs
in a process of its own, three times; the best time is taken. A thousand touched leads are done beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from bench.scoring import _measure, _with_leads, build, mikomi
from bench.world import EPOCH, LAST_DAY, make_model, weeks
from mikomi.core.conditions.parse_who import read_who
from mikomi.core.conditions.who import Did, Since, Who, parts_of
from mikomi.core.events import KINDS
from mikomi.core.history.folder import History
from mikomi.core.membership.answers import Answers, hear
from mikomi.core.membership.asks import Asks
from mikomi.core.membership.facts import Facts
from mikomi.core.membership.stages import stage_now

SEGMENTS, STAGES = 100, 8
WINDOWS = (7, 14, 30, 60, 90, 180, 365, None)
GROUPS = {"料金": ("/page_view/0*", "/download/1*"), "事例": ("/page_view/1*",), "採用": ("/page_view/3?",)}


def make_stages() -> list[Who]:
    """Eight stages, each by what was done and by who it is."""
    return [
        read_who(data, purpose="stage")
        for data in (
            {"did": {}},
            {"did": {"kind": "page_view"}, "within_days": 90, "count": "days", "at_least": 3},
            {"any": [{"did": {"kind": "download"}}, {"did": {"group": "事例"}, "within_days": 60}]},
            {"did": {"group": "料金"}, "within_days": 60, "at_least": 2},
            {"did": {"kind": ["form_submit", "seminar_apply"]}, "within_days": 120},
            {"all": [{"did": {"kind": "call"}, "within_days": 60}, {"field": "title", "contains": "長"}]},
            {"outcome": ["meeting"], "within_days": 180},
            {"outcome": ["won"]},
        )
    ]


def make_segments(seed: int = 3) -> list[Who]:
    """A hundred conditions of two to five parts: what was done, attributes, scores, stages, others."""
    draw = np.random.default_rng(seed)

    def pick[T](choices: tuple[T, ...]) -> T:
        return choices[int(draw.integers(0, len(choices)))]

    def activity() -> dict[str, object]:
        kind = pick(KINDS)
        match int(draw.integers(0, 4)):
            case 0:
                return {"kind": kind}
            case 1:
                return {"kind": kind, "content": f"/{kind}/{int(draw.integers(0, 4))}*"}
            case 2:
                return {"content": f"/{kind}/{int(draw.integers(0, 40)):02}"}
        return {"group": pick(tuple(GROUPS))}

    def leaf(number: int) -> dict[str, object]:
        match int(draw.integers(0, 12)):
            case 0 | 1 | 2 | 3:
                window = pick(WINDOWS)
                did: dict[str, object] = {"did": activity(), "at_least": int(draw.integers(1, 6))}
                return did if window is None else did | {"within_days": window}
            case 4:
                return {"did": activity(), "within_days": 90, "count": "days", "at_least": 2}
            case 5:
                return {"last": activity(), "days_ago": {"at_most": int(draw.integers(1, 90))}}
            case 6:
                return {"first": activity(), "days_ago": {"at_least": int(draw.integers(1, 365))}}
            case 7:
                return {"field": "industry", "in": [pick(("製造業", "卸売業", "it")), "医療"]}
            case 8:
                return {"field": "employees", "gte": int(draw.integers(1, 2000))}
            case 9:
                return {"score": "total", "gte": int(draw.integers(0, 60))}
            case 10:
                return {"stage": [f"s{int(draw.integers(0, STAGES))}"]}
        return {"segment": [number - 1]} if number > 1 else {"tag": [1]}

    return [
        read_who({pick(("all", "any")): [leaf(number) for _ in range(int(draw.integers(2, 6)))]})
        for number in range(1, SEGMENTS + 1)
    ]


def make_asks() -> Asks:
    """The stages first, then the segments, numbered from 1."""
    segments = {number: STAGES + number - 1 for number in range(1, SEGMENTS + 1)}
    return Asks.of([*make_stages(), *make_segments()], GROUPS, segments)


def make_outcomes(leads: int, seed: int = 5) -> pl.DataFrame:
    """An outcome for every twentieth lead."""
    draw = np.random.default_rng(seed)
    count = leads // 20
    return pl.DataFrame(
        {
            "lead": draw.integers(0, leads, count).astype(np.int32),
            "day": ((LAST_DAY - EPOCH).days - draw.integers(0, 400, count)).astype(np.int32),
            "result": np.array(["meeting", "won", "lost"])[draw.integers(0, 3, count)],
        }
    )


def everything(history: History, leads: pl.DataFrame, outcomes: pl.DataFrame) -> int:
    """Scores, stages and segments of all leads on the last day; how many memberships there are."""
    asks = make_asks()
    heard = hear(asks, leads, history, LAST_DAY, model=make_model())
    facts = Facts(leads, outcomes, heard.scores)
    stage = stage_now(Answers(asks, facts, heard), list(range(STAGES)))
    tagged = {("tag", 1): np.arange(leads.height) % 3 == 0}
    known = replace(facts, stage=stage, stages=tuple(f"s{i}" for i in range(STAGES)), labels=tagged)
    answers = Answers(asks, known, heard)
    return sum(int(answers.holds(place).sum()) for place in asks.segments.values())


def main() -> None:
    """Runs each way in its own process and prints the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mikomi-bench"))
    parser.add_argument("--way", help=argparse.SUPPRESS)
    args = parser.parse_args()
    history = build(args.folder / f"scoring-{args.leads}-{args.events}", args.leads, args.events)
    outcomes = make_outcomes(args.leads)
    ways: dict[str, Callable[[pl.DataFrame], object]] = {
        "scores alone": lambda leads: mikomi(history, leads, weeks(1)),
        "scores, stages, segments": lambda leads: everything(history, leads, outcomes),
    }
    if args.way:
        print(json.dumps(_measure(_with_leads(args.leads, ways[args.way]))))
        return
    asks = make_asks()
    leaves = [leaf for who in asks.conditions for leaf in parts_of(who)]
    done = sum(isinstance(leaf, Did | Since) for leaf in leaves)
    measures = len({question.measure for question in asks.questions})
    print(
        f"{args.leads:,} leads, {history.rows:,} rows of activity; {len(leaves)} conditions, {done} on"
        f" activity: {len(asks.questions)} questions of {measures} measures"
    )
    results = {}
    for way in ways:
        command = [sys.executable, "-m", "bench.segments", "--way", way, "--folder", str(args.folder)]
        command += ["--leads", str(args.leads), "--events", str(args.events)]
        results[way] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        told = results[way]
        print(
            f"{way:26} {told['seconds']:8.2f} s {told['cpu']:8.2f} s CPU {told['gib']:6.2f} GiB", flush=True
        )
    alone, both = results["scores alone"], results["scores, stages, segments"]
    print(f"in scorings                    {both['seconds'] / alone['seconds']:6.2f} x (asked: at most 3)")
    print(f"in scorings, seconds of CPU    {both['cpu'] / alone['cpu']:6.2f} x")


if __name__ == "__main__":
    main()
