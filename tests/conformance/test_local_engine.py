"""The local engine gives the numbers of the plain second implementation."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mikomi.core.conditions.document import write_document
from mikomi.core.engine.local import explain, explain_day, score_days, total_days
from mikomi.core.events import Activity, LoadedActivity, Touches
from mikomi.core.scoring.model_file import dump_model, parse_model
from mikomi.core.scoring.score import priority_order
from mikomi.core.scoring.why import why_json
from tests.examples import examples

from .plain import Plain
from .worlds import models, worlds

DAYS = st.lists(st.integers(-2, 60), min_size=1, max_size=5, unique=True).map(
    lambda ds: [date(2026, 1, 1) + timedelta(days=d) for d in sorted(ds)]
)


def activity_of(plain: Plain, leads: list[dict]) -> LoadedActivity:
    """Folds by dictionary, so that the engine alone is on trial."""
    touches: dict[tuple[str, str], int] = {}
    rows = []
    for number, lead in enumerate(leads):
        for (day, kind, content), n in plain.by_lead.get(lead["lead"], {}).items():
            touch = touches.setdefault((kind, content), len(touches))
            rows.append((number, day - date(1970, 1, 1).toordinal(), touch, n))
    table = np.array(sorted(rows), dtype=np.int32).reshape(-1, 4)
    frame = pl.DataFrame(list(touches), schema={"kind": pl.String, "content": pl.String}, orient="row")
    return LoadedActivity.of(Touches(frame), Activity(*(table[:, i].copy() for i in range(4))), parts=3)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(models(), worlds(), DAYS)
def test_every_number_equals_the_plain_one(model: dict, world: tuple, days: list[date]) -> None:
    rows, events = world
    plain = Plain(model, rows, events)
    parsed = parse_model(write_document(model))
    assert parse_model(dump_model(parsed)) == parsed
    leads = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    source = activity_of(plain, rows)
    by_day = score_days(parsed, leads, source, days)
    assert total_days(parsed, leads, source, days).tolist() == [scores.total.tolist() for scores in by_day]
    for day, scores in zip(days, by_day, strict=True):
        expected = {s["lead"]: s for s in plain.scores(day)}
        for i, lead in enumerate(leads["lead"]):
            wanted = expected[lead]
            assert scores.fit[i] == pytest.approx(wanted["fit"], abs=1e-6)
            assert scores.engagement[i] == pytest.approx(wanted["engagement"], abs=1e-6)
            assert scores.total[i] == pytest.approx(wanted["total"], abs=1e-6)
            assert scores.fit_grades()[i] == wanted["fit_grade"]
            assert scores.engagement_grades()[i] == wanted["engagement_grade"]
            assert bool(scores.hot[i]) == wanted["hot"]
        order = [leads["lead"][int(i)] for i in priority_order(scores, leads["lead"])]
        assert order == [s["lead"] for s in plain.scores(day)]
    told = explain_day(parsed, leads, source, days[-1])
    whys = why_json(parsed, told.lines, leads.height)
    for i, lead in enumerate(leads["lead"]):
        assert pl.Series([whys[i]]).str.json_decode(WHY).to_list()[0] == close(expected[lead]["why"])


WHY = pl.List(
    pl.Struct(
        {"id": pl.String, "label": pl.String, "worth": pl.Float64, "count": pl.Int64, "last": pl.String}
    )
)


def close(lines: list[dict]) -> list[dict]:
    return [line | {"worth": pytest.approx(line["worth"], abs=1.1e-6)} for line in lines]


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(models(), worlds(), st.data())
def test_a_few_leads_are_explained_as_among_all(model: dict, world: tuple, data: st.DataObject) -> None:
    rows, events = world
    plain = Plain(model, rows, events)
    parsed = parse_model(write_document(model))
    sparse = [7 + 100 * i for i in range(len(rows))]
    leads = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).with_columns(
        pl.Series("number", sparse)
    )
    dense = activity_of(plain, rows)
    spread = [
        Activity(p.activity.lead * 100 + 7, p.activity.day, p.activity.touch, p.activity.n)
        for p in dense.pieces
    ]
    joined = Activity(
        *(
            np.concatenate([getattr(a, f) for a in spread] or [np.zeros(0, np.int32)]).astype(np.int32)
            for f in ("lead", "day", "touch", "n")
        )
    )
    source = LoadedActivity.of(dense.touches, joined)
    asked = data.draw(st.lists(st.sampled_from(sparse), min_size=1, unique=True))
    day = date(2026, 2, 5)
    expected = {s["lead"]: s for s in plain.scores(day)}
    for told in explain(parsed, leads, source, day, asked):
        wanted = expected[told.lead]
        assert told.total == pytest.approx(wanted["total"], abs=1e-6)
        assert told.hot == wanted["hot"]
        assert [line.id for line in told.lines] == [line["id"] for line in wanted["why"]]
        assert sum(line.worth for line in told.lines) == pytest.approx(told.total, abs=1e-5)
