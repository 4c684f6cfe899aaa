"""Whatever leads and companies bear, merging them and taking it back leaves all of it as it was.

`MIKOMI_TEST_EXAMPLES=2000 ./mikomi test tests/hub/site/test_merge_property.py` tries longer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

import polars as pl
import pytest
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mikomi.core.words import MikomiError
from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as facts
from mikomi.hub.activity import services as activity
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.models import Activity, Event, Outcome, Subject
from mikomi.hub.capture import touches
from mikomi.hub.capture.models import Form, FormVersion, Submission, TokenUse, Touch, Visitor
from mikomi.hub.consent.models import Basis, Refusal
from mikomi.hub.people import exclusions, queries, services
from mikomi.hub.people.dated import origin
from mikomi.hub.people.duplicates import merging as people
from mikomi.hub.people.following import AUTOMATIC
from mikomi.hub.people.models import (
    Attachment,
    Change,
    Company,
    CompanyAlias,
    CompanyMerge,
    Exclusion,
    Lead,
    LeadTag,
    ListMember,
    Merge,
    Note,
)
from mikomi.hub.people.notes import write_note
from mikomi.hub.people.same_companies import merging as firms
from mikomi.hub.people.same_companies import parting as companies
from mikomi.hub.site.actions.merge_leads import take_apart
from tests.examples import examples
from tests.hub.people.test_companies import NUMBER, OTHER_NUMBER
from tests.hub.people.undo_world import given_back

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = examples(25)
NOON = dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC)

HELD: tuple[type[Model], ...] = (
    Lead, Company, CompanyAlias, Change, LeadTag, ListMember, Note, Attachment, Exclusion, Basis, Refusal,
    Subject, Event, Outcome, Activity, Visitor, TokenUse, Touch, Submission,
)  # fmt: skip
"""All that leads and companies bear."""

KEYS = [f"K{n}" for n in range(5)]
NAMES = ["株式会社北浜精機", "北浜精機株式会社", "北浜精機", "有限会社南浜", ""]
WORDS = st.sampled_from(["", "", "甲", "乙"])
FIELDS = {
    "name": WORDS,
    "company": st.sampled_from(NAMES),
    "email": st.sampled_from(["", "x@one.example", "y@one.example", "X@one.example"]),
    "title": st.sampled_from(["", "部長", "課長"]),
    "address": st.sampled_from(["", "東京都港区芝 1-2-3"]),
    "industry": st.sampled_from(["", "製造業", "食品"]),
    "employees": st.sampled_from(["", "50", "300〜999"]),
    "corporate_number": st.sampled_from(["", NUMBER, OTHER_NUMBER]),
    "ひみつ": WORDS,
}
PLACE = st.integers(0, len(KEYS) - 1)
HUNG = st.sampled_from(
    ["owner", "tag", "list", "note", "file", "exclusion", "company note", "company exclusion", "visitor"]
)
DONE = st.tuples(PLACE, st.sampled_from(["event", "outcome"]), st.integers(0, 3))
TAKEN = st.none() | st.sets(st.sampled_from(sorted(FIELDS)))


def state() -> dict[str, list[str]]:
    return {
        model.__name__: sorted(
            json.dumps(_held(row), sort_keys=True, default=str, ensure_ascii=False)
            for row in model.objects.values()
        )
        for model in HELD
    }


def _held(row: dict[str, Any]) -> dict[str, Any]:
    """What follows from others is worked out anew: its version may be another one."""
    anew = ("id", "recorded_at", "recorded_day") if row.get("source") == AUTOMATIC else ()
    return {name: value for name, value in row.items() if name not in anew}


def put(rows: list[dict[str, str]], days: list[int | None]) -> None:
    for key, row, day in zip(KEYS, rows, days, strict=True):
        since = None if day is None else dt.date(2024, 1, 1) + dt.timedelta(days=day)
        told = {field: value for field, value in row.items() if value}
        services.upsert_leads(pl.DataFrame({"lead": [key], **told}), origin("file", known_from=since))
        if day is not None:
            Lead.objects.filter(key=key).update(created_at=NOON + dt.timedelta(days=day))


def hang(place: int, what: str, n: int) -> None:
    """Gives a lead, or its company, something of which there are several."""
    lead = Lead.objects.get(key=KEYS[place])
    now = timezone.now()
    if what == "owner":
        Lead.objects.filter(pk=lead.pk).update(owner=User.objects.get(email=f"user{n}@works.example"))
    elif what == "tag":
        LeadTag.objects.get_or_create(lead=lead.pk, tag=n, defaults={"at": now})
    elif what == "list":
        ListMember.objects.get_or_create(lead=lead.pk, list=n, defaults={"at": now})
    elif what == "note":
        write_note("lead", lead.pk, str(n), None)
    elif what == "file":
        Attachment.objects.create(
            scope="lead", subject=lead.pk, written_of=lead.pk, name=str(n), stored_as=f"{lead.pk}-{n}",
            size=1, at=now,
        )  # fmt: skip
    elif what == "exclusion":
        exclusions.exclude(("competitor", "customer", "partner")[n], "lead", str(lead.pk))
    elif what == "visitor":
        see_browser(lead.pk, f"{lead.pk}-{n}", joined=n > 0)
    elif lead.company is not None and what == "company note":
        write_note("company", lead.company.pk, str(n), None)
    elif lead.company is not None:
        exclusions.exclude("customer", "company", str(lead.company.pk))


def see_browser(lead: int, anonymous: str, *, joined: bool) -> None:
    """A browser that is the lead's, with what was done and sent there."""
    held, new = Visitor.objects.get_or_create(
        source=1, anonymous=anonymous, defaults={
            "lead": lead, "certainty": "sure", "how": "form", "joined": joined,
            "first_seen": 0, "last_seen": 0,
        },
    )  # fmt: skip
    if not new:
        return
    key = f"visitor:1:{anonymous}"
    do([(key, "event", 1)])
    TokenUse.objects.create(mail=anonymous, lead=lead, visitor=held.pk, at=0)
    form, _ = Form.objects.get_or_create(slug="form", defaults={"name": "form", "created_at": NOON})
    version, _ = FormVersion.objects.get_or_create(
        form=form, number=1, defaults={"content": {}, "published_at": NOON}
    )
    Submission.objects.create(
        form=form, version=version, once=anonymous, at=NOON, language="ja", email="x@one.example", answers={},
        visitor=f"1:{anonymous}", state="taken", lead=lead, subject=key,
    )  # fmt: skip
    with changing() as number:
        if joined:
            activity.attach(pl.DataFrame({"key": [key], "lead": [lead]}), number)
        way = json.dumps({"utm_source": anonymous, "landing": "/"})
        at = round((NOON + dt.timedelta(days=lead % 3)).timestamp() * 1_000_000)
        touches.note_visits(pl.DataFrame({"visitor": [held.pk], "at": [at], "touch": [way]}))


