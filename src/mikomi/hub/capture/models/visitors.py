"""Browsers that visited, and whose they are believed to be.

Instants are microseconds since 1970-01-01 UTC, as in `activity`.
"""

from __future__ import annotations

from django.db import models


class Visitor(models.Model):
    """One person at one browser: what a browser sent from `since` on until someone else was seen there.

    `anonymous` is the id that the browser sends, told apart by `source`. The first visitor of a browser
    has `generation` 0 and began at the beginning. `lead` is who it is believed to be (a number, perhaps
    of a lead merged since), as `certainty` says: `guess` (推定), `forwarded` (several browsers on one mail
    link) or `sure`; `how` says by what. `joined`: its events belong to the lead. Where linking waits for
    the privacy text, a sure visitor is not joined yet. `address`: where it came from last, kept as long
    as the details of events are. `browser`: the family of browsers (`core.machines.browsers`), "" for
    machines and for who came before it was written down. `absent`: the longest time in whole days after
    which it was known again.
    """

    class Certainty(models.TextChoices):
        UNKNOWN = ""
        GUESS = "guess"
        FORWARDED = "forwarded"
        SURE = "sure"

    id = models.AutoField(primary_key=True)
    source = models.IntegerField()
    anonymous = models.CharField(max_length=128)
    generation = models.IntegerField(default=0)
    since = models.BigIntegerField(default=0)
    lead = models.IntegerField(null=True, db_index=True)
    certainty = models.CharField(max_length=10, choices=Certainty, default="")
    how = models.CharField(max_length=10, default="")
    joined = models.BooleanField(default=False)
    first_seen = models.BigIntegerField()
    last_seen = models.BigIntegerField()
    address = models.CharField(max_length=45, default="")
    browser = models.CharField(max_length=7, default="")
    absent = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "anonymous", "generation"], name="visitor_once")
        ]
        indexes = [
            models.Index(fields=["last_seen"], name="visitor_unknown", condition=models.Q(joined=False))
        ]


class TokenUse(models.Model):
    """A browser opened the link of a mail that was sent to a lead."""

    pk = models.CompositePrimaryKey("mail", "lead", "visitor")
    mail = models.CharField(max_length=64)
    lead = models.IntegerField(db_index=True)
    visitor = models.IntegerField(db_index=True)
    at = models.BigIntegerField()


class Linking(models.Model):
    """One row: since when someone says that the privacy text is published, and who. Without it visits
    are kept and belong to nobody."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.TextField()
    url = models.TextField(default="")


class PrivacySettings(models.Model):
    """One row: who publishes the privacy text and the page of what tags send. `services`: those of
    `transmission.SERVICES` that the site offers. `details_days`: how long the details of events are
    kept, `unknown_days`: how long a visitor of whom nobody knows who it is, counted from the last visit."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    company = models.TextField(default="")
    contact = models.TextField(default="")
    services = models.JSONField(default=list)
    details_days = models.IntegerField(default=180)
    unknown_days = models.IntegerField(default=400)
