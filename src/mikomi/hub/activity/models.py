"""Tables of facts: what happened, under which identity, and what it adds up to.

Days are days since 1970-01-01 in the data folder's time zone; instants are microseconds since
1970-01-01 UTC. Whole numbers keep the tables small and travel to numpy as they are.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Subject(models.Model):
    """The identity that events arrive under: the `lead` of an events file. It never changes.

    `lead` is the number of the lead it belongs to now, empty while no lead is known under that key:
    its events are kept and join the lead's activity when the lead appears. Merging leads rewrites
    `lead` here and in `Activity`, never an event.
    """

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    lead = models.IntegerField(null=True, db_index=True)


class Touch(models.Model):
    """A kind and a content. Numbers are 32 bits and never given out twice."""

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    content = models.CharField(max_length=512)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "content"], name="touch_once")]


class Event(models.Model):
    """One thing a subject did. Appended once; only the verdict (`automated`, `counted`, `reason`,
    `certainty`) and `payload` change later.

    `id` is the hash of `event_ids`; with subject and instant it is the key, so a lead's events lie
    together in time order. `counted` says whether it is part of the activity. `reason` is a code of
    `core.machines.reasons`, "" for people; `by_hand` without `automated` is a person as somebody said.
    `certainty`: in percent, that it was a machine.
    """

    pk = models.CompositePrimaryKey("subject", "at", "id")
    subject = models.IntegerField()
    at = models.BigIntegerField()
    id = models.BigIntegerField()
    day = models.IntegerField()
    touch = models.IntegerField()
    automated = models.BooleanField()
    counted = models.BooleanField()
    import_id = models.IntegerField(null=True)
    source = models.CharField(max_length=20)
    payload = models.JSONField(null=True)
    reason = models.CharField(max_length=20, default="")
    certainty = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["day"], name="event_machines", condition=models.Q(automated=True)),
            # What is still to be emptied lies together by its day; most events have nothing to empty.
            models.Index(fields=["day"], name="event_details", condition=models.Q(payload__isnull=False)),
        ]


class EventCount(models.Model):
    """How many events came on a day from a source, by their kind and the reason they do not count for;
    "" for those of people. Kept with every change of an event, so that nobody has to count events."""

    pk = models.CompositePrimaryKey("day", "source", "kind", "reason")
    day = models.IntegerField()
    source = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=20)
    n = models.BigIntegerField()


class LateVerdict(models.Model):
    """An event whose verdict is another one than when it came: it was taken back, or given back, on the
    local day `found` (days since 1970), and scores shown before that day were counted otherwise."""

    pk = models.CompositePrimaryKey("subject", "at", "id")
    subject = models.IntegerField()
    at = models.BigIntegerField()
    id = models.BigIntegerField()
    found = models.IntegerField()


class Sweep(models.Model):
    """Many events of which somebody says at once that machines did them (or, with `human`, people).

    `choice` is `sweeps.Choice`, `events` how many it hit when they were counted, `upto` the last subject
    that is through and `done` how many events those had.
    """

    class State(models.TextChoices):
        COUNTING = "counting"
        COUNTED = "counted"
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"

    id = models.AutoField(primary_key=True)
    choice = models.JSONField()
    human = models.BooleanField()
    state = models.CharField(max_length=8, choices=State, default=State.COUNTING)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    events = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    upto = models.IntegerField(default=0)


class SweptEvent(models.Model):
    """An event of a sweep, and its verdict before."""

    pk = models.CompositePrimaryKey("sweep", "subject", "at", "id")
    sweep = models.IntegerField()
    subject = models.IntegerField(db_index=True)
    at = models.BigIntegerField()
    id = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    certainty = models.SmallIntegerField()


class TouchCount(models.Model):
    """How many events of people came with a touch on a day, those of visitors nobody knows included. Kept
    with `EventCount`, so that what was really seen can be listed without reading events or activity."""

    pk = models.CompositePrimaryKey("day", "touch")
    day = models.IntegerField()
    touch = models.IntegerField()
    n = models.BigIntegerField()


class Outcome(models.Model):
    """What became of a lead: a row of an outcomes file, a step of a deal, or a result said by hand. Identical
    rows are one row.

    `amount` as it was written, `yen` what that is in whole yen; `deal` the number of the deal it is a step
    of, `said_by` who said it by hand (a user's number).
    """

    pk = models.CompositePrimaryKey("subject", "at", "id")
    subject = models.IntegerField()
    at = models.BigIntegerField()
    id = models.BigIntegerField()
    day = models.IntegerField()
    result = models.CharField(max_length=40)
    reason = models.TextField(default="")
    amount = models.TextField(default="")
    import_id = models.IntegerField(null=True)
    source = models.CharField(max_length=20)
    yen = models.BigIntegerField(null=True)
    product = models.TextField(null=True)
    deal = models.IntegerField(null=True)
    said_by = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["deal"], name="outcome_deal", condition=models.Q(deal__isnull=False))]


class Activity(models.Model):
    """How many counted events a subject of a lead had with a touch on a day."""

    pk = models.CompositePrimaryKey("lead", "day", "touch", "subject")
    lead = models.IntegerField()
    day = models.IntegerField()
    touch = models.IntegerField()
    subject = models.IntegerField()
    n = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(n__gte=0), name="activity_never_negative")]


class ChangeNumber(models.Model):
    """One row: the change number handed out last, and the one of the latest erasure.

    Whoever writes facts updates this row first, so change numbers are in commit order. The row is
    made by the first change.
    """

    id = models.SmallIntegerField(primary_key=True)
    last = models.BigIntegerField()
    erased = models.BigIntegerField()


class ChangedLead(models.Model):
    """The number of a lead's latest change: of any kind, and of its activity."""

    lead = models.IntegerField(primary_key=True)
    number = models.BigIntegerField(db_index=True)
    activity = models.BigIntegerField(db_index=True)


class ContentTitle(models.Model):
    """What a page, a document or any other content is called: `/pricing` is 料金."""

    content = models.TextField(primary_key=True)
    title = models.TextField()


class HistoryCopy(models.Model):
    """A folder of history files, and the highest change number it was ever given.

    It is written before the files are: a folder that knows of more, or has no row, was made from
    another database or another past of this one.
    """

    name = models.CharField(max_length=40, primary_key=True)
    through = models.BigIntegerField()


class ContentMove(models.Model):
    """A content that is found under another address by now. Facts keep the address they were recorded with.

    `added`: what was added to conditions for it, as whoever added it wrote it down. `undone_at`: it was
    taken back.
    """

    old = models.TextField()
    new = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["old"], condition=models.Q(undone_at__isnull=True), name="contentmove_once"
            )
        ]
