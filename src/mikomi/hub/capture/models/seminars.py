"""Seminars, who applied to them and who came."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mikomi.hub.capture.models.campaigns import Campaign
from mikomi.hub.capture.models.forms import Form, Submission


class Seminar(models.Model):
    """A seminar on one day. `key` never changes: events bear it as content. `place` and `url` (online)
    may both be there. `capacity` 0: everybody has a place. `deadline` None: until it begins. `state` is
    what people decided; that it is over, or that the deadline has passed, follows from the clock. Who
    applied or came belongs to the `campaign`."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"
        CANCELLED = "cancelled"

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)
    title = models.TextField()
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    place = models.TextField(default="")
    url = models.TextField(default="")
    capacity = models.IntegerField(default=0)
    deadline = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    form = models.OneToOneField(Form, models.PROTECT, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class Application(models.Model):
    """Somebody and a seminar. `state`: `applied` (has a place), `waiting`, `cancelled`, or `walk_in` (came
    without having applied). `lead`: a number, which a merge leaves as it is. `name`, `company` and
    `email` are as given. `came_at`: attended. `import_id`: the import that brought the row;
    `came_import`: the one that said who came. `cancelled_by` is empty where the person did it."""

    class State(models.TextChoices):
        APPLIED = "applied"
        WAITING = "waiting"
        CANCELLED = "cancelled"
        WALK_IN = "walk_in"

    id = models.BigAutoField(primary_key=True)
    seminar = models.ForeignKey(Seminar, models.CASCADE, related_name="applications")
    submission = models.OneToOneField(Submission, models.CASCADE, null=True, related_name="+")
    lead = models.IntegerField(null=True, db_index=True)
    name = models.TextField(default="")
    company = models.TextField(default="")
    email = models.TextField(default="", db_index=True)
    state = models.CharField(max_length=9, choices=State, default=State.APPLIED)
    applied_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    came_at = models.DateTimeField(null=True)
    import_id = models.IntegerField(null=True, db_index=True)
    came_import = models.IntegerField(null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["seminar", "state"], name="application_seats")]
