"""Segments and stages are answered as the plain second implementation answers them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mikomi.core.conditions.document import write_document
from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.engine.local import score_days
from mikomi.core.events import LoadedActivity
from mikomi.core.membership.answers import Answers, hear
from mikomi.core.membership.asks import Asks
from mikomi.core.membership.facts import CONSENT, Facts
from mikomi.core.membership.stages import stage_days, stage_now
from mikomi.core.membership.why import Reason, why_who
from mikomi.core.scoring.model_file import parse_model
from tests.examples import examples

from .plain import Plain
from .plain_who import PlainWho
from .test_local_engine import DAYS, activity_of
from .worlds import OUTCOMES, STAGES, models, segment_leaves, stage_leaves, whos, worlds

QUICK = settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))


def outcomes_of(rows: list[dict]) -> st.SearchStrategy:
    keys = st.sampled_from([row["lead"] for row in rows])
    day = st.integers(0, 60).map(lambda d: date(2026, 1, 1).toordinal() + d)
    return st.lists(st.tuples(keys, day, st.sampled_from([*OUTCOMES, "absent"])), max_size=8)


def outcome_frame(outcomes: list[tuple], rows: list[dict], spread: int = 1) -> pl.DataFrame:
    """With a row of a lead that nobody asked about."""
    place = {row["lead"]: i * spread for i, row in enumerate(rows)}
    made = [(place[lead], day - date(1970, 1, 1).toordinal(), result) for lead, day, result in outcomes]
    return pl.DataFrame(
        [*made, (10**6, 20_500, "won")],
        schema={"lead": pl.Int32, "day": pl.Int32, "result": pl.String},
        orient="row",
    )


def leads_frame(rows: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))


@QUICK
@given(models(), worlds(), st.data())
def test_whoever_is_in_a_segment_is_in_by_the_plain_one_and_scores_are_bit_for_bit_the_same(
    model: dict, world: tuple, data: st.DataObject
) -> None:
    rows, events = world
    plain = Plain(model, rows, events)
    day = date(2026, 1, 1) + timedelta(days=data.draw(st.integers(-2, 60)))
    keys = [row["lead"] for row in rows]
    drawn = data.draw(st.lists(whos(segment_leaves), min_size=1, max_size=4))
    # The first refers to the others, as segments 1, 2, 3; 4 is none.
    refer = {"any": [drawn[0], {"segment": [2, 4]}]}
    conditions = [refer, *drawn[1:]]
    segments = {i + 1: i for i in range(len(conditions))}

    marks = st.sets(st.tuples(st.sampled_from(["tag", "list"]), st.integers(1, 2), st.sampled_from(keys)))
    second = PlainWho(
        plain,
        data.draw(outcomes_of(rows)),
        {day.toordinal(): {s["lead"]: s for s in plain.scores(day)}},
        {day.toordinal(): {key: data.draw(st.sampled_from([*STAGES, "none"])) for key in keys}},
        data.draw(marks),
        {key: data.draw(st.sampled_from(CONSENT)) for key in keys},
        {number: conditions[i] for number, i in segments.items()},
    )
    leads, source, parsed = leads_frame(rows), activity_of(plain, rows), parse_model(write_document(model))
    parsed_conditions = [read_who(c) for c in conditions]
    assert [read_who(who_data(who)) for who in parsed_conditions] == parsed_conditions
    asks = Asks.of(parsed_conditions, model["groups"], segments)
    heard = hear(asks, leads, source, day, model=parsed)
    scores = score_days(parsed, leads, source, [day])[0]
    assert heard.scores
    for name in ("fit", "engagement", "total", "hot"):
        np.testing.assert_array_equal(getattr(heard.scores, name), getattr(scores, name))
    facts = Facts(
        leads,
        outcome_frame(second.outcomes, rows),
        heard.scores,
        np.array([(["none", *STAGES]).index(second.stages[day.toordinal()][k]) for k in keys], np.uint8),
        tuple(STAGES),
        {
            (kind, number): np.array([(kind, number, key) in second.labels for key in keys])
            for kind in ("tag", "list")
            for number in (1, 2)
        },
        np.array([CONSENT.index(second.consent[key]) for key in keys], np.uint8),
    )
    answers = Answers(asks, facts, heard)
    for place, condition in enumerate(conditions):
        found = answers.holds(place).tolist()
        assert found == [second.holds(condition, key, day.toordinal()) for key in keys]
    one = data.draw(st.integers(0, len(rows) - 1))
    told = why_who(
        parsed_conditions[0],
        one_lead(facts, one),
        source,
        day,
        "ja",
        groups=model["groups"],
        segments={number: parsed_conditions[i] for number, i in segments.items()},
    )
    assert told.holds == answers.holds(0)[one]
    assert_reasons(told, second, keys[one], day.toordinal())


def one_lead(facts: Facts, row: int) -> Facts:
    scores = facts.scores
    assert scores
    assert facts.stage is not None
    assert facts.consent is not None
    few = {
        name: getattr(scores, name)[row : row + 1]
        for name in ("fit", "engagement", "total", "fit_grade", "engagement_grade", "hot")
    }
    return replace(
        facts,
        leads=facts.leads.with_row_index("number")[row : row + 1],
        scores=replace(scores, **few),
        stage=facts.stage[row : row + 1],
        labels={key: flags[row : row + 1] for key, flags in facts.labels.items()},
        consent=facts.consent[row : row + 1],
    )


def assert_reasons(told: Reason, second: PlainWho, key: str, day: int) -> None:
    assert told.holds == second.holds(who_data(told.who), key, day)
    assert told.sentence.text
    for part in told.parts:
        assert_reasons(part, second, key, day)


@QUICK
@given(models(), worlds(), DAYS, st.data())
def test_a_lead_stood_in_the_furthest_stage_whose_condition_held(
    model: dict, world: tuple, days: list[date], data: st.DataObject
) -> None:
    rows, events = world
    plain = Plain(model, rows, events)
    second = PlainWho(plain, data.draw(outcomes_of(rows)))
    stages = data.draw(st.lists(st.one_of(st.none(), whos(stage_leaves)), min_size=1, max_size=3))
    parsed = [None if c is None else read_who(c, purpose="stage") for c in stages]
    since = days[len(days) // 2]
    changed = [row | {"industry": data.draw(st.sampled_from(["製造業", "300", None]))} for row in rows]
    spread = data.draw(st.sampled_from([1, 50]))
    leads, after = (
        leads_frame(r).with_columns(pl.int_range(0, len(r) * spread, spread).alias("number"))
        for r in (rows, changed)
    )
    source = apart(activity_of(plain, rows), spread)
    found = stage_days(
        parsed,
        model["groups"],
        leads,
        source,
        days,
        outcomes=outcome_frame(second.outcomes, rows, spread),
        later=[(since, after)],
    )
    for k, day in enumerate(days):
        second.plain.leads = changed if day >= since else rows
        expected = [
            max(
                (
                    i + 1
                    for i, who in enumerate(stages)
                    if who is not None and second.holds(who, row["lead"], day.toordinal())
                ),
                default=0,
            )
            for row in rows
        ]
        assert found[k].tolist() == expected
    conditions = [who for who in parsed if who is not None]
    asks = Asks.of(conditions, model["groups"])
    facts = Facts(after, outcome_frame(second.outcomes, rows, spread))
    answers = Answers(asks, facts, hear(asks, after, source, days[-1]))
    places = [None if who is None else conditions.index(who) for who in parsed]
    assert stage_now(answers, places).tolist() == found[-1].tolist()


def apart(source: LoadedActivity, spread: int) -> LoadedActivity:
    """The same activity, lead numbers far from each other."""
    pieces = [
        replace(
            p,
            first=p.first * spread,
            last=p.last * spread,
            activity=replace(p.activity, lead=p.activity.lead * np.int32(spread)),
        )
        for p in source.pieces
    ]
    return LoadedActivity(source.touches, tuple(pieces))
