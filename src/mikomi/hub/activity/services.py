"""Writing facts. Each function is one transaction, set-wise, and says which leads it changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl
from django.conf import settings
from django.db import transaction

from mikomi.core.machines.reasons import Reason
from mikomi.core.machines.reasons import certainty as sure_of
from mikomi.core.values.money import yen_of
from mikomi.hub.activity.cache import forget
from mikomi.hub.activity.changes import changing, mark_changed, mark_erased
from mikomi.hub.activity.contents import normal_content
from mikomi.hub.activity.counters import add, counted_up, subtract
from mikomi.hub.activity.event_ids import event_ids, outcome_ids, with_ordinal
from mikomi.hub.activity.late import forget_verdicts, note_late
from mikomi.hub.activity.tallies import tally, tally_without
from mikomi.hub.activity.touches import touches_of, with_known_kinds
from mikomi.hub.activity.types import Recorded
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, on_postgres, run, staged

_EVENT = (
    *("subject", "at", "id", "day", "touch", "automated", "counted", "import_id", "source"),
    *("reason", "certainty", "payload"),
)
_OUTCOME = (
    *("subject", "at", "id", "day", "result", "reason", "amount", "import_id", "source"),
    *("yen", "product", "deal", "said_by"),
)
_TOLD = {
    "subject": pl.Int32,
    "day": pl.Int32,
    "touch": pl.Int32,
    "counted": pl.Int8,
    "source": pl.String,
    "reason": pl.String,
}

_FLIPPED = {
    "subject": pl.Int32,
    "at": pl.Int64,
    "id": pl.Int64,
    "day": pl.Int32,
    "touch": pl.Int32,
    "kind": pl.String,
    "source": pl.String,
    "was": pl.String,
    "why": pl.String,
}


def record_events(frame: pl.DataFrame, *, import_id: int | None = None, source: str = "file") -> Recorded:
    """Stores events and adds those that count and were not there yet to the activity.

    `frame`: `lead` (key, text), `at` (aware), `kind`, `content`, `automated` (bool); optional
    `payload` (JSON text), `id` (64 bits, where the source itself names each event) or `ordinal` (which
    of the identical rows of its file a row is, from `event_ids.with_ordinal`, which also spells the
    contents; without both the frame is the file), `reason` and `certainty` (percent) of what is automated
    (without them the source said so), `source`. An event that is there already changes nothing.
    """
    rows = _named_events(frame)
    with changing() as number:
        rows = with_known_kinds(rows)
        rows = _with_subjects(rows).join(
            touches_of(rows.select("kind", "content").unique(maintain_order=True)),
            on=["kind", "content"],
            maintain_order="left",
        )
        rows = rows.with_columns(
            counted=~pl.col("automated"),
            import_id=pl.lit(import_id, pl.Int32),
            **({} if "source" in frame.columns else {"source": pl.lit(source)}),
        )
        with staged(rows.select(_EVENT).sort("subject", "at", "id"), "arriving"):
            fresh = fetch(
                f"insert into activity_event ({', '.join(_EVENT)})"
                f" select {', '.join(_EVENT[:-1])}, {_json('payload')} from arriving where true"
                " on conflict do nothing"
                f" returning subject, day, touch, {_as_number('counted')}, source, reason",
                _TOLD,
            )
        tally(
            fresh.join(rows.select("touch", "kind").unique(), on="touch").with_columns(n=pl.lit(1, pl.Int64))
        )
        fresh = fresh.join(rows.select("subject", "number").unique(), on="subject")
        fresh = fresh.rename({"number": "lead"})
        counters = counted_up(fresh.filter(pl.col("counted") == 1))
        add(counters)
        leads = counters["lead"].unique().sort()
        mark_changed(leads, number, activity=True)
    waiting = fresh.filter(pl.col("lead").is_null())
    return Recorded(
        new=fresh.height,
        known=frame.height - fresh.height,
        waiting=waiting.height,
        waiting_keys=waiting["subject"].n_unique(),
        leads=leads,
    )


def count_new_events(frame: pl.DataFrame) -> int:
    """How many events of `frame` (as for `record_events`) are not stored yet; writes nothing."""
    rows = _named_events(frame).select("lead", pl.col("at").dt.epoch("us"), "id")
    return rows.height - _stored(rows, "activity_event")


def record_outcomes(frame: pl.DataFrame, *, import_id: int | None = None, source: str = "file") -> Recorded:
    """Stores outcomes: `lead` (key), `at` (aware), `result`; optional `reason`, `amount`, `product` (text),
    `deal` and `said_by` (numbers), `id` (64 bits, where the source itself names each), `import_id`.

    Identical rows are one row, in this file or another; the product does not tell two apart.
    """
    rows = _named_outcomes(frame)
    with changing() as number:
        rows = _with_subjects(rows).with_columns(
            source=pl.lit(source),
            **({} if "import_id" in frame.columns else {"import_id": pl.lit(import_id, pl.Int32)}),
        )
        with staged(rows.select(_OUTCOME), "arriving"):
            fresh = fetch(
                f"insert into activity_outcome ({', '.join(_OUTCOME)})"
                f" select {', '.join(_OUTCOME)} from arriving where true on conflict do nothing"
                " returning subject",
                {"subject": pl.Int32},
            )
        fresh = fresh.join(rows.select("subject", "number").unique(), on="subject")
        leads = fresh["number"].drop_nulls().unique().sort()
        mark_changed(leads, number, activity=False)
    waiting = fresh.filter(pl.col("number").is_null())
    return Recorded(
        new=fresh.height,
        known=frame.height - fresh.height,
        waiting=waiting.height,
        waiting_keys=waiting["subject"].n_unique(),
        leads=leads,
    )


def put_titles(frame: pl.DataFrame) -> None:
    """Stores what contents are called: `content`, `title`, a content once; a later title replaces. With
    `kind`, only those that have a touch of their own: not what was too many."""
    kinds = [name for name in ("kind",) if name in frame.columns]
    spelled = frame.select(normal_content(pl.col("content")), "title", *kinds).unique("content", keep="last")
    own = "exists (select 1 from activity_touch t where t.kind = named.kind and t.content = named.content)"
    with transaction.atomic(), staged(spelled, "named"):
        run(
            "insert into activity_contenttitle (content, title) select content, title from named"
            f" where {own if kinds else 'true'} on conflict (content) do update set title = excluded.title"
        )


def count_new_outcomes(frame: pl.DataFrame) -> int:
    """How many outcomes of `frame` (as for `record_outcomes`) are not stored yet; writes nothing."""
    rows = _named_outcomes(frame).select("lead", pl.col("at").dt.epoch("us"), "id")
    return rows.height - _stored(rows, "activity_outcome")


def attach(leads: pl.DataFrame, number: int) -> None:
    """Tells which lead each key is, inside `changing()` with change `number`.

    `leads`: `key` and `lead` (number). A key that is attached already stays where it is. The events
    that waited for a key join the activity of its lead.
    """
    with staged(leads.select("key", pl.col("lead").cast(pl.Int32)), "known"):
        waiting = fetch(
            "select s.id, k.lead from activity_subject s join known k on k.key = s.key where s.lead is null",
            {"subject": pl.Int32, "lead": pl.Int32},
        )
        run(
            "insert into activity_subject (key, lead) select key, lead from known where true"
            " on conflict (key) do update set lead = excluded.lead where activity_subject.lead is null"
        )
    if waiting.is_empty():
        return
    with staged(waiting, "waiting"):
        counters = fetch(
            "select w.lead, e.day, e.touch, e.subject, count(*) from waiting w"
            " join activity_event e on e.subject = w.subject where e.counted group by 1, 2, 3, 4",
            {"lead": pl.Int32, "day": pl.Int32, "touch": pl.Int32, "subject": pl.Int32, "n": pl.Int64},
        )
    add(counters)
    mark_changed(waiting["lead"], number, activity=True)


def detach(keys: Sequence[str], number: int) -> None:
    """Unties keys from their leads, inside `changing()` with change `number`: their events leave the
    leads' activity and wait, as those of an unknown lead do."""
    with staged(pl.DataFrame({"key": list(keys)}, schema={"key": pl.String}), "leaving"):
        tied = fetch(
            "select s.id, s.lead from leaving k join activity_subject s on s.key = k.key"
            " where s.lead is not null",
            {"subject": pl.Int32, "lead": pl.Int32},
        )
    with staged(tied, "leaving"):
        run(
            "delete from activity_activity where lead in (select lead from leaving)"
            " and subject in (select subject from leaving)"
        )
        run("update activity_subject set lead = null where id in (select subject from leaving)")
    mark_changed(tied["lead"], number, activity=True)


