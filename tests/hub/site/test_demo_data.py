from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from mikomi.core.events import KINDS, LoadedActivity, gather_activity
from mikomi.core.journey.gap_types import GapKind
from mikomi.core.journey.overlay import lay_over
from mikomi.core.journey.stays import grid_of
from mikomi.core.matching.keys import key_leads
from mikomi.core.matching.levels import Level
from mikomi.core.matching.pairs import find_pairs
from mikomi.core.membership.stages import stage_days
from mikomi.core.scoring.model_file import parse_model
from mikomi.core.tabular.forms import recognise
from mikomi.hub.site.demo import MODEL_FILE, DemoData, generate, seminars, write_files
from mikomi.hub.site.demo.deals import STAGES, write_deals
from mikomi.hub.site.demo.journey import demo_maps

TODAY = date(2026, 11, 22)
FRAMES = ("companies", "leads", "changes", "events", "outcomes", "deals", "titles")


@pytest.fixture(scope="module")
def demo() -> DemoData:
    return generate(TODAY)


@pytest.fixture(scope="module")
def human(demo: DemoData) -> pl.DataFrame:
    return demo.events.filter(~pl.col("automated")).with_columns(
        day=pl.col("at").dt.convert_time_zone("Asia/Tokyo").dt.date()
    )


@pytest.fixture(scope="module")
def decided(demo: DemoData, human: pl.DataFrame) -> pl.DataFrame:
    """Won and lost leads with what they did in the 120 days before the decision."""
    final = demo.outcomes.filter(pl.col("result").is_in(["won", "lost"])).select(
        "lead", "result", decided="at"
    )
    before = final.join(human, on="lead").filter(
        (pl.col("at") < pl.col("decided")) & (pl.col("at") > pl.col("decided") - timedelta(days=120))
    )
    pricing = pl.col("content").str.starts_with("/pricing")
    done = before.group_by("lead", "decided").agg(
        pricing=pl.col("day").filter(pricing).n_unique(),
        cases=pl.col("day").filter(pl.col("content").str.starts_with("/cases")).n_unique(),
        seminars=(pl.col("kind") == "seminar_attend").sum(),
    )
    facts = demo.leads.select("lead", "company").join(demo.companies.drop("phone"), on="company")
    return final.join(done, on=["lead", "decided"], how="left").join(facts, on="lead").fill_null(0)


def win_rate(frame: pl.DataFrame) -> float:
    return frame.select((pl.col("result") == "won").mean()).item()


def test_it_works(demo: DemoData) -> None:
    assert demo.companies.height == 2_000
    assert demo.leads.height == 5_000
    assert demo.events.height > 50_000
    assert set(demo.outcomes["result"].unique()) == {"won", "lost", "meeting", "rejected"}


def test_the_same_date_and_seed_give_the_same_data() -> None:
    one, two = (generate(TODAY, leads=400, companies=150) for _ in range(2))
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(two, name))
    assert not generate(TODAY, seed=7, leads=400, companies=150).events.equals(one.events)


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 5, 6), date(2028, 2, 29), date(2027, 3, 1)])
def test_twelve_months_end_yesterday_whatever_today_is(today: date) -> None:
    demo = generate(today, leads=900, companies=300)
    days = demo.events["at"].dt.convert_time_zone("Asia/Tokyo").dt.date()
    first, last = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    assert today - timedelta(days=5) <= last < today
    assert today - timedelta(days=367) <= first <= today - timedelta(days=358)
    for frame in (demo.outcomes, demo.changes):
        assert frame["at"].dt.convert_time_zone("Asia/Tokyo").dt.date().max() < today
    assert demo.leads["created_at"].max() < datetime.combine(
        today, datetime.min.time(), ZoneInfo("Asia/Tokyo")
    ).astimezone(UTC)


def test_weekends_and_holidays_are_quiet(human: pl.DataFrame) -> None:
    a_day = human.group_by("day").len().sort("day")
    weekend = pl.col("day").dt.weekday() > 5
    holidays = [date(2026, 1, 1), date(2026, 5, 4), date(2026, 5, 5), date(2026, 7, 20), date(2026, 11, 3)]
    working = a_day.filter(~weekend & ~pl.col("day").is_in(holidays))["len"].median()
    assert isinstance(working, float)
    assert a_day.filter(weekend)["len"].mean() < working / 4
    assert a_day.filter(pl.col("day").is_in(holidays))["len"].mean() < working / 4


