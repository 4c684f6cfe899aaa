"""Files that were read, what was chosen for them, and what they made."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mikomi.hub.people.models.known import Scope


class Import(models.Model):
    """One file that was read, or is being read; `cursor` steps of it are stored for good.

    An uploaded file lies in the data folder under `stored_as`; `report` holds what the check page
    shows of it. `error_ja` and `error_en` say why it failed. `upload` joins files that came together.
    `options` is what the person chose: how the file is read (`delimiter`, `sheet`, `header`), which
    column becomes which field (`columns`: header -> field key, "" leaves it out), new fields
    (`fields`), what to do where values differ (`conflict`: `overwrite`, `keep`, `fill`), what all
    leads of it get (`tags`, `lists`, `source`, `owner`, `campaign`) and their consent basis (`basis`).
    After an undo `undone_at` is set and `undo_report` says what could not be taken back.
    """

    class Kind(models.TextChoices):
        LEADS = "leads"
        EVENTS = "events"
        OUTCOMES = "outcomes"
        OPTOUTS = "optouts"
        DEALS = "deals"

    class Status(models.TextChoices):
        UPLOADED = "uploaded"
        CHECKED = "checked"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDOING = "undoing"
        UNDONE = "undone"

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
    upload = models.CharField(max_length=32, default="")
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    undo_report = models.JSONField(default=dict)
    error_ja = models.TextField(default="")
    error_en = models.TextField(default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "sha256"], name="import_file")]


class ImportedSubject(models.Model):
    """A lead or company that an import named. `made`: it was not there before, so that an undo takes it
    away again.

    `confirmed`: the keys of the fields of which the import said what was known already, joined by
    `confirming.BETWEEN`; `at`: when, as `Change.recorded_at`. Nothing is written for such a value, and it
    stays when the import that wrote it is taken back.
    """

    pk = models.CompositePrimaryKey("import_id", "scope", "subject")
    import_id = models.IntegerField()
    scope = models.CharField(max_length=7, choices=Scope)
    subject = models.IntegerField()
    made = models.BooleanField(default=True)
    confirmed = models.TextField(default="")
    at = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            # What was made is found by its import; what was only named, by whom it names, too.
            models.Index(fields=["scope", "subject"], name="imported_named", condition=models.Q(made=False))
        ]


class FileForm(models.Model):
    """What was chosen for files of one form, offered for the next one.

    `fingerprint` is `core.tabular.forms.fingerprint` of the headers; `options` as in `Import`.
    """

    pk = models.CompositePrimaryKey("fingerprint", "kind")
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Import.Kind)
    name = models.TextField(default="")
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
