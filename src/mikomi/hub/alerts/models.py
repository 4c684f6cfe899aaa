"""Alerts, what becomes of each, and where they go."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Channel(models.Model):
    """A place that alerts go to, with how it does. Mail is one, too; there is one row of it."""

    class Kind(models.TextChoices):
        MAIL = "mail"
        SLACK = "slack"
        TEAMS = "teams"
        CHATWORK = "chatwork"
        WEBHOOK = "webhook"

    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=100)
    config = models.JSONField(default=dict)
    """Addresses and secrets, by the names of the kind's fields."""
    language = models.CharField(max_length=5, default="ja")
    hears = models.JSONField(default=list)
    """The kinds of alerts that the whole team is told here, whoever they are for."""
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    failing_since = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    """Since it began to fail."""
    next_at = models.DateTimeField(null=True)
    """Not before this instant is it tried again."""
    error = models.JSONField(default=dict)
    """Why it fails, by language."""
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind",), condition=Q(kind="mail"), name="alerts_one_mail"),
        )


class Alert(models.Model):
    """Something a person, or the team where `user` is None, is told; it never changes."""

    key = models.CharField(max_length=120, unique=True)
    """What happened and for whom: told once."""
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    handoff = models.BigIntegerField(null=True)
    lead = models.BigIntegerField(null=True, db_index=True)
    told = models.JSONField()
    """What it says, by language (`types.kept`)."""
    in_app = models.BooleanField(default=False)
    """Whether it stands in the person's list."""
    held = models.BooleanField(default=False)
    """Whether it was kept from all else for the morning's digest."""
    made_at = models.DateTimeField(db_index=True)
    read_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    """When a result was given by one of its links; they hold once."""

    class Meta:
        indexes = (
            models.Index(fields=("user", "-made_at"), name="alerts_of_user"),
            models.Index(fields=("user",), condition=Q(in_app=True, read_at=None), name="alerts_unread"),
            models.Index(fields=("user",), condition=Q(held=True), name="alerts_held"),
        )


class Mention(models.Model):
    """A lead (number) that an alert speaks of besides its own: a morning's digest names several."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="mentions")
    lead = models.BigIntegerField(db_index=True)


class Delivery(models.Model):
    """An alert on its way to one channel: recorded before it is sent, sent once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        """Handed over; stays so where nobody knows what became of it."""
        SENT = "sent"
        FAILED = "failed"

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE)
    address = models.CharField(max_length=254, blank=True)
    """For mail."""
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    put_off = models.BooleanField(default=False)
    """Whether it waits because its channel had so many messages lately: such come as one."""
    bundle = models.BigIntegerField(null=True)
    """The number of the first of those that came, or are to come, as one message."""
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.JSONField(default=dict)
    """What hindered it last, by language."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("alert", "channel", "address"), name="alerts_delivered_once"),
        )
        # Asked on every page, so nothing that was sent may be looked through.
        indexes = (models.Index(fields=("state", "channel", "id"), name="alerts_by_state"),)


class Wish(models.Model):
    """What a person changed of what they are told; without a row the defaults hold."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="+")
    channels = models.JSONField(default=dict)
    most_a_day = models.PositiveIntegerField()
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest = models.BooleanField()
    digest_at = models.TimeField()


class Inside(models.Model):
    """The addresses inside that alerts may go to, said by an admin; one row."""

    networks = models.TextField(blank=True)