def test_people_work_by_day_and_machines_by_night_too(demo: DemoData) -> None:
    hour = pl.col("at").dt.convert_time_zone("Asia/Tokyo").dt.hour()
    night = hour.is_between(0, 5).mean()
    views = demo.events.filter(pl.col("kind") == "page_view")
    assert views.filter(~pl.col("automated")).select(night).item() < 0.03
    assert views.filter("automated").select(night).item() > 0.1


def test_scanners_proxies_and_crawlers_are_marked_as_automated(demo: DemoData) -> None:
    machine = demo.events.filter("automated")
    assert set(machine["kind"].unique()) == {"mail_open", "mail_click", "page_view"}
    local = pl.col("at").dt.convert_time_zone("Asia/Tokyo").dt.replace_time_zone(None)
    since_sending = (local - local.dt.truncate("1d")).dt.total_seconds() - 10 * 3_600
    clicks = demo.events.filter(pl.col("kind") == "mail_click").with_columns(wait=since_sending)
    assert clicks.filter("automated")["wait"].max() < 60
    assert clicks.filter(~pl.col("automated"))["wait"].min() >= 60


def test_every_kind_that_ships_occurs_and_every_content_has_a_title(demo: DemoData) -> None:
    assert set(demo.events["kind"].unique()) == set(KINDS)
    assert demo.events.join(demo.titles, on="content", how="anti").is_empty()
    assert demo.titles["title"].null_count() == 0


def test_nobody_real_can_be_reached(demo: DemoData) -> None:
    assert demo.leads["email"].str.ends_with(".example").all()
    assert demo.leads["email"].is_unique().all()
    assert demo.companies["name"].is_unique().all()
    assert demo.companies["website"].str.contains(r"^https://www\.[a-z0-9-]+\.example/$").all()
    for phone in (demo.leads["phone"].drop_nulls(), demo.companies["phone"]):
        assert phone.str.contains(r"^0\d{1,2}-0\d{2,3}-\d{4}$").all()
        assert (phone.str.replace_all("-", "").str.len_chars() == 10).all()


def test_some_people_are_in_the_list_twice(demo: DemoData) -> None:
    keyed = key_leads(
        demo.leads.select(
            pl.int_range(pl.len()).alias("lead"),
            pl.concat_str("family_name", pl.lit(" "), "given_name").alias("name"),
            pl.concat_str("family_name_kana", pl.lit(" "), "given_name_kana").alias("kana"),
            "email",
            "phone",
        )
    ).with_columns(company_key=demo.leads["company"])
    pairs = find_pairs(keyed)
    assert 5 <= pairs.filter(pl.col("level") == Level.SURE).height <= 20
    assert 10 <= pairs.filter(pl.col("level") == Level.LIKELY).height <= 60


def test_events_follow_the_arrival_of_their_lead(demo: DemoData) -> None:
    joined = demo.events.filter(~pl.col("automated")).join(demo.leads.select("lead", "created_at"), on="lead")
    assert joined.height == demo.events.filter(~pl.col("automated")).height
    assert joined.filter(pl.col("at") < pl.col("created_at")).is_empty()


def test_changes_are_dated_and_differ_from_the_first_value(demo: DemoData) -> None:
    companies = demo.changes.filter(pl.col("subject") == "company").join(
        demo.companies, left_on="key", right_on="company"
    )
    assert companies.height > 50
    assert (companies["value"] != companies["employees"].cast(pl.String)).all()
    moved = demo.changes.filter(pl.col("field") == "department").join(
        demo.leads, left_on="key", right_on="lead"
    )
    assert moved.height > 50
    assert (moved["value"] != moved["department"]).all()
    assert (moved["at"] > moved["created_at"]).all()


@pytest.mark.parametrize(
    ("cause", "factor"),
    [
        (pl.col("pricing") >= 3, 1.2),
        (pl.col("cases") >= 2, 1.2),
        (pl.col("seminars") > 0, 1.25),
        (pl.col("employees").is_between(100, 999), 1.3),
        (pl.col("industry").is_in(["機械製造", "自動車部品", "金属加工"]), 1.1),
    ],
)
def test_deals_are_won_more_often_where_there_is_a_cause(
    decided: pl.DataFrame, cause: pl.Expr, factor: float
) -> None:
    with_cause, without = decided.filter(cause), decided.filter(~cause)
    assert min(with_cause.height, without.height) > 40
    assert win_rate(with_cause) > factor * win_rate(without)


