"""Leads, companies, what is known of them and since when, and the files it came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Company(models.Model):
    """One company. Its attributes stand here once and are read by all its leads.

    `key` is the name after NFKC, case folding and cutting white space: names that are equal so are
    the same company. `attributes` holds the values known now, by field key.
    """

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    name = models.TextField()
    attributes = models.JSONField(default=dict)
    added_at = models.DateTimeField()


class Lead(models.Model):
    """One lead. Its number (`id`, 32 bits, never given out twice) is the lead number of the core.

    `key` is the `lead` of SCORING.md, compared exactly. `attributes` holds the values known now, by
    field key: names, kana, title, department, phone and all others. `email` repeats its field in
    lower case, to find people by. `created_at` is when its source says the lead began, if it does;
    `added_at` when it came here.
    """

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    email = models.TextField(default="", db_index=True)
    company = models.ForeignKey(Company, models.SET_NULL, null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    attributes = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()


class Scope(models.TextChoices):
    """Whose fact it is."""

    LEAD = "lead"
    COMPANY = "company"


class Field(models.Model):
    """An attribute: its key in conditions, its names, whose it is, what kind of value it holds."""

    key = models.TextField(primary_key=True)
    label_ja = models.TextField()
    label_en = models.TextField()
    scope = models.CharField(max_length=7, choices=Scope)
    kind = models.CharField(max_length=6, default="text")
    custom = models.BooleanField(default=False)


class Change(models.Model):
    """What became known of one lead or company at one moment, from one source.

    `values` maps field keys to values, "" where a value was taken away. `known_from` counts days
    since 1970-01-01 in the data folder's time zone; empty means from the beginning, as a field's
    first known value has it unless its source says since when. The version with the highest
    (known_from, recorded_at, id) holds now, of those up to a past day the highest held then.
    `recorded_at` is in microseconds since 1970-01-01 UTC, `recorded_day` its local day.
    """

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=7, choices=Scope)
    subject = models.IntegerField()
    values = models.JSONField()
    known_from = models.IntegerField(null=True)
    recorded_at = models.BigIntegerField()
    recorded_day = models.IntegerField()
    source = models.TextField()
    import_id = models.IntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["scope", "subject"], name="change_subject"),
            models.Index(fields=["scope", "known_from"], name="change_day"),
        ]


class Import(models.Model):
    """One file that was read, or is being read; `cursor` steps of it are stored for good.

    An uploaded file lies in the data folder under `stored_as`; `report` holds what the check page
    shows of it. `error_ja` and `error_en` say why it failed.
    """

    class Kind(models.TextChoices):
        LEADS = "leads"
        EVENTS = "events"
        OUTCOMES = "outcomes"

    class Status(models.TextChoices):
        UPLOADED = "uploaded"
        CHECKED = "checked"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    file_name = models.TextField()
    stored_as = models.TextField(default="")
    sha256 = models.CharField(max_length=64)
    encoding = models.TextField(default="")
    known_from = models.DateField(null=True)
    status = models.CharField(max_length=8, choices=Status)
    cursor = models.IntegerField(default=0)
    rows = models.IntegerField(default=0)
    new = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    waiting_keys = models.IntegerField(default=0)
    conflicts = models.IntegerField(default=0)
    report = models.JSONField(default=dict)
    error_ja = models.TextField(default="")
    error_en = models.TextField(default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "sha256"], name="import_file")]
