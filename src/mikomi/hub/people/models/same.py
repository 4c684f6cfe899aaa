"""Who may be the same person, who was made one, and who is kept out; what leads are compared by."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Pair(models.Model):
    """Two (`low` < `high`) that may be one.

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
        abstract = True


class DuplicatePair(Pair):
    """Two leads that may be one person."""

    class Meta(Pair.Meta):
        indexes = [models.Index(fields=["verdict", "-level", "low"], name="duplicate_order")]


class CompanyPair(Pair):
    """Two companies that may be one; with the levels and reasons of `core.matching.companies`."""

    class Meta(Pair.Meta):
        indexes = [models.Index(fields=["verdict", "-level", "low"], name="companypair_order")]


class Merging(models.Model):
    """`gone` was merged into `kept`, in `batch`. `before` is what an un-merge gives back."""

    id = models.AutoField(primary_key=True)
    batch = models.IntegerField(db_index=True)
    kept = models.IntegerField(db_index=True)
    gone = models.IntegerField(db_index=True)
    before = models.JSONField(default=dict)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Merge(Merging):
    """Two leads were made one. `before`: subjects, tags, lists, notes, files, and what the lead rows
    held. `run`: the `MergeRun` it was a part of."""

    run = models.IntegerField(null=True, db_index=True)


class CompanyMerge(Merging):
    """Two companies were made one. `before`: people, other names, notes, files."""


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


class MatchKey(models.Model):
    """The values of one lead that others are compared with; "" is unknown.

    As `mikomi.core.matching.keys` gives them, but `company` is the key of the name alone (which names
    are one company depends on the others). `phones`: with spaces between. `alike`, `sound`, `core`:
    forms under which like names and names of one company meet. `digest` changes with any of them.
    """

    lead = models.IntegerField(primary_key=True)
    email = models.TextField(default="", db_index=True)
    domain = models.TextField(default="")
    phones = models.TextField(default="")
    name = models.TextField(default="")
    kana = models.TextField(default="")
    family = models.TextField(default="")
    given = models.TextField(default="")
    company = models.TextField(default="")
    number = models.TextField(default="")
    alike = models.TextField(default="", db_index=True)
    sound = models.TextField(default="", db_index=True)
    core = models.TextField(default="")
    digest = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["core", "company"], name="matchkey_company"),
            models.Index(fields=["number"], name="matchkey_number", condition=~models.Q(number="")),
        ]


class MatchPhone(models.Model):
    """A lead has a phone number (E.164)."""

    pk = models.CompositePrimaryKey("phone", "lead")
    phone = models.TextField()
    lead = models.IntegerField(db_index=True)


class DuplicateRun(models.Model):
    """One row: up to which change number pairs were looked for, and when."""

    id = models.SmallIntegerField(primary_key=True)
    change = models.BigIntegerField()
    at = models.DateTimeField()
    leads = models.IntegerField(default=0)


class MergeRun(models.Model):
    """Many sure groups merged at once, or taken back at once. `done` of `groups` are through; `left`
    were not merged because they had changed meanwhile."""

    id = models.AutoField(primary_key=True)
    groups = models.IntegerField()
    done = models.IntegerField(default=0)
    leads = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
