"""What became of leads, one by one: reading it, and taking one outcome back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.types import KnownOutcome, OutcomeKey
from mikomi.hub.kit.days import instant
from mikomi.hub.kit.setwise import fetch, listed, run, staged

_KEY = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}


def known_outcomes(leads: Sequence[int]) -> list[KnownOutcome]:
    """What became of these leads, newest first."""
    with listed(pl.Series(leads, dtype=pl.Int32), "asked", "lead") as (beginning, given):
        rows = fetch(
            f"{beginning}select o.at, o.day, o.result, o.reason, o.amount, o.source, s.lead,"
            " coalesce(o.product, ''), o.yen, o.deal, o.said_by, o.subject, o.id from asked q"
            " cross join activity_subject s cross join activity_outcome o"
            " where s.lead = q.lead and o.subject = s.id order by o.at desc",
            {
                "at": pl.Int64,
                "day": pl.Int32,
                "result": pl.String,
                "reason": pl.String,
                "amount": pl.String,
                "source": pl.String,
                "lead": pl.Int32,
                "product": pl.String,
                "yen": pl.Int64,
                "deal": pl.Int32,
                "said_by": pl.Int32,
                "subject": pl.Int32,
                "id": pl.Int64,
            },
            given,
        )
    return [
        KnownOutcome(instant(at), *rest, key=OutcomeKey(subject, at, name))
        for at, *rest, subject, name in rows.iter_rows()
    ]


def ends_and_meetings() -> pl.DataFrame:
    """All meetings and ends of deals of known leads: `lead`, `day` (since 1970), `result` (meeting, won,
    lost), `yen` (null where nobody knows) and `deal` (null where no list of deals says it)."""
    return fetch(
        "select s.lead, o.day, o.result, o.yen, o.deal from activity_outcome o"
        " join activity_subject s on s.id = o.subject"
        " where s.lead is not null and o.result in ('meeting', 'won', 'lost')",
        {"lead": pl.Int32, "day": pl.Int32, "result": pl.String, "yen": pl.Int64, "deal": pl.Int32},
    )


def newest_of(key: str, at: datetime, result: str) -> OutcomeKey:
    """The outcome `result` that the subject with `key` had at `at`, in the transaction that recorded it."""
    micros = pl.Series([at], dtype=pl.Datetime("us", "UTC")).dt.epoch("us")[0]
    found = fetch(
        "select o.subject, o.at, o.id from activity_subject s join activity_outcome o on o.subject = s.id"
        " where s.key = %s and o.at = %s and o.result = %s",
        _KEY,
        [key, micros, result],
    )
    return OutcomeKey(*found.row(-1))


def lead_of_outcome(key: OutcomeKey) -> int | None:
    """Whose (a lead's number) an outcome is; None where nobody is known yet."""
    found = fetch("select lead from activity_subject where id = %s", {"lead": pl.Int32}, [key.subject])
    return found["lead"][0] if found.height else None


def take_back_outcome(key: OutcomeKey, *, source: str) -> bool:
    """Deletes one outcome that came by `source`; whether it was there."""
    with changing() as number:
        gone = fetch(
            "delete from activity_outcome where subject = %s and at = %s and id = %s and source = %s"
            " returning subject",
            {"subject": pl.Int32},
            [key.subject, key.at, key.id, source],
        )
        if gone.is_empty():
            return False
        leads = fetch("select lead from activity_subject where id = %s", {"lead": pl.Int32}, [key.subject])
        mark_changed(leads["lead"].drop_nulls(), number, activity=False)
    return True


def take_back_deals(deals: pl.Series) -> None:
    """Deletes the outcomes of deals (numbers), in a transaction that writes facts."""
    with changing() as number, staged(deals.cast(pl.Int32).unique().alias("deal").to_frame(), "undone_deals"):
        leads = fetch(
            "select distinct s.lead from undone_deals u join activity_outcome o on o.deal = u.deal"
            " join activity_subject s on s.id = o.subject where s.lead is not null",
            {"lead": pl.Int32},
        )["lead"]
        run("delete from activity_outcome where deal in (select deal from undone_deals)")
        mark_changed(leads, number, activity=False)


def give_subjects(subjects: pl.DataFrame) -> None:
    """Ties subjects to leads, or unties them: `subject` and `lead` (numbers; null: nobody known). In a
    transaction that writes facts; for subjects under which no events stand."""
    with changing() as number, staged(subjects.cast({"subject": pl.Int32, "lead": pl.Int32}), "given"):
        before = fetch(
            "select s.lead from given g join activity_subject s on s.id = g.subject where s.lead is not null",
            {"lead": pl.Int32},
        )["lead"]
        run(
            "update activity_subject set lead = given.lead from given"
            " where given.subject = activity_subject.id"
        )
        mark_changed(
            pl.concat([before, subjects["lead"].drop_nulls().cast(pl.Int32)]), number, activity=False
        )


def forget_empty(subjects: pl.Series) -> None:
    """Deletes those of `subjects` (numbers) under which nothing stands any more."""
    with staged(subjects.cast(pl.Int32).alias("subject").to_frame(), "emptied"):
        run(
            "delete from activity_subject where id in (select subject from emptied)"
            " and not exists (select 1 from activity_event e where e.subject = activity_subject.id)"
            " and not exists (select 1 from activity_outcome o where o.subject = activity_subject.id)"
        )
