"""Leads, companies, what is known of them and since when."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Company(models.Model):
    """One company. Its attributes stand here once and are read by all its leads.

    `key` is `companies.key_of` of the name it was first written with, `name` that name without branch
    or department. `core` is what of the key is no legal form. `attributes` holds the values known now,
    by field key. One that was merged into another has `merged_into` (its number); it is kept for the way
    back and for what names it.
    """

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    core = models.TextField(default="", db_index=True)
    name = models.TextField()
    attributes = models.JSONField(default=dict)
    added_at = models.DateTimeField()
    merged_into = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["merged_into"], name="company_merged", condition=models.Q(merged_into__isnull=False)
            )
        ]


class CompanyAlias(models.Model):
    """Another key that a company is found by: of another name it was written with (`name`), or `|` and
    its 法人番号. `import_id`: the import that taught it."""

    key = models.TextField(primary_key=True)
    company = models.IntegerField(db_index=True)
    name = models.TextField(default="")
    import_id = models.IntegerField(null=True, db_index=True)
    added_at = models.DateTimeField()


class Lead(models.Model):
    """One lead. Its number (`id`, 32 bits, never given out twice) is the lead number of the core.

    `key` is the `lead` of SCORING.md, compared exactly. `attributes` holds the values known now, by
    field key: names, kana, title, department, phone and all others. `email` repeats its field in
    lower case, to find people by. `created_at` is when its source says the lead began, if it does;
    `added_at` when it came here.

    A lead in the trash has `trashed_at`, one that was merged into another has `merged_into` (its
    number): both are left out of everything but the way back.
    """

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    email = models.TextField(default="", db_index=True)
    company = models.ForeignKey(Company, models.SET_NULL, null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    attributes = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True, db_index=True)
    trashed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    merged_into = models.IntegerField(null=True, db_index=True)


class Scope(models.TextChoices):
    """Whose fact it is."""

    LEAD = "lead"
    COMPANY = "company"


class Field(models.Model):
    """An attribute: its key in conditions, its names, whose it is, what kind of value it holds.

    `kind` is one of `mikomi.core.values`; `choices` are its options (`[{"key", "ja", "en"}]`),
    `checks` what a value must meet (`{"least", "most", "pattern"}`), `unit` what numbers count.
    `required`: where it must be filled in (`["import", "form"]`). `archived_at`: not offered any more.
    """

    key = models.TextField(primary_key=True)
    label_ja = models.TextField()
    label_en = models.TextField()
    scope = models.CharField(max_length=7, choices=Scope)
    kind = models.CharField(max_length=20, default="text")
    custom = models.BooleanField(default=False)
    group = models.TextField(default="")
    place = models.IntegerField(default=0)
    choices = models.JSONField(default=list)
    checks = models.JSONField(default=dict)
    unit = models.TextField(default="")
    required = models.JSONField(default=list)
    archived_at = models.DateTimeField(null=True)


class Batch(models.Model):
    """One act on many leads that can be taken back: a bulk edit, a merge, a move.

    `label` says it in words, as the person saw it. `undone_at`: it was taken back; `report` says what
    could not be.
    """

    class Kind(models.TextChoices):
        EDIT = "edit"
        MERGE = "merge"
        MOVE = "move"

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.TextField()
    leads = models.IntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    report = models.JSONField(default=dict)


class Derivation(models.Model):
    """One row: the rules (`deriving.rules_version`) that all leads were gone through with. A run with the
    rules `working` has come up to lead `upto`."""

    id = models.SmallIntegerField(primary_key=True)
    version = models.TextField(default="")
    working = models.TextField(default="")
    upto = models.IntegerField(default=0)


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
    batch_id = models.IntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["scope", "subject"], name="change_subject"),
            models.Index(fields=["scope", "known_from"], name="change_day"),
            # What one import or act wrote is found to take it back; most rows have no act.
            models.Index(fields=["import_id"], name="change_import"),
            models.Index(
                fields=["batch_id"], name="change_batch", condition=models.Q(batch_id__isnull=False)
            ),
        ]
