"""The ledger of what we did to leads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Deed(models.Model):
    """Something we did to a lead: recorded once by its `key`, never changed, taken back by a date.

    `lead` is whom it stands for now, `subject` the lead it was done to; a merge changes the first alone.
    `detail`: JSON that says more, by kind.
    """

    lead = models.IntegerField()
    subject = models.IntegerField(db_index=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    key = models.CharField(max_length=200, unique=True)
    detail = models.JSONField(default=dict)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["lead", "at"], name="deed_lead"),)
