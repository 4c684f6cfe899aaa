"""Who may be the same person, who was made one, and who is kept out."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DuplicatePair(models.Model):
    """Two leads (`low` < `high`) that may be one person.

    `level` and `reasons` as `core.matching` gives them. `verdict` "" is open; `not_same` is remembered
    and never proposed again.
    """

    class Verdict(models.TextChoices):
        OPEN = ""
        NOT_SAME = "not_same"

    pk = models.CompositePrimaryKey("low", "high")
    low = models.IntegerField()
    high = models.IntegerField(db_index=True)
    level = models.SmallIntegerField()
    reasons = models.JSONField(default=list)
    verdict = models.CharField(max_length=10, choices=Verdict, default="")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["verdict", "-level", "low"], name="duplicate_order")]


class Merge(models.Model):
    """Lead `gone` was merged into lead `kept`, in `batch`.

    `before` is what an un-merge gives back: the values of both, subjects, tags, lists, notes, files.
    """

    id = models.AutoField(primary_key=True)
    batch = models.IntegerField(db_index=True)
    kept = models.IntegerField(db_index=True)
    gone = models.IntegerField(db_index=True)
    before = models.JSONField(default=dict)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)


class Exclusion(models.Model):
    """Who is kept out of what, and why.

    `target` says what `value` names: a mail domain, or the number of a company or a lead. `keeps_out`:
    the words of `mikomi.hub.people.exclusions.EFFECTS`. It holds until `ended_at`.
    """

    class Target(models.TextChoices):
        DOMAIN = "domain"
        COMPANY = "company"
        LEAD = "lead"

    id = models.AutoField(primary_key=True)
    reason = models.CharField(max_length=20)
    target = models.CharField(max_length=7, choices=Target)
    value = models.TextField()
    keeps_out = models.JSONField(default=list)
    note = models.TextField(default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["target", "value"], name="exclusion_target")]