def do(rows: list[tuple[str, str, int]]) -> None:
    """What was done under keys, so many days after `NOON`, and what became of it."""
    for kind in ("event", "outcome"):
        mine = [row for row in rows if row[1] == kind]
        frame = pl.DataFrame(
            {"lead": [row[0] for row in mine], "at": [NOON + dt.timedelta(days=row[2]) for row in mine]},
            schema={"lead": pl.String, "at": pl.Datetime("us", "UTC")},
        )
        if kind == "event" and mine:
            told = frame.with_columns(kind=pl.lit("page_view"), content=pl.lit("/a"), automated=pl.lit(False))
            activity.record_events(told)
        elif mine:
            activity.record_outcomes(frame.with_columns(result=pl.lit("won")))


def merge(what: str, one: int, two: int, take: set[str] | None) -> None:
    if what == "leads":
        numbers = queries.numbers_of([KEYS[one], KEYS[two]])
        people.merge(numbers[KEYS[one]], numbers[KEYS[two]], take)
        touches.follow([numbers[KEYS[one]]])
    elif Company.objects.exists():
        numbers = list(Company.objects.order_by("pk").values_list("pk", flat=True))
        firms.merge(numbers[one % len(numbers)], numbers[two % len(numbers)], take)


def take_all_back(order: Any) -> None:
    """In any order that there is: some merges have to wait for those that were made later."""
    while left := [
        *((take_apart, row.pk) for row in Merge.objects.filter(undone_at=None)),
        *((companies.part, row.pk) for row in CompanyMerge.objects.filter(undone_at=None)),
    ]:
        order.shuffle(left)
        undone = 0
        for part, number in left:
            try:
                part(number, by_id=None)
                undone += 1
            except MikomiError:
                continue
        assert undone


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # Each try is many statements: to look for the smallest failing case takes many minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    rows=st.lists(st.fixed_dictionaries(FIELDS), min_size=5, max_size=5),
    days=st.lists(st.sampled_from([None, 0, 400]), min_size=5, max_size=5),
    hung=st.lists(st.tuples(PLACE, HUNG, st.integers(0, 2)), max_size=16),
    done=st.lists(DONE, max_size=8),
    merges=st.lists(
        st.tuples(st.sampled_from(["leads", "companies"]), PLACE, PLACE, TAKEN), min_size=1, max_size=6
    ),
    later=st.lists(DONE, max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_merges_taken_back_in_any_order_leave_all_that_was_there(
    rows, days, hung, done, merges, later, order
) -> None:
    with given_back():
        for n in range(3):
            User.objects.create_user(f"user{n}@works.example", name=str(n))
        put(rows, days)
        for one in hung:
            hang(*one)
        do([(KEYS[place], kind, day) for place, kind, day in done])
        before = state()
        counts = Counter(facts.event_counts(list(queries.numbers_of(KEYS).values())))
        for one in merges:
            try:
                merge(*one)
            except MikomiError:
                continue
        for gone in Lead.objects.exclude(merged_into=None):
            assert facts.event_counts([gone.pk]).get(gone.pk, 0) == 0
        assert not Lead.objects.filter(company__merged_into__isnull=False).exists()
        came = [(KEYS[place], kind, 10 + day) for place, kind, day in later]
        do(came)
        take_all_back(order)
        after = state()
        numbers = queries.numbers_of(KEYS)
        counts += Counter(numbers[key] for key, kind, _ in came if kind == "event")
        assert facts.event_counts(list(numbers.values())) == counts
        assert facts.broken_counters() == 0
        lost = {name: Counter(rows) - Counter(after[name]) for name, rows in before.items()}
        grown = {name: Counter(after[name]) - Counter(rows) for name, rows in before.items()}
        # What came since is there, too.
        for name in ("Event", "Outcome", "Activity"):
            grown.pop(name)
        differing = [
            f"{what} {name}: {row}"
            for what, told in (("lost", lost), ("grown", grown))
            for name, rows in told.items()
            for row in rows
        ]
        assert not differing, "\n".join(differing)
