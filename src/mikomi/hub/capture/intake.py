"""From the journal to facts: each message once, under the identity it came from.

One transaction takes in what was read: messages that were seen before are known by their names, people
are found or made, claims settled, events recorded, and the journal's cursor moves with all of it. Cut
off anywhere, nothing is lost and nothing done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.utils import timezone

from mikomi.collector.journal import Entry
from mikomi.core.machines.reasons import Reason, certainty
from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.services import put_titles, record_events
from mikomi.hub.activity.types import Recorded
from mikomi.hub.capture import arrivals, machines, own_people, persons, touches, traps, visitors
from mikomi.hub.capture.models import JournalCursor, Network, RefusedCount, SeenMessage, Source
from mikomi.hub.capture.networks import placed
from mikomi.hub.capture.tagging import seen_pages
from mikomi.hub.capture.webforms import captured
from mikomi.hub.kit.setwise import fetch, staged

EPOCH = date(1970, 1, 1).toordinal()
_EVENT = [
    *("message", "kind", "content", "title", "at", "payload", "key", "own", "source", "visitor", "touch"),
    "token",
]
_SURE = {reason.value: certainty(reason) for reason in Reason}
KEEP_NAMES_DAYS = 90
"""So long a message that is sent again is known."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of entries: messages read, those that were new, and events recorded."""

    messages: int = 0
    new: int = 0
    events: int = 0


def take(journal: str, entries: Sequence[Entry]) -> Taken:
    """Takes in entries that follow each other in the journal called `journal`; those at or before its
    cursor are passed over."""
    if not entries:
        return Taken()
    with changing() as number:
        cursor = _cursor(journal)
        entries = [entry for entry in entries if entry.seq > cursor.seq]
        if not entries:
            return Taken()
        taken = _take(entries, number)
        _move(cursor, entries[-1].seq)
    return taken


def take_late(entries: Sequence[Entry]) -> Taken:
    """Takes in entries that the cursor has passed by; messages that are known are taken once, as ever."""
    with changing() as number:
        return _take(entries, number)


def pass_by(journal: str, seq: int) -> None:
    """Moves the cursor of the journal behind an entry that is not taken in. In a transaction."""
    _move(_cursor(journal), seq)


def _take(entries: Sequence[Entry], number: int) -> Taken:
    messages = arrivals.read(entries)
    fresh = _not_seen(messages)
    events = _record(fresh, number) if fresh.height else 0
    return Taken(messages.height, fresh.height, events)


def _cursor(journal: str) -> JournalCursor:
    cursor, _ = JournalCursor.objects.select_for_update().get_or_create(
        journal=journal, defaults={"seq": 0, "at": timezone.now()}
    )
    return cursor


def _move(cursor: JournalCursor, seq: int) -> None:
    cursor.seq, cursor.at = max(cursor.seq, seq), timezone.now()
    cursor.save(update_fields=["seq", "at"])


def count_refused(counts: Sequence[tuple[int, int, str, int]]) -> None:
    """Adds what the collector refused: hour (since 1970, UTC), source, reason, how many."""
    frame = pl.DataFrame(
        list(counts),
        schema={"hour": pl.Int32, "source": pl.Int32, "reason": pl.String, "n": pl.Int64},
        orient="row",
    )
    if frame.is_empty():
        return
    table = RefusedCount._meta.db_table
    with staged(frame.group_by("hour", "source", "reason").agg(pl.col("n").sum()), "refusing"):
        fetch(
            f"insert into {table} (hour, source, reason, n) select hour, source, reason, n from refusing"
            f" where true on conflict (hour, source, reason) do update set n = {table}.n + excluded.n"
            " returning hour",
            {"hour": pl.Int32},
        )


def forget_names(before: date) -> int:
    """Forgets the names of messages that were taken in before the local day `before`."""
    return SeenMessage.objects.filter(day__lt=before.toordinal() - EPOCH).delete()[0]


def _not_seen(messages: pl.DataFrame) -> pl.DataFrame:
    """The messages whose names are new, each once; writes their names down."""
    today = timezone.localdate().toordinal() - EPOCH
    named = messages.select(pl.col("message").alias("key")).unique().sort("key")
    with staged(named.with_columns(day=pl.lit(today, pl.Int32)), "named"):
        fresh = fetch(
            "insert into capture_seenmessage (key, day) select key, day from named where true"
            " on conflict do nothing returning key",
            {"key": pl.Int64},
        )
    once = messages.unique("message", keep="first", maintain_order=True)
    return once.filter(pl.col("message").is_in(fresh["key"].implode()))


def _record(messages: pl.DataFrame, number: int) -> int:
    """Settles who messages are of and records those that are events; how many those were."""
    trusted = Source.objects.filter(kind=Source.Kind.SERVER).values_list("pk", flat=True)
    messages = messages.with_columns(pl.col("source").is_in(list(trusted)).alias("trusted"))
    own = placed(messages["address"]).filter(pl.col("kind") == Network.Kind.OWN)["address"]
    messages = messages.with_columns(
        persons.user_key().alias("user_key"),
        pl.when("staff")
        .then(pl.lit(Reason.OWN_BROWSER.value))
        .when(pl.col("address").is_in(own.implode()))
        .then(pl.lit(Reason.OWN_STAFF.value))
        .otherwise(pl.lit(""))
        .alias("own"),
    )
    messages = captured.set_aside(messages)
    whose = persons.take_people(messages, number)
    visitors.settle(persons.claims(messages, whose), number)
    seen = visitors.visitors_at(messages.filter(pl.col("anonymous") != ""))
    if seen.height:
        visitors.note_seen(seen.select("visitor", "at", "address", "agent"))
    direct = messages.filter(pl.col("anonymous") == "").with_columns(
        pl.col("user_key").alias("key"), pl.lit(None, pl.Int32).alias("visitor")
    )
    events = pl.concat([seen.select(_EVENT), direct.select(_EVENT)]).drop_nulls("kind")
    seen_pages.note(messages)
    if events.is_empty():
        return 0
    events = _judged(events)
    people = events.filter(~pl.col("automated")).drop_nulls("visitor")
    touches.note_visits(people.select("visitor", "at", "touch"))
    new = _store(events).new
    titles = events.filter((pl.col("title") != "") & (pl.col("content") != ""))
    if titles.height:
        put_titles(titles.select("kind", "content", "title"))
    return new


def _judged(events: pl.DataFrame) -> pl.DataFrame:
    judged = machines.judge_messages(events)
    # Visits of our own people are kept, and count for nothing.
    ours = pl.when(pl.col("own") != "").then("own")
    why = ours.when(traps.of_trapped(events)).then(pl.lit(Reason.TRAP.value))
    events = events.hstack(judged).with_columns(why=why)
    return events.with_columns(
        (pl.col("why").is_not_null() | pl.col("automated")).alias("automated"),
        pl.coalesce("why", "reason").alias("reason"),
        pl.when(pl.col("why").is_not_null())
        .then(pl.col("why").replace_strict(_SURE, return_dtype=pl.Int16))
        .otherwise("certainty")
        .alias("certainty"),
    )


def _store(events: pl.DataFrame) -> Recorded:
    recorded = record_events(
        events.select(
            pl.col("key").alias("lead"),
            pl.from_epoch("at", "us").dt.replace_time_zone("UTC").alias("at"),
            "kind",
            "content",
            "automated",
            "reason",
            "certainty",
            "payload",
            pl.col("message").alias("id"),
            pl.format("web:{}", "source").alias("source"),
        )
    )
    traps.take_back(events)
    own_people.leave_out(recorded.leads)
    return recorded
