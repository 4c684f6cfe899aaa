"""The draft that is being edited, and the versions that were published."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ModelDraft(models.Model):
    """The one draft. `revision` grows with every save, so that two people's edits cannot cross.

    An empty `yaml` is no draft. `before` is the YAML that the last big change replaced (a discard, a
    template, a deleted rule), until the next small one: what 元に戻す brings back.
    `based_on` is the number of the version it started from; None: nothing was published then.
    `detailed`: whether the editor (詳しく設定) is shown rather than the one sentence.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    yaml = models.TextField()
    before = models.TextField(default="")
    revision = models.IntegerField(default=1)
    based_on = models.IntegerField(null=True)
    detailed = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)


class ModelVersion(models.Model):
    """A published model. Its YAML, groups included, never changes: old scores stay explainable."""

    number = models.IntegerField(primary_key=True)
    name = models.TextField()
    yaml = models.TextField()
    note = models.TextField(default="")
    published_at = models.DateTimeField(db_index=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
