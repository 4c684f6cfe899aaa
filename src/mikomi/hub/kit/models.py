"""Leases, workers and jobs in progress. Jobs themselves are rows of django-tasks-db."""

from __future__ import annotations

from django.db import models


class Lease(models.Model):
    """A right that one holder has at a time, until it lets go or stops showing life."""

    name = models.CharField(max_length=100, primary_key=True)
    fence = models.BigIntegerField(default=0)
    """Grows with every new holder; a write with an older one is refused."""
    number = models.BigIntegerField(default=0)
    """The last number handed out under this lease, in commit order."""
    holder = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(null=True)
    """The holder is believed dead after this instant."""


class Worker(models.Model):
    """A worker process that runs jobs, or ran them until it died."""

    id = models.CharField(max_length=100, primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(db_index=True)


class Claim(models.Model):
    """A worker's right to run one job; taken away when the worker stops showing life."""

    task = models.UUIDField(primary_key=True)
    job = models.CharField(max_length=100)
    attempt = models.PositiveIntegerField()
    """1 for the first run. With `task` it is the fencing token."""
    worker = models.CharField(max_length=100)
    until = models.DateTimeField(db_index=True)


class Slot(models.Model):
    """A periodic job's turn on one local date (and time); there is one row a turn."""

    name = models.CharField(max_length=100)
    slot = models.CharField(max_length=40)
    task = models.UUIDField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "slot"), name="kit_slot_once"),)


class CacheEntry(models.Model):
    """The table of Django's database cache, in the form `createcachetable` gives it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "kit_cache"


class KeptMail(models.Model):
    """A mail that went into the mail box of this machine, since no mail server is set."""

    at = models.DateTimeField(db_index=True)
    sender = models.CharField(max_length=320)
    to = models.CharField(max_length=1000)
    subject = models.CharField(max_length=400)
    text = models.TextField()
