"""The journey map as it is drawn, and where leads stand on it.

Stages are kept by their keys, which are never given to another stage; days are days since 1970-01-01
in the data folder's time zone.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

PART = 4_096
"""So many lead numbers lie in one part: few enough that one lead's step writes little."""


class Draft(models.Model):
    """The one draft. `document` is the JSON of `core.journey.map`, empty for no draft.

    `based_on`: the number of the revision it started from.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    document = models.TextField(default="")
    based_on = models.IntegerField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class DraftStep(models.Model):
    """What a person did to the draft: what 元に戻す takes back and やり直す (`undone`) brings again.

    Both documents are whole; `after` is empty where the draft was thrown away.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    before = models.TextField()
    after = models.TextField()
    undone = models.BooleanField(default=False)


class Revision(models.Model):
    """A map that was kept, with the reason. It never changes; the latest one is in force."""

    number = models.IntegerField(primary_key=True)
    document = models.TextField()
    reason = models.TextField(default="")
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class Answer(models.Model):
    """What somebody answered when the map was begun: as whom (`role`), to which question, and where it
    went. `stage` and `lane` name the cell."""

    role = models.CharField(max_length=20)
    question = models.CharField(max_length=40)
    stage = models.CharField(max_length=30)
    lane = models.CharField(max_length=20)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class StandingPart(models.Model):
    """Where the leads of one part stand: `stages` has a byte for each lead number from `part` × `PART`.

    0 is nowhere, otherwise 1 + the place of the stage in `revision`.
    """

    part = models.IntegerField(primary_key=True)
    revision = models.IntegerField(default=0)
    stages = models.BinaryField()


class StageMove(models.Model):
    """A lead's step from one stage to another on the local day `on`; `was` or `now` empty: nowhere."""

    lead = models.IntegerField()
    was = models.CharField(max_length=30)
    now = models.CharField(max_length=30)
    on = models.IntegerField()
    by_hand = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["lead", "on"], name="stagemove_lead"),
            models.Index(fields=["on", "now"], name="stagemove_day"),
        ]


class ByHand(models.Model):
    """A stage that somebody set by hand. `computed` is what the conditions said then; it ends on the
    local day `ended_on`, when they say something else."""

    lead = models.IntegerField(db_index=True)
    stage = models.CharField(max_length=30)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    computed = models.CharField(max_length=30)
    ended_on = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(ended_on__isnull=True), name="byhand_one_at_a_time"
            )
        ]


class Figures(models.Model):
    """What is laid over the map: the reality of one revision as of the local day `on`."""

    revision = models.IntegerField()
    on = models.IntegerField()
    document = models.JSONField()
    prepared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "on"], name="figures_once")]


class Looked(models.Model):
    """When a person last looked at the map."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()


class Reminder(models.Model):
    """A mail that asks a person to look at the map again: written down before it is sent, and sent once."""

    class State(models.TextChoices):
        """`SENDING` for good: nobody knows whether it was sent."""

        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    recorded_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