def test_a_second_person_of_the_company_helps(
    decided: pl.DataFrame, human: pl.DataFrame, demo: DemoData
) -> None:
    read = human.filter(pl.col("content").str.starts_with("/p")).join(
        demo.leads.select("lead", "company"), on="lead"
    )
    near = decided.select("company", "lead", "decided", "result").join(
        read.select("company", "at", other="lead"), on="company"
    )
    near = near.filter(
        (pl.col("other") != pl.col("lead"))
        & pl.col("at").is_between(pl.col("decided") - timedelta(days=60), pl.col("decided"))
    )
    helped = decided.join(near.select("lead", "decided").unique(), on=["lead", "decided"], how="semi")
    alone = decided.join(helped, on=["lead", "decided"], how="anti")
    assert win_rate(helped) > 1.2 * win_rate(alone)


def test_chance_stays_in_it(decided: pl.DataFrame) -> None:
    strong = decided.filter((pl.col("pricing") >= 3) & pl.col("employees").is_between(100, 999))
    assert 0.3 < win_rate(strong) < 0.95
    assert 100 < decided.filter(pl.col("result") == "won").height < 250


def test_a_simple_rule_finds_the_deals_to_come(demo: DemoData, human: pl.DataFrame) -> None:
    won = demo.outcomes.filter(pl.col("result") == "won").with_columns(
        day=pl.col("at").dt.convert_time_zone("Asia/Tokyo").dt.date()
    )
    hit = picked = base = scored = 0
    for back in range(120, 270, 30):
        on = TODAY - timedelta(days=back)
        known = demo.leads.filter(pl.col("created_at").dt.date() <= on).select("lead")
        known = known.join(won.filter(pl.col("day") <= on), on="lead", how="anti")
        coming = won.filter(pl.col("day").is_between(on + timedelta(days=1), on + timedelta(days=90)))
        lately = human.filter(pl.col("day").is_between(on - timedelta(days=30), on))
        pricing = pl.col("day").filter(pl.col("content").str.starts_with("/pricing")).n_unique()
        hot = known.join(
            lately.group_by("lead").agg(pricing=pricing).filter(pl.col("pricing") >= 2), on="lead", how="semi"
        )
        hit += hot.join(coming, on="lead", how="semi").height
        picked += hot.height
        base += known.join(coming, on="lead", how="semi").height
        scored += known.height
    assert picked > 50
    assert hit / picked > 2 * base / scored


def test_quiet_and_lost_leads_came_back_within_the_last_two_weeks(
    demo: DemoData, human: pl.DataFrame
) -> None:
    active = human.filter(pl.col("kind").is_in(["page_view", "download", "form_submit", "mail_click"]))
    days = active.select("lead", "day").unique().sort("lead", "day")
    back = days.with_columns(before=pl.col("day").shift(1).over("lead")).filter(
        ((pl.col("day") - pl.col("before")).dt.total_days() >= 60)
        & (pl.col("day") >= TODAY - timedelta(days=14))
    )
    assert back["lead"].n_unique() >= 15
    lost = demo.outcomes.filter(pl.col("result") == "lost")
    assert back.join(lost, on="lead", how="semi")["lead"].n_unique() >= 5


def test_the_model_speaks_of_what_is_in_the_data(demo: DemoData) -> None:
    model = yaml.safe_load(MODEL_FILE.read_text(encoding="utf-8"))
    contents = demo.events["content"].unique()
    for globs in model["groups"].values():
        for glob in globs:
            assert contents.str.starts_with(glob.rstrip("*")).any(), glob
    columns = set(demo.leads.columns) | set(demo.companies.columns)
    assert {rule["when"]["field"] for rule in model["fit"]} <= columns


def test_written_files_hold_every_row_with_the_offset_of_japan(demo: DemoData, tmp_path: Path) -> None:
    files = write_files(demo, tmp_path / "new")
    leads = pl.read_csv(files.leads, infer_schema=False)
    events = pl.read_csv(files.events, infer_schema=False)
    outcomes = pl.read_csv(files.outcomes, infer_schema=False)
    assert (leads.height, events.height, outcomes.height) == (
        demo.leads.height,
        demo.events.height,
        demo.outcomes.height,
    )
    assert leads["lead"].is_unique().all()
    assert leads["company"].null_count() == 0
    assert events["at"].str.ends_with("+09:00").all()
    at = events["at"].str.to_datetime("%Y-%m-%dT%H:%M:%S%z").dt.convert_time_zone("UTC")
    assert (at == demo.events["at"]).all()
    grown = demo.changes.filter(pl.col("field") == "employees").group_by("key").last()
    names = demo.companies.join(grown, left_on="company", right_on="key").select(company="name", now="value")
    assert (leads.join(names, on="company").select(pl.col("employees") == pl.col("now"))).to_series().all()


