"""Taking facts back: those of one import, and the ties between keys and a lead that goes."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.counters import counted_up, subtract
from mikomi.hub.activity.late import forget_verdicts
from mikomi.hub.activity.tallies import tally_without
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged

SUBJECTS_A_STEP = 5_000


@dataclass(frozen=True, slots=True)
class FactsBack:
    """How many events and outcomes of an import went."""

    events: int
    outcomes: int


def take_back_import(import_id: int) -> FactsBack:
    """Deletes the events and outcomes that an import brought, and takes the events that count from the
    activity in the same transaction.

    An event that several files hold belongs to the import that brought it first and goes with that one.
    Keys that nothing is known of any more go, too. Each step of some thousand keys is one transaction:
    cut off, it is done again and goes on, and no event is ever taken back twice.
    """
    # One look at the whole table each: it has no index for this, and is large.
    keys = _keys_of("activity_event", import_id)
    events = sum(_take_events(step, import_id) for step in keys.iter_slices(SUBJECTS_A_STEP))
    keys = _keys_of("activity_outcome", import_id)
    outcomes = sum(_take_outcomes(step, import_id) for step in keys.iter_slices(SUBJECTS_A_STEP))
    return FactsBack(events, outcomes)


def hand_over(import_id: int, heir: int) -> None:
    """Makes the facts of an import those of another one, which brought the same file again."""
    with changing():
        run("update activity_event set import_id = %s where import_id = %s", [heir, import_id])
        run("update activity_outcome set import_id = %s where import_id = %s", [heir, import_id])


def release(leads: pl.Series, number: int) -> None:
    """Unties the keys of leads (numbers) that go, inside `changing()` with change `number`.

    Their facts are kept and wait for a lead of their key, as those of any unknown lead do.
    """
    with staged(leads.cast(pl.Int32).alias("lead").to_frame(), "released"):
        run("delete from activity_activity where lead in (select lead from released)")
        subjects = fetch(
            "select s.id from released r join activity_subject s on s.lead = r.lead", {"subject": pl.Int32}
        )["subject"]
        run("update activity_subject set lead = null where lead in (select lead from released)")
    _drop_unknown(subjects)
    mark_changed(leads, number, activity=True)


def leads_with_facts_since(leads: pl.Series, import_id: int) -> pl.Series:
    """Those of `leads` (numbers) of whom something became known after import `import_id` began:
    events or outcomes of later imports, or of none (pages, forms, people)."""
    later = "(f.import_id is null or f.import_id > %s)"
    with staged(leads.cast(pl.Int32).alias("lead").to_frame(), "asked"):
        return fetch(
            "select s.lead from asked a join activity_subject s on s.lead = a.lead where exists"
            f" (select 1 from activity_event f where f.subject = s.id and {later}) or exists"
            f" (select 1 from activity_outcome f where f.subject = s.id and {later})",
            {"lead": pl.Int32},
            [import_id, import_id],
        )["lead"].unique()


def _keys_of(table: str, import_id: int) -> pl.DataFrame:
    found = fetch(
        f"select distinct subject from {table} where import_id = %s", {"subject": pl.Int32}, [import_id]
    )
    return found.sort("subject")


def _take_events(subjects: pl.DataFrame, import_id: int) -> int:
    with changing() as number, staged(subjects, "retracted"):
        owners = fetch(
            "select s.id, s.lead from retracted r join activity_subject s on s.id = r.subject",
            {"subject": pl.Int32, "lead": pl.Int32},
        )
        tally_without("e.import_id = %s and e.subject in (select subject from retracted)", [import_id])
        forget_verdicts("(select subject from retracted)", import_id)
        gone = fetch(
            "delete from activity_event where import_id = %s and subject in (select subject from retracted)"
            f" returning subject, day, touch, {'counted::int' if on_postgres() else 'counted'}",
            {"subject": pl.Int32, "day": pl.Int32, "touch": pl.Int32, "counted": pl.Int8},
            [import_id],
        )
        counters = counted_up(gone.filter(pl.col("counted") == 1).join(owners, on="subject"))
        subtract(counters)
        mark_changed(counters["lead"], number, activity=True)
        _drop_unknown(subjects["subject"])
    return gone.height


def _take_outcomes(subjects: pl.DataFrame, import_id: int) -> int:
    with changing() as number, staged(subjects, "retracted"):
        owners = fetch(
            "select s.lead from retracted r join activity_subject s on s.id = r.subject"
            " where s.lead is not null",
            {"lead": pl.Int32},
        )["lead"]
        gone = run(
            "delete from activity_outcome where import_id = %s"
            " and subject in (select subject from retracted)",
            [import_id],
        )
        mark_changed(owners, number, activity=False)
        _drop_unknown(subjects["subject"])
    return gone


def _drop_unknown(subjects: pl.Series) -> None:
    """Deletes keys that belong to no lead and that no fact came under."""
    with staged(subjects.alias("subject").to_frame(), "emptied"):
        run(
            "delete from activity_subject where id in (select subject from emptied) and lead is null"
            " and not exists (select 1 from activity_event e where e.subject = activity_subject.id)"
            " and not exists (select 1 from activity_outcome o where o.subject = activity_subject.id)"
        )