def set_automated(
    events: pl.DataFrame, value: bool, *, reason: str = Reason.BY_HAND, certainty: int | None = None
) -> pl.Series:
    """Says of stored events that they were (or were not) a machine's, and takes them back from the
    activity (or adds them to it).

    `events`: `subject`, `at` (µs), `id`: the key of an event; optional `reason` and `certainty` (percent)
    of each, instead of one for all (by default as certain as the reason is). Events that are so already
    change nothing. Returns the numbers of the leads that changed.
    """
    sure = (sure_of(reason) if certainty is None else certainty) if value else 0
    judged = events.select(
        "subject",
        "at",
        "id",
        pl.col("reason") if "reason" in events.columns else pl.lit(str(reason)).alias("reason"),
        pl.col("certainty").cast(pl.Int16)
        if "certainty" in events.columns
        else pl.lit(sure, pl.Int16).alias("certainty"),
    ).unique(["subject", "at", "id"])
    with changing() as number:
        with staged(judged, "judged"):
            flipped = fetch(
                "select e.subject, e.at, e.id, e.day, e.touch, t.kind, e.source, e.reason, j.reason"
                " from judged j join activity_event e"
                " on e.subject = j.subject and e.at = j.at and e.id = j.id"
                " join activity_touch t on t.id = e.touch where e.automated <> %s",
                _FLIPPED,
                [value],
            )
            run(
                "update activity_event set automated = %s, counted = %s, reason = judged.reason,"
                " certainty = judged.certainty from judged where activity_event.subject = judged.subject"
                " and activity_event.at = judged.at and activity_event.id = judged.id"
                " and activity_event.automated <> %s",
                [value, not value, value],
            )
        note_late(flipped)
        if flipped.height:
            enqueue("capture.judge_touches", subjects=flipped["subject"].unique().sort().to_list())
        people, machines = pl.lit(""), pl.col("why") if value else pl.col("was")
        tally(
            pl.concat(
                flipped.select("day", "source", "kind", "touch", why.alias("reason"), n=pl.lit(n, pl.Int64))
                for why, n in ((people, -1 if value else 1), (machines, 1 if value else -1))
            )
        )
        with staged(flipped.select("subject").unique(), "flipped"):
            owners = fetch(
                "select s.id, s.lead from activity_subject s join flipped f on f.subject = s.id",
                {"subject": pl.Int32, "lead": pl.Int32},
            )
        counters = counted_up(flipped.join(owners, on="subject"))
        (subtract if value else add)(counters)
        leads = counters["lead"].unique().sort()
        mark_changed(leads, number, activity=True)
    return leads


