"""Agents: no person's browser is a machine, and every machine that says so is one."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mikomi.core.machines.agents import classify_user_agent, list_versions
from mikomi.core.machines.reasons import UNDECIDED, VERDICTS, Reason

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    text = (HERE / name).read_text("utf-8").splitlines()
    return [line for line in text if line and not line.startswith("#")]


PEOPLE = lines("people.txt")
ROBOTS = [tuple(line.split("\t")) for line in lines("robots.tsv")]


def test_it_works() -> None:
    assert classify_user_agent(pl.Series(["curl/8.5.0"])).to_dicts() == [
        {"automated": True, "certainty": 95, "reason": "program"}
    ]


def test_no_browser_of_a_person_is_a_machine() -> None:
    assert len(PEOPLE) >= 120
    told = classify_user_agent(pl.Series(PEOPLE)).with_columns(agent=pl.Series(PEOPLE))
    assert told.filter(pl.col("automated"))["agent"].to_list() == []
    assert told["certainty"].sum() == 0


def test_machines_are_known_with_their_reason() -> None:
    assert len(ROBOTS) >= 120
    told = classify_user_agent(pl.Series([agent for _reason, agent in ROBOTS]))
    assert told["automated"].all()
    assert [
        (reason, found, agent)
        for (reason, agent), found in zip(ROBOTS, told["reason"], strict=True)
        if reason != found
    ] == []


def test_an_opening_by_a_proxy_is_undecided() -> None:
    told = classify_user_agent(pl.Series(["Mozilla/5.0", "x (via ggpht.com GoogleImageProxy)"]))
    assert told["certainty"].to_list() == [UNDECIDED, UNDECIDED]


@pytest.mark.parametrize("agents", [[None, "", "  "], [None], [], ["", ""]])
def test_no_agent_says_nothing(agents) -> None:
    told = classify_user_agent(pl.Series(agents, dtype=pl.String))
    assert told.height == len(agents)
    assert not told["automated"].any()
    assert set(told["reason"]) <= {""}


def test_each_distinct_agent_is_judged_alike_wherever_it_stands() -> None:
    agents = [PEOPLE[0], ROBOTS[0][1], PEOPLE[0], None, ROBOTS[0][1]]
    told = classify_user_agent(pl.Series(agents))
    assert told["automated"].to_list() == [False, True, False, False, True]


def test_a_very_long_agent_is_cut_and_hurts_nobody() -> None:
    told = classify_user_agent(pl.Series(["Mozilla/5.0 (" + "x" * 100_000 + ") Googlebot", "\0\n" * 500]))
    assert told.height == 2


def test_every_reason_is_said_in_both_languages() -> None:
    assert set(VERDICTS) == set(Reason)
    for verdict in VERDICTS.values():
        assert verdict.name.ja
        assert verdict.name.en
        assert verdict.said.ja
        assert verdict.said.en
        assert 50 <= verdict.certainty <= 100


def test_every_list_says_its_version() -> None:
    assert all(version[0].isdigit() for version in list_versions().values())