def test_the_deals_say_what_the_outcomes_say(demo: DemoData, tmp_path: Path) -> None:
    day = pl.col("at").dt.convert_time_zone("Asia/Tokyo").dt.date().alias("day")
    columns = ("lead", "day", "result", "reason", "amount")
    told = demo.outcomes.filter(pl.col("result") != "rejected").with_columns(day).select(columns)
    deals = demo.deals.filter(pl.col("main") == 1)
    ends = deals.filter(pl.col("stage").is_in(list(STAGES.values()))).select(
        "lead",
        pl.col("stage").replace({name: state for state, name in STAGES.items()}).alias("result"),
        "reason",
        "amount",
        day="closed",
    )
    meetings = deals.select(
        "lead", pl.lit("meeting").alias("result"), pl.lit(None, pl.String).alias("reason"), "amount",
        day="opened",
    )  # fmt: skip
    steps = pl.concat([ends.select(columns), meetings.select(columns)])
    # Some deals had begun before the told days.
    steps = steps.filter(pl.col("day") >= demo.events.select(day).to_series().min())
    assert_frame_equal(steps.sort(columns), told.sort(columns))
    assert deals["deal"].is_unique().all()
    assert demo.deals.height > 1.2 * deals.height  # others take part, too
    open_ = deals.filter(pl.col("stage").is_in(list(STAGES.values())).not_())
    assert open_.filter(pl.col("closed") < TODAY).is_empty()
    written = pl.read_csv(write_deals(demo.deals, tmp_path).read_bytes().decode("cp932").encode())
    form = recognise(written.columns)
    assert form is not None
    assert form.key == "salesforce_deals"


def test_too_little_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="a lead for each"):
        generate(TODAY, leads=100, companies=200)


def test_the_seminars_of_the_events_have_a_day_and_room_for_everybody(
    demo: DemoData, human: pl.DataFrame
) -> None:
    held, people = seminars.held_seminars(demo), seminars.applications(demo)
    told = human.filter(pl.col("kind").is_in(["seminar_apply", "seminar_attend"]))
    assert set(held["key"]) == set(told["content"])
    assert people.height == told.select("lead", "content").n_unique()
    applied = people.drop_nulls("applied_at").group_by("key").len()
    assert applied.join(held, on="key").filter(pl.col("len") > pl.col("capacity")).is_empty()
    came = people.join(held, on="key").drop_nulls("came_at")
    assert came.select((pl.col("came_at") < pl.col("ends_at").dt.convert_time_zone("UTC")).all()).item()
    assert people.null_count().row(0, named=True)["name"] == 0


def test_the_map_of_the_demo_is_wrong_where_its_data_say_so(demo: DemoData) -> None:
    journey, days, leads = demo_maps()[1], grid_of(TODAY), demo.leads["lead"]
    groups = dict(parse_model(MODEL_FILE.read_text(encoding="utf-8")).groups)
    source = LoadedActivity.of(*gather_activity(demo.events, leads, "Asia/Tokyo"))
    numbers = np.arange(len(leads), dtype=np.int64)
    outcomes = demo.outcomes.join(pl.DataFrame({"lead": leads}).with_row_index("number"), on="lead").select(
        lead=pl.col("number").cast(pl.Int32),
        day=pl.col("at").dt.convert_time_zone("Asia/Tokyo").dt.date().cast(pl.Int32),
        result="result",
    )
    matrix = stage_days(
        [stage.condition for stage in journey.stages],
        groups,
        pl.DataFrame({"number": numbers.astype(np.int32)}),
        source,
        days,
        outcomes=outcomes,
    )
    found = {
        (one.gap.kind, one.gap.stage) for one in lay_over(journey, matrix, days, numbers, source, groups).gaps
    }
    assert found >= {
        (GapKind.FEWER, "inform"),
        (GapKind.SKIPPED, "compare"),
        (GapKind.SLOWER, "meeting"),
        (GapKind.UNUSED, "internal"),
    }
    assert not found & {(GapKind.FEWER, "compare"), (GapKind.NO_EFFECT, "compare")}