def known_events(frame: pl.DataFrame) -> pl.DataFrame:
    """The keys (`subject`, `at` in µs, `id`) of those events of `frame` (as for `record_events`) that are
    stored."""
    rows = _named_events(frame).select("lead", pl.col("at").dt.epoch("us"), "id")
    with transaction.atomic(), staged(rows, "asked"):
        return fetch(
            "select e.subject, e.at, e.id from asked a join activity_subject s on s.key = a.lead"
            " join activity_event e on e.subject = s.id and e.at = a.at and e.id = a.id",
            {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64},
        )


def repoint(source: int, target: int) -> None:
    """Gives all subjects of lead `source`, and their activity, to lead `target` (a merge).

    Nothing is added up: the subject is part of the activity's key, so `repoint_subjects` can give
    exactly the same rows back.
    """
    subjects = fetch("select id from activity_subject where lead = %s", {"subject": pl.Int32}, [source])
    repoint_subjects(subjects["subject"], target)


def repoint_subjects(subjects: pl.Series, target: int) -> None:
    """Gives the subjects (numbers) and their activity to lead `target`."""
    with changing() as number, staged(subjects.cast(pl.Int32).alias("subject").to_frame(), "moving"):
        before = fetch(
            "select distinct lead from activity_subject s join moving m on m.subject = s.id"
            " where lead is not null",
            {"lead": pl.Int32},
        )["lead"]
        run(
            "update activity_activity set lead = %s where lead in (select lead from activity_subject s"
            " join moving m on m.subject = s.id) and subject in (select subject from moving)",
            [target],
        )
        run("update activity_subject set lead = %s where id in (select subject from moving)", [target])
        mark_changed(pl.concat([before, pl.Series("lead", [target], pl.Int32)]), number, activity=True)


