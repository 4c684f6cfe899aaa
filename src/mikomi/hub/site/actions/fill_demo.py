"""Fills an empty database with the demo's company, and scores it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from django.utils import timezone

from mikomi.core.scoring.model_file import load_model
from mikomi.hub.activity import services as activity
from mikomi.hub.capture import intake, networks, sources, visiting, visitors
from mikomi.hub.capture.campaigns import editing
from mikomi.hub.capture.seminars import filling, planning
from mikomi.hub.capture.seminars.planning import Plan
from mikomi.hub.journey.services import keep_map
from mikomi.hub.people import notes
from mikomi.hub.people import services as people
from mikomi.hub.people.dated import Origin
from mikomi.hub.people.duplicates import finding
from mikomi.hub.people.imports import run_import
from mikomi.hub.people.queries import numbers_of
from mikomi.hub.people.value_sources import DEMO
from mikomi.hub.scores import services as scores
from mikomi.hub.segments.services import make_segment
from mikomi.hub.site import flow, pipeline
from mikomi.hub.site.actions.count_campaigns import count_campaigns
from mikomi.hub.site.actions.fill_sales import seat_sales, tell_results
from mikomi.hub.site.demo import MODEL_FILE, TIMEZONE, DemoData, generate, seminars, strangers
from mikomi.hub.site.demo.campaigns import draw_campaigns
from mikomi.hub.site.demo.contents import SEMINAR_TOPICS
from mikomi.hub.site.demo.deals import write_deals
from mikomi.hub.site.demo.journey import REASONS, demo_maps
from mikomi.hub.site.demo.notes import draw_notes
from mikomi.hub.site.demo.segments import demo_segments
from mikomi.hub.site.demo.team import join_team
from mikomi.hub.site.rows import log

type Progress = Callable[[int, int], None]

STEPS = 9
_EPOCH = date(1970, 1, 1)


def fill_demo(progress: Progress, by: int | None = None) -> None:
    """Stores the demo's leads, changes, events and outcomes, publishes its model, scores everybody.

    The database must be empty; a fill that was cut off is emptied and begun again by the caller
    (`mikomi demo`), which also says when the folder is ready. `progress`: (steps done, of all). `by`: who
    wrote the notes.
    """
    done = _Steps(progress)
    shutil.rmtree(log.folder(), ignore_errors=True)
    today = timezone.localdate()
    data = generate(today)
    join_team()
    done.step()
    activity.put_titles(data.titles)
    people.upsert_leads(_lead_rows(data), _origin(DEMO, today))
    done.step()
    people.record_history(_changes(data), _origin(DEMO, today))
    done.step()
    activity.record_events(data.events)
    done.step()
    _results(data, by)
    done.step()
    notes.record_notes(_notes(data), by)
    _seminars(data, today, by)
    _collect(data)
    _campaigns(data, by)
    done.step()
    scores.publish_model(load_model(MODEL_FILE), note="デモのはじめの版")
    done.step()
    _journey(by)
    for kept in demo_segments():
        make_segment(kept.name, kept.who, None, note=kept.note, priority=kept.priority)
    seat_sales(by)
    pipeline.score_all(today)
    tell_results(today)
    # What came of the calls shows in the lists, too.
    pipeline.score_touched(today)
    count_campaigns(timezone.now())
    flow.prepare(timezone.now())
    done.step()
    finding.find_all()
    done.step()


def _results(data: DemoData, by: int | None) -> None:
    """What became of people: the deals as a list out of the SFA, and whom sales turned down."""
    turned_down = data.outcomes.filter(pl.col("result") == "rejected")
    activity.record_outcomes(turned_down.with_columns(pl.col("amount").cast(pl.String)))
    with tempfile.TemporaryDirectory() as folder:
        file = write_deals(data.deals, Path(folder))
        run_import(file, "deals", by_id=by)


def _seminars(data: DemoData, today: date, by: int | None) -> None:
    """The seminars that the events speak of, and one to come that takes applications."""
    filling.put_seminars(seminars.held_seminars(data), seminars.applications(data))
    begins = seminars.next_begins(today)
    plan = Plan(SEMINAR_TOPICS[0], begins, begins + seminars.LASTS, url=seminars.ONLINE, capacity=40)
    planning.open_seminar(planning.make_seminar(plan, by).pk, seminars.ORGANISER, by)


def _journey(by: int | None) -> None:
    """The map that the company drew in summer, and the one it has believed in since."""
    now = timezone.now()
    for weeks, journey, reason in zip((26, 12), demo_maps(), REASONS, strict=True):
        keep_map(journey, by, reason=reason, at=now - timedelta(weeks=weeks))


def _collect(data: DemoData) -> None:
    """A site whose tag has sent visits, and the companies that are guessed from them."""
    now = timezone.now()
    site = sources.make_source(strangers.SITE)
    visitors.confirm_linking("デモ", f"{strangers.HOST}/privacy", now)
    ranges = networks.read_ranges(strangers.company_ranges(data), "company")
    networks.replace_networks("company", ranges)
    intake.take("demo", strangers.entries(data, site.pk))
    visiting.guess(now)
    visiting.summarise(now)


def _campaigns(data: DemoData, by: int | None) -> None:
    """What the company did to be found, and who came by it."""
    numbers = pl.DataFrame(
        list(numbers_of(data.leads["lead"].to_list()).items()), schema=["key", "number"], orient="row"
    )
    for drawn in draw_campaigns(data):
        made = editing.make_campaign(drawn.plan, by)
        added = drawn.added.join(numbers, left_on="lead", right_on="key")
        told = added.select(pl.col("number").alias("lead"), pl.col("at").dt.epoch("us"))
        editing.record_additions(made.pk, told, by=by)


class _Steps:
    """Counts steps and passes them on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0

    def step(self) -> None:
        self._done += 1
        self._progress(self._done, STEPS)


def _origin(source: str, today: date) -> Origin:
    day = (today - _EPOCH).days
    return Origin(
        source=source,
        recorded_at=int(datetime.now().astimezone().timestamp() * 1_000_000),
        recorded_day=day,
        day=day,
    )


def _lead_rows(data: DemoData) -> pl.DataFrame:
    """One row a lead with the values known first, its company's included; all attributes as text."""
    companies = data.companies.rename({"company": "key", "name": "company"}).drop("phone")
    rows = data.leads.rename({"company": "key"}).join(companies, on="key", how="left").drop("key")
    known = [name for name in rows.columns if name not in ("lead", "created_at")]
    return rows.with_columns(pl.col(known).cast(pl.String))


def _changes(data: DemoData) -> pl.DataFrame:
    """The later values under the names that `people.record_history` takes; companies go by name."""
    names = data.companies.select(pl.col("company").alias("key"), "name")
    return data.changes.join(names, on="key", how="left", maintain_order="left").select(
        pl.col("subject").alias("scope"),
        pl.coalesce("name", "key").alias("key"),
        "field",
        "value",
        pl.col("at").dt.convert_time_zone(TIMEZONE).dt.date().alias("known_from"),
    )


def _notes(data: DemoData) -> pl.DataFrame:
    """What was written down, companies under their names."""
    names = data.companies.select(pl.col("company").alias("key"), "name")
    told = draw_notes(data.leads, data.events, data.outcomes)
    return told.join(names, on="key", how="left", maintain_order="left").select(
        "scope", pl.coalesce("name", "key").alias("key"), "text", "at"
    )
