"""What people hang on leads: tags, lists, notes and files."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mikomi.hub.people.models.known import Scope


class Tag(models.Model):
    """A word on leads. Names are compared folded (`key`). One with `deleted_at` is shown nowhere; its key
    makes way for another one of its name, and its leads are kept for the way back."""

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    name = models.TextField()
    at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)


class LeadTag(models.Model):
    """A lead has a tag, from an import or an act, or by hand."""

    pk = models.CompositePrimaryKey("lead", "tag")
    lead = models.IntegerField()
    tag = models.IntegerField(db_index=True)
    import_id = models.IntegerField(null=True, db_index=True)
    batch_id = models.IntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class LeadList(models.Model):
    """A list of leads that somebody keeps by hand (a segment keeps itself). `deleted_at` as in `Tag`."""

    id = models.AutoField(primary_key=True)
    key = models.TextField(unique=True)
    name = models.TextField()
    note = models.TextField(default="")
    at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class ListMember(models.Model):
    """A lead is on a list."""

    pk = models.CompositePrimaryKey("lead", "list")
    lead = models.IntegerField()
    list = models.IntegerField(db_index=True)
    import_id = models.IntegerField(null=True, db_index=True)
    batch_id = models.IntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class PastLabel(models.Model):
    """A tag or list was on a lead from `since` until it was taken off: what past days are told from. What
    an import or an act hung on goes with it when that is taken back, as if it had never been."""

    class Kind(models.TextChoices):
        TAG = "tag"
        LIST = "list"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=4, choices=Kind)
    label = models.IntegerField()
    lead = models.IntegerField(db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    import_id = models.IntegerField(null=True)
    batch_id = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "label", "lead"], name="past_label"),
            models.Index(
                fields=["import_id"], name="past_label_import", condition=models.Q(import_id__isnull=False)
            ),
            models.Index(
                fields=["batch_id"], name="past_label_batch", condition=models.Q(batch_id__isnull=False)
            ),
        ]


class Note(models.Model):
    """What somebody wrote down about a lead or a company. A lead's notes follow it into a merge:
    `subject` is who it is shown with, `written_of` who it was written of. `edited_by` changed it last.
    One with `deleted_at` is shown nowhere and can be brought back until it is swept away."""

    id = models.AutoField(primary_key=True)
    scope = models.CharField(max_length=7, choices=Scope)
    subject = models.IntegerField()
    written_of = models.IntegerField()
    text = models.TextField()
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    deleted_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["scope", "subject"], name="note_subject")]


class Attachment(models.Model):
    """A file of a lead or a company; it lies in the data folder under `stored_as`. `deleted_at` as in
    `Note`."""

    id = models.AutoField(primary_key=True)
    scope = models.CharField(max_length=7, choices=Scope)
    subject = models.IntegerField()
    written_of = models.IntegerField()
    name = models.TextField()
    stored_as = models.TextField()
    size = models.BigIntegerField()
    deleted_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["scope", "subject"], name="attachment_subject")]