def erase(leads: Sequence[int]) -> None:
    """Deletes every fact of the leads (numbers), their keys included; nothing can be taken back.

    What history files hold of them goes as soon as the erasure is committed.
    """
    gone = pl.DataFrame({"lead": list(leads)}, schema={"lead": pl.Int32})
    with changing() as number, staged(gone, "gone"):
        subjects = "(select s.id from activity_subject s join gone g on g.lead = s.lead)"
        tally_without(f"e.subject in {subjects}")
        forget_verdicts(subjects)
        run(f"delete from activity_event where subject in {subjects}")
        run(f"delete from activity_outcome where subject in {subjects}")
        run("delete from activity_activity where lead in (select lead from gone)")
        run("delete from activity_subject where lead in (select lead from gone)")
        mark_changed(gone["lead"], number, activity=True)
        mark_erased(number)
        transaction.on_commit(partial(forget, list(leads)), robust=True)


def _named_events(frame: pl.DataFrame) -> pl.DataFrame:
    rows = frame.with_columns(
        pl.col("at").dt.convert_time_zone("UTC").dt.cast_time_unit("us"),
        pl.col("automated").fill_null(False),
        *([] if "payload" in frame.columns else [pl.lit(None, pl.String).alias("payload")]),
    )
    told = pl.col("reason").fill_null("") if "reason" in frame.columns else pl.lit("")
    sure = pl.col("certainty") if "certainty" in frame.columns else pl.lit(None, pl.Int16)
    said = pl.when(told != "").then(told).otherwise(pl.lit(Reason.TOLD.value))
    rows = rows.with_columns(
        reason=pl.when("automated").then(said).otherwise(pl.lit("")),
        certainty=pl.when("automated").then(sure.fill_null(sure_of(Reason.TOLD))).otherwise(0).cast(pl.Int16),
    )
    if "id" in rows.columns:
        return rows.with_columns(normal_content(pl.col("content")).alias("content"))
    if "ordinal" not in rows.columns:
        rows = with_ordinal(rows)
    return rows.with_columns(event_ids(rows).alias("id"))


def _named_outcomes(frame: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit("").alias(c) for c in ("reason", "amount") if c not in frame.columns]
    rows = frame.with_columns(pl.col("at").dt.convert_time_zone("UTC").dt.cast_time_unit("us"), *absent)
    rows = rows.with_columns(pl.col("reason", "amount").fill_null(""))
    beside = {"product": pl.String, "deal": pl.Int32, "said_by": pl.Int32}
    rows = rows.with_columns(
        yen_of(rows["amount"]).alias("yen"),
        *(pl.lit(None, dtype).alias(name) for name, dtype in beside.items() if name not in rows.columns),
    )
    if "id" in rows.columns:
        return rows
    return rows.with_columns(outcome_ids(rows).alias("id")).unique("id", keep="first", maintain_order=True)


def _with_subjects(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the subject of each key (made where new), its lead's `number` or null, the local
    day, and `at` in microseconds."""
    with staged(rows.select(pl.col("lead").unique(maintain_order=True).alias("key")), "keys"):
        run(
            "insert into activity_subject (key) select k.key from keys k"
            " where not exists (select 1 from activity_subject s where s.key = k.key)"
        )
        subjects = fetch(
            "select k.key, s.id, s.lead from keys k join activity_subject s on s.key = k.key",
            {"lead": pl.String, "subject": pl.Int32, "number": pl.Int32},
        )
    local = pl.col("at").dt.convert_time_zone(settings.TIME_ZONE).dt.date()
    return rows.join(subjects, on="lead", maintain_order="left").with_columns(
        pl.col("at").dt.epoch("us"), local.cast(pl.Int32).alias("day")
    )


def _stored(rows: pl.DataFrame, table: str) -> int:
    """How many of `rows` (lead, at in µs, id) stand in `table`."""
    with transaction.atomic(), staged(rows, "asked"):
        return fetch(
            f"select count(*) from asked a join activity_subject s on s.key = a.lead"
            f" join {table} e on e.subject = s.id and e.at = a.at and e.id = a.id",
            {"n": pl.Int64},
        ).item()


def _json(column: str) -> str:
    return f"{column}::jsonb" if on_postgres() else column


def _as_number(column: str) -> str:
    return f"{column}::int" if on_postgres() else column
