"""One deed on many leads, that can be taken back: a value, a tag, a list, the trash.

Which leads it is on is written down first, so that it means what the person saw however long it takes;
then it goes through them by number, so many in a transaction, and goes on there after a kill.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.capture.campaigns import editing as campaigns
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people import batches, edits, labels, taking_back, trash
from mikomi.hub.site.actions.take_out import take_out
from mikomi.hub.site.models import Act, ActedLead
from mikomi.hub.site.rows.store import Numbers

AT_ONCE = 500
"""Up to so many leads are edited while the person waits."""
PIECE = 5_000


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to each lead: `field` and `value` of `set` ("" takes away), the number of the tag,
    list or campaign of the others."""

    do: Literal["set", "tag", "untag", "list", "unlist", "campaign", "trash"]
    field: str = ""
    value: str = ""
    label: int = 0

    @property
    def kind(self) -> labels.Kind:
        """What `label` is."""
        return "list" if self.do in ("list", "unlist") else "tag"


def edit_leads(deed: Deed, leads: Numbers, label: str, by: int | None) -> Act:
    """Does `deed` to the leads (numbers), now if they are few, else as a job. `label` says it in words."""
    numbers = np.unique(leads)
    with audit.deed() as parts:
        batch = parts["act"] = batches.open_batch(label, len(numbers), by, timezone.now())
        act = Act.objects.create(batch=batch, deed=asdict(deed))
        frame = pl.DataFrame({"lead": numbers.astype(np.int32)})
        with staged(frame, "chosen"):
            run(
                "insert into site_acted_lead (batch, lead, taken) select %s, lead, %s from chosen",
                [batch, False],
            )
        if len(numbers) > AT_ONCE:
            enqueue("site.run_act", batch=batch)
    if len(numbers) <= AT_ONCE:
        run_act(batch)
        act.refresh_from_db()
    return act


def run_act(batch: int) -> None:
    """Does what is left of an act."""
    act = Act.objects.filter(pk=batch).first()
    told = batches.batch(batch)
    if act is None or told is None or act.state not in (Act.State.WAITING, Act.State.RUNNING):
        return
    deed = Deed(**act.deed)
    while True:
        with transaction.atomic():
            ours = Act.objects.filter(
                pk=batch, upto=act.upto, state__in=(Act.State.WAITING, Act.State.RUNNING)
            )
            if not ours.update(state=Act.State.RUNNING):
                # Another worker was given the job meanwhile, and is further.
                return
            leads = fetch(
                "select lead from site_acted_lead where batch = %s and lead > %s order by lead limit %s",
                {"lead": pl.Int32},
                [batch, act.upto, PIECE],
            )["lead"]
            if leads.is_empty():
                break
            act.changed += _do(deed, leads, batch, told.label, told.by.pk if told.by else None, told.at)
            act.done += len(leads)
            act.upto = int(leads[-1])
            act.state = Act.State.RUNNING
            act.save()
        if deed.do == "trash":
            take_out(leads.to_numpy().astype(np.int64))
    Act.objects.filter(pk=batch).update(state=Act.State.DONE)
    # Segments may ask for what was written, whatever it is.
    enqueue("site.score_changed", once=True)


def undo_edit(batch: int, by: int | None) -> Act:
    """Takes an act back, now if its leads are few, else as a job.

    Raises `MikomiError` while it is still being done. Taking back twice does nothing.
    """
    act = Act.objects.get(pk=batch)
    if act.state in (Act.State.WAITING, Act.State.RUNNING):
        raise MikomiError(
            Words(
                "まだ書き換えている途中です。終わってから元に戻してください",
                "the edit is not through yet; take it back when it is",
            )
        )
    if act.state == Act.State.DONE:
        Act.objects.filter(pk=batch).update(state=Act.State.UNDOING)
        if act.done > AT_ONCE:
            enqueue("site.undo_act", batch=batch, by=by)
        else:
            undo_act(batch, by)
    act.refresh_from_db()
    return act


def undo_act(batch: int, by: int | None) -> None:
    """Takes back all of an act that nobody changed since, and reports what stays."""
    act, told = Act.objects.get(pk=batch), batches.batch(batch)
    if act.state != Act.State.UNDOING or told is None:
        return
    deed = Deed(**act.deed)
    if deed.do == "set":
        # In transactions of its own: with many leads it is long, and goes on after a kill.
        taken = taking_back.take_back_values(batch_id=batch)
        stayed = [
            {"lead": number, "value": value, "by": source} for _, number, _, value, source in taken.stayed
        ]
        report = {"back": act.changed - taken.stayed_count, "left": taken.stayed_count, "stayed": stayed}
        _close(batch, by, report)
        return
    with transaction.atomic():
        back = _take_back(deed, batch, told.at)
        _close(batch, by, {"back": back, "left": max(act.changed - back, 0)})


def _close(batch: int, by: int | None, report: dict[str, object]) -> None:
    with transaction.atomic():
        batches.close_batch(batch, by, report)
        Act.objects.filter(pk=batch).update(state=Act.State.UNDONE)
        enqueue("site.score_changed", once=True)


def forget_acted(leads: Numbers) -> None:
    """Takes leads that are erased out of what is known of acts."""
    frame = pl.DataFrame({"lead": leads.astype(np.int32)})
    with transaction.atomic(), staged(frame, "leaving"):
        run("delete from site_acted_lead where lead in (select lead from leaving)")


def _do(deed: Deed, leads: pl.Series, batch: int, label: str, by: int | None, at: datetime) -> int:
    match deed.do:
        case "set":
            return edits.set_value(leads, deed.field, deed.value, source=label, batch_id=batch, by=by)
        case "tag" | "list":
            if labels.label(deed.kind, deed.label) is None:
                return 0
            return labels.put_label(deed.kind, deed.label, leads, batch_id=batch, by=by)
        case "untag" | "unlist":
            return _note_taken(batch, labels.take_label(deed.kind, deed.label, leads))
        case "campaign":
            return campaigns.add_leads(deed.label, leads, batch_id=batch, by=by)
        case "trash":
            return trash.put_in_trash(leads, at, by)


def _note_taken(batch: int, taken: pl.DataFrame) -> int:
    with staged(taken.rename({"batch_id": "put_by"}), "taken"):
        run(
            "update site_acted_lead set taken = %s, import_id = t.import_id, put_by = t.put_by, at = t.at,"
            " by_id = t.by_id from taken t where t.lead = site_acted_lead.lead"
            " and site_acted_lead.batch = %s",
            [True, batch],
        )
    return taken.height


def _take_back(deed: Deed, batch: int, at: datetime) -> int:
    match deed.do:
        case "tag" | "list":
            return labels.take_back_labels(deed.kind, deed.label, batch)
        case "untag" | "unlist":
            rows = fetch(
                "select lead, import_id, put_by, at, by_id from site_acted_lead where batch = %s and taken",
                labels.TAKEN,
                [batch],
            )
            return labels.give_labels(deed.kind, deed.label, rows)
        case "campaign":
            return campaigns.take_back_added(deed.label, batch)
        case "trash":
            leads = ActedLead.objects.filter(batch=batch).values_list("lead", flat=True)
            return trash.restore(list(leads), put_at=at)
        case _:
            raise ValueError(f"there is no way back from {deed.do!r}")
